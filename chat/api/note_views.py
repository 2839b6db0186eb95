"""Internal notes over REST, for agents and admins (SPEC §4)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import access, payloads, selectors
from chat.actions import notes
from chat.api import serializers, shapes
from chat.api.answers import answer
from chat.api.base import View


class Notes(View):
    @extend_schema(
        operation_id="list_notes",
        responses={200: shapes.answers(shapes.Note), **shapes.refusals(403)},
    )
    def get(self, request: Request, conversation_id: str) -> Response:
        """List the notes of a conversation in their order."""
        conversation = access.readable_conversation(access.staff(self.caller()), conversation_id)
        found = map(selectors.note_facts, selectors.notes_of(conversation))
        return answer("Notes fetched successfully", [payloads.note(note) for note in found])

    @extend_schema(
        operation_id="add_note",
        request=serializers.AddNote,
        responses={201: shapes.answer(shapes.Note), **shapes.refusals(403, 409, 503)},
    )
    def post(self, request: Request, conversation_id: str) -> Response:
        """Add a note; with a `clientMessageId` a repetition returns the first one."""
        body = self.body(serializers.AddNote)
        note = notes.add_note(self.caller(), conversation_id, body["content"], body.get("clientMessageId"))
        return answer("Note added successfully", payloads.note(selectors.note_facts(note)), status=201)
