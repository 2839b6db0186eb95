"""Settings of the helpdesk, all from environment variables; docs/operating.md lists them."""

import os
import sys
from datetime import timedelta
from typing import Any

import environ
from csp.constants import NONE, SELF

from helpdesk.logs import logging_configuration
from helpdesk.mail_server import mail_settings
from helpdesk.paths import (
    BASE_DIR,
    VAR_DIR,
    celery_url,
    own_url,
    read_or_make_secret_key,
    redis_socket,
)

env = environ.Env()

# Core

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or read_or_make_secret_key(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# What people and programs elsewhere call us by: begins the addresses that we write into messages.
PUBLIC_URL = (env.str("PUBLIC_URL", "") or own_url()).rstrip("/")
ROOT_URLCONF = "helpdesk.urls"
ASGI_APPLICATION = "helpdesk.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # Only for its `runserver`: it takes almost a second and 20 MB, which every other process can do without.
    *(["daphne"] if "runserver" in sys.argv else []),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "helpdesk.apps.HelpdeskAdminConfig",
    "channels",
    "corsheaders",
    "csp",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "accounts",
    "queueing",
    "chat",
    "helpdesk.apps.HelpdeskConfig",
]

MIDDLEWARE = [
    "helpdesk.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "chat.api.cors.widget_origins_middleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "helpdesk.bodies.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Database

SQLITE_OPTIONS: dict[str, Any] = {
    # A write transaction that began as a read fails at once when another writer came first; IMMEDIATE waits.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL, because an acknowledged message must survive a power cut (SPEC §4). A hundred messages change a
    # thousand pages: those of up to 32 MB are copied from the log into the database at once, not each time.
    "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
    " PRAGMA wal_autocheckpoint = 8000;",
}


def database(url: str) -> dict[str, Any]:
    """Return the Django database settings for `url`.

    Under ASGI each request has a thread of its own, so a connection must not outlive it: on
    PostgreSQL it goes back to a pool, which hands out sound ones only.
    """
    configuration: dict[str, Any] = {**env.db_url_config(url), "CONN_MAX_AGE": 0}
    if configuration["ENGINE"] == "django.db.backends.sqlite3":
        configuration["ENGINE"] = "helpdesk.sqlite"
        configuration["OPTIONS"] = SQLITE_OPTIONS
        # Threads with connections of their own must see one database, so tests use a file too.
        configuration["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
    else:
        configuration["CONN_HEALTH_CHECKS"] = True
        configuration["OPTIONS"] = {
            "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", 20), "timeout": 10}
        }
    return configuration


DATABASES = {"default": database(env.str("DATABASE_URL", "") or f"sqlite:///{VAR_DIR / 'helpdesk.sqlite3'}")}

# Redis: channel layer, presence, Celery's broker

REDIS_SOCKET = redis_socket(VAR_DIR)
REDIS_URL = env.str("REDIS_URL", "") or f"unix://{REDIS_SOCKET}"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
}

# Celery: it only ticks (DESIGN: rows in the database say what is due)

CELERY_BROKER_URL = celery_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BEAT_SCHEDULE = {
    # A tick nobody took within a few seconds is worth nothing: the next one does its work too.
    "tick": {"task": "queueing.tick", "schedule": 1.0, "options": {"expires": 5}},
    "ask-agents": {"task": "chat.ask_agents", "schedule": 1.0, "options": {"expires": 5}},
    "hand-over-unanswered": {
        "task": "chat.hand_over_unanswered",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "watch-agents": {"task": "chat.watch_agents", "schedule": 5.0, "options": {"expires": 5}},
    "remove-old-media": {"task": "chat.remove_old_media", "schedule": 600.0, "options": {"expires": 600}},
    "tell-vanished": {"task": "chat.tell_vanished", "schedule": 5.0, "options": {"expires": 5}},
    "send-mails": {"task": "chat.send_mails", "schedule": 3.0, "options": {"expires": 5}},
    "forget-mails": {"task": "chat.forget_mails", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget-usage": {"task": "chat.forget_usage", "schedule": 3600.0, "options": {"expires": 3600}},
}

# People, signing in, tokens

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"

ACCESS_TOKEN_SECONDS = env.int("ACCESS_TOKEN_SECONDS", 3600)
REFRESH_TOKEN_SECONDS = env.int("REFRESH_TOKEN_SECONDS", 1_209_600)
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "ISSUER": "helpdesk",
    "AUDIENCE": "helpdesk",
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=ACCESS_TOKEN_SECONDS),
    "REFRESH_TOKEN_LIFETIME": timedelta(seconds=REFRESH_TOKEN_SECONDS),
    "ROTATE_REFRESH_TOKENS": True,
}

