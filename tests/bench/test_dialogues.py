"""Reading a file of dialogues, and what it says about one that cannot be played."""

import gzip
import json

import pytest

from bench.replay.dialogues import DialoguesError, Turn, read_dialogues

DIALOGUE = {
    "id": "1",
    "services": ["Hotels"],
    "turns": [{"speaker": "customer", "text": "A room, please. "}, {"speaker": "agent", "text": "For when?"}],
}


def write(path, *dialogues):
    text = "".join(json.dumps(dialogue) + "\n" for dialogue in dialogues)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["dialogues.jsonl", "dialogues.jsonl.gz"])
def test_dialogues_are_read_plain_and_compressed(tmp_path, name):
    (dialogue,) = read_dialogues(write(tmp_path / name, DIALOGUE))
    assert dialogue.id == "1"
    assert dialogue.turns == (Turn("customer", "A room, please."), Turn("agent", "For when?"))


def test_only_as_many_dialogues_are_read_as_asked_for(tmp_path):
    file = write(tmp_path / "dialogues.jsonl", DIALOGUE, {**DIALOGUE, "id": "2"}, {**DIALOGUE, "id": "3"})
    assert [dialogue.id for dialogue in read_dialogues(file, 2)] == ["1", "2"]


def test_a_missing_file_is_named_with_what_should_be_in_it(tmp_path):
    with pytest.raises(DialoguesError, match=r"no file .*none\.jsonl\. --dialogues names one.*\"turns\""):
        read_dialogues(tmp_path / "none.jsonl")


def test_a_line_that_is_not_json_is_named_by_its_number(tmp_path):
    file = write(tmp_path / "dialogues.jsonl", DIALOGUE)
    file.write_text(file.read_text() + "{broken\n")
    with pytest.raises(DialoguesError, match="line 2: this is not JSON"):
        read_dialogues(file)


def test_a_wrong_speaker_is_named_by_its_line_and_turn(tmp_path):
    turns = [*DIALOGUE["turns"], {"speaker": "robot", "text": "Beep."}]
    file = write(tmp_path / "dialogues.jsonl", {**DIALOGUE, "turns": turns})
    with pytest.raises(DialoguesError, match=r"line 1: turn 3: the speaker is .* not 'robot'"):
        read_dialogues(file)


@pytest.mark.parametrize(
    ("dialogue", "problem"),
    [
        (["no", "object"], "a dialogue is"),
        ({"turns": DIALOGUE["turns"]}, "a dialogue is"),
        ({"id": "1", "turns": []}, "at least one turn"),
        ({"id": "1", "turns": ["Hello"]}, "turn 1: the speaker is"),
        ({"id": "1", "turns": [{"speaker": "agent", "text": " "}]}, "turn 1: the text"),
    ],
)
def test_a_dialogue_of_another_form_is_refused(tmp_path, dialogue, problem):
    with pytest.raises(DialoguesError, match=problem):
        read_dialogues(write(tmp_path / "dialogues.jsonl", dialogue))


def test_a_file_that_is_not_compressed_though_its_name_says_so_is_refused(tmp_path):
    file = tmp_path / "dialogues.jsonl.gz"
    file.write_text(json.dumps(DIALOGUE))
    with pytest.raises(DialoguesError, match="cannot be read"):
        read_dialogues(file)


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(DialoguesError, match="no dialogue"):
        read_dialogues(write(tmp_path / "dialogues.jsonl"))
