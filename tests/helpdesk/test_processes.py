"""Child processes that die with us, and not before."""

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpdesk import processes


def test_a_child_is_started_by_no_thread_that_ends_before_us(tmp_path):
    with ThreadPoolExecutor(1) as executor:
        attempt = executor.submit(processes.spawn, ["sleep", "60"], tmp_path / "log")
        with pytest.raises(RuntimeError, match="main thread"):
            attempt.result()
    child = processes.spawn(["sleep", "60"], tmp_path / "log")
    processes.stop(child)
    assert child.returncode == -signal.SIGTERM
