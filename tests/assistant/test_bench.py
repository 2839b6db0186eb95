"""Some answers are streamed while people talk, and the report says how late all of it came."""

import pytest

from bench.assistant.command import measure, parse
from bench.assistant.listeners import Listener
from bench.assistant.measure import ENDED_EARLY, Size
from bench.assistant.report import ALONE, Report, Talk
from bench.replay.servers import Servers
from tests.support.assisted import Assisted


@pytest.mark.processes
@pytest.mark.xdist_group("assisted")
def test_answers_and_talk_are_measured_by_turns(assisted: Assisted) -> None:
    servers = Servers(assisted.helpdesk.environment, [assisted.here], assisted.helpdesk.redis)
    default, assisted.model.default = assisted.model.default, "words 300 0.015"
    try:
        report = measure(servers, assisted.model.url, Size(1, 3, 1, 1), "postgresql")
    finally:
        assisted.model.default = default

    # How fast this machine is just now is not the matter.
    assert [problem for problem in report.problems if ENDED_EARLY not in problem] == []
    assert [(talk.beside, talk.messages) for talk in report.talks] == [
        (ALONE, 2),
        ("a language model", 2),
        ("the embedded assistant", 2),
    ]
    model, _ = report.streams
    assert model.answers == 3
    assert model.words > 3
    assert 0 < model.first_p50_ms <= model.first_p99_ms
    assert 0 < model.delay_p50_ms <= model.delay_p99_ms
    assert 0 < model.chunks_a_second < 34
    assert report.talks[1].cpu["model process"] > 0
    assert "| a language model | 1 | 3 |" in report.as_text()


def heard(*events: dict[str, object]) -> Listener:
    listener = Listener()
    for event in events:
        listener._hear("chat-stream", event)
    return listener


def test_a_word_has_come_when_its_last_character_has() -> None:
    listener = heard(
        {"event": "chunk", "offset": 0, "text": "1000000000.0000 1000000"},
        {"event": "chunk", "offset": 23, "text": "001.0000 "},
    )
    first, second = listener.came
    assert list(listener.delays(0, 2e9)) == [first[1] - 1000000000, second[1] - 1000000001]
    assert list(listener.delays(1000000001, 2e9)) == [second[1] - 1000000001]


@pytest.mark.parametrize(
    ("end", "stored", "problem"),
    [
        (None, {}, "not ended after 5 characters"),
        ({"event": "end", "reason": "cut", "messageId": None}, {}, "ended: cut"),
        ({"event": "end", "reason": "complete", "messageId": "m"}, {"m": "Hel"}, "what is stored is not"),
        ({"event": "end", "reason": "complete", "messageId": "m"}, {"m": "Hello"}, ""),
    ],
)
def test_an_answer_that_is_not_whole_is_a_problem(end, stored, problem) -> None:
    listener = heard({"event": "chunk", "offset": 0, "text": "Hello"}, *([end] if end else []))
    listener.stored = stored
    assert listener.problem().startswith(problem)
    assert bool(listener.problem()) == bool(problem)


def test_rounds_are_compared_with_themselves() -> None:
    report = Report("sqlite", 100)
    for number, (alone, beside) in enumerate(((10.0, 12.0), (20.0, 20.0)), 1):
        report.talks.append(Talk.of(ALONE, number, [alone], [alone], {}))
        report.talks.append(Talk.of("a language model", number, [beside], [beside], {}))
    assert report.ratios() == [
        "beside a language model, round 1: delivered p50 1.20, p99 1.20 times as long",
        "beside a language model, round 2: delivered p50 1.00, p99 1.00 times as long",
    ]


@pytest.mark.parametrize("option", ["--chats", "--pairs", "--seconds", "--rounds"])
def test_a_number_of_nothing_is_refused_before_anything_starts(option, capsys) -> None:
    with pytest.raises(SystemExit):
        parse([option, "0"])
    assert "must be a whole number of at least 1" in capsys.readouterr().err
