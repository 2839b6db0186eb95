"""What ends a connection, and what refuses a handshake."""

from __future__ import annotations

from enum import Enum, StrEnum


class DisconnectReason(StrEnum):
    """Why a client left, in the words of Socket.IO servers."""

    CLIENT_NAMESPACE_DISCONNECT = "client namespace disconnect"
    SERVER_NAMESPACE_DISCONNECT = "server namespace disconnect"
    TRANSPORT_CLOSE = "transport close"
    TRANSPORT_ERROR = "transport error"
    PING_TIMEOUT = "ping timeout"
    PARSE_ERROR = "parse error"
    FORCED_CLOSE = "forced close"
    FORCED_SERVER_CLOSE = "forced server close"
    SERVER_SHUTTING_DOWN = "server shutting down"


class ConnectionEnded(Exception):
    """The connection is over: `reason` for the other side of the house, `detail` for the log."""

    def __init__(self, reason: DisconnectReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ProtocolViolation(ConnectionEnded):
    """The client broke the protocol, which closes its connection at once."""

    def __init__(self, detail: str, reason: DisconnectReason = DisconnectReason.PARSE_ERROR) -> None:
        super().__init__(reason, detail)


class HandshakeError(Enum):
    """Engine.IO's error codes: `(code, message)` as the client gets them."""

    UNKNOWN_TRANSPORT = (0, "Transport unknown")
    UNKNOWN_SESSION = (1, "Session ID unknown")
    BAD_METHOD = (2, "Bad handshake method")
    BAD_REQUEST = (3, "Bad request")
    FORBIDDEN = (4, "Forbidden")
    UNSUPPORTED_VERSION = (5, "Unsupported protocol version")
    TOO_MANY_CONNECTIONS = (4, "Too many connections")

    @property
    def code(self) -> int:
        """The number in the answer's body."""
        return self.value[0]

    @property
    def message(self) -> str:
        """The text in the answer's body."""
        return self.value[1]

    @property
    def http_status(self) -> int:
        """403 for what is forbidden (code 4), else 400."""
        return 403 if self.code == HandshakeError.FORBIDDEN.code else 400

    @property
    def body(self) -> bytes:
        """The JSON body of the HTTP answer."""
        return b'{"code":%d,"message":"%s"}' % (self.code, self.message.encode())


class HandshakeRefused(Exception):
    """A request that Engine.IO does not accept; no session is harmed by it."""

    def __init__(self, error: HandshakeError) -> None:
        super().__init__(error.message)
        self.error = error
