"""Who writes an assistant's answers."""

from __future__ import annotations

from chat.assistant.embedded import Embedded
from chat.assistant.endpoints import allowed_endpoints
from chat.assistant.model_process import ModelProcess
from chat.assistant.provider import Model, Provider

_embedded = Embedded()
_models = ModelProcess()


def prepare() -> None:
    """Load now what language models need, if there are any: the first answer would wait for it."""
    if allowed_endpoints():
        _models.start()


def of(model: Model) -> Provider:
    """The language model, or without one the embedded assistant."""
    return _models if model.endpoint else _embedded
