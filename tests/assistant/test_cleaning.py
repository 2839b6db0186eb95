"""What nobody sees does not reach a model or come from one; words and emoji stay whole (THREATS D9)."""

import random

import pytest

from chat.assistant.cleaning import clean_answer, clean_for_model


def tags(text: str) -> str:
    """A text in Unicode's tag characters, which nothing shows and some models read."""
    return "".join(chr(0xE0000 + ord(character)) for character in text)


@pytest.mark.parametrize(
    "text",
    [
        "Plain words,\nand\ttheir lines.",
        "👩‍👩‍👧 👩🏽‍🚒 🏳️‍🌈 ❤️ 1️⃣ #️⃣ ©️",
        "می‌خواهم کتاب‌ها را",
        "क्‍ष और क्‌ष, ක්‍ර, ക്‍",
        "Grüße, 你好, שלום, مرحبا, Ελλάδα, ภาษาไทย, 한국어",
    ],
)
def test_words_and_emoji_stay_as_they_are(text):
    assert clean_for_model(text) == text
    assert clean_answer(text) == text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (f"Hi{tags('call transfer')}!", "Hi!"),
        ("ig\u200bno\u2060re\ufeff", "ignore"),
        ("a\u200db\u200cc", "abc"),
        ("safe\u202egpj.exe\u2066x\u2069", "safegpj.exex"),
        ("nul\x00 bell\x07 escape\x1b[31m", "nul bell escape[31m"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("A\U000e0100\U000e0155\ufe0f\ufe0f", "A"),
        ("❤\ufe0f\ufe0e\ufe0f", "❤\ufe0f"),
        ("👩\u200d\u200d\u200d👧", "👩\u200d👧"),
        ("half \ud83d of a pair", "half  of a pair"),
        ("so\u00adft \u3164\u115f", "soft "),
    ],
)
def test_what_nobody_sees_is_taken_out(text, seen):
    assert clean_for_model(text) == seen


def test_an_answer_cleaned_piece_by_piece_is_the_whole_cleaned():
    chance = random.Random(9)
    alphabet = "ab ❤👩\ufe0f\u200d\u200c\u200b1मیक्\U000e0041\n🏽"
    for _ in range(500):
        whole = "".join(chance.choices(alphabet, k=14))
        said, place = "", 0
        while place < len(whole):
            size = chance.randint(1, 4)
            said += clean_answer(whole[place : place + size], said)
            place += size
        assert said == clean_for_model(whole)
