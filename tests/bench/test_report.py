"""The figures at the end."""

import json

from bench.replay.report import PROBLEMS_SHOWN, Report, percentile


def report(problems=()):
    return Report("sqlite", 2, 10, 20, 300, 1.5, 200.0, 3.0, 9.0, {"web 1": 0.5}, list(problems))


def test_percentiles_are_values_that_occurred():
    values = [float(number) for number in range(100, 0, -1)]
    assert (percentile(values, 50), percentile(values, 99), percentile(values, 100)) == (50, 99, 100)
    assert percentile([7.0], 50) == 7
    assert percentile([], 99) == 0


def test_a_report_says_that_it_is_proved_only_without_problems():
    assert "Proved" in report().as_text()
    assert "Proved" not in report(["dialogue 1: lost"]).as_text()


def test_of_many_problems_the_text_shows_the_first_and_json_all():
    problems = [f"dialogue {number}: lost" for number in range(PROBLEMS_SHOWN + 1)]
    text = report(problems).as_text()
    assert problems[-2] in text
    assert problems[-1] not in text
    assert json.loads(report(problems).as_json())["problems"] == problems
