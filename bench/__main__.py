"""`./desk bench NAME …`: runs one measurement."""

import signal
import sys
from collections.abc import Callable, Sequence

from bench.assistant import command as assistant
from bench.gateway import command as gateway
from bench.queue import command as queue
from bench.replay import command as replay
from bench.stored import command as stored

BENCHES: dict[str, tuple[str, Callable[[Sequence[str]], int]]] = {
    "replay": ("play dialogues through real server processes and prove that nothing was lost", replay.main),
    "seed": (stored.ABOUT["seed"], stored.seed),
    "search": (stored.ABOUT["search"], stored.search),
    "lists": (stored.ABOUT["lists"], stored.lists),
    "queue": (queue.ABOUT, queue.main),
    "gateway": (gateway.ABOUT, gateway.main),
    "assistant": (assistant.ABOUT, assistant.main),
}


def usage() -> str:
    """Say what can be measured."""
    lines = [f"  {name:10}{about}" for name, (about, _) in BENCHES.items()]
    return "\n".join(["usage: ./desk bench NAME [OPTIONS]", "", *lines, "", "NAME --help tells its options."])


def main(arguments: Sequence[str]) -> int:
    """Run the measurement that the command line names; return the exit status."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(usage())
        return 0
    name, *options = arguments
    if name not in BENCHES:
        print(f"There is no measurement {name!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    # Asked to stop, it stops as at Ctrl-C: what it started is stopped, what it made is removed. By the signal
    # of Ctrl-C, which event loops take in their own way, and not by its exception in the middle of one.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    return BENCHES[name][1](options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
