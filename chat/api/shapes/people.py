"""People, as answers show them."""

from __future__ import annotations

from rest_framework import serializers

from chat.api.shapes.fields import Shape, Time
from chat.payloads import ROLE_NAMES

ROLES = list(dict.fromkeys(ROLE_NAMES.values()))


class Person(Shape):
    _id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    role = serializers.ChoiceField(ROLES)


class Customer(Shape):
    _id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    phone = serializers.CharField()
    isOnline = serializers.BooleanField()


class TeamMember(Shape):
    _id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    role = serializers.ChoiceField(ROLES)
    status = serializers.CharField()
    lastSeen = Time(allow_null=True)


class Profile(Person):
    email = serializers.CharField()
    name = serializers.CharField()
    phone = serializers.CharField()
    avatar = serializers.URLField(allow_null=True)
    isVerified = serializers.BooleanField(
        help_text="Signed in, or vouched for by the company; else name and e-mail are claims."
    )


class Tokens(Shape):
    access = serializers.CharField()
    refresh = serializers.CharField()


class Visitor(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()


class VisitorTokens(Tokens):
    visitor = Visitor()
