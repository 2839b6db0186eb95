"""What the embedded assistant says in words of its own, in the languages of the widget."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chat.knowledge.words import about_nothing
from chat.search.words import plain, split


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of one language; `{name}` and `{title}` stand for what is put in their place."""

    greeting: str
    identity: str
    thanks: str
    goodbye: str
    acknowledged: str
    what_about: str
    person: str
    nothing_found: str
    nothing_more: str
    source: str
    tell_me_more: str


PHRASES = {
    "en": Phrases(
        greeting="Hello! What can I do for you?",
        identity="I am {name}, an automatic assistant: I answer from our help articles. Whenever you would "
        "rather talk to a person, just say so.",
        thanks="You are welcome. If there is anything else, just write.",
        goodbye="Thank you for writing. Goodbye!",
        acknowledged="All right. If there is anything else, just write.",
        what_about="Could you tell me in a sentence what it is about?",
        person="Of course. I am asking a person to take over.",
        nothing_found="I have found no answer to that. I am asking a person to help you.",
        nothing_more="That is all I know about it. I am asking a person to help you.",
        source="From “{title}”.",
        tell_me_more="Thank you for writing. Could you tell me a little more about it?",
    ),
    "de": Phrases(
        greeting="Hallo! Was kann ich für Sie tun?",
        identity="Ich bin {name}, ein automatischer Assistent, und antworte aus unseren Hilfeartikeln. Wenn "
        "Sie lieber mit einem Menschen sprechen möchten, sagen Sie es einfach.",
        thanks="Gern geschehen. Wenn noch etwas ist, schreiben Sie einfach.",
        goodbye="Danke für Ihre Nachricht. Auf Wiedersehen!",
        acknowledged="In Ordnung. Wenn noch etwas ist, schreiben Sie einfach.",
        what_about="Können Sie mir in einem Satz sagen, worum es geht?",
        person="Natürlich. Ich hole einen Menschen dazu.",
        nothing_found="Darauf habe ich keine Antwort gefunden. Ich hole einen Menschen dazu.",
        nothing_more="Mehr weiß ich darüber nicht. Ich hole einen Menschen dazu.",
        source="Aus „{title}“.",
        tell_me_more="Danke für Ihre Nachricht. Können Sie mir etwas mehr dazu sagen?",
    ),
}


def phrases_for(text: str) -> Phrases:
    """The phrases of the language that most small words of a text are of; English where nothing tells."""
    words = set(split(plain(text)))
    return PHRASES[max(PHRASES, key=lambda language: len(words & about_nothing(language)))]


def phrases_in(language: str) -> Phrases:
    """The phrases of a language, or English."""
    return PHRASES.get(language, PHRASES["en"])


def sources_named(text: str) -> list[str]:
    """The titles of the articles that an answer names."""
    return [title for pattern in _SOURCES for title in pattern.findall(text)]


_SOURCES = [
    re.compile(rf"^{re.escape(phrases.source).replace(re.escape('{title}'), '(.+)')}$", re.MULTILINE)
    for phrases in PHRASES.values()
]
