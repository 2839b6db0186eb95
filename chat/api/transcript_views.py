"""Transcripts over REST: downloaded, or sent by mail (SPEC §6)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import access
from chat.actions import transcripts
from chat.api import serializers, shapes, throttles
from chat.api.answers import answer
from chat.api.base import View
from chat.errors import InvalidInput
from chat.transcripts.formats import DEFAULT_FORMAT, FORMATS, file_name
from chat.transcripts.reading import heading_of


class Transcript(View):
    throttle_classes = (throttles.TranscriptMails,)

    @extend_schema(
        operation_id="download_transcript",
        parameters=[
            OpenApiParameter(
                "format",
                enum=list(FORMATS),
                default=DEFAULT_FORMAT,
                description="What the file is: plain text, a page, or JSON.",
            )
        ],
        responses={
            (200, "text/plain"): str,
            (200, "text/html"): str,
            (200, "application/json"): shapes.Transcript,
        },
    )
    def get(self, request: Request, conversation_id: str) -> StreamingHttpResponse:
        """Download a conversation as a file: everything that was said, without internal notes."""
        name = request.query_params.get("format", DEFAULT_FORMAT)
        form = FORMATS.get(name)
        if form is None:
            raise InvalidInput(f"format must be one of {', '.join(FORMATS)}.", field="format")
        conversation = access.readable_conversation(self.caller(), conversation_id)
        response = StreamingHttpResponse(
            _read_as_it_is_sent(form.pieces(heading_of(conversation))), content_type=form.content_type
        )
        response["Content-Disposition"] = f'attachment; filename="{file_name(conversation, name)}"'
        response["Content-Security-Policy"] = form.content_security_policy
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response

    @extend_schema(
        operation_id="mail_transcript",
        request=serializers.MailTranscript,
        responses={202: shapes.answer(shapes.MailedTranscript), **shapes.refusals(403, 429, 503)},
    )
    def post(self, request: Request, conversation_id: str) -> Response:
        """Send a conversation by mail; a customer only to its own address, also without naming it."""
        email = self.body(serializers.MailTranscript).get("email")
        mail = transcripts.mail_transcript(self.caller(), conversation_id, email)
        return answer(
            "Transcript will be sent",
            {"_id": str(mail.id), "conversationId": conversation_id, "email": mail.to},
            status=202,
        )


async def _read_as_it_is_sent(pieces: Iterator[str]) -> AsyncIterator[bytes]:
    # In the request's own thread, where its database connection is.
    @sync_to_async
    def read_next() -> str | None:
        return next(pieces, None)

    while (piece := await read_next()) is not None:
        yield piece.encode()
