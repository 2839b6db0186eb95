"""The kinds of values that answers hold."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

Shape = serializers.Serializer[Any]


@extend_schema_field(
    {
        "type": "string",
        "format": "date-time",
        "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
        "examples": ["2025-10-24T10:00:00.000Z"],
    }
)
class Time(serializers.CharField):
    """ISO 8601 UTC with milliseconds and `Z` (SPEC §5)."""


class Count(serializers.IntegerField):
    """A number of things."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, **options)


@extend_schema_field({"const": False})
class Never(serializers.BooleanField):
    """False, always."""
