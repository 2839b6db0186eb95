"""Who is here and what waits, for agents and admins (SPEC §6)."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import presence
from chat import access, estimates, payloads
from chat.api import shapes
from chat.api.answers import answer
from chat.api.base import View
from queueing import line
from queueing.models import Queue


class Presence(View):
    @extend_schema(
        operation_id="list_presence",
        responses={200: shapes.answers(shapes.TeamMember), **shapes.refusals(403)},
    )
    def get(self, request: Request) -> Response:
        """List the organization's agents and admins with their status."""
        user = access.staff(self.caller())
        team = access.team(user)
        statuses = presence.statuses([member.id for member in team], as_told=True)
        seen = presence.last_seen([member.id for member in team])
        return answer(
            "Presence fetched successfully",
            [
                {
                    "_id": str(member.id),
                    "email": member.email,
                    "name": member.name,
                    "role": payloads.ROLE_NAMES[member.role],
                    "status": statuses[member.id],
                    "lastSeen": payloads.optional_timestamp(seen[member.id]),
                }
                for member in team
            ],
        )


class Queues(View):
    @extend_schema(
        operation_id="list_queues",
        responses={200: shapes.answers(shapes.Queue), **shapes.refusals(403)},
    )
    def get(self, request: Request) -> Response:
        """List the queues that I serve, and how long their lines are."""
        served = list(
            Queue.objects.filter(id__in=access.served_queue_ids(self.caller())).prefetch_related(
                "opening_hours"
            )
        )
        now = timezone.now()
        lines, services = line.lengths([queue.id for queue in served]), estimates.services(served, now)
        data = []
        for queue in served:
            waiting, since = lines.get(queue.id, (0, now))
            service = services[queue.id]
            data.append(
                {
                    "_id": str(queue.id),
                    "name": queue.name,
                    "waiting": waiting,
                    "open": service.is_open,
                    "agentsOnline": service.agents_online,
                    "longestWaitSeconds": int((now - since).total_seconds()) if waiting else None,
                    "eta": service.eta(waiting + 1),
                }
            )
        return answer("Queues fetched successfully", data)
