"""A server for tests of the gateway: our consumers, and handlers that do what such tests need.

    .venv/bin/python -m tests.support.socketio_server --port 3000

It has the options that Socket.IO's official test suites ask for. Servers that are given the same
`--redis-url` are processes of one gateway.
"""

import argparse
import logging

import django
import structlog
import uvicorn
from django.conf import settings


def read_options() -> argparse.Namespace:
    """Read the command line; times are seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--server", choices=["uvicorn", "daphne"], default="uvicorn")
    parser.add_argument("--ping-interval", type=float, default=0.3, metavar="S")
    parser.add_argument("--ping-timeout", type=float, default=0.2, metavar="S")
    parser.add_argument("--connect-timeout", type=float, default=1.5, metavar="S")
    parser.add_argument("--upgrade-timeout", type=float, default=10, metavar="S")
    parser.add_argument("--attachment-timeout", type=float, default=5, metavar="S")
    parser.add_argument("--max-payload", type=int, default=1_000_000, metavar="BYTES")
    parser.add_argument("--max-event", type=int, metavar="BYTES")
    parser.add_argument("--connections-per-address", type=int, default=0, metavar="N", help="0: any number")
    parser.add_argument("--strangers-per-address", type=int, default=0, metavar="N", help="likewise")
    parser.add_argument("--grace", type=float, default=2, metavar="S", help="for ending after SIGTERM")
    parser.add_argument("--recovery", action="store_true", help="recover the state of all connections")
    parser.add_argument("--redis-url", help="the Redis that processes share")
    parser.add_argument("--cors", default="*", metavar="ORIGINS", help="allowed origins, with commas")
    return parser.parse_args()


def set_up_django(options: argparse.Namespace) -> None:
    """Only what the transports need: a database without a table, so that no widget has other sites."""
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1", "localhost"],
        AUTH_USER_MODEL="accounts.User",
        CORS_ALLOWED_ORIGINS=options.cors.split(","),
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "accounts"],
        PUBLIC_URL="https://help.example",
        REDIS_URL=options.redis_url or "",
        SECRET_KEY="for tests of the transports only",
    )
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    django.setup()


def serve(options: argparse.Namespace) -> None:
    """Serve until told to stop."""
    from chat.socketio import connection
    from helpdesk.server import Server
    from tests.support.socketio_app import Application

    connection.ATTACHMENT_TIMEOUT_SECONDS = options.attachment_timeout
    application = Application(options)
    if options.server == "daphne":
        serve_with_daphne(application, options)
        return
    config = uvicorn.Config(
        application,
        host=options.host,
        port=options.port,
        http="helpdesk.http_protocol:HttpProtocol",
        ws="helpdesk.websocket_protocol:WebSocketProtocol",
        ws_per_message_deflate=False,
        # The type of the Engine.IO packet stands before the payload.
        ws_max_size=options.max_payload + 1,
        ws_ping_interval=None,
        ws_ping_timeout=None,
        log_level="warning",
    )
    Server(config, application.drain, options.grace).run()


def serve_with_daphne(application: object, options: argparse.Namespace) -> None:
    """Serve with Daphne, which knows no beginning (no rooms of several processes)."""
    import daphne.server  # chooses Twisted's reactor
    from daphne.endpoints import build_endpoint_description_strings

    endpoints = build_endpoint_description_strings(host=options.host, port=options.port)
    daphne.server.Server(application, endpoints=endpoints).run()


if __name__ == "__main__":
    chosen = read_options()
    set_up_django(chosen)
    serve(chosen)
