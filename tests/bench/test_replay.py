"""A replay through real processes, and how it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import pytest

from bench.replay.command import DIALOGUES, REPOSITORY, main
from bench.replay.dialogues import read_dialogues

PATIENCE_SECONDS = 240
DIALOGUE = {
    "id": "1",
    "services": [],
    "turns": [{"speaker": ("customer", "agent")[n % 2], "text": f"{n}"} for n in range(40)],
}


@pytest.fixture
def temporary(tmp_path):
    """A short directory for everything temporary, since it holds unix sockets."""
    directory = Path(tempfile.mkdtemp(prefix="hd-"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


def write_dialogues(directory, *dialogues):
    file = directory / "dialogues.jsonl"
    file.write_text("\n".join(map(json.dumps, dialogues)))
    return file


def start_replay(temporary, *options):
    return subprocess.Popen(
        [sys.executable, "-m", "bench", "replay", *options],
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Its Ctrl-C is not ours.
        start_new_session=True,
    )


@pytest.mark.processes
@pytest.mark.skipif(not DIALOGUES.exists(), reason=f"the dialogues to play are not at {DIALOGUES}")
def test_a_hundred_dialogues_arrive_everywhere_complete_and_in_order(temporary):
    turns = sum(len(dialogue.turns) for dialogue in read_dialogues(DIALOGUES, 100))
    replay = start_replay(temporary, "--count", "100", "--concurrency", "50", "--processes", "2", "--json")
    output, errors = replay.communicate(timeout=PATIENCE_SECONDS)
    report = json.loads(output)
    assert report["problems"] == []
    assert (report["dialogues"], report["messages"]) == (100, turns)
    assert replay.returncode == 0
    assert "Playing [##############################] 100/100" in errors
    assert 0 < report["delivered_p50_ms"] <= report["delivered_p99_ms"]


@pytest.mark.processes
@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_replay_that_is_stopped_leaves_no_process_and_no_file(temporary, tmp_path, stop_signal):
    short = {**DIALOGUE, "id": "short", "turns": DIALOGUE["turns"][:1]}
    file = write_dialogues(tmp_path, short, DIALOGUE)
    replay = start_replay(temporary, "--dialogues", str(file), "--turn-pause", "10", "--processes", "1")
    # Killed rather than waited for without end, should it never begin to play.
    watchdog = threading.Timer(PATIENCE_SECONDS, replay.kill)
    watchdog.start()
    try:
        assert any("Playing" in line for line in iter(replay.stderr.readline, "")), "it never began to play"
        started = psutil.Process(replay.pid).children(recursive=True)
        assert len(started) >= 2, "without servers there is nothing to leave behind"
        replay.send_signal(stop_signal)
        output, errors = replay.communicate(timeout=60)
    finally:
        watchdog.cancel()
        replay.kill()
    assert replay.returncode == 130
    assert (output, errors.strip()) == ("", "Stopped.")
    assert psutil.wait_procs(started, timeout=10)[1] == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--count", "0"], "must be a whole number of at least 1"),
        (["--database", "mysql"], "must be sqlite, postgresql or a postgres:// address"),
        (["--turn-pause", "nan"], "must be a number from 0 to 60"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_starts(options, problem, capsys):
    with pytest.raises(SystemExit) as refused:
        main(options)
    assert refused.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert problem in said.err


def test_dialogues_that_are_not_there_are_named_before_anything_starts(temporary):
    replay = start_replay(temporary, "--dialogues", "none.jsonl")
    output, errors = replay.communicate(timeout=PATIENCE_SECONDS)
    assert replay.returncode == 2
    assert output == ""
    assert "There is no file none.jsonl" in errors
    assert "Traceback" not in errors


@pytest.mark.processes
def test_a_database_that_does_not_answer_is_reported_without_a_traceback_of_ours(temporary, tmp_path):
    nobody = f"postgres://postgres@/{temporary}/replay"
    replay = start_replay(
        temporary, "--database", nobody, "--dialogues", str(write_dialogues(tmp_path, DIALOGUE))
    )
    _, errors = replay.communicate(timeout=PATIENCE_SECONDS)
    assert replay.returncode == 1
    assert errors.startswith("The servers do not start: the web process stopped")


def test_bench_alone_says_what_it_can_measure():
    usage = subprocess.run(
        [sys.executable, "-m", "bench"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert "replay" in usage.stdout
