"""Have a file that a stranger sent checked in a process of its own (`chat.media.checker`)."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from chat.errors import NotWhatItSays, TooLarge, Unavailable
from chat.media.formats import ALLOWED, FORMATS, IMAGE, MAX_PIXELS, MAX_SIDE_PIXELS, Format

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 20
"""By the clock, where others are before it; of the processor's time it gets 5 (`checker.CPU_SECONDS`)."""
AT_ONCE = 2
PATIENCE_SECONDS = 15
ROOT = Path(__file__).resolve().parents[2]
MAX_RESULT_BYTES = 1000

_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that is what it says; `file` is what to keep of it."""

    format: Format
    file: Path
    thumbnail: Path | None = None
    width: int | None = None
    height: int | None = None


def check(source: Path, name: str, kind: str, directory: Path) -> Checked:
    """Check that a file is an image, audio or video, as `kind` says; an image is made anew in `directory`.

    Takes at most 5 s of a processor and `TIMEOUT_SECONDS`, after a wait for one of `AT_ONCE` places in this
    web process.

    Raises:
        NotWhatItSays: it is something else, or damaged; the message says what is allowed.
        TooLarge: an image of too many pixels.
        Unavailable: there is too much to do just now.
    """
    result = _run(source, kind, directory)
    found = FORMATS.get(str(result.get("format")))
    if result.get("refused") == "pixels":
        raise TooLarge(
            f"{name} is too large an image: at most {MAX_PIXELS:,} pixels are allowed, "
            f"and {MAX_SIDE_PIXELS:,} on each side.",
            field="media",
        )
    if found is None:
        raise NotWhatItSays(f"{name} is not {_a(kind)}: {ALLOWED[kind]} are allowed.", field="media")
    if found.type != kind:
        raise NotWhatItSays(f"{name} is {_a(found.type)}, not {_a(kind)} as its type says.", field="media")
    if kind != IMAGE:
        return Checked(found, source)
    return Checked(found, directory / "file", directory / "thumbnail", result["width"], result["height"])


def _run(source: Path, kind: str, directory: Path) -> dict[str, Any]:
    if not _places.acquire(timeout=PATIENCE_SECONDS):
        raise Unavailable("Many files are being checked just now. Please try again in a minute.")
    try:
        process = subprocess.run(
            # Without site's and the user's additions, and without this process's secrets in its environment.
            [sys.executable, "-s", "-m", "chat.media.checker", str(source), kind, str(directory)],
            cwd=ROOT,
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        log.warning("media_check_timed_out", type=kind, bytes=source.stat().st_size)
        raise Unavailable("The file could not be checked in time. Please try again in a minute.") from None
    finally:
        _places.release()
    try:
        with (directory / "result.json").open("rb") as file:
            result: dict[str, Any] = json.loads(file.read(MAX_RESULT_BYTES))
    except (FileNotFoundError, ValueError):
        log.warning("media_check_ended", type=kind, exit_code=process.returncode)
        return {"refused": "unknown"}
    return result


def _a(kind: str) -> str:
    return "an image" if kind == IMAGE else kind
