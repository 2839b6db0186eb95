"""Which request may open, use or upgrade a session."""

import json

import pytest

from chat.socketio.engine_handshake import TransportName, check_open, check_request
from chat.socketio.errors import HandshakeError, HandshakeRefused

POLLING, WEBSOCKET = TransportName.POLLING, TransportName.WEBSOCKET


def opening(query, *, method="GET", is_websocket=False, origin_allowed=True):
    query = dict(pair.split("=") for pair in query.split("&") if pair)
    return check_open(query, method=method, is_websocket=is_websocket, origin_allowed=origin_allowed)


def request(transport, session_transport, *, is_websocket=False, origin_allowed=True):
    query = {"transport": transport, "sid": "x"}
    return check_request(query, session_transport, is_websocket=is_websocket, origin_allowed=origin_allowed)


def test_a_complete_handshake_opens_a_session():
    assert opening("EIO=4&transport=polling") is POLLING
    assert opening("EIO=4&transport=websocket", is_websocket=True) is WEBSOCKET


def test_a_websocket_that_says_polling_is_taken_as_what_it_is():
    assert opening("EIO=4&transport=polling", is_websocket=True) is WEBSOCKET


@pytest.mark.parametrize(
    ("query", "arguments", "error"),
    [
        ("EIO=4", {}, HandshakeError.UNKNOWN_TRANSPORT),
        ("EIO=4&transport=abc", {}, HandshakeError.UNKNOWN_TRANSPORT),
        ("EIO=4&transport=webtransport", {"is_websocket": True}, HandshakeError.UNKNOWN_TRANSPORT),
        ("EIO=4&transport=polling", {"method": "POST"}, HandshakeError.BAD_METHOD),
        ("EIO=4&transport=polling", {"method": "PUT"}, HandshakeError.BAD_METHOD),
        ("EIO=4&transport=websocket", {}, HandshakeError.BAD_REQUEST),
        ("EIO=4&transport=polling", {"origin_allowed": False}, HandshakeError.FORBIDDEN),
        ("transport=polling", {}, HandshakeError.UNSUPPORTED_VERSION),
        ("EIO=3&transport=polling", {}, HandshakeError.UNSUPPORTED_VERSION),
        ("EIO=abc&transport=websocket", {"is_websocket": True}, HandshakeError.UNSUPPORTED_VERSION),
        # The first check that fails is the one that is told.
        ("EIO=3&transport=abc", {"method": "POST"}, HandshakeError.UNKNOWN_TRANSPORT),
        ("EIO=3&transport=websocket", {"method": "POST"}, HandshakeError.BAD_METHOD),
        ("EIO=3&transport=polling", {"origin_allowed": False}, HandshakeError.FORBIDDEN),
    ],
)
def test_an_incomplete_handshake_is_refused(query, arguments, error):
    with pytest.raises(HandshakeRefused) as refused:
        opening(query, **arguments)
    assert refused.value.error is error


def test_requests_of_a_session_use_its_transport():
    request("polling", POLLING)
    request("websocket", POLLING, is_websocket=True)  # the upgrade
    request("websocket", WEBSOCKET, is_websocket=True)  # accepted, and closed by begin_upgrade


@pytest.mark.parametrize(
    ("transport", "session_transport", "arguments", "error"),
    [
        ("abc", POLLING, {}, HandshakeError.UNKNOWN_TRANSPORT),
        ("polling", None, {}, HandshakeError.UNKNOWN_SESSION),
        ("websocket", None, {"is_websocket": True}, HandshakeError.UNKNOWN_SESSION),
        ("polling", WEBSOCKET, {}, HandshakeError.BAD_REQUEST),
        ("websocket", POLLING, {}, HandshakeError.BAD_REQUEST),
        ("websocket", WEBSOCKET, {}, HandshakeError.BAD_REQUEST),
        ("polling", POLLING, {"is_websocket": True}, HandshakeError.BAD_REQUEST),
        ("polling", POLLING, {"origin_allowed": False}, HandshakeError.FORBIDDEN),
        ("websocket", POLLING, {"is_websocket": True, "origin_allowed": False}, HandshakeError.FORBIDDEN),
    ],
)
def test_other_requests_are_refused(transport, session_transport, arguments, error):
    with pytest.raises(HandshakeRefused) as refused:
        request(transport, session_transport, **arguments)
    assert refused.value.error is error


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (HandshakeError.UNKNOWN_TRANSPORT, 400, {"code": 0, "message": "Transport unknown"}),
        (HandshakeError.UNKNOWN_SESSION, 400, {"code": 1, "message": "Session ID unknown"}),
        (HandshakeError.BAD_METHOD, 400, {"code": 2, "message": "Bad handshake method"}),
        (HandshakeError.BAD_REQUEST, 400, {"code": 3, "message": "Bad request"}),
        (HandshakeError.FORBIDDEN, 403, {"code": 4, "message": "Forbidden"}),
        (HandshakeError.UNSUPPORTED_VERSION, 400, {"code": 5, "message": "Unsupported protocol version"}),
    ],
)
def test_errors_have_the_codes_that_clients_know(error, status, body):
    assert (error.http_status, json.loads(error.body)) == (status, body)
