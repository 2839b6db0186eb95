"""Search in what people have said (SPEC §6)."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import access, payloads, search, selectors
from chat.api import shapes, throttles
from chat.api.answers import page_number_and_limit, paged_answer
from chat.api.base import View
from chat.api.parameters import page_and_limit
from chat.models import Message

WORDS = OpenApiParameter(
    "q",
    {"type": "string", "minLength": 1, "maxLength": search.MAX_QUERY_CHARACTERS},
    required=True,
    description="Words that must all occur; the last one may be the beginning of a word.",
)


class MessageSearch(View):
    throttle_classes = (throttles.Searches,)

    @extend_schema(
        operation_id="search_messages",
        parameters=[WORDS, *page_and_limit(20)],
        responses={200: shapes.pages(shapes.FoundMessage), **shapes.refusals(400)},
    )
    def get(self, request: Request) -> Response:
        """Find what people said in the conversations I may read, newest first: the 500 newest hits."""
        user = self.caller()
        page, limit = page_number_and_limit(request, default_limit=20)
        words = search.words_of(request.query_params.get("q", ""))
        ids = search.message_ids(
            words,
            organization_id=user.organization_id,
            customer_id=user.user_id if user.is_customer else None,
        )[: search.MAX_HITS]
        wanted = ids[(page - 1) * limit : page * limit]
        messages = Message.objects.select_related("sender", "media", "conversation__customer").in_bulk(wanted)
        # The index knows whose they are; even so, what may be read is decided in one place.
        found = [
            message
            for message in map(messages.get, wanted)
            if message is not None and access.may_read(user, message.conversation)
        ]
        facts = selectors.facts_of_messages(found)
        data = [
            {
                **payloads.message(fact, self.viewer()),
                "snippet": search.snippet(message.text, words),
                "conversation": _summary(message),
            }
            for fact, message in zip(facts, found, strict=True)
        ]
        return paged_answer("Messages found successfully", data, page, limit, total=len(ids))


def _summary(message: Message) -> payloads.Payload:
    conversation = message.conversation
    return {
        "_id": str(conversation.id),
        "status": conversation.status,
        "userId": payloads.support(selectors.person(conversation.customer)),
    }
