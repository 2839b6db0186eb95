"""Conversations and messages over REST (SPEC §6)."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.tokens import Principal
from chat import access, payloads, selectors
from chat.actions import conversations, messages
from chat.api import serializers
from chat.api.answers import MAX_LIMIT, answer, number, page_of
from chat.api.parsing import JSONParser
from chat.errors import InvalidInput
from chat.models import Conversation, Status

MAX_SEQ = 2_147_483_647


class View(APIView):
    """What all endpoints share: who calls, and a body that has been checked."""

    parser_classes = (JSONParser,)

    def caller(self) -> Principal:
        """The person of the request's token."""
        return cast(Principal, self.request.user)

    def body(self, serializer: type[Serializer[Any]]) -> dict[str, Any]:
        """The request's body. Raises `ValidationError`, and `Forbidden` for a false `orgId` or `role`."""
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        if isinstance(self.request.user, Principal):
            access.check_claims(self.request.user, self.request.data)
        data: dict[str, Any] = checked.validated_data
        return data


class Conversations(View):
    """My conversations."""

    @extend_schema(request=serializers.StartConversation, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Start a conversation, or return the one that is not closed."""
        body = self.body(serializers.StartConversation)
        conversation, is_new = conversations.start_conversation(self.caller(), body.get("queueId"))
        done = "created" if is_new else "retrieved"
        return answer(f"Conversation {done} successfully", _payload(conversation))

    @extend_schema(operation_id="list_conversations", responses={200: dict})
    def get(self, request: Request) -> Response:
        """List my conversations: a customer's own, an agent's those it has or had last."""
        user = self.caller()
        mine = selectors.conversations().filter(organization_id=user.organization_id)
        mine = (
            mine.filter(customer_id=user.user_id) if user.is_customer else mine.filter(agent_id=user.user_id)
        )
        return _list(mine, request)


class ConversationDetail(View):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, conversation_id: str) -> Response:
        """Return one conversation."""
        conversation = access.readable_conversation(self.caller(), conversation_id)
        return answer("Conversation fetched successfully", _payload(conversation))


class ReadConversation(View):
    @extend_schema(request=None, responses={200: dict})
    def patch(self, request: Request, conversation_id: str) -> Response:
        """Mark all messages as read."""
        read = messages.mark_read_and_wait(messages.read_mark(self.caller(), conversation_id))
        return answer("Messages marked as read", {"conversationId": conversation_id, "seq": read.seq})


class EndConversation(View):
    @extend_schema(request=serializers.EndConversation, responses={200: dict})
    def post(self, request: Request, conversation_id: str) -> Response:
        """Close a conversation for good."""
        body = self.body(serializers.EndConversation)
        closed = conversations.close_conversation(self.caller(), conversation_id, body.get("reason", ""))
        return answer("Conversation closed successfully", _payload(closed))


class Messages(View):
    @extend_schema(request=serializers.SendMessage, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Send a message; with a `clientMessageId` a repetition returns the first one."""
        body = self.body(serializers.SendMessage)
        message = messages.message_to_send(
            self.caller(), body["conversationId"], body["content"], body.get("clientMessageId")
        )
        created = messages.send_and_wait(message)
        return answer("Message sent successfully", payloads.message(created.message))


class ConversationMessages(View):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, conversation_id: str) -> Response:
        """List messages in their order: by page, or those `after` or `before` a `seq`."""
        conversation = access.readable_conversation(self.caller(), conversation_id)
        if {"after", "before"} & set(request.query_params):
            return self._beside_a_seq(request, conversation)
        found, pagination = page_of(selectors.messages_of(conversation), request, default_limit=50)
        facts = selectors.message_facts(conversation, found)
        return Response(
            {
                "message": "Messages fetched successfully",
                "data": [payloads.message(message) for message in facts],
                "pagination": pagination,
            }
        )

    def _beside_a_seq(self, request: Request, conversation: Conversation) -> Response:
        limit = number(request, "limit", default=50, lowest=1, highest=MAX_LIMIT)
        after = number(request, "after", default=0, lowest=0, highest=MAX_SEQ)
        before = number(request, "before", default=MAX_SEQ, lowest=0, highest=MAX_SEQ)
        between = selectors.messages_of(conversation, after=after, before=before)
        found = (
            list(between[:limit])
            if "after" in request.query_params
            else selectors.latest_messages(between, limit)
        )
        facts = selectors.message_facts(conversation, found)
        return answer("Messages fetched successfully", [payloads.message(message) for message in facts])


class SupportConversations(View):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """List the organization's conversations; with `mine=true` those assigned to me."""
        user = access.staff(self.caller())
        found = selectors.conversations().filter(organization_id=user.organization_id)
        if request.query_params.get("mine") == "true":
            found = found.filter(agent_id=user.user_id)
        return _list(found, request, with_last_message=True)


def _list(found: Any, request: Request, *, with_last_message: bool = False) -> Response:
    status = request.query_params.get("status")
    if status is not None:
        if status not in Status.values:
            raise InvalidInput(f"status must be one of {', '.join(Status.values)}.", field="status")
        found = found.filter(status=status)
    found, pagination = page_of(found.order_by("-updated_at", "-id"), request, default_limit=20)
    data = [payloads.conversation(facts) for facts in selectors.conversations_facts(found)]
    if with_last_message:
        last = selectors.last_texts(found)
        data = [{**payload, "lastMessage": last.get(payload["_id"])} for payload in data]
    return Response({"message": "Conversations fetched successfully", "data": data, "pagination": pagination})


def _payload(conversation: Conversation) -> payloads.Payload:
    return payloads.conversation(selectors.conversation_facts(conversation))
