"""What all endpoints share."""

from __future__ import annotations

from typing import Any, cast

from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.tokens import Principal
from chat import access
from chat.actions import people
from chat.api.negotiation import AlwaysJSON
from chat.api.parsing import JSONParser


class View(APIView):
    """What all endpoints share: who calls, and a body that has been checked."""

    parser_classes = (JSONParser,)
    content_negotiation_class = AlwaysJSON

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let a request in, which is also a sign of life of who calls."""
        super().initial(request, *args, **kwargs)
        if isinstance(request.user, Principal):
            people.note_call(request.user)

    def caller(self) -> Principal:
        """The person of the request's token."""
        return cast(Principal, self.request.user)

    def viewer(self) -> str:
        """The id of that person, for whom payloads are made."""
        return str(self.caller().user_id)

    def body(self, serializer: type[Serializer[Any]]) -> dict[str, Any]:
        """The request's body. Raises `ValidationError`, and `Forbidden` for a false `orgId` or `role`."""
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        if isinstance(self.request.user, Principal):
            access.check_claims(self.request.user, self.request.data)
        data: dict[str, Any] = checked.validated_data
        return data


class PublicView(View):
    """An endpoint that needs no token; one that is sent is not looked at."""

    authentication_classes = ()
    permission_classes = ()
