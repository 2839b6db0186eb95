"""The assistant's tools as a language model is told of them (SPEC §9)."""

from __future__ import annotations

from typing import Any

from chat.assistant.provider import SEARCH, TRANSFER

DESCRIPTIONS = {
    SEARCH: "Search the company's articles. Returns the passages that fit best.",
    TRANSFER: "Hand the chat over to a person, who goes on where you end. Nothing can be said after it.",
}

SCHEMAS: dict[str, dict[str, Any]] = {
    SEARCH: {
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "What is looked for, in a few words."},
        },
        "required": ["query"],
        "additionalProperties": False,
    },
    TRANSFER: {
        "type": "object",
        "properties": {
            "reason": {"type": "string", "description": "For the agent: why, in one sentence."},
            "skills": {
                "type": "array",
                "items": {"type": "string"},
                "description": "What the agent has to know, as a language. Usually left out.",
            },
            "priority": {"type": "integer", "description": "Higher is sooner. For emergencies alone."},
        },
        "required": ["reason"],
        "additionalProperties": False,
    },
}


def known_arguments(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return those arguments that a tool has; whatever else a model makes up is dropped (THREATS D3)."""
    return {key: value for key, value in arguments.items() if key in SCHEMAS[name]["properties"]}
