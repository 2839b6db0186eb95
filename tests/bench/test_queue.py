"""Short lines are made, emptied and fought for through the real command."""

import json
import subprocess
import sys

import pytest

from bench.queue.command import main
from bench.queue.report import not_won_once
from bench.replay.command import REPOSITORY

PATIENCE_SECONDS = 240


def bench(*options):
    return subprocess.run(
        [sys.executable, "-m", "bench", "queue", *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


@pytest.mark.processes
def test_fifty_agents_want_one_chat_and_one_gets_it_however_often():
    measured = bench("--waiting", "120", "--picks", "2", "--rounds", "10", "--json")
    assert measured.returncode == 0, measured.stderr
    report = json.loads(measured.stdout)
    assert report["problems"] == []
    figures = {(figure["taker"], figure["queue"]): figure for figure in report["figures"]}
    assert figures["fifty agents for one chat", "single"]["count"] == 10 * 50
    assert figures["pick-next, two processes", "skilled"]["count"] == 2
    assert len(figures) == 9
    assert all(0 < figure["p50_ms"] <= figure["p99_ms"] for figure in figures.values())


def test_a_chat_that_two_agents_or_none_got_is_a_problem():
    assert not_won_once([1, 2, 1, 0]) == [
        "round 2: 2 agents got the one chat",
        "round 4: 0 agents got the one chat",
    ]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--waiting", "0"), "must be a whole number of at least 1"),
        (("--waiting", "100", "--picks", "50"), "must be at least 500"),
        (("--database", "mysql"), "invalid choice"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_starts(options, problem, capsys):
    with pytest.raises(SystemExit) as refused:
        main(options)
    assert refused.value.code == 2
    assert problem in capsys.readouterr().err
