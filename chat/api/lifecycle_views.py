"""Status, assignment and rating of a conversation over REST (SPEC §3, §6)."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens import Principal
from chat import access, payloads, selectors
from chat.actions import conversations, ratings, resolving, routing
from chat.api import serializers, shapes
from chat.api.answers import answer
from chat.api.base import View
from chat.models import Conversation, Status


class ConversationStatus(View):
    @extend_schema(
        operation_id="change_status",
        request=serializers.ChangeStatus,
        responses={200: shapes.answer(shapes.Conversation), **shapes.refusals(403, 409, 503)},
    )
    def patch(self, request: Request, conversation_id: str) -> Response:
        """Resolve a conversation, open it again, let it wait in its queue again, or close it."""
        status = Status(self.body(serializers.ChangeStatus)["status"])
        changed = _change_status(access.staff(self.caller()), conversation_id, status)
        return answer("Conversation status updated successfully", _payload(changed))


class Reassign(View):
    @extend_schema(
        operation_id="reassign",
        request=serializers.Reassign,
        responses={200: shapes.answer(shapes.Conversation), **shapes.refusals(403, 404, 409, 503)},
    )
    def post(self, request: Request) -> Response:
        """Give a conversation to an agent, whoever has it now."""
        body = self.body(serializers.Reassign)
        given = routing.reassign(self.caller(), body["conversationId"], body["supportId"])
        return answer("Conversation reassigned successfully", _payload(given))


class ConversationRating(View):
    @extend_schema(
        operation_id="rate_conversation",
        request=serializers.RateConversation,
        responses={200: shapes.answer(shapes.Conversation), **shapes.refusals(403, 409, 503)},
    )
    def post(self, request: Request, conversation_id: str) -> Response:
        """Rate a conversation that is closed or resolved."""
        body = self.body(serializers.RateConversation)
        rated = ratings.rate(self.caller(), conversation_id, body["score"], body.get("comment", ""))
        return answer("Conversation rated successfully", _payload(rated))


def _change_status(user: Principal, conversation_id: str, status: Status) -> Conversation:
    match status:
        case Status.RESOLVED:
            return resolving.resolve(user, conversation_id)
        case Status.CLOSED:
            return conversations.close_conversation(user, conversation_id)
        case Status.WAITING:
            return routing.return_to_queue(user, conversation_id)
        case Status.OPEN:
            return _open(user, conversation_id)


def _open(user: Principal, conversation_id: str) -> Conversation:
    """A resolved conversation is opened again; a waiting one is taken by who opens it."""
    found = access.readable_conversation(user, conversation_id)
    if found.status == Status.WAITING:
        return routing.claim(user, conversation_id)
    return resolving.reopen(user, UUID(str(found.id)))


def _payload(conversation: Conversation) -> payloads.Payload:
    return payloads.conversation(selectors.conversation_facts(conversation))
