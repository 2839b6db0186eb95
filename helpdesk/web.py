"""A web process: uvicorn with the limits and logs that our traffic needs."""

import argparse
import gc
import os
import sys
from contextlib import suppress

import django
import uvicorn
from uvicorn.config import STARTUP_FAILURE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")


def prepare_database(*, demo_data: bool) -> None:
    """Apply migrations, and with `demo_data` fill a database in which there is nothing yet."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)

    from accounts.models import Organization

    if demo_data and not Organization.objects.exists():
        call_command("make_demo_data")


def serve() -> None:
    """Serve until told to stop, which `helpdesk.server` and `helpdesk.draining` do in order.

    No compression, because a few bytes can inflate to megabytes. No access log, because Socket.IO session ids
    stand in query strings. Proxy headers from trusted proxies only: from others they are a
    claim. Engine.IO sends pings of its own, so WebSocket's stay off.
    """
    from django.conf import settings

    from helpdesk import paths
    from helpdesk.draining import drain
    from helpdesk.server import Server

    config = uvicorn.Config(
        "helpdesk.asgi:application",
        host=paths.HOST,
        port=paths.PORT,
        loop="uvloop",
        http="helpdesk.http_protocol:HttpProtocol",
        ws="helpdesk.websocket_protocol:WebSocketProtocol",
        ws_per_message_deflate=False,
        # The type of the Engine.IO packet stands before the payload.
        ws_max_size=settings.SOCKETIO_MAX_PAYLOAD_BYTES + 1,
        ws_ping_interval=None,
        ws_ping_timeout=None,
        lifespan="off",
        # Django's settings configure all logs.
        log_config=None,
        access_log=False,
        proxy_headers=bool(settings.TRUSTED_PROXIES),
        forwarded_allow_ips=settings.TRUSTED_PROXIES,
        server_header=False,
    )
    config.load_app()  # before the loop begins, so that a mistake in it is told as one
    server = Server(config, drain, settings.SHUTDOWN_SECONDS)
    _spare_what_stays()
    with suppress(KeyboardInterrupt):  # SIGINT again, once everything has been done
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def _spare_what_stays() -> None:
    """Let the garbage collector pass over what is loaded by now, and come for what is new less often.

    It took a tenth of the time in which messages are sent: all that is under way looks like garbage to it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def main() -> None:
    """Read the command line, prepare where asked, and serve."""
    parser = argparse.ArgumentParser(prog="python -m helpdesk.web", description=__doc__)
    parser.add_argument("--prepare", action="store_true", help="apply migrations before listening")
    parser.add_argument("--demo-data", action="store_true", help="and make demo data in an empty database")
    arguments = parser.parse_args()
    django.setup()
    if arguments.prepare:
        # In this process, because loading Django again takes longer than there usually is to do.
        prepare_database(demo_data=arguments.demo_data)
    serve()


if __name__ == "__main__":
    main()
