"""`./desk test`: everything on SQLite, what concerns the database on PostgreSQL too, browser code."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from tests.support.services import MIGRATED, PostgreSQLServer

ROOT = Path(__file__).resolve().parents[2]
JAVASCRIPT_TESTS = "*.test.mjs"
DATABASE_MARK = "mark.database"
PROCESSES = str(min(os.cpu_count() or 1, 4) + 1)
"""One more than there are cores: whatever a test waits for, another runs meanwhile."""
NO_TESTS_COLLECTED = 5


def run_pytest(
    title: str, arguments: Sequence[str], database_url: str | None, report: Path
) -> tuple[int, Counter[str]]:
    """Run pytest; return its exit code and how many tests passed, failed and were skipped."""
    print(f"\n== {title}", flush=True)
    environment = {**os.environ}
    environment.pop("DATABASE_URL", None)
    if database_url is not None:
        environment |= {"DATABASE_URL": database_url, "TEMPLATE_DATABASE": MIGRATED}
    alone = {"-s", "--pdb", "-n", "--collect-only", "--co"} & set(arguments)
    # In the order in which they stand: sorted by their size, long groups of few tests would come last.
    parallel = [] if alone else ["-n", PROCESSES, "--dist", "loadgroup", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *parallel, f"--junitxml={report}", *arguments]
    code = subprocess.run(command, cwd=ROOT, env=environment).returncode
    return code, read_report(report)


def files_marked_database() -> list[str]:
    """Return the files in which a test is marked `database`; to import the others takes long."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(file.relative_to(ROOT)) for file in files if DATABASE_MARK in file.read_text()]


def read_report(report: Path) -> Counter[str]:
    """Count the results in a JUnit report."""
    counts: Counter[str] = Counter()
    if report.exists():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped = int(suite.get("skipped", 0))
            counts["failed"] += failed
            counts["skipped"] += skipped
            counts["passed"] += int(suite.get("tests", 0)) - failed - skipped
    return counts


def run_node(files: Sequence[Path], report: Path) -> tuple[int, Counter[str]]:
    """Run the browser code's tests under node; return the exit code and the counts."""
    print("\n== Browser code, node", flush=True)
    reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout"]
    reporters += ["--test-reporter=tap", f"--test-reporter-destination={report}"]
    command = [*shlex.split(os.environ.get("NODE", "node")), "--test", *reporters, *map(str, files)]
    code = subprocess.run(command, cwd=ROOT).returncode
    counts: Counter[str] = Counter()
    if report.exists():
        for word, number in re.findall(r"^# (pass|fail|skipped) (\d+)$", report.read_text(), re.MULTILINE):
            counts[{"pass": "passed", "fail": "failed"}.get(word, word)] = int(number)
    return code, counts


def main(arguments: list[str]) -> int:
    """Run what `arguments` ask for, everything when there are none; return the exit code."""
    began = time.monotonic()
    named = [argument for argument in arguments if not argument.startswith("-")]
    scripts = [Path(name) for name in named if name.endswith(".mjs")]
    if not arguments:
        scripts = sorted((ROOT / "tests" / "js").rglob(JAVASCRIPT_TESTS))
    results: dict[str, tuple[int, Counter[str]]] = {}
    with tempfile.TemporaryDirectory(prefix="hd-report-") as directory:
        reports = Path(directory)
        if not arguments or len(scripts) < len(named) or not scripts:
            results["SQLite"] = run_pytest("pytest on SQLite", arguments, None, reports / "sqlite.xml")
            # A marker of the caller's own is narrowed down, not replaced.
            marker = arguments[arguments.index("-m") + 1] if "-m" in arguments[:-1] else ""
            narrowed = f"database and ({marker})" if marker else "database"
            server = PostgreSQLServer()
            try:
                results["PostgreSQL"] = run_pytest(
                    "pytest on PostgreSQL, the tests marked `database`",
                    [*(arguments or files_marked_database()), "-m", narrowed],
                    server.url("helpdesk"),
                    reports / "postgresql.xml",
                )
            finally:
                server.stop()
        if scripts:
            results["JavaScript"] = run_node(scripts, reports / "node.tap")
    return summarise(results, time.monotonic() - began)


def summarise(results: dict[str, tuple[int, Counter[str]]], seconds: float) -> int:
    """Print one line for each part and one for all; return the exit code."""
    total: Counter[str] = Counter()
    broken = False
    print(f"\n== {seconds:.0f} s in all")
    for name, (code, counts) in results.items():
        # Nothing collected is no fault of a part, as long as another part had something to run.
        broken = broken or code not in (0, NO_TESTS_COLLECTED)
        total += counts
        note = "" if code in (0, NO_TESTS_COLLECTED) else f" (exit code {code})"
        print(
            f"{name}: {counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped{note}"
        )
    ran = total["passed"] + total["failed"]
    print(
        f"Total: {total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped", flush=True
    )
    return 1 if broken or total["failed"] or not ran else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
