"""A whole helpdesk, in processes of its own, on each database."""

import http.client
import json
import socket
import urllib.error
import urllib.request
from contextlib import closing

import pytest

from helpdesk.demo import DEMO_PASSWORD
from tests.support.servers import RunningHelpdesk

pytestmark = pytest.mark.processes

PATIENCE_SECONDS = 60
"""A machine busy with other tests takes its time; what is wrong fails at once."""


def post_json(url: str, body: dict) -> tuple[int, dict]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def get_status(helpdesk: RunningHelpdesk, path: str, headers: dict[str, str] | None = None) -> int:
    with closing(
        http.client.HTTPConnection("127.0.0.1", helpdesk.web.port, timeout=PATIENCE_SECONDS)
    ) as connection:
        connection.request("GET", path, headers=headers or {})
        return connection.getresponse().status


def test_it_becomes_ready_once_beat_and_worker_have_ticked(helpdesk):
    helpdesk.wait_until_ready()

    assert helpdesk.web.get_json("/readyz") == {
        "status": "ok",
        "database": "ok",
        "redis": "ok",
        "worker": "ok",
    }


def test_the_demo_people_sign_in_with_the_printed_password_and_no_other(helpdesk):
    url = f"{helpdesk.url}/api/v1/auth/token"

    status, tokens = post_json(url, {"email": "alice@example.com", "password": DEMO_PASSWORD})
    refused, _ = post_json(url, {"email": "alice@example.com", "password": "guess"})

    assert status == 200
    assert {"access", "refresh"} <= tokens.keys()
    assert refused == 401


def test_pages_come_with_a_strict_content_policy(helpdesk):
    with urllib.request.urlopen(f"{helpdesk.url}/admin/login/", timeout=PATIENCE_SECONDS) as response:
        policy = response.headers["Content-Security-Policy"]
        framing = response.headers["X-Frame-Options"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert framing == "DENY"


def test_a_websocket_to_any_other_path_is_refused_without_a_traceback(helpdesk):
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert get_status(helpdesk, "/elsewhere/", upgrade) == 403
    assert "Traceback" not in helpdesk.web.log_text()


def test_socket_io_without_its_last_slash_is_not_found(helpdesk):
    assert get_status(helpdesk, "/socket.io?EIO=4&transport=polling") == 404


def test_a_request_that_is_no_http_ends_with_400_and_the_process_lives(helpdesk):
    with socket.create_connection(("127.0.0.1", helpdesk.web.port), timeout=PATIENCE_SECONDS) as client:
        client.sendall(b"\x00\xff not http\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 400")

    assert helpdesk.web.answers()


def test_session_ids_in_addresses_do_not_reach_the_log(helpdesk):
    secret = "a-session-id-nobody-may-read"
    assert get_status(helpdesk, f"/socket.io/?EIO=4&transport=polling&sid={secret}") == 400

    assert helpdesk.web.answers()
    assert secret not in helpdesk.web.log_text()


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_the_pages_keep_their_own_content_policy(helpdesk, browser):
    page = await browser.new_page()
    page.set_default_timeout(PATIENCE_SECONDS * 1000)
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    for path in ("/", "/admin/login/", "/api/v1/schema/browse/"):
        response = await page.goto(helpdesk.url + path, wait_until="networkidle")
        assert response.status == 200

    assert not complaints, "\n".join(complaints)
