"""What answers look like, for the OpenAPI schema; `chat.payloads` makes them, and tests compare the two."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema_field, inline_serializer
from rest_framework import serializers

from chat.models import MediaType, MessageType, Status
from chat.models import Ticket as TicketModel
from chat.payloads import ROLE_NAMES

Shape = serializers.Serializer[Any]


@extend_schema_field(
    {
        "type": "string",
        "format": "date-time",
        "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
        "examples": ["2025-10-24T10:00:00.000Z"],
    }
)
class Time(serializers.CharField):
    """ISO 8601 UTC with milliseconds and `Z` (SPEC §5)."""


class Count(serializers.IntegerField):
    """A number of things."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, **options)


class Person(Shape):
    _id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    role = serializers.ChoiceField(list(ROLE_NAMES.values()))


class Customer(Shape):
    _id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    phone = serializers.CharField()
    isOnline = serializers.BooleanField()


class QueueName(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()


class Rating(Shape):
    score = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField()


class Conversation(Shape):
    _id = serializers.UUIDField()
    userId = Customer()
    assignedSupportId = Person(allow_null=True)
    status = serializers.ChoiceField(Status.choices)
    unreadCount = serializers.DictField(
        child=Count(), help_text="For each participant's id: how many messages of others it has not read."
    )
    readSeq = serializers.DictField(
        child=Count(), help_text="For each participant's id: up to which message it has read."
    )
    rating = Rating(allow_null=True)
    lastSeq = Count()
    queue = QueueName(allow_null=True)
    createdAt = Time()
    updatedAt = Time()


class ListedConversation(Conversation):
    lastMessage = serializers.CharField(allow_null=True, help_text="What a person said last.")
    waitingSince = Time(allow_null=True, help_text="Since when it waits in its queue; null: it does not.")


class Media(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.ChoiceField(MediaType.choices)
    url = serializers.URLField(help_text="For this caller alone, and not for long.")
    thumbnailUrl = serializers.URLField(allow_null=True)
    format = serializers.CharField(help_text="image/png, audio/mpeg, …")
    size = Count(help_text="Bytes.")
    width = Count(allow_null=True)
    height = Count(allow_null=True)


class Message(Shape):
    _id = serializers.UUIDField()
    conversationId = serializers.UUIDField()
    seq = serializers.IntegerField(min_value=1)
    senderId = Person(allow_null=True, help_text="Null: the system.")
    messageType = serializers.ChoiceField(MessageType.choices)
    content = serializers.CharField()
    media = Media(allow_null=True)
    isRead = serializers.BooleanField(help_text="Somebody of the other side has read it.")
    clientMessageId = serializers.CharField(allow_null=True)
    createdAt = Time()
    editedAt = Time(allow_null=True)
    deletedAt = Time(allow_null=True, help_text="Set: its text and media are gone, its place stays.")


class Note(Shape):
    _id = serializers.UUIDField()
    conversationId = serializers.UUIDField()
    afterSeq = Count(help_text="The last message that stood there when it was written.")
    authorId = Person(allow_null=True)
    content = serializers.CharField()
    clientMessageId = serializers.CharField(allow_null=True)
    createdAt = Time()


class ConversationSummary(Shape):
    _id = serializers.UUIDField()
    status = serializers.ChoiceField(Status.choices)
    userId = Person()


class FoundMessage(Message):
    snippet = serializers.CharField(help_text="The place where the words are, as plain text on one line.")
    conversation = ConversationSummary()


class Changes(Shape):
    conversations = Conversation(many=True)
    messages = Message(many=True)
    cursor = serializers.CharField(help_text="Where to go on the next time.")
    more = serializers.BooleanField(help_text="There is more already: ask again at once.")


class ReadMark(Shape):
    conversationId = serializers.UUIDField()
    seq = Count(help_text="Read up to this message.")


class TranscriptCustomer(Shape):
    name = serializers.CharField()
    email = serializers.CharField()


class TranscriptMedia(Shape):
    name = serializers.CharField()
    type = serializers.ChoiceField(MediaType.choices)
    size = Count(help_text="Bytes.")


class TranscriptMessage(Shape):
    seq = serializers.IntegerField(min_value=1)
    sentAt = Time()
    senderName = serializers.CharField()
    senderRole = serializers.CharField()
    type = serializers.ChoiceField(MessageType.choices)
    text = serializers.CharField()
    media = TranscriptMedia(allow_null=True)
    editedAt = Time(allow_null=True)
    deletedAt = Time(allow_null=True)


class Transcript(Shape):
    conversationId = serializers.UUIDField()
    organization = serializers.CharField()
    customer = TranscriptCustomer()
    queue = serializers.CharField()
    agents = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(Status.choices)
    startedAt = Time()
    endedAt = Time(allow_null=True)
    messages = TranscriptMessage(many=True)


class MailedTranscript(Shape):
    _id = serializers.UUIDField(help_text="Of the mail.")
    conversationId = serializers.UUIDField()
    email = serializers.EmailField(help_text="Where it is sent.")


class Ticket(Shape):
    _id = serializers.UUIDField()
    status = serializers.ChoiceField(TicketModel.Status.values)
    createdAt = Time()


class TeamMember(Shape):
    _id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    role = serializers.ChoiceField(list(ROLE_NAMES.values()))
    status = serializers.CharField()
    lastSeen = Time(allow_null=True)


class Queue(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()
    waiting = Count()
    agentsOnline = Count()
    longestWaitSeconds = Count(allow_null=True)
    eta = Count(allow_null=True, help_text="Seconds for who comes now; null where nobody can tell.")


class WidgetQueue(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()
    open = serializers.BooleanField()
    agentsOnline = Count()


class PreChatField(Shape):
    name = serializers.ChoiceField(["name", "email"])
    required = serializers.BooleanField()  # type: ignore[assignment]


class MediaLimits(Shape):
    types = serializers.ListField(child=serializers.ChoiceField(MediaType.choices))
    maxFiles = Count(help_text="At once.")
    maxBytes = Count(help_text="Of each.")


class WidgetProfile(Shape):
    name = serializers.CharField()
    color = serializers.CharField()
    greeting = serializers.CharField()
    preChat = PreChatField(many=True, help_text="What the form before a chat asks for.")
    requiresIdentity = serializers.BooleanField(help_text="Only people with a userHash may chat.")
    queues = WidgetQueue(many=True)
    businessHours = serializers.JSONField()
    media = MediaLimits()


class Inactivity(Shape):
    warningSeconds = Count()
    closeSeconds = Count()


class Config(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()
    greeting = serializers.CharField()
    color = serializers.CharField()
    queues = WidgetQueue(many=True)
    assistant = serializers.JSONField()
    inactivity = Inactivity()
    media = MediaLimits()


class Profile(Person):
    email = serializers.CharField()
    name = serializers.CharField()
    phone = serializers.CharField()
    avatar = serializers.URLField(allow_null=True)
    isVerified = serializers.BooleanField(
        help_text="Signed in, or vouched for by the company; else name and e-mail are claims."
    )


class IceServer(Shape):
    urls = serializers.ListField(child=serializers.CharField())
    username = serializers.CharField(required=False)
    credential = serializers.CharField(required=False)


class IceServers(Shape):
    iceServers = IceServer(many=True, help_text="As RTCPeerConnection takes them.")
    ttlSeconds = Count(help_text="How long the credentials are good.")


class Spans(Shape):
    count = Count()
    averageSeconds = serializers.FloatField(allow_null=True)
    longestSeconds = serializers.FloatField(allow_null=True)


class Ratings(Shape):
    count = Count()
    average = serializers.FloatField(allow_null=True, min_value=1, max_value=5)
    byScore = serializers.DictField(child=Count(), help_text="For each score from 1 to 5: how often.")


class StatusCounts(Shape):
    open = Count()
    waiting = Count()
    resolved = Count()
    closed = Count()


class Figures(Shape):
    conversations = Count()
    byStatus = StatusCounts()
    waits = Spans(help_text="From when one began to wait until somebody had it.")
    firstResponses = Spans(help_text="From its start to the first message of the team.")
    handlings = Spans(help_text="From when an agent got it until it was over or somebody else's.")
    ratings = Ratings()


class AgentFigures(Figures):
    agent = Person(allow_null=True, help_text="Null: nobody had them.")


class QueueFigures(Figures):
    queue = QueueName(allow_null=True)


class Statistics(Shape):
    """The figures of all agents, and those of all queues, add up to `total`."""

    locals()["from"] = Time()
    to = Time()
    total = Figures()
    agents = AgentFigures(many=True)
    queues = QueueFigures(many=True)


class Tokens(Shape):
    access = serializers.CharField()
    refresh = serializers.CharField()


class Visitor(Shape):
    _id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()


class VisitorTokens(Tokens):
    visitor = Visitor()


class Pagination(Shape):
    currentPage = serializers.IntegerField(min_value=1)
    totalPages = Count()
    totalItems = Count()


@extend_schema_field({"const": False})
class Never(serializers.BooleanField):
    """False, always."""


class Error(Shape):
    """Every refusal."""

    success = Never()
    message = serializers.CharField(help_text="What was wrong and what is allowed; fit to be shown.")
    code = serializers.CharField(help_text="The same codes as in acknowledgements of socket events.")
    errors = serializers.DictField(  # type: ignore[assignment]
        required=False,
        child=serializers.ListField(child=serializers.CharField()),
        help_text="For each field: what was wrong with it.",
    )


@cache
def answer(data: type[Shape]) -> Shape:
    """The envelope of one thing: `{message, data}` (SPEC §6)."""
    return _envelope(f"{data.__name__}Answer", data=data())


@cache
def answers(data: type[Shape]) -> Shape:
    """The envelope of a list."""
    return _envelope(f"{data.__name__}List", data=data(many=True))


@cache
def pages(data: type[Shape], *, pagination_required: bool = True) -> Shape:
    """The envelope of one page of a list: `{message, data, pagination}`."""
    pagination = Pagination(required=pagination_required)
    return _envelope(f"{data.__name__}Page", data=data(many=True), pagination=pagination)


def _envelope(name: str, **fields: serializers.Field[Any, Any, Any, Any]) -> Shape:
    envelope: Shape = inline_serializer(name, {"message": serializers.CharField(), **fields})
    return envelope


REFUSALS = {
    400: (
        "What was sent is not what is asked for; `errors` names the fields.",
        "invalid",
        "The request is not valid.",
    ),
    401: ("No token, or one that opens nothing: get a new one.", "token_expired", "The token has expired."),
    403: ("Known, but not allowed to do this.", "forbidden", "Only agents can do that."),
    404: (
        "It does not exist, or is not yours: one answer for both.",
        "not_found",
        "There is no such conversation.",
    ),
    409: (
        "It is no longer as you thought.",
        "conversation_closed",
        "This conversation is closed. Start a new one to write again.",
    ),
    413: (
        "The body is too large.",
        "too_large",
        "The body is too large: at most 2,621,440 bytes are allowed.",
    ),
    415: (
        "A body of this type is not read here.",
        "unsupported_media_type",
        'Unsupported media type "text/plain" in request.',
    ),
    429: (
        "Too many requests; `Retry-After` says for how many seconds to wait.",
        "rate_limited",
        "That was too often. Please try again in 30 seconds.",
    ),
    503: (
        "Not done just now; try again.",
        "unavailable",
        "The message was not stored. Please send it again.",
    ),
}
"""For each status what it means, and an example's code and message."""


def refusals(*status_codes: int) -> dict[int, OpenApiResponse]:
    """The errors an endpoint answers with, in the one shape they have."""
    return {code: _refusal(*REFUSALS[code]) for code in status_codes}


def _refusal(description: str, code: str, message: str) -> OpenApiResponse:
    example = OpenApiExample(code, value={"success": False, "message": message, "code": code})
    return OpenApiResponse(Error, description=description, examples=[example])
