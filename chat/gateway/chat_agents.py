"""Namespace `/chat`: what only agents may send (SPEC §5.2)."""

from __future__ import annotations

from functools import partial

from chat import payloads, selectors
from chat.actions import notes, offers, resolving, routing, transfers
from chat.errors import InvalidInput
from chat.gateway import commands
from chat.gateway.chat import changed, chat, enter
from chat.gateway.dispatch import staff_only
from chat.gateway.sockets import Socket
from chat.payloads import Payload
from chat.threads import in_database_thread


@chat.on("resolve-chat", takes=commands.InChat)
async def resolve_chat(socket: Socket, command: commands.InChat) -> Payload:
    """The chat is done; the customer's next message opens it again."""
    staff_only(socket.user)
    return {"chat": await changed(socket, partial(resolving.resolve, socket.user, command.chat_id))}


@chat.on("add-note", takes=commands.AddNote)
async def add_note(socket: Socket, command: commands.AddNote) -> Payload:
    """An internal note, told to the agents in the room."""
    staff_only(socket.user)
    note = await in_database_thread(
        notes.add_note, socket.user, command.chat_id, command.text, command.client_message_id
    )
    return {"note": payloads.chat_note(selectors.note_facts(note))}


@chat.on("pick-next", takes=commands.PickNext)
async def pick_next(socket: Socket, command: commands.PickNext) -> Payload:
    """The best waiting chat for this agent, or none."""
    staff_only(socket.user)
    picked = await in_database_thread(routing.pick_next, socket.user, command.queue_id)
    return {"chat": await enter(socket, str(picked.id)) if picked else None}


@chat.on("claim-chat", takes=commands.InChat)
async def claim_chat(socket: Socket, command: commands.InChat) -> Payload:
    """This waiting chat; the first to ask wins."""
    staff_only(socket.user)
    claimed = await in_database_thread(routing.claim, socket.user, command.chat_id)
    return {"chat": await enter(socket, str(claimed.id))}


@chat.on("accept-chat", takes=commands.InChat)
async def accept_chat(socket: Socket, command: commands.InChat) -> Payload:
    """Yes to a `chat-request` or `transfer-request`."""
    staff_only(socket.user)
    accepted = await in_database_thread(offers.accept, socket.user, command.chat_id)
    return {"chat": await enter(socket, str(accepted.id))}


@chat.on("decline-chat", takes=commands.InChat)
async def decline_chat(socket: Socket, command: commands.InChat) -> Payload:
    """No to a `chat-request` or `transfer-request`."""
    staff_only(socket.user)
    declined = await in_database_thread(offers.decline, socket.user, command.chat_id)
    return {"chatId": str(declined.id)}


@chat.on("transfer-chat", takes=commands.TransferChat)
async def transfer_chat(socket: Socket, command: commands.TransferChat) -> Payload:
    """Ask another agent to take the chat, or let it wait in a queue."""
    staff_only(socket.user)
    if command.to_agent is not None and command.to_queue is not None:
        raise InvalidInput("Name toAgent or toQueue, not both.", field="toAgent")
    if command.to_agent is not None:
        if command.priority is not None or command.skills is not None:
            raise InvalidInput("priority and skills say who gets a chat out of a queue: name toQueue.")
        hand_on = partial(
            transfers.transfer_to_agent, socket.user, command.chat_id, command.to_agent, command.note
        )
    elif command.to_queue is not None:
        hand_on = partial(
            transfers.transfer_to_queue,
            socket.user,
            command.chat_id,
            command.to_queue,
            command.note,
            priority=command.priority,
            skills=command.skills,
        )
    else:
        raise InvalidInput("Name to whom: toAgent or toQueue.", field="toAgent")
    return {"chat": await changed(socket, hand_on)}


@chat.on("takeover-chat", takes=commands.InChat)
async def take_over_chat(socket: Socket, command: commands.InChat) -> Payload:
    """From the assistant, or as an admin from another agent."""
    staff_only(socket.user)
    taken = await in_database_thread(routing.take_over, socket.user, command.chat_id)
    return {"chat": await enter(socket, str(taken.id))}
