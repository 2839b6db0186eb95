"""The instructions stay out of the answers, and nobody waits for it."""

import random

import pytest

from chat.assistant.guard import Leaked, LeakGuard, looks_secret

INSTRUCTIONS = """You are Ada, who helps the customers of Blue Shop.
Never promise a refund before the goods have come back to us!
The code of the staff is CANARY-7f3a91. Be kind.
Parcels leave within 48-hours; write to help24@shop.example.com or see https://shop.example.com/returns-2024.
"""


def hear(
    text: str, heard: list[str] | None = None, *, allowed: str = "", sizes: tuple[int, ...] = (1, 2, 3, 5, 8)
) -> list[str]:
    """What is heard of an answer that comes in pieces."""
    guard = LeakGuard(INSTRUCTIONS, allowed)
    heard = [] if heard is None else heard
    place = turn = 0
    while place < len(text):
        size = sizes[turn % len(sizes)]
        heard.append(guard.feed(text[place : place + size]))
        place, turn = place + size, turn + 1
    heard.append(guard.flush())
    return heard


@pytest.mark.parametrize("sizes", [(1,), (3, 1, 7), (1000,)])
@pytest.mark.parametrize(
    "leak",
    [
        "CANARY-7f3a91",
        "canary-7F3A91",
        "C A N A R Y - 7 f 3 a 9 1",
        "C-A-N-A-R-Y-7-f-3-a-9-1",
        "**CANARY**_7f3a91_",
        "\uff23\uff21\uff2e\uff21\uff32\uff39-7f3a91",
        "CAN\u200bARY-7f\u200b3a91",
        "Never promise a refund before the goods have come back to us",
        "NEVER PROMISE A REFUND\nBEFORE THE GOODS   HAVE COME BACK TO US",
        "> never *promise* a refund, before the goods have come back to us!!",
    ],
)
def test_a_secret_or_a_sentence_of_the_instructions_is_never_heard_however_it_is_dressed(leak, sizes):
    heard: list[str] = []

    with pytest.raises(Leaked):
        hear(f"Of course, here it is: {leak}. Anything else?", heard, sizes=sizes)

    assert "Of course, here it is: ".startswith("".join(heard).rstrip(">* "))


@pytest.mark.parametrize(
    "answer",
    [
        "Can I help? Your canary bird food, code CANARY-7f3b, leaves within 48-hours.",
        "Write to help24@shop.example.com or see https://shop.example.com/returns-2024.",
        "You are right: never promise. The goods have come back to us.",
        "Be kind.",
        "Вітаю! Ваш пакунок уже в дорозі 👩‍👩‍👧. नमस्ते",
    ],
)
def test_everything_else_is_heard_as_it_was_said(answer):
    assert "".join(hear(answer)) == answer
    assert "".join(hear(answer, sizes=(len(answer),))) == answer


def test_what_the_customer_said_or_an_article_says_may_be_said_again():
    answer = "Yes, CANARY-7f3a91 is the code."

    assert "".join(hear(answer, allowed="Is canary 7F3A91 the right code?")) == answer

    guard = LeakGuard(INSTRUCTIONS, "")
    guard.allow("The code CANARY-7f3a91 is printed on your bill.")
    assert guard.feed(answer) + guard.flush() == answer


def test_only_an_end_that_may_become_a_leak_is_held_back():
    guard = LeakGuard(INSTRUCTIONS, "")

    assert guard.feed("Your parcel is on track.") == "Your parcel is on track."
    assert guard.feed(" I ask the ca") == " I ask the "
    assert guard.feed("rrier.") == "carrier."
    assert guard.feed(" A CANARY-7f3") == " A "
    assert guard.flush() == "CANARY-7f3"


def test_an_answer_in_pieces_is_the_answer_whatever_the_pieces():
    words = [
        "You",
        "are",
        "Ada",
        "never",
        "promise",
        "a",
        "refund",
        "before",
        "can",
        "canary",
        "7f3",
        ",",
        "\n",
        "é",
    ]
    chance = random.Random(5)
    for _ in range(300):
        answer = " ".join(chance.choices(words, k=12))
        assert "".join(hear(answer, sizes=(chance.randint(1, 4), chance.randint(1, 9)))) == answer


@pytest.mark.parametrize(
    "word", ["CANARY-7f3a91", "sk-proj-9dK2m", "Sommer2026", "aBcDeFgHiJkL", "3f2a9c0e1d"]
)
def test_keys_and_codes_look_secret(word):
    assert looks_secret(word)


@pytest.mark.parametrize(
    "word", ["48-hours", "returns", "24/7", "JavaScript", "2026-11-21", "shop24.example", "A4"]
)
def test_words_numbers_and_names_do_not(word):
    assert not looks_secret(word)
