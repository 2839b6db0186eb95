"""The gateway and its peers are measured for moments through the real command."""

import json
import subprocess
import sys

import pytest

from bench.gateway.command import main
from bench.gateway.measure import Sample
from bench.gateway.report import Report
from bench.gateway.stage import NODE, OURS, PYTHON
from bench.gateway.works import echo, memory
from bench.replay.command import REPOSITORY

PATIENCE_SECONDS = 240


def bench(*options):
    return subprocess.run(
        [sys.executable, "-m", "bench", "gateway", *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


@pytest.mark.processes
def test_all_servers_do_the_same_work_and_its_price_is_told():
    measured = bench("--quick", "--database", "sqlite", "--work", "W1", "W4", "W5", "W6", "--json")
    assert measured.returncode == 0, measured.stderr
    report = json.loads(measured.stdout)
    assert report["problems"] == []
    figures = {(figure["key"], figure["server"]): figure for figure in report["figures"]}
    assert len(figures) == 3 * (3 - len(report["left_out"])) + 1
    for figure in figures.values():
        assert figure["value"] > 0
        assert 0 < figure["p50_ms"] <= figure["p99_ms"]
        assert figure["clients_cores"] > 0
    assert {(ratio["key"], ratio["peer"]) for ratio in report["ratios"]} >= {("W4", PYTHON), ("W5", PYTHON)}


def test_rounds_are_summed_up_and_compared():
    report = Report(rounds=2, seconds=1)
    work, other = echo(10), memory(10)
    report.add(
        work,
        [
            Sample(work, OURS, "sqlite", 1, 300, 0.5, 0, 0.1, 1, 9),
            Sample(work, NODE, "sqlite", 1, 600, 0.5, 0, 0.1, 2, 9),
            Sample(work, OURS, "sqlite", 1, 500, 0.5, 0, 0.1, 1, 9),
        ],
    )
    report.add(
        other, [Sample(other, name, "sqlite", 0, size, 0, 0, 0) for name, size in ((OURS, 20), (PYTHON, 50))]
    )
    assert [(figure.server, figure.value) for figure in report.figures[:2]] == [(OURS, 800), (NODE, 1200)]
    assert [(one.peer, round(one.ratio, 2), one.is_reached) for one in report.ratios] == [
        (NODE, 0.67, False),
        (PYTHON, 0.4, True),
    ]
    assert (
        "| W1 echo with ack, 10 connections | Node socket.io | 0.67 | ≥ 0.8 | not reached |"
        in report.as_text()
    )
    assert "| W3 10 idle connections | python-socketio | 0.40 | ≤ 0.6 | reached |" in report.as_text()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--work", "W7"), "invalid choice"),
        (("--rounds", "0"), "must be a whole number of at least 1"),
        (("--servers", "deno"), "invalid choice"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_starts(options, problem, capsys):
    with pytest.raises(SystemExit) as refused:
        main(options)
    assert refused.value.code == 2
    assert problem in capsys.readouterr().err
