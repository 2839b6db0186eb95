"""What a client that never reads costs the others: their latencies beside one, and beside one that reads."""

from __future__ import annotations

from collections.abc import Iterator

from bench.gateway.client import Client
from bench.gateway.crowd import Chat
from bench.gateway.stage import Target
from bench.gateway.works import Doing, Tally, Work, durable, packet

AT_ONCE = 8
LARGE_TEXT = "x" * 10_000


class Loud:
    """Sends large messages, several at once and the next with each ack; none of them counts."""

    def __init__(self, tally: Tally, client: Client, chat: Chat) -> None:
        self._tally = tally
        self._client = client
        self._packet = packet("message:send", conversationId=chat.id, messageType="text", content=LARGE_TEXT)
        self._missing = 0
        client.on_ack = self._acked

    def go(self) -> None:
        """Send the first ones."""
        for _ in range(AT_ONCE):
            self._send()

    def _send(self) -> None:
        self._missing += 1
        self._client.send(self._packet)

    def _acked(self, ack: bytes) -> None:
        self._tally.check(ack)
        self._missing -= 1
        if self._tally.goes_on:
            self._send()
        elif not self._missing:
            self._tally.idle += 1


def beside(senders: int, database: str, *, is_deaf: bool) -> Work:
    """W6: stored messages as in W4, while somebody else is sent large ones and reads them, or `is_deaf`."""
    stored = durable(senders, database, (0, 0))

    async def prepare(
        tally: Tally, target: Target, chats: Iterator[Chat]
    ) -> tuple[list[Doing], list[Client]]:
        doing, clients = await stored.prepare(tally, target, chats)
        chat = next(chats)
        customer, agent = [
            await Client.connect(target.ports[0], token) for token in (chat.customer_token, chat.agent_token)
        ]
        for client in (customer, agent):
            await client.join(chat.id)
        if is_deaf:
            agent.stop_reading()
        return [*doing, Loud(tally, customer, chat)], [*clients, customer, agent]

    about = f"{stored.about}, beside one who {'never reads' if is_deaf else 'reads'}"
    return Work("W6", about, stored.unit, senders + 1, (0, 0), prepare, databases=(database,))
