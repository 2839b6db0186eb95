"""How many connections one address may have here, and how many of them may be strangers'."""

from __future__ import annotations

import time
from collections import Counter

import structlog

from accounts.rate_limits import is_this_machine, network_of
from chat.socketio.errors import HandshakeError, HandshakeRefused

log = structlog.get_logger(__name__)

LOG_SECONDS = 60


class Admission:
    """Counts this process's sessions by address, an IPv6 network being one; 0 as a limit means none.

    Who has joined no namespace yet is a stranger, and stays for the connect time-out at most. This machine's
    own address is nobody's: a proxy here that is not in TRUSTED_PROXIES speaks for everyone.
    """

    def __init__(self, connections_per_address: int = 0, strangers_per_address: int = 0) -> None:
        self._max_connections = connections_per_address
        self._max_strangers = strangers_per_address
        self.connections: Counter[str] = Counter()
        self.strangers: Counter[str] = Counter()
        self._log_again_at = 0.0

    def check(self, address: str) -> None:
        """Raises HandshakeRefused where an address has as many as it may."""
        network = network_of(address)
        is_full = 0 < self._max_connections <= self.connections[network]
        if is_full or 0 < self._max_strangers <= self.strangers[network]:
            self._say_so(network, self.connections[network])
            raise HandshakeRefused(HandshakeError.TOO_MANY_CONNECTIONS)

    def enter(self, address: str) -> Place:
        """Count a session that begins, a stranger's."""
        return Place(self, None if is_this_machine(address) else network_of(address))

    def _say_so(self, network: str, connections: int) -> None:
        now = time.monotonic()
        if now >= self._log_again_at:
            self._log_again_at = now + LOG_SECONDS
            log.warning("connections_refused", network=network, connections=connections)


class Place:
    """What one session takes of its address's share."""

    __slots__ = ("_admission", "_is_stranger", "_network")

    def __init__(self, admission: Admission, network: str | None) -> None:
        self._admission = admission
        self._network = network
        self._is_stranger = True
        if network is not None:
            admission.connections[network] += 1
            admission.strangers[network] += 1

    def known(self) -> None:
        """The session has joined a namespace."""
        if self._is_stranger:
            self._is_stranger = False
            self._take_off(self._admission.strangers)

    def leave(self) -> None:
        """The session is over."""
        self.known()
        self._take_off(self._admission.connections)
        self._network = None

    def _take_off(self, counts: Counter[str]) -> None:
        if self._network is not None:
            counts[self._network] -= 1
            if not counts[self._network]:
                del counts[self._network]
