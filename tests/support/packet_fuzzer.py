"""Makes packets as nobody should send them, and enough good ones that the bad ones get somewhere."""

import base64
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

Packets = list[str | bytes]

NAMESPACES = ["", "/custom,", "/slow,", "/refusing,", "/denied,", "/unknown,", "/custom?a=1,"]
LASTING = {"", "/custom,", "/slow,"}
EVENTS = ["message", "message-with-ack", "answer", "refused", "noack", "ack-empty", "join", "to-room", "ask"]
EVENTS += ["handshake", "unheard-of", "", "__class__", "event", "é😀", "_placeholder", "0"]
FATAL_EVENTS = ["connect", "disconnect", "newListener", None, True, {}, []]
STRAY = ["3", "6", "5", "0{}", "3probe", "3", "6", "5"]
FATAL_PACKETS = ["2probe", "2", "1", "7", "", "x", "b", "b!", "bAQ==", "4", "\x00", "4\x00"]
CRUMBS = [
    *'0123456789-,/[]{}":\\.eE+ \x00\x1e\x1f',
    "null",
    "true",
    "NaN",
    "1e999",
    "-1",
    "٣",
    "é",
    "\u2028",
    "😀",
]
CRUMBS += [
    '"_placeholder":true',
    "\\ud83d",
    "\\u0000",
    "9" * 400,
    "[" * 40,
    "{" * 40,
    '"a":' * 9,
    "//",
    "/,",
    "?x=",
]
TEXTS = [
    "",
    "a",
    "\x00",
    "\x1e",
    "é😀",
    "_placeholder",
    "__proto__",
    "x" * 300,
    "\ud7ff",
    "'; --",
    "${x}",
    "<b>",
]


class PacketFuzzer:
    """An endless stream of packets; the same seed makes the same.

    With the usual `malice` about one in fifteen ends its connection, with a fifth of it one in seventy: the
    less, the older grow the connections that they meet.
    """

    def __init__(self, seed: int, malice: float = 0.02) -> None:
        self._random = random.Random(seed)
        self._malice = malice
        self._joined: set[str] = set()
        kinds: dict[Callable[[], Packets], float] = {
            self._event: 55,
            self._ack: 10,
            self._join: 6,
            self._leave: 3,
            self._with_attachments: 14,
            self._stray: 6,
            self._mutated: 250 * malice,
            self._bytes: 1,
        }
        self._kinds, self._weights = list(kinds), list(kinds.values())

    def begin(self) -> Packets:
        """The first packets of a connection."""
        self._joined = {""}
        return ["40"]

    def some(self) -> Packets:
        """The next packet, with what it announces."""
        kind = self._random.choices(self._kinds, self._weights)[0] if self._joined else self._join
        return kind()

    def payload(self, most: int = 8) -> bytes:
        """The body of a polling request."""
        if self._random.random() < self._malice:
            return self._random.randbytes(self._random.randrange(60))
        packets = [packet for _ in range(self._random.randrange(1, most)) for packet in self.some()]
        return "\x1e".join(
            "b" + base64.b64encode(packet).decode() if isinstance(packet, bytes) else packet
            for packet in packets
        ).encode("utf-8", "replace")

    def _one_of(self, good: Sequence[Any], bad: Sequence[Any]) -> Any:
        return self._random.choice(bad if not good or self._random.random() < self._malice else good)

    # Well-formed, mostly

    def _event(self) -> Packets:
        ack_id = self._random.choice(["", "", "0", "1", str(self._random.randrange(2**53))])
        arguments = [self._json() for _ in range(self._random.randrange(4))]
        name = self._one_of(EVENTS, FATAL_EVENTS)
        return [f"42{self._namespace()}{ack_id}{write([name, *arguments])}"]

    def _ack(self) -> Packets:
        return [f"43{self._namespace()}{self._random.randrange(9)}{write([self._json()])}"]

    def _join(self) -> Packets:
        namespace = self._one_of(
            [name for name in NAMESPACES if name not in self._joined], [*self._joined, ""]
        )
        self._joined |= {namespace} & LASTING
        return [
            f"40{namespace}{self._one_of(['', '{}', write({'token': self._json()})], ['[]', '0', 'null'])}"
        ]

    def _leave(self) -> Packets:
        namespace = self._namespace()
        self._joined.discard(namespace)
        return [f"41{namespace}"]

    def _with_attachments(self) -> Packets:
        count = self._one_of([1, 1, 2, 3, 10], [0, 11])
        numbers = [self._one_of([number, number, 0], [-1, count, 1.5, "0", None]) for number in range(count)]
        placeholders = [{"_placeholder": True, "num": number} for number in numbers]
        kind = self._random.choice(["45", "45", "45", "46"])
        name = self._random.choice(["message", "message-with-ack"])
        attachments = [self._random.randbytes(self._random.randrange(20)) for _ in range(count)]
        if self._random.random() < self._malice:
            attachments = attachments[1:]
        ack_id = self._random.choice(["", "7"])
        data = write([*([name] if kind == "45" else []), *placeholders])
        return [f"{kind}{count}-{self._namespace()}{ack_id}{data}", *attachments]

    def _stray(self) -> Packets:
        return [self._one_of(STRAY, FATAL_PACKETS)]

    # Malformed

    def _mutated(self) -> Packets:
        first, *rest = self._random.choice([self._event, self._ack, self._join, self._with_attachments])()
        assert isinstance(first, str)
        for _ in range(self._random.choice([1, 1, 1, 2, 5])):
            first = self._mutate(first)
        return [first, *rest]

    def _mutate(self, text: str) -> str:
        begin = self._random.randrange(len(text) + 1)
        end = begin + self._random.choice([0, 0, 1, 2, 8])
        way = self._random.randrange(4)
        if way == 0:
            return text[:begin] + self._random.choice(CRUMBS) + text[end:]
        if way == 1:
            return text[:begin] + text[end:]
        if way == 2:
            return text[:begin] + text[begin:end] * 3 + text[end:]
        return text[:begin]

    def _bytes(self) -> Packets:
        return [] if self._random.random() > self._malice else [self._random.randbytes(9)]

    # Pieces

    def _namespace(self) -> str:
        return self._one_of(sorted(self._joined), NAMESPACES)

    def _json(self, depth: int = 0) -> Any:
        way = self._random.randrange(8 if depth < 3 else 6)
        if way == 0:
            return self._random.choice([None, True, False])
        if way == 1:
            return self._random.choice([0, -1, 7, 2**53, 2**70, 1.5, -0.0, 1e300])
        if way < 6:
            return self._random.choice(TEXTS)
        if way == 6:
            return [self._json(depth + 1) for _ in range(self._random.randrange(4))]
        return {self._random.choice(TEXTS): self._json(depth + 1) for _ in range(self._random.randrange(3))}


def write(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
