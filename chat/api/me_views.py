"""What concerns the caller alone (SPEC §6)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.visitors import split_name
from chat import payloads
from chat.actions import profiles
from chat.api import serializers, shapes
from chat.api.answers import answer
from chat.api.base import View


class Me(View):
    @extend_schema(operation_id="get_me", responses={200: shapes.answer(shapes.Profile)})
    def get(self, request: Request) -> Response:
        """Who I am."""
        user = User.objects.select_related("visitor").get(id=self.caller().user_id)
        return answer("Profile fetched successfully", _profile(user))

    @extend_schema(
        operation_id="update_me",
        request=serializers.ChangeProfile,
        responses={200: shapes.answer(shapes.Profile), **shapes.refusals(403)},
    )
    def patch(self, request: Request) -> Response:
        """Change what others see of me; the agents in my live chat see it at once."""
        body = self.body(serializers.ChangeProfile)
        if "name" in body:
            first_name, last_name = split_name(body.pop("name"))
            body = {"first_name": first_name, "last_name": last_name, **body}
        return answer("Profile updated successfully", _profile(profiles.update_profile(self.caller(), body)))


def _profile(user: User) -> payloads.Payload:
    visitor = getattr(user, "visitor", None)
    return {
        "_id": str(user.id),
        "email": user.email,
        "name": user.name,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "phone": user.phone,
        "avatar": user.avatar or None,
        "role": payloads.ROLE_NAMES[user.role],
        "isVerified": visitor is None or bool(visitor.verified_identity),
    }
