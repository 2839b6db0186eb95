"""One transaction for many messages and read marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.ids import new_id
from chat import access
from chat.errors import Conflict, HelpdeskError, InvalidInput
from chat.events import MessageCreated, MessageFacts, ReceiptChanged
from chat.message_writer import rows
from chat.message_writer.requests import (
    Answer,
    ConversationResolved,
    MarkRead,
    Read,
    Request,
    SendMessage,
    Sent,
)
from chat.message_writer.stored import (
    LockedConversation,
    find_messages,
    find_participants,
    find_resent,
    has_assistant,
    lock_conversations,
    lock_media,
    owe_answers,
    resend_key,
    save_conversations,
    save_read_marks,
    save_sent_media,
)
from chat.models import Media, Message, MessageType, Status
from chat.models.change_counter import take_changes_of
from chat.selectors import media_facts, person


def commit(requests: Sequence[Request]) -> list[Answer | HelpdeskError]:
    """Do all of this in one transaction; answer each in its place, in their order.

    A request that its person may not make is answered with the error and hinders no other. A
    database error undoes all and is raised.
    """
    now = timezone.now()
    with transaction.atomic():
        batch = Batch(requests, now)
        answers = [batch.answer(request) for request in requests]
        batch.write()
    return answers


class Batch:
    """The requests of one transaction and the rows they concern."""

    def __init__(self, requests: Sequence[Request], now: datetime) -> None:
        self.now = now
        self.conversations = lock_conversations({request.conversation_id for request in requests})
        self._sends = [request for request in requests if isinstance(request, SendMessage)]
        self._marks = [request for request in requests if isinstance(request, MarkRead)]
        self._resent = find_resent(self._sends)
        self._participants = find_participants(self._marks)
        self._read_messages = find_messages(self._marks)
        self._media = lock_media(self._sends)
        self._new: list[rows.NewMessage] = []
        self._moved: set[tuple[UUID, UUID]] = set()
        self._sent_media: list[Media] = []
        self._owed: set[UUID] = set()

    def answer(self, request: Request) -> Answer | HelpdeskError:
        """Do one request in memory."""
        try:
            return self._send(request) if isinstance(request, SendMessage) else self._mark(request)
        except HelpdeskError as error:
            return error

    def write(self) -> None:
        """Write all rows that changed."""
        save_sent_media(self._sent_media)
        self._number_changes()
        rows.insert(self._new, self.now)
        owe_answers(self._owed, self.now)
        save_read_marks([self._participants[key] for key in self._moved])
        save_conversations([row for row in self.conversations.values() if row.has_changed], self.now)

    def _number_changes(self) -> None:
        """Give each change its place in its organization's order.

        Comes after all locks, and the organizations in the order of their ids (see `take_changes_of`).
        """
        changes: defaultdict[UUID, list[tuple[LockedConversation, rows.NewMessage | None]]] = defaultdict(
            list
        )
        for message in self._new:
            conversation = self.conversations[message.conversation_id]
            changes[conversation.organization_id].append((conversation, message))
        for conversation_id, _ in self._moved:
            conversation = self.conversations[conversation_id]
            changes[conversation.organization_id].append((conversation, None))
        if not changes:
            return
        first = take_changes_of({one: len(places) for one, places in changes.items()})
        for organization_id, places in changes.items():
            for number, (conversation, new) in enumerate(places, start=first[organization_id]):
                conversation.change, conversation.has_changed = number, True
                if new is not None:
                    new.change = number

    def _conversation(self, conversation_id: UUID) -> LockedConversation:
        try:
            return self.conversations[conversation_id]
        except KeyError:
            raise access.no_such("conversation") from None

    def _send(self, request: SendMessage) -> Sent:
        conversation = self._conversation(request.conversation_id)
        access.check_may_read(request.sender, conversation)
        key = resend_key(request)
        if key is not None and (first := self._resent.get(key)) is not None:
            # Looked up before the right to write: a resend of what was acknowledged gets its answer
            # even when the conversation has been closed or handed on since.
            if not _is_the_same(request, first):
                raise Conflict(
                    "This clientMessageId belongs to another message. Use a new one for each message."
                )
            return Sent(self._created(conversation, first, request), is_new=False)
        access.check_may_send(request.sender, conversation)
        if conversation.status == Status.RESOLVED and request.sender.is_customer:
            raise ConversationResolved("This conversation is resolved and is being opened again.")
        media = self._media_to_send(request, conversation)
        conversation.last_seq += 1
        conversation.version += 1
        conversation.has_messages = True
        message = rows.NewMessage(
            id=new_id(),
            conversation_id=conversation.id,
            seq=conversation.last_seq,
            version=conversation.version,
            created_version=conversation.version,
            change=0,
            sender_id=request.sender.user_id,
            type=media.type if media else MessageType.TEXT,
            text=request.text,
            media_id=request.media_id,
            client_message_id=request.client_message_id,
            created_at=self.now,
        )
        self._new.append(message)
        if key is not None:
            self._resent[key] = message
        is_assisted = has_assistant(conversation)
        is_owed = request.sender.is_customer and is_assisted
        if is_owed:
            self._owed.add(conversation.id)
        is_listed = is_assisted or conversation.status == Status.WAITING
        return Sent(
            self._created(conversation, message, request),
            is_new=True,
            listed_in=conversation.queue_id if is_listed else None,
            is_owed=is_owed,
        )

    def _media_to_send(self, request: SendMessage, conversation: LockedConversation) -> Media | None:
        if request.media_id is None:
            return None
        media = access.sendable_media(request.sender, self._media.get(request.media_id), conversation.id)
        if request.type is not None and request.type != media.type:
            raise InvalidInput(
                f"The media is of the type {media.type}, not {request.type}.", field="messageType"
            )
        if media.conversation_id is None:
            media.conversation_id = conversation.id
            self._sent_media.append(media)
        return media

    def _created(
        self, conversation: LockedConversation, message: Message | rows.NewMessage, request: SendMessage
    ) -> MessageCreated:
        conversation_id, sender_id = str(conversation.id), request.sender.user_id
        concerned = [
            str(user_id)
            for user_id in (conversation.customer_id, conversation.agent_id)
            if user_id is not None and user_id != sender_id
        ]
        return MessageCreated(
            conversation_id=conversation_id,
            version=message.version,
            message=MessageFacts(
                id=str(message.id),
                conversation_id=conversation_id,
                seq=message.seq,
                version=message.version,
                type=message.type,
                text=message.text,
                sender=person(request.sender),
                client_message_id=message.client_message_id,
                created_at=message.created_at,
                media=media_facts(self._media.get(message.media_id)) if message.media_id else None,
                edited_at=message.edited_at if isinstance(message, Message) else None,
                deleted_at=message.deleted_at if isinstance(message, Message) else None,
            ),
            notify=tuple(sorted(concerned)),
        )

    def _mark(self, request: MarkRead) -> Read:
        conversation = self._conversation(request.conversation_id)
        access.check_may_read(request.reader, conversation)
        seq, message_id = self._last_read(request, conversation)
        participant = self._participants.get((conversation.id, request.reader.user_id))
        if participant is None or participant.read_seq >= seq:
            # Somebody who only watches leaves no mark, and a mark never goes back.
            return Read(participant.read_seq if participant else 0, receipt=None)
        conversation.version += 1
        participant.read_seq, participant.read_at, participant.version = seq, self.now, conversation.version
        self._moved.add((conversation.id, request.reader.user_id))
        receipt = ReceiptChanged(
            conversation_id=str(conversation.id),
            version=conversation.version,
            seq=seq,
            message_id=str(message_id),
            reader=person(request.reader),
            read_at=self.now,
        )
        return Read(seq, receipt)

    def _last_read(self, request: MarkRead, conversation: LockedConversation) -> tuple[int, UUID | None]:
        if request.message_id is not None:
            found = self._read_messages.get(request.message_id)
            if found is None or found[0] != conversation.id:
                raise access.no_such("message")
            return found[1], request.message_id
        for message in reversed(self._new):
            if message.conversation_id == conversation.id:
                return message.seq, message.id
        last = Message.objects.filter(conversation_id=conversation.id, seq=conversation.last_seq)
        return conversation.last_seq, last.values_list("id", flat=True).first()


def _is_the_same(request: SendMessage, first: Message | rows.NewMessage) -> bool:
    if isinstance(first, Message) and (first.edited_at or first.deleted_at):
        return True  # what it said at first stands no more, and whoever sends it again could not know
    return (first.text, first.media_id) == (request.text, request.media_id)
