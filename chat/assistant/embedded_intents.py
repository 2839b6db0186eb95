"""What a customer means whom no article answers: a greeting, thanks, the wish for a person."""

from __future__ import annotations

import re
from enum import StrEnum

from chat.knowledge.words import about_nothing
from chat.search.words import plain, split

MAX_CHARACTERS = 2_000
"""So much of a message's end is looked at: whoever wants something says so last."""


class Intent(StrEnum):
    """What a message is."""

    PERSON = "person"
    IDENTITY = "identity"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ACKNOWLEDGEMENT = "acknowledgement"
    NOTHING = "nothing"
    QUESTION = "question"


PEOPLE = (
    r"(?:humans?|persons?|people|agents?|representatives?|rep|operators?|advisors?|advisers?|staff|"
    r"employees?|managers?|supervisors?|customer (?:service|support|care))"
)
MENSCHEN = (
    r"(?:mensch(?:en)?|person(?:en)?|mitarbeiter(?:in)?s?|berater(?:in)?|kundenservice|kundendienst|"
    r"jemande?[mn]?)"
)
WANTS_A_PERSON = [
    re.compile(pattern)
    for pattern in (
        rf"\b(?:talk|speak|chat|connect|transfer|put|pass|hand|escalate|forward)\b[^.?!]{{0,40}}\b{PEOPLE}\b",
        r"\b(?:talk|speak|chat|connect)\b[^.?!]{0,20}\b(?:someone|somebody|anyone|anybody)\b",
        r"\b(?:someone|somebody|anyone|anybody)\b[^.?!]{0,25}\b(?:talk|speak|chat)\b",
        rf"\b(?:get|give|need|want|like|bring|call|prefer)\b[^.?!]{{0,25}}\b(?:an?|your|some|the) {PEOPLE}\b",
        rf"\b(?:real|live|actual|human) {PEOPLE}\b",
        r"\b(?:human|live) (?:being|support|help|chat|assistance)\b",
        rf"^\W*(?:an? )?{PEOPLE}(?: please)?\W*$",
        r"\b(?:not|no|stop|hate|without|instead of)\b[^.?!]{0,20}\b(?:bots?|chatbots?|robots?|machines?)\b",
        r"\b(?:make|file|have|lodge) a (?:formal )?complaint\b",
        rf"\b(?:mit|zu)\b[^.?!]{{0,20}}\b{MENSCHEN}\b[^.?!]{{0,20}}\b(?:sprechen|reden|chatten|verbinden)\b",
        rf"\b(?:brauche|will|mochte|verbinden|holen|geben)\b[^.?!]{{0,25}}\b{MENSCHEN}\b",
        rf"^\W*{MENSCHEN}(?: bitte)?\W*$",
    )
]
ASKS_WHO = re.compile(
    r"\b(?:are you|is this|am i (?:talking|speaking|chatting) (?:to|with))\b[^.?!]{0,12}"
    r"\b(?:ai|bot|chatbot|robot|machine|computer|human|person|real)\b"
    r"|\bwho (?:are you|am i (?:talking|speaking) (?:to|with))\b"
    r"|\b(?:bist du|sind sie)\b[^.?!]{0,12}\b(?:ki|bot|roboter|maschine|computer|mensch|echt)\b"
)
# In this order: "ok thanks, bye" is thanks, "hello, thank you" too.
MARKERS = {
    Intent.THANKS: "thank thanks thx ty cheers appreciate appreciated danke dankeschon vielen",
    Intent.GOODBYE: "bye goodbye ciao farewell tschuss wiedersehen",
    Intent.GREETING: "hi hello hey hiya greetings morning afternoon evening hallo moin servus guten",
    Intent.ACKNOWLEDGEMENT: """
        ok okay yes yeah yep no nope sure great good perfect alright fine cool right all nice awesome
        excellent wonderful understood ja nein gut prima alles klar
    """,
}
POLITE = """
    ah oh um hmm lol day nice helpful lovely bot everyone team there today tag abend schonen sehr see
"""
_POLITE = frozenset(split(POLITE + " ".join(MARKERS.values())))


def intent_of(text: str) -> Intent:
    """Say what a message is; what is about something is a question."""
    said = plain(text[-MAX_CHARACTERS:])
    if any(pattern.search(said) for pattern in WANTS_A_PERSON):
        return Intent.PERSON
    if ASKS_WHO.search(said):
        return Intent.IDENTITY
    words = set(split(plain(text)))
    if words - _POLITE - about_nothing("en") - about_nothing("de"):
        return Intent.QUESTION
    for intent, markers in MARKERS.items():
        if words & set(markers.split()):
            return intent
    return Intent.NOTHING
