"""Every permission rule (SPEC §2, §3, §6): a function returns the object or raises, never None.

What is not yours and what does not exist are the same `NotFound`, so that nobody can probe ids.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet

from accounts import origins
from accounts.models import Role, User
from accounts.tokens import Principal
from chat.errors import Conflict, ConversationClosed, Forbidden, InvalidInput, NotAssigned, NotFound
from chat.models import Conversation, Media, Message, Status
from chat.payloads import ROLE_NAMES
from queueing import line
from queueing.models import Queue, Skill
from queueing.models.entry import MAX_SKILLS


class ConversationOwnership(Protocol):
    """The columns of a conversation that the rules look at; a row or a model has them."""

    @property
    def organization_id(self) -> UUID: ...
    @property
    def customer_id(self) -> UUID: ...
    @property
    def agent_id(self) -> UUID | None: ...
    @property
    def queue_id(self) -> UUID | None: ...
    @property
    def status(self) -> str: ...


def check_claims(principal: Principal, said: Any) -> None:
    """Compare what a client says of itself with what the database says; believe nothing (SPEC §2).

    Looks at `orgId`, `userEmail` and `role` of a handshake or a body. Raises `Forbidden` for a
    claim that is not true.
    """
    if not isinstance(said, Mapping):
        return
    true_claims = {
        "orgId": {str(principal.organization_id), principal.organization_slug},
        "userEmail": {principal.email.lower()},
        "role": {principal.role, ROLE_NAMES[principal.role].lower()},
    }
    for name, true_values in true_claims.items():
        claimed = said.get(name)
        if claimed is not None and (
            not isinstance(claimed, str) or claimed.strip().lower() not in true_values
        ):
            raise Forbidden(f"The {name} is not that of the token.")


def check_origin(origin: str | None, host: str, widget_origins: Set[str] = frozenset()) -> None:
    """Let in what no page, one of ours or one of the widget's own sites asks for (SPEC §7).

    `origin` and `host` are the request's headers of these names. Raises `Forbidden` for any other page.
    """
    if not origins.is_trusted(origin, host) and not origins.is_listed(origin or "", widget_origins):
        raise Forbidden("This site may not use this widget. Its admin can add it to the allowed origins.")


def check_may_change_email(user: User) -> None:
    """Visitors change the e-mail address they claim, nobody the one that says who it is.

    `user` comes with its `visitor`. Raises `Forbidden`.
    """
    visitor = getattr(user, "visitor", None)
    if visitor is None:
        raise Forbidden("Your e-mail address is what you sign in with: ask an admin to change it.")
    if visitor.verified_identity and visitor.verified_identity == user.email.lower():
        raise Forbidden("Your e-mail address says who you are here: change it at the site you come from.")


def parse_id(value: str, what: str = "conversation") -> UUID:
    """Read an id as a client writes it. Raises `NotFound` for what cannot be one: nothing has such an id."""
    try:
        return UUID(value)
    except ValueError:
        raise no_such(what) from None


def no_such(what: str) -> NotFound:
    """The one answer for "does not exist" and "is not yours"."""
    return NotFound(f"There is no such {what}.")


def check_may_read(principal: Principal, conversation: ConversationOwnership) -> None:
    """Customers read their own conversations, agents and admins those of their organization."""
    if conversation.organization_id != principal.organization_id:
        raise no_such("conversation")
    if not principal.is_staff_member and conversation.customer_id != principal.user_id:
        raise no_such("conversation")


def check_may_write(principal: Principal, conversation: ConversationOwnership) -> None:
    """The customer, the agent who has the chat, and admins write; to a closed one nobody (SPEC §3)."""
    check_may_read(principal, conversation)
    if conversation.status == Status.CLOSED:
        raise ConversationClosed("This conversation is closed. Start a new one to write again.")
    if principal.is_customer or principal.is_admin or conversation.agent_id == principal.user_id:
        return
    raise NotAssigned("Only the agent who has this chat can do that. Take the chat first.")


def check_may_resolve(
    principal: Principal, conversation: ConversationOwnership, served: Collection[UUID]
) -> None:
    """As `check_may_write`, for staff; an agent also resolves what waits in a queue it serves (SPEC §3)."""
    staff(principal)
    if (
        conversation.status == Status.WAITING
        and conversation.organization_id == principal.organization_id
        and conversation.queue_id in served
    ):
        return
    check_may_write(principal, conversation)


def check_may_take_over(
    principal: Principal, conversation: ConversationOwnership, served: Collection[UUID]
) -> None:
    """Agents take what no agent has, out of the queues they serve; an admin also what an agent has (SPEC §3).

    Raises `Forbidden`, `NotFound`, `NotAssigned`, `Conflict` for a resolved one, and `ConversationClosed`.
    """
    check_may_read(staff(principal), conversation)
    if conversation.status == Status.WAITING and conversation.queue_id not in served:
        raise no_such("conversation")
    if conversation.status == Status.CLOSED:
        raise ConversationClosed("This chat is closed.")
    if conversation.status == Status.RESOLVED:
        raise Conflict("This conversation is resolved. Open it again first.")
    if conversation.agent_id not in (None, principal.user_id) and not principal.is_admin:
        raise NotAssigned("Another agent has this chat. Only an admin can take it over.")


def check_may_transfer(principal: Principal, conversation: ConversationOwnership) -> None:
    """Who has an open chat hands it on, and admins (SPEC §3).

    Raises `Forbidden`, `NotAssigned`, `ConversationClosed`, and `Conflict` for one that no agent has.
    """
    check_may_write(staff(principal), conversation)
    if conversation.status != Status.OPEN or conversation.agent_id is None:
        raise Conflict("Only a chat that an agent has can be transferred. Take it first.")


def check_may_revise(
    principal: Principal, conversation: ConversationOwnership, sender_id: UUID | None
) -> None:
    """Who sent a message may change it while it may write there; an admin always (SPEC §6)."""
    check_may_read(principal, conversation)
    if sender_id is None:
        raise Forbidden("System messages cannot be changed.")
    if principal.is_admin:
        return
    if sender_id != principal.user_id:
        raise Forbidden("Only the sender of a message, or an admin, can change it.")
    check_may_write(principal, conversation)


def sendable_media(principal: Principal, media: Media | None, conversation_id: UUID) -> Media:
    """A file is sent by its uploader, into one conversation. Raises `NotFound`."""
    if (
        media is None
        or media.organization_id != principal.organization_id
        or media.uploader_id != principal.user_id
        or media.conversation_id not in (None, conversation_id)
        # The file of a deleted message is removed after a while; its row stays.
        or not media.file
    ):
        raise no_such("media")
    return media


def viewable_media(principal: Principal, media_id: UUID) -> Media:
    """Find a file to look at: one's own until it is sent, then those of conversations that one may read.

    Raises `NotFound`, also for the file of a deleted message.
    """
    media = (
        Media.objects.select_related("conversation")
        .filter(id=media_id, organization_id=principal.organization_id)
        .exclude(file="")
        .first()
    )
    if media is None:
        raise no_such("media")
    if media.conversation is None:
        if media.uploader_id != principal.user_id:
            raise no_such("media")
        return media
    check_may_read(principal, media.conversation)
    if not media.messages.exists():
        raise no_such("media")
    return media


def agent_to_assign(admin: Principal, agent_id: str) -> User:
    """Find the agent or admin of the organization to whom an admin gives a chat.

    Raises `Forbidden` for everyone but admins, and `NotFound`.
    """
    if not admin.is_admin:
        raise Forbidden("Only admins can do that.")
    return _one_of_the_team(admin, id=parse_id(agent_id, "agent"))


def colleague(principal: Principal, id_or_email: str) -> User:
    """Find the agent or admin of the organization whom somebody names by id or e-mail address.

    Raises `NotFound`.
    """
    if "@" in id_or_email:
        return _one_of_the_team(principal, email__iexact=id_or_email.strip())
    return _one_of_the_team(principal, id=parse_id(id_or_email, "agent"))


def team(principal: Principal) -> QuerySet[User]:
    """The agents and admins of the organization, to whom a chat can be given."""
    return User.objects.filter(
        organization_id=principal.organization_id, role__in=(Role.AGENT, Role.ADMIN), is_active=True
    )


def _one_of_the_team(principal: Principal, **named: Any) -> User:
    found = team(principal).filter(**named).first()
    if found is None:
        raise no_such("agent")
    return found


def readable_conversations(principal: Principal) -> QuerySet[Conversation]:
    """All conversations that this person may read: `check_may_read`, for lists and search."""
    readable = Conversation.objects.filter(organization_id=principal.organization_id)
    return readable if principal.is_staff_member else readable.filter(customer_id=principal.user_id)


def may_read(principal: Principal, conversation: ConversationOwnership) -> bool:
    """Whether `check_may_read` lets somebody in: for lists, which leave out what may not be read."""
    try:
        check_may_read(principal, conversation)
    except NotFound:
        return False
    return True


def readable_conversation(principal: Principal, conversation_id: str) -> Conversation:
    """Find a conversation that this person may read. Raises `NotFound`."""
    found = (
        Conversation.objects.select_related("customer", "agent", "queue", "closed_by", "rating")
        .filter(id=parse_id(conversation_id), organization_id=principal.organization_id)
        .first()
    )
    if found is None:
        raise no_such("conversation")
    check_may_read(principal, found)
    return found


def readable_message(principal: Principal, message_id: str) -> Message:
    """Find a message of a conversation that this person may read. Raises `NotFound`."""
    found = (
        Message.objects.select_related("conversation")
        .filter(id=parse_id(message_id, "message"), conversation__organization_id=principal.organization_id)
        .first()
    )
    if found is None or (principal.is_customer and found.conversation.customer_id != principal.user_id):
        raise no_such("message")
    return found


def transcript_address(principal: Principal, conversation: Conversation, email: str | None) -> str:
    """Say where this person may have a transcript mailed; without `email`, to the customer's address.

    A customer gets it at its own address alone, so that nobody makes us write to strangers. The agent who
    has the chat and admins may send it anywhere. Raises `NotFound`, `NotAssigned`, `Forbidden` for somebody
    else's address, and `InvalidInput` where there is none.
    """
    check_may_read(principal, conversation)
    owns = principal.is_customer or principal.is_admin or conversation.agent_id == principal.user_id
    if not owns:
        raise NotAssigned("Only the agent who has this chat, and admins, can mail its transcript.")
    own = conversation.customer.email
    if principal.is_customer and email is not None and email.lower() != own.lower():
        raise Forbidden("A transcript is mailed to your own e-mail address only, the one this chat knows.")
    # The address as it is known, not as it was spelled this time.
    to = own if principal.is_customer or email is None else email
    if not to:
        raise InvalidInput("There is no e-mail address to send it to: name one.", field="email")
    return to


def staff(principal: Principal) -> Principal:
    """Agents and admins only. Raises `Forbidden`."""
    if not principal.is_staff_member:
        raise Forbidden("Only agents can do that.")
    return principal


def customer(principal: Principal) -> Principal:
    """Customers only. Raises `Forbidden`."""
    if not principal.is_customer:
        raise Forbidden("Only customers can do that.")
    return principal


def served_queue_ids(principal: Principal, queue_id: str | None = None) -> list[UUID]:
    """List the queues from which this person takes chats; with `queue_id`, that one alone.

    An agent serves the queues in which it is a member, an admin all of the organization. Raises
    `Forbidden` for a customer, and `NotFound` for a queue that is not served.
    """
    staff(principal)
    if principal.is_admin:
        served = list(
            Queue.objects.filter(organization_id=principal.organization_id).values_list("id", flat=True)
        )
    else:
        served = line.queue_ids_served_by(principal.user_id)
    if queue_id is None:
        return served
    wanted = parse_id(queue_id, "queue")
    if wanted not in served:
        raise no_such("queue")
    return [wanted]


def queue_of_organization(principal: Principal, queue_id: str) -> Queue:
    """Find a queue to which an agent hands a chat. Raises `NotFound`."""
    found = Queue.objects.filter(
        id=parse_id(queue_id, "queue"), organization_id=principal.organization_id
    ).first()
    if found is None:
        raise no_such("queue")
    return found


def checked_skills(principal: Principal, names: Collection[str]) -> list[str]:
    """Check the names of skills that a chat needs. Raises `InvalidInput` naming those there are."""
    wanted = {name.strip().lower() for name in names}
    known = set(
        Skill.objects.filter(organization_id=principal.organization_id).values_list("name", flat=True)
    )
    if not wanted <= known:
        raise InvalidInput(
            f"There is no such skill. There are: {', '.join(sorted(known)) or 'none'}.", field="skills"
        )
    if len(wanted) > MAX_SKILLS:
        raise InvalidInput(f"A chat needs at most {MAX_SKILLS} skills.", field="skills")
    return sorted(wanted)


def queue_for_customer(principal: Principal, queue_id: str | None) -> Queue:
    """Find the queue in which a customer's chat waits: the one named, else the organization's default.

    Raises `NotFound` for a queue of another organization, and where the organization has none.
    """
    queues = Queue.objects.filter(organization_id=principal.organization_id)
    if queue_id is not None:
        queue = queues.filter(id=parse_id(queue_id, "queue")).first()
    else:
        queue = queues.order_by("-is_default", "name").first()
    if queue is None:
        raise no_such("queue")
    return queue
