"""A small database is filled, searched and listed through the real commands."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bench.replay.command import REPOSITORY
from bench.stored.command import search

PATIENCE_SECONDS = 240


@pytest.fixture(scope="module")
def directory():
    """A short directory, since it holds unix sockets."""
    made = Path(tempfile.mkdtemp(prefix="hd-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def bench(name, directory, *options):
    return subprocess.run(
        [sys.executable, "-m", "bench", name, "--directory", str(directory), *options],
        cwd=REPOSITORY,
        env={**os.environ},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


SMALL = ("--conversations", "60", "--messages", "900", "--requests", "2")


@pytest.mark.processes
def test_a_database_is_filled_once_and_then_searched_and_listed(directory):
    searched = bench("search", directory, *SMALL, "--json")
    assert searched.returncode == 0, searched.stderr
    report = json.loads(searched.stdout.partition("{")[1] + searched.stdout.partition("{")[2])
    assert (report["database"], report["conversations"], report["messages"]) == ("sqlite", 60, 900)
    found = {figure["name"]: figure for figure in report["figures"]}
    assert found["agent: a common word"]["items"] > 0
    assert found["agent: a word nobody said"]["items"] == 0
    assert all(0 < figure["p50_ms"] <= figure["p95_ms"] <= figure["slowest_ms"] for figure in found.values())

    filled_at = (directory / "seeded.json").stat().st_mtime_ns
    listed = bench("lists", directory, *SMALL)
    assert listed.returncode == 0, listed.stderr
    assert "| long history: any page | 2 |" in listed.stdout
    assert (directory / "seeded.json").stat().st_mtime_ns == filled_at

    other = bench("lists", directory, "--conversations", "50", "--messages", "900")
    assert other.returncode == 2
    assert "holds another database" in other.stderr


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--conversations", "0"), "must be a whole number of at least 1"),
        (("--conversations", "100", "--messages", "999"), "at least 10 times"),
        (("--database", "mysql"), "invalid choice"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_starts(directory, options, problem, capsys):
    with pytest.raises(SystemExit) as refused:
        search(["--directory", str(directory / "none"), *options])
    assert refused.value.code == 2
    assert problem in capsys.readouterr().err
    assert not (directory / "none").exists()
