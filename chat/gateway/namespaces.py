"""The namespaces that clients may join."""

from collections.abc import Mapping

from chat.gateway import (  # noqa: F401 their events enter the tables
    chat_agents,
    chat_assistant,
    token_events,
)
from chat.gateway.chat import chat
from chat.gateway.dispatch import Namespace
from chat.gateway.root import root

NAMESPACES: Mapping[str, Namespace] = {root.name: root, chat.name: chat}
