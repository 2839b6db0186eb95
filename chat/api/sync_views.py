"""Delta sync for clients that poll (SPEC §6 `GET sync`)."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import payloads
from chat.api import shapes
from chat.api.answers import answer, number
from chat.api.base import View
from chat.api.parameters import whole_number
from chat.sync import feed

MAX_CHANGES = 500


class Sync(View):
    @extend_schema(
        operation_id="sync",
        parameters=[
            OpenApiParameter("cursor", str, description="What the last answer gave."),
            whole_number("limit", "How many messages.", lowest=1, highest=MAX_CHANGES, default=MAX_CHANGES),
        ],
        responses={200: shapes.answer(shapes.Changes)},
    )
    def get(self, request: Request) -> Response:
        """List everything that has changed for me since a cursor, oldest first.

        Without one: a cursor for now, and the conversations that go on.
        """
        limit = number(request, "limit", default=MAX_CHANGES, lowest=1, highest=MAX_CHANGES)
        cursor = request.query_params.get("cursor")
        page = (
            feed.begin(self.caller()) if cursor is None else feed.changes_since(self.caller(), cursor, limit)
        )
        return answer(
            "Changes fetched successfully",
            {
                "conversations": [payloads.conversation(facts) for facts in page.conversations],
                "messages": [payloads.message(facts, self.viewer()) for facts in page.messages],
                "cursor": page.cursor,
                "more": page.more,
            },
        )
