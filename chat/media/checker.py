"""The process that opens what strangers sent: `python -m chat.media.checker INPUT TYPE DIRECTORY`.

It lives for one file, knows nothing of the helpdesk but this package, and can take only so much. It writes
`result.json` into the directory and, for an image, `file` and `thumbnail`.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

MEMORY_BYTES = 768 * 1024 * 1024
WRITTEN_BYTES = 64 * 1024 * 1024
CPU_SECONDS = 5
LIFE_SECONDS = 30
"""For the case that who started this process is gone, and with it who would end it."""
NICENESS = 5


def limit_this_process() -> None:
    """Give up what is not needed; the kernel sees to it."""
    os.nice(NICENESS)
    signal.alarm(LIFE_SECONDS)
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def check(source: Path, kind: str, directory: Path) -> dict[str, Any]:
    """Find out what a file is; an image is made anew. Returns `{format, width, height}` or `{refused}`."""
    if kind != "image":
        from chat.media.recordings import recognise

        found = recognise(source)
        return {"format": found.media_type} if found else {"refused": "unknown"}
    from chat.media import images

    try:
        made, width, height = images.remake(source, directory / "file", directory / "thumbnail")
    except (images.TooManyPixels, images.Image.DecompressionBombError, images.Image.DecompressionBombWarning):
        return {"refused": "pixels"}
    except Exception as error:
        # Pillow raises whatever its readers stumble over; all of it says that this is no sound image.
        return {"refused": "unknown", "error": type(error).__name__}
    return {"format": made.media_type, "width": width, "height": height}


def main() -> None:
    """Check one file within the limits."""
    limit_this_process()
    source, kind, directory = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    result = check(source, kind, directory)
    (directory / "result.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main()