# Guessing passwords: locked by account and address together, so nobody can lock an agent out from elsewhere
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", 10)
AXES_COOLOFF_TIME = timedelta(seconds=env.int("LOGIN_LOCKOUT_SECONDS", 900))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "helpdesk.login.account_name"
AXES_CLIENT_IP_CALLABLE = "accounts.rate_limits.client_address"
AXES_LOCKOUT_CALLABLE = "helpdesk.login.answer_locked_out"
AXES_VERBOSE = False

# REST

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["chat.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "chat.api.schema.EndpointSchema",
    "EXCEPTION_HANDLER": "chat.api.errors.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Helpdesk",
    "DESCRIPTION": "Conversations, messages and visitors of the helpdesk.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "ENUM_NAME_OVERRIDES": {
        "Status": "chat.models.conversation.Status",
        "MessageType": "chat.models.message.MessageType",
        "MediaType": "chat.models.media.MediaType",
    },
    "TAGS": [
        {"name": "conversations", "description": "Start, list, read, answer for, end."},
        {"name": "messages", "description": "Say something and see what was said."},
        {"name": "media", "description": "Images, audio and video, before they are sent."},
        {"name": "me", "description": "What concerns the caller alone."},
        {"name": "team", "description": "For agents and admins."},
        {"name": "tokens", "description": "Sign in."},
        {"name": "widget", "description": "What a widget asks before anybody is known."},
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["chat.api.schema.each_endpoint_once"],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Socket.IO

SOCKETIO_PING_INTERVAL_SECONDS = env.int("SOCKETIO_PING_INTERVAL_SECONDS", 25)
SOCKETIO_PING_TIMEOUT_SECONDS = env.int("SOCKETIO_PING_TIMEOUT_SECONDS", 20)
SOCKETIO_MAX_PAYLOAD_BYTES = env.int("SOCKETIO_MAX_PAYLOAD_BYTES", 1_000_000)
SOCKETIO_CONNECT_TIMEOUT_SECONDS = env.int("SOCKETIO_CONNECT_TIMEOUT_SECONDS", 10)
# What one web process takes; 0 means as much as comes
SOCKETIO_EVENTS_PER_SECOND = env.float("SOCKETIO_EVENTS_PER_SECOND", 50)
SOCKETIO_EVENTS_PER_SECOND_OF_PERSON = env.float("SOCKETIO_EVENTS_PER_SECOND_OF_PERSON", 100)
SOCKETIO_EVENTS_PER_SECOND_OF_ADDRESS = env.float("SOCKETIO_EVENTS_PER_SECOND_OF_ADDRESS", 1_000)
SOCKETIO_CONNECTIONS_PER_ADDRESS = env.int("SOCKETIO_CONNECTIONS_PER_ADDRESS", 1_000)
SOCKETIO_STRANGERS_PER_ADDRESS = env.int("SOCKETIO_STRANGERS_PER_ADDRESS", 20)

# How long a web process may take to end; then the kernel ends it

SHUTDOWN_SECONDS = env.float("SHUTDOWN_SECONDS", 10)

# Time limits: what holds for a queue that sets none of its own

AGENT_GRACE_SECONDS = env.int("AGENT_GRACE_SECONDS", 45)
ANSWER_TIMEOUT_SECONDS = env.int("ANSWER_TIMEOUT_SECONDS", 30)
QUEUE_TIMEOUT_SECONDS = env.int("QUEUE_TIMEOUT_SECONDS", 600)
INACTIVITY_WARNING_SECONDS = env.int("INACTIVITY_WARNING_SECONDS", 240)
INACTIVITY_CLOSE_SECONDS = env.int("INACTIVITY_CLOSE_SECONDS", 1800)

# How often one client may ask; 0 means as often as it likes

WIDGET_REQUESTS_PER_MINUTE = env.int("WIDGET_REQUESTS_PER_MINUTE", 600)
WIDGET_TOKENS_PER_MINUTE = env.int("WIDGET_TOKENS_PER_MINUTE", 60)
TICKETS_PER_HOUR = env.int("TICKETS_PER_HOUR", 20)
TRANSCRIPT_MAILS_PER_HOUR = env.int("TRANSCRIPT_MAILS_PER_HOUR", 20)
SIGN_INS_PER_MINUTE = env.int("SIGN_INS_PER_MINUTE", 60)
SEARCHES_PER_MINUTE = env.int("SEARCHES_PER_MINUTE", 120)
UPLOADS_PER_MINUTE = env.int("UPLOADS_PER_MINUTE", 60)

# The assistant's language model: any OpenAI-compatible endpoint; without one the embedded assistant answers

ASSISTANT_BASE_URL = env.str("ASSISTANT_BASE_URL", "").rstrip("/")
ASSISTANT_MODEL = env.str("ASSISTANT_MODEL", "")
# The pace of the embedded one, 0 for everything at once.
ASSISTANT_WORDS_PER_SECOND = env.float("ASSISTANT_WORDS_PER_SECOND", 60)
# Others that admins may choose. Whatever is listed gets what customers write.
ASSISTANT_ENDPOINTS = [url.rstrip("/") for url in env.list("ASSISTANT_ENDPOINTS", default=[])]
# An assistant names the variable that holds its key; the database never sees the key.
ASSISTANT_API_KEYS = {
    "ASSISTANT_API_KEY": env.str("ASSISTANT_API_KEY", ""),
    **{name: key for name, key in os.environ.items() if name.startswith("ASSISTANT_API_KEY_")},
}

# How two browsers find each other for a call: STUN and TURN servers (RFC 8489, RFC 8656)

ICE_STUN_URLS = env.list("ICE_STUN_URLS", default=[])
TURN_URLS = env.list("TURN_URLS", default=[])
TURN_SECRET = env.str("TURN_SECRET", "")
TURN_SECONDS = env.int("TURN_SECONDS", 600)

# Which other sites' pages may call; those of widgets stand with the widgets (`accounts.widget_origins`)

CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/(api/v1|chat)/"
CORS_EXPOSE_HEADERS = ["Content-Disposition", "Retry-After"]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# What browsers are told. HTTPS says that visitors come by https, through a proxy that speaks it.

HTTPS = env.bool("HTTPS", False)
# Whose X-Forwarded-For says where a request came from; everyone else is taken by their own address.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Whether every other host of the domain speaks HTTPS too is not ours to decide (security.W005, W021).
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Media are addressed by PUBLIC_URL, by whatever name the page was asked for.
        "img-src": [SELF, f"{PUBLIC_URL}/media/", "data:", "blob:"],
        "media-src": [SELF, f"{PUBLIC_URL}/media/", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Mail: to the server of EMAIL_URL, without one to files below VAR_DIR

globals().update(mail_settings(env.str("EMAIL_URL", ""), VAR_DIR / "mail"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Helpdesk <helpdesk@localhost>")
# For each step of SMTP; all steps together stay below the outbox's lease of a mail.
EMAIL_TIMEOUT = 30

# Languages and time

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]

# Static files: found where they lie, or, with STATIC_ROOT, collected there and served under names with a hash

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", "") or None
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/socket.io-client", BASE_DIR / "node_modules" / "socket.io-client" / "dist"),
]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not STATIC_ROOT
WHITENOISE_AUTOREFRESH = DEBUG

# Media: images, audio and video of messages

MEDIA_URL_SECONDS = env.int("MEDIA_URL_SECONDS", 3600)
MEDIA_S3_BUCKET = env.str("MEDIA_S3_BUCKET", "")
if MEDIA_S3_BUCKET:
    STORAGES["media"] = {
        "BACKEND": "chat.media.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": MEDIA_S3_BUCKET,
            "endpoint_url": env.str("MEDIA_S3_ENDPOINT_URL", "") or None,
            "region_name": env.str("MEDIA_S3_REGION", "") or None,
            # Without them boto3 looks where it always does: its own variables, files, the machine's role.
            "access_key": env.str("MEDIA_S3_ACCESS_KEY", "") or None,
            "secret_key": env.str("MEDIA_S3_SECRET_KEY", "") or None,
            # Only Amazon's name servers are sure to know the name of a bucket before the host's.
            "addressing_style": "path" if env.str("MEDIA_S3_ENDPOINT_URL", "") else "auto",
            # Names are random: nothing to overwrite, so no need to ask first whether one is taken.
            "file_overwrite": True,
            "signature_version": "s3v4",
        },
    }
else:
    STORAGES["media"] = {
        "BACKEND": "chat.media.disk.DiskStorage",
        "OPTIONS": {"location": VAR_DIR / "media", "directory_permissions_mode": 0o700},
    }

# Logs

LOG_LEVEL = env.str("LOG_LEVEL", "INFO").upper()
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_configuration(LOG_LEVEL)
