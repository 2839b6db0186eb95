"""What opens strangers' files can take only so much, knows no secret, and is one of two at most."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from chat.errors import Unavailable
from chat.media import checking
from helpdesk.paths import BASE_DIR
from tests.support import media_samples

LIMITED = "from chat.media.checker import limit_this_process; limit_this_process()\n"


def run_limited(code: str) -> subprocess.CompletedProcess[str]:
    """Run code after the checker has limited itself."""
    command = [sys.executable, "-c", LIMITED + code]
    return subprocess.run(command, cwd=BASE_DIR, env={}, capture_output=True, text=True, timeout=60)


def test_the_checker_gets_no_more_memory_files_and_time_than_it_needs(tmp_path: Path):
    assert "MemoryError" in run_limited("bytearray(1_000_000_000)").stderr
    great = run_limited(f"open({str(tmp_path / 'great')!r}, 'wb').write(bytes(100_000_000))")
    assert "File too large" in great.stderr
    hard_limit = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n"
    assert run_limited(hard_limit + "while True: pass").returncode == -signal.SIGKILL
    shown = run_limited("import os, resource; print(os.nice(0), resource.getrlimit(resource.RLIMIT_CPU))")
    assert shown.stdout.strip() == "5 (5, 5)"


def test_the_checker_loads_nothing_of_the_helpdesk_or_of_django():
    loaded = run_limited(
        "import sys; from chat.media import checker, images, recordings\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('django', 'accounts', 'helpdesk')])"
    )
    assert loaded.stdout.strip() == "[]", loaded.stderr


def test_no_more_than_two_files_are_checked_at_once_without_our_secrets(tmp_path: Path):
    source = tmp_path / "source.png"
    source.write_bytes(media_samples.image("PNG", (400, 400)))

    def check(number: int) -> checking.Checked:
        directory = tmp_path / str(number)
        directory.mkdir()
        return checking.check(source, "a.png", "image", directory)

    seen, environments = [], set()
    with ThreadPoolExecutor(4) as threads:
        pending = [threads.submit(check, number) for number in range(4)]
        while not all(check.done() for check in pending):
            children = psutil.Process().children()
            checkers = [child for child in children if "chat.media.checker" in cmdline(child)]
            seen.append(len(checkers))
            environments |= {bytes_of(Path(f"/proc/{child.pid}/environ")) for child in checkers}
            time.sleep(0.005)

    assert all(check.result().width == 400 for check in pending)
    assert 1 <= max(seen) <= 2
    assert os.environ["SECRET_KEY"].encode() not in b"".join(environments)


def cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_what_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checking, "TIMEOUT_SECONDS", 0.01)
    source = tmp_path / "source.png"
    source.write_bytes(media_samples.image("PNG", (1500, 1500)))

    with pytest.raises(Unavailable):
        checking.check(source, "a.png", "image", tmp_path)

    assert not [child for child in psutil.Process().children() if "chat.media.checker" in cmdline(child)]
