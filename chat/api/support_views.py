"""All conversations of an organization, for agents and admins (SPEC §6)."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import access, payloads, selectors
from chat.api import shapes
from chat.api.base import View
from chat.api.listing import HANDLERS, asked_for, filtered_for_team, page_of
from chat.api.parameters import MINE, SEARCH, STATUS, page_and_limit
from queueing import line

FILTERS = [
    MINE,
    OpenApiParameter("handler", enum=list(HANDLERS), description="Only those that this one has."),
    OpenApiParameter("assigned", enum=["me", "none"], description="Only mine, or only nobody's."),
    OpenApiParameter("agentId", OpenApiTypes.UUID, description="Only those assigned to this agent."),
    OpenApiParameter("queueId", OpenApiTypes.UUID, description="Only those of this queue."),
    OpenApiParameter(
        "since",
        OpenApiTypes.STR,
        description="Only those that changed then or later: a date or a time, ISO 8601; UTC where it names no"
        " zone.",
    ),
    OpenApiParameter("until", OpenApiTypes.STR, description="Only those that changed last before then."),
]


class SupportConversations(View):
    @extend_schema(
        operation_id="list_all_conversations",
        parameters=[*page_and_limit(20), STATUS, SEARCH, *FILTERS],
        responses={200: shapes.pages(shapes.ListedConversation), **shapes.refusals(403)},
    )
    def get(self, request: Request) -> Response:
        """List the organization's conversations, the latest changed first."""
        user = access.staff(self.caller())
        wanted = filtered_for_team(asked_for(request, user), request, user)
        found, pagination = page_of(wanted, request, user)
        last = selectors.last_texts(found)
        waiting = line.waiting_since([str(conversation.id) for conversation in found])
        data = [
            {
                **payloads.conversation(facts),
                "lastMessage": last.get(facts.id),
                "waitingSince": payloads.optional_timestamp(waiting.get(facts.id)),
            }
            for facts in selectors.conversations_facts(found)
        ]
        return Response(
            {"message": "Conversations fetched successfully", "data": data, "pagination": pagination}
        )
