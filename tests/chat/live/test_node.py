"""The genuine npm `socket.io-client` against a running helpdesk, with every choice of transports."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.live import ON_SQLITE, Live

pytestmark = [pytest.mark.processes, ON_SQLITE]

HERE = Path(__file__).parent
WAYS = ("websocket", "polling", "defaults")
NODE_TIMEOUT_SECONDS = 100
DECLARATION = re.compile(r'^ *test\((?:"([^"]+)"|`([^`]+)`)', re.MULTILINE)


def declared() -> list[tuple[str, str]]:
    """The tests in the scripts, as file and name; a name in backquotes stands for several tests."""
    return [
        (script.name, plain or template)
        for script in sorted(HERE.glob("*.mjs"))
        for plain, template in DECLARATION.findall(script.read_text())
    ]


def pattern_of(name: str) -> re.Pattern[str]:
    """What a declared name looks like once its `${…}` are filled in."""
    return re.compile(".+".join(map(re.escape, re.split(r"\$\{[^}]+\}", name))))


Outcomes = dict[str, str | None]
"""The names of the tests that ran, each with what went wrong."""


@pytest.fixture(scope="session")
def runs(live_sqlite: Live, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[Outcomes]]:
    """All three ways at once, each in an organization of its own."""
    directory = tmp_path_factory.mktemp("node")
    executor = ThreadPoolExecutor(len(WAYS))

    def run(way: str, world: dict[str, object]) -> Outcomes:
        report = directory / f"{way}.xml"
        command = [*shlex.split(os.environ.get("NODE", "node")), "--test", "--test-reporter=junit"]
        environment = {
            **os.environ,
            "HELPDESK_URL": live_sqlite.url,
            "HELPDESK_WORLD": json.dumps(world),
            "HELPDESK_TRANSPORTS": way,
        }
        arguments = [f"--test-reporter-destination={report}", str(HERE / "all.mjs")]
        subprocess.run([*command, *arguments], env=environment, timeout=NODE_TIMEOUT_SECONDS)
        return read_report(report)

    started = {way: executor.submit(run, way, live_sqlite.new_world()) for way in WAYS}
    executor.shutdown(wait=False)
    return started


def read_report(report: Path) -> Outcomes:
    outcomes: Outcomes = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        failure = case.find("failure")
        outcomes[case.get("name", "")] = None if failure is None else failure.text or failure.get("message")
    return outcomes


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("script", "name"), declared())
def test_with_the_genuine_client(script: str, name: str, way: str, runs: dict[str, Future[Outcomes]]) -> None:
    pattern = pattern_of(name)
    ran = {found: failure for found, failure in runs[way].result().items() if pattern.fullmatch(found)}
    assert ran, f"{script}: {name!r} did not run"
    assert not [f"{found}\n{failure}" for found, failure in ran.items() if failure is not None]


@pytest.mark.parametrize("way", WAYS)
def test_everything_that_ran_is_reported(way: str, runs: dict[str, Future[Outcomes]]) -> None:
    patterns = [pattern_of(name) for _, name in declared()]
    ran = runs[way].result()
    unreported = [found for found in ran if not any(pattern.fullmatch(found) for pattern in patterns)]
    assert unreported == []
    assert len(ran) >= len(patterns)


def test_the_clients_have_left_no_trouble_in_the_log(
    runs: dict[str, Future[Outcomes]], live_sqlite: Live
) -> None:
    for run in runs.values():
        run.result()
    assert live_sqlite.trouble() == []
