"""The names of rooms; nowhere else are they put together."""

from uuid import UUID


def conversation(conversation_id: UUID | str) -> str:
    """Everyone who has joined a conversation."""
    return f"conversation:{conversation_id}"


def user(user_id: UUID | str) -> str:
    """All sockets of one person."""
    return f"user:{user_id}"


def queue(queue_id: UUID | str) -> str:
    """The agents who serve a queue."""
    return f"queue:{queue_id}"


def staff(organization_id: UUID | str) -> str:
    """The agents and admins of an organization."""
    return f"staff:{organization_id}"
