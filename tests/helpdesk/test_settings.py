"""Settings follow the environment and have defaults that run without any installed service."""

import json
import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpdesk.mail_server import mail_settings
from helpdesk.paths import BASE_DIR, LONGEST_SOCKET_PATH, celery_url, read_or_make_secret_key, redis_socket

SHOW = """
import json, sys
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))
"""


def settings_with(environment: dict[str, str], *names: str) -> dict:
    """Return settings as a new process with only this `environment` sees them."""
    inherited = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "helpdesk.settings"}
    command = [sys.executable, "-c", SHOW, *names]
    result = subprocess.run(
        command, env={**inherited, **environment}, cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    return json.loads(result.stdout)


def test_sqlite_writes_are_durable_and_wait_for_each_other_by_default(tmp_path):
    database = settings_with({"VAR_DIR": str(tmp_path)}, "DATABASES")["DATABASES"]["default"]

    assert database["NAME"] == str(tmp_path / "helpdesk.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous = FULL" in database["OPTIONS"]["init_command"]


def test_postgresql_connections_come_from_a_pool_and_are_checked(tmp_path):
    environment = {"VAR_DIR": str(tmp_path), "DATABASE_URL": "postgres://me:secret@db.example.com:5433/desk"}

    database = settings_with(environment, "DATABASES")["DATABASES"]["default"]

    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example.com", 5433, "desk")
    assert database["OPTIONS"]["pool"]["max_size"] == 20
    # A connection that outlived its request would never go back to the pool.
    assert database["CONN_MAX_AGE"] == 0
    assert database["CONN_HEALTH_CHECKS"] is True


def test_a_redis_url_takes_the_place_of_the_embedded_redis(tmp_path):
    environment = {"VAR_DIR": str(tmp_path), "REDIS_URL": "redis://cache.example.com:6379/2"}

    settings = settings_with(environment, "REDIS_URL", "CELERY_BROKER_URL", "CHANNEL_LAYERS")

    assert settings["REDIS_URL"] == settings["CELERY_BROKER_URL"] == "redis://cache.example.com:6379/2"
    assert settings["CHANNEL_LAYERS"]["default"]["CONFIG"]["hosts"] == ["redis://cache.example.com:6379/2"]


MAIL = [f"EMAIL_{name}" for name in ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")]


def test_mails_become_files_unless_a_server_is_named(tmp_path):
    settings = settings_with({"VAR_DIR": str(tmp_path)}, "EMAIL_BACKEND", "EMAIL_FILE_PATH")

    assert settings == {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(tmp_path / "mail"),
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.com", ["mail.example.com", 25, "", "", False, False]),
        ("smtp+tls://me:p%40ss%2F@mail.example.com", ["mail.example.com", 587, "me", "p@ss/", True, False]),
        ("smtps://me%40example.com:x@[::1]:4465", ["::1", 4465, "me@example.com", "x", False, True]),
    ],
)
def test_the_url_of_a_mail_server_says_how_it_is_spoken_to(tmp_path, url, expected):
    settings = settings_with({"VAR_DIR": str(tmp_path), "EMAIL_URL": url}, *MAIL, "EMAIL_BACKEND")

    assert [settings[name] for name in MAIL] == expected
    assert settings["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize("url", ["mail.example.com:25", "https://mail.example.com", "smtp://"])
def test_a_mail_server_that_is_none_is_refused_with_one_that_could_be(url, tmp_path):
    with pytest.raises(SystemExit, match=r"EMAIL_URL must look like smtp\+tls://"):
        mail_settings(url, tmp_path)


def test_cookies_are_for_https_only_exactly_when_https_is_on(tmp_path):
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT")

    plain = settings_with({"VAR_DIR": str(tmp_path)}, *names)
    https = settings_with({"VAR_DIR": str(tmp_path), "HTTPS": "true"}, *names)

    assert not any(plain.values())
    assert all(https.values())


def test_debug_is_off_and_only_this_machine_is_served_by_default(tmp_path):
    settings = settings_with({"VAR_DIR": str(tmp_path)}, "DEBUG", "ALLOWED_HOSTS")

    assert settings == {"DEBUG": False, "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"]}


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    file = tmp_path / "new" / "secret_key"

    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(read_or_make_secret_key, [file] * 8))

    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


def test_a_deep_directory_still_gets_a_redis_socket_path_that_the_kernel_takes():
    shallow, deep = Path("/srv/helpdesk"), Path("/srv") / ("d" * 120)

    assert redis_socket(shallow) == shallow / "run" / "redis.sock"
    assert len(str(redis_socket(deep))) <= LONGEST_SOCKET_PATH
    assert redis_socket(deep) == redis_socket(deep)
    assert redis_socket(deep) != redis_socket(deep / "other")


@pytest.mark.parametrize(
    ("redis_url", "expected"),
    [
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
        ("rediss://user:pass@example.com:6380/1", "rediss://user:pass@example.com:6380/1"),
    ],
)
def test_celery_is_told_of_redis_in_its_own_words(redis_url, expected):
    assert celery_url(redis_url) == expected


def test_a_port_that_is_none_is_named(tmp_path):
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "PORT": "eighty"}

    result = subprocess.run(
        [sys.executable, "-m", "helpdesk.supervisor"],
        env=environment,
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
    )

    assert result.returncode != 0
    assert result.stderr.strip() == "PORT must be a number from 1 to 65535, not 'eighty'."


def test_every_setting_taken_from_the_environment_is_in_the_table_for_operators():
    code = (BASE_DIR / "helpdesk" / "settings.py").read_text() + (
        BASE_DIR / "helpdesk" / "paths.py"
    ).read_text()
    taken = set(re.findall(r'(?:env\.\w+|environ\.get)\(\s*"([A-Z0-9_]+)"', code))
    table = (BASE_DIR / "docs" / "operating.md").read_text().split("## Settings")[1]
    documented = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", "\n".join(re.findall(r"^\| ([^|]*)\|", table, re.M))))

    assert taken == documented
