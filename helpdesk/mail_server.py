"""Where mails go: to the server that a URL names, else to files."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def mail_settings(url: str, directory: Path) -> dict[str, Any]:
    """Return Django's mail settings for `url`; without one, mails become files in `directory`.

    `smtp://` is plain, `smtp+tls://` begins plain and must change to TLS (STARTTLS), `smtps://` is TLS from
    the start. Ends the program, saying what is allowed, for any other URL.
    """
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": directory,
        }
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise SystemExit("EMAIL_URL must look like smtp+tls://user:password@mail.example.com:587.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }
