"""Credentials for TURN servers, as coturn's `use-auth-secret` checks them."""

from chat import ice

# printf 1700000600:vera | openssl dgst -sha1 -hmac north -binary | base64
CREDENTIAL = "1/u11MB4Ry0uIlrFRJhmodK60iA="


def test_the_password_is_the_hmac_of_expiry_and_user_by_the_shared_secret(settings) -> None:
    settings.TURN_SECRET = "north"
    assert ice.turn_credentials("vera", 1_700_000_600) == {
        "username": "1700000600:vera",
        "credential": CREDENTIAL,
    }


def test_credentials_end_after_the_time_of_the_settings(settings) -> None:
    settings.TURN_URLS, settings.TURN_SECRET, settings.TURN_SECONDS = ["turn:turn.example"], "north", 600
    [server] = ice.servers("vera", now=1_700_000_000.9)
    assert server == {
        "urls": ["turn:turn.example"],
        "username": "1700000600:vera",
        "credential": CREDENTIAL,
    }
    [other] = ice.servers("walt", now=1_700_000_000)
    assert other["credential"] != CREDENTIAL
