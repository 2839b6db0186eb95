"""Who writes an assistant's answers."""

from __future__ import annotations

from chat.assistant.embedded import Embedded
from chat.assistant.model_process import ModelProcess
from chat.assistant.provider import Model, Provider

_embedded = Embedded()
_models = ModelProcess()


def of(model: Model) -> Provider:
    """The language model, or without one the embedded assistant."""
    return _models if model.endpoint else _embedded
