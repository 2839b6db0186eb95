"""Conversations over REST (SPEC §6)."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import access, payloads, selectors
from chat.actions import conversations, messages
from chat.api import serializers, shapes
from chat.api.answers import answer
from chat.api.base import View
from chat.api.listing import asked_for, page_of
from chat.api.parameters import SEARCH, STATUS, page_and_limit
from chat.estimates import waiting_places
from chat.models import Conversation, Status


class Conversations(View):
    """My conversations."""

    @extend_schema(
        operation_id="start_conversation",
        request=serializers.StartConversation,
        responses={200: shapes.answer(shapes.Conversation), **shapes.refusals(403, 404, 503)},
    )
    def post(self, request: Request) -> Response:
        """Start a conversation, or return the one that is not closed."""
        body = self.body(serializers.StartConversation)
        conversation, is_new = conversations.start_conversation(
            self.caller(), body.get("queueId"), body.get("context")
        )
        done = "created" if is_new else "retrieved"
        return answer(f"Conversation {done} successfully", _payload(conversation))

    @extend_schema(
        operation_id="list_conversations",
        parameters=[*page_and_limit(20), STATUS, SEARCH],
        responses={200: shapes.pages(shapes.Conversation)},
    )
    def get(self, request: Request) -> Response:
        """List my conversations, the latest changed first; an agent's are those it has or had last."""
        user = self.caller()
        wanted = asked_for(request, user)
        mine = wanted if user.is_customer else wanted.filter(agent_id=user.user_id)
        found, pagination = page_of(mine, request, user)
        data = [payloads.conversation(facts) for facts in selectors.conversations_facts(found)]
        return Response(
            {"message": "Conversations fetched successfully", "data": data, "pagination": pagination}
        )


class ConversationDetail(View):
    @extend_schema(operation_id="get_conversation", responses={200: shapes.answer(shapes.ConversationInLine)})
    def get(self, request: Request, conversation_id: str) -> Response:
        """Return one conversation, and where it stands in its queue if it waits."""
        conversation = access.readable_conversation(self.caller(), conversation_id)
        place = None
        if conversation.status == Status.WAITING:
            key = str(conversation.id)
            place = waiting_places([key], timezone.now()).get(key)
        in_line = {"queuePosition": place.position if place else None, "eta": place.eta if place else None}
        return answer("Conversation fetched successfully", {**_payload(conversation), **in_line})


class ReadConversation(View):
    @extend_schema(
        operation_id="read_conversation",
        request=None,
        responses={200: shapes.answer(shapes.ReadMark), **shapes.refusals(503)},
    )
    def patch(self, request: Request, conversation_id: str) -> Response:
        """Mark all messages as read."""
        read = messages.mark_read_and_wait(messages.read_mark(self.caller(), conversation_id))
        return answer("Messages marked as read", {"conversationId": conversation_id, "seq": read.seq})


class EndConversation(View):
    @extend_schema(
        operation_id="end_conversation",
        request=serializers.EndConversation,
        responses={200: shapes.answer(shapes.Conversation), **shapes.refusals(403, 503)},
    )
    def post(self, request: Request, conversation_id: str) -> Response:
        """Close a conversation for good."""
        body = self.body(serializers.EndConversation)
        closed = conversations.close_conversation(self.caller(), conversation_id, body.get("reason", ""))
        return answer("Conversation closed successfully", _payload(closed))


def _payload(conversation: Conversation) -> payloads.Payload:
    return payloads.conversation(selectors.conversation_facts(conversation))
