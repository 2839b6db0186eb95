"""What people do in chats, in one line each."""

from accounts.tokens import Principal
from chat.actions import conversations, messages, routing
from chat.events import MessageCreated
from chat.message_writer import Read
from chat.models import Conversation


def start(customer: Principal, queue_id: str | None = None) -> Conversation:
    """A customer's conversation, which waits."""
    return conversations.start_conversation(customer, queue_id)[0]


def chat_of(customer: Principal, agent: Principal) -> Conversation:
    """A conversation that an agent has taken."""
    return routing.claim(agent, str(start(customer).id))


def say(
    sender: Principal,
    conversation: Conversation,
    text: str,
    client_id: str | None = None,
    media_id: str | None = None,
) -> MessageCreated:
    """Send a message, as a transport does."""
    message = messages.message_to_send(sender, str(conversation.id), text, client_id, media_id=media_id)
    return messages.send_and_wait(message)


def read(reader: Principal, conversation: Conversation, message_id: str | None = None) -> Read:
    """Mark a message read, or all there are."""
    return messages.mark_read_and_wait(messages.read_mark(reader, str(conversation.id), message_id))


def texts(conversation: Conversation) -> list[str]:
    """What was said in a conversation, system messages included."""
    return list(conversation.messages.order_by("seq").values_list("text", flat=True))
