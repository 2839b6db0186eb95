"""Messages over REST (SPEC §6)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import access, payloads, selectors
from chat.actions import messages, revisions
from chat.api import serializers, shapes
from chat.api.answers import MAX_LIMIT, answer, number, page_number_and_limit, paged_answer
from chat.api.base import View
from chat.api.parameters import page_and_limit, whole_number
from chat.models import Conversation

MAX_SEQ = 2_147_483_647


class Messages(View):
    @extend_schema(
        operation_id="send_message",
        request=serializers.SendMessage,
        responses={200: shapes.answer(shapes.Message), **shapes.refusals(403, 404, 409, 503)},
    )
    def post(self, request: Request) -> Response:
        """Send a message; with a `clientMessageId` a repetition returns the first one."""
        body = self.body(serializers.SendMessage)
        message = messages.message_to_send(
            self.caller(),
            body["conversationId"],
            body.get("content"),
            body.get("clientMessageId"),
            media_id=body.get("mediaId"),
            message_type=body.get("messageType"),
        )
        created = messages.send_and_wait(message)
        return answer("Message sent successfully", payloads.message(created.message, self.viewer()))


class ConversationMessages(View):
    """A GET names a conversation, PATCH and DELETE name one of its messages (SPEC §6)."""

    @extend_schema(
        operation_id="list_messages",
        parameters=[
            *page_and_limit(50),
            whole_number("after", "Only those with a higher seq.", lowest=0, highest=MAX_SEQ),
            whole_number("before", "Only those with a lower seq.", lowest=0, highest=MAX_SEQ),
        ],
        responses={200: shapes.pages(shapes.Message, pagination_required=False)},
    )
    def get(self, request: Request, conversation_or_message_id: str) -> Response:
        """List messages in their order: by page, or those `after` or `before` a `seq`."""
        conversation = access.readable_conversation(self.caller(), conversation_or_message_id)
        if {"after", "before"} & set(request.query_params):
            return self._beside_a_seq(request, conversation)
        page, limit = page_number_and_limit(request, default_limit=50)
        # Numbered without gaps, so a page is a range of numbers and nothing has to be counted.
        first = (page - 1) * limit
        found = selectors.messages_of(conversation, after=first, before=first + limit + 1)
        facts = selectors.message_facts(conversation, found)
        data = [payloads.message(message, self.viewer()) for message in facts]
        return paged_answer("Messages fetched successfully", data, page, limit, total=conversation.last_seq)

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
        return answer(
            "Messages fetched successfully", [payloads.message(message, self.viewer()) for message in facts]
        )

    @extend_schema(
        operation_id="edit_message",
        request=serializers.EditMessage,
        responses={200: shapes.answer(shapes.Message), **shapes.refusals(403, 404, 409, 503)},
    )
    def patch(self, request: Request, conversation_or_message_id: str) -> Response:
        """Replace what a message says: its sender, or an admin."""
        body = self.body(serializers.EditMessage)
        facts = revisions.edit_message(self.caller(), conversation_or_message_id, body["content"])
        return answer("Message edited successfully", payloads.message(facts, self.viewer()))

    @extend_schema(
        operation_id="delete_message",
        request=None,
        responses={200: shapes.answer(shapes.Message), **shapes.refusals(403, 404, 409, 503)},
    )
    def delete(self, request: Request, conversation_or_message_id: str) -> Response:
        """Take away what a message says, its sender or an admin; its place in the conversation stays."""
        facts = revisions.delete_message(self.caller(), conversation_or_message_id)
        return answer("Message deleted successfully", payloads.message(facts, self.viewer()))
