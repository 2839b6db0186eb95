"""Missed chats, left by people who are not known (SPEC §7)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat.actions import tickets
from chat.api import serializers, shapes, throttles
from chat.api.answers import answer
from chat.api.widget_views import WidgetView
from chat.payloads import timestamp


class Tickets(WidgetView):
    throttle_classes = (throttles.WidgetRequests, throttles.Tickets)

    @extend_schema(
        operation_id="leave_ticket",
        request=serializers.LeaveTicket,
        responses={201: shapes.answer(shapes.Ticket), **shapes.refusals(403, 503)},
    )
    def post(self, request: Request, key: str) -> Response:
        """Leave a message for a team that did not answer; it answers by mail, nothing can be read here."""
        ticket = tickets.leave_ticket(self.widget, **self.body(serializers.LeaveTicket))
        left = {"_id": str(ticket.id), "status": ticket.status, "createdAt": timestamp(ticket.created_at)}
        return answer("Ticket created successfully", left, status=201)
