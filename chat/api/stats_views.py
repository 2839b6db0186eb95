"""How the conversations of a period went, for agents and admins (SPEC §6)."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import access, payloads, selectors, statistics
from chat.api import shapes
from chat.api.answers import answer
from chat.api.base import View
from chat.api.queries import moment
from chat.errors import InvalidInput
from chat.models import Status
from chat.payloads import Payload, timestamp
from chat.statistics import HAPPENINGS, Figures, Times

DEFAULT_PERIOD = timedelta(days=30)
SCORES = (1, 2, 3, 4, 5)


class SupportStats(View):
    @extend_schema(
        operation_id="get_statistics",
        parameters=[
            OpenApiParameter(
                "from",
                OpenApiTypes.STR,
                description="Conversations that began then or later: a date or a time, ISO 8601; UTC where it"
                " names no zone. Thirty days before `to` where it is not given.",
            ),
            OpenApiParameter(
                "to",
                OpenApiTypes.STR,
                description="… and before then; what happened later is left out. Now where it is not given.",
            ),
        ],
        responses={200: shapes.answer(shapes.Statistics), **shapes.refusals(403)},
    )
    def get(self, request: Request) -> Response:
        """Count the conversations that began in a period, and say how long they took."""
        user = access.staff(self.caller())
        end = moment(request, "to") or timezone.now()
        start = moment(request, "from") or end - DEFAULT_PERIOD
        if start >= end:
            raise InvalidInput("from must be before to.", field="from")
        found = statistics.gather(user.organization_id, start, end)
        return answer(
            "Statistics fetched successfully",
            {
                "from": timestamp(found.start),
                "to": timestamp(found.end),
                "total": _figures(found.total),
                "assistant": {
                    "chats": found.assistant.chats,
                    "answered": found.assistant.answered,
                    "handedOver": found.assistant.handed_over,
                },
                "agents": [
                    {
                        "agent": payloads.support(selectors.person(agent)) if agent else None,
                        **_figures(figures),
                    }
                    for agent, figures in found.by_agent
                ],
                "queues": [
                    {
                        "queue": {"id": str(queue.id), "name": queue.name} if queue else None,
                        **_figures(figures),
                    }
                    for queue, figures in found.by_queue
                ],
            },
        )


def _figures(figures: Figures) -> Payload:
    ratings = figures.scores.total()
    return {
        "conversations": figures.statuses.total(),
        "byStatus": {status: figures.statuses[status] for status in Status.values},
        "waits": _times(figures.waits),
        "firstResponses": _times(figures.first_responses),
        "handlings": _times(figures.handlings),
        **{happening: figures.happened[happening] for happening in HAPPENINGS},
        "ratings": {
            "count": ratings,
            "average": sum(score * count for score, count in figures.scores.items()) / ratings
            if ratings
            else None,
            "byScore": {str(score): figures.scores[score] for score in SCORES},
        },
    }


def _times(times: Times) -> Payload:
    return {
        "count": times.count,
        "averageSeconds": times.average.total_seconds() if times.average is not None else None,
        "longestSeconds": times.longest.total_seconds() if times.count else None,
    }
