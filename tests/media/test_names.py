"""Forty names that mean harm come out as names and nothing more."""

import unicodedata

import pytest

from chat.errors import NotWhatItSays
from chat.media.formats import JPEG, PNG, WEBM_AUDIO
from chat.media.names import MAX_NAME_CHARACTERS, safe_name

HARMFUL = [
    "../../etc/passwd",
    "..\\..\\windows\\system32\\cmd",
    "/etc/passwd",
    "C:\\boot",
    "\\\\server\\share\\a",
    "file:///etc/passwd",
    "....//....//x",
    "a/../../b.png",
    "..",
    ".",
    "",
    " ",
    "...",
    ".htaccess",
    ".png",
    "photo.png.",
    "photo.png ",
    "photo.png\u00a0",
    "photo.png\u200b",
    "photo\u202egnp.exe.png",
    "\u2066photo\u2069.png",
    "\u200ephoto.png",
    "pho\u00adto.png",
    "photo\0.html.png",
    "photo.png\0",
    "photo\r\nSet-Cookie: a=b.png",
    "photo\x1b[31m.png",
    "photo\u2028.png",
    "photo\x85.png",
    "photo\udcff.png",
    'photo".png',
    "<img src=x onerror=alert(1)>.png",
    "photo';drop table media;--.png",
    "photo.php.png",
    "photo.phtml",
    "photo.phar",
    "x" * 5000 + ".png",
    "é" * 200,
    "👩‍👩‍👧‍👦" * 60 + ".png",
    "CON:photo|?*.png",
]


@pytest.mark.parametrize("said", HARMFUL, ids=lambda said: ascii(said)[:30])
def test_a_harmful_name_becomes_a_harmless_one(said: str):
    name = safe_name(said, PNG)

    assert name.endswith(".png")
    assert name.strip(". ") == name
    assert len(name) <= MAX_NAME_CHARACTERS
    assert len(name) > len(".png")
    assert not set(name) & set('/\\<>:"|?*')
    assert not [each for each in name if unicodedata.category(each)[0] == "C"]
    assert not {"\u2028", "\u2029"} & set(name)
    # Whoever cleans it once more finds nothing to do.
    assert safe_name(name, PNG) == name


@pytest.mark.parametrize(
    ("said", "found", "expected"),
    [
        ("crop_disease.jpg", JPEG, "crop_disease.jpg"),
        ("Scan.JPEG", JPEG, "Scan.JPEG"),
        ("saved from a page.jpg", PNG, "saved from a page.png"),
        ("Ägypten – 3. Tag", JPEG, "Ägypten – 3. Tag.jpg"),
        ("白い猫.png", PNG, "白い猫.png"),
        ("blob", WEBM_AUDIO, "blob.webm"),
        ("voice.webm", WEBM_AUDIO, "voice.webm"),
        ("image_picker_1234.tmp", JPEG, "image_picker_1234.jpg"),
    ],
)
def test_a_name_keeps_what_people_see_of_it(said: str, found, expected: str):
    assert safe_name(said, found) == expected


@pytest.mark.parametrize("ending", [".html", ".js", ".exe", ".pdf", ".mp4", ".css"])
def test_a_name_that_says_that_it_is_something_else_is_refused(ending: str):
    with pytest.raises(NotWhatItSays, match=ending):
        safe_name(f"photo{ending}", PNG)
