"""An address opens one file to one person for a while."""

from uuid import uuid4

import pytest
from django.test import override_settings

from chat.media import links

NOW = 1_800_000_000
MEDIA, VIEWER = str(uuid4()), str(uuid4())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    """Set what time it is."""
    return lambda now: monkeypatch.setattr(links.time, "time", lambda: now)


def token_of(url: str) -> str:
    return url.split("/")[-2]


def test_an_address_is_good_for_its_time_and_no_longer(clock):
    for began in range(NOW, NOW + 3600, 300):
        clock(began)
        token = token_of(links.url(MEDIA, VIEWER))
        link = links.read(token, now=began)
        assert link is not None
        assert (str(link.media_id), str(link.viewer_id)) == (MEDIA, VIEWER)
        assert began + 1800 <= link.expires_at <= began + 3600
        assert links.read(token, now=link.expires_at - 1) == link
        assert links.read(token, now=link.expires_at) is None


def test_the_same_address_is_given_again_for_a_while_and_another_to_anybody_else(clock):
    clock(NOW)
    url = links.url(MEDIA, VIEWER)

    clock(NOW + 600)
    assert links.url(MEDIA, VIEWER) == url
    assert links.url(MEDIA, str(uuid4())) != url
    assert links.url(str(uuid4()), VIEWER) != url
    clock(NOW + 3600)
    assert links.url(MEDIA, VIEWER) != url


def test_an_address_begins_with_what_others_call_us_by():
    with override_settings(PUBLIC_URL="https://chat.example.com"):
        assert links.url(MEDIA, VIEWER).startswith("https://chat.example.com/media/")


def test_no_letter_of_a_token_can_be_changed():
    token = token_of(links.url(MEDIA, VIEWER))
    for place in range(len(token)):
        letter = "A" if token[place] != "A" else "B"
        assert links.read(token[:place] + letter + token[place + 1 :], now=0) is None
    for nonsense in ("", ".", "a.b", "é.é", "\0", token[:-1], token + "A", token.replace(".", ":")):
        assert links.read(nonsense, now=0) is None
