"""Who may do what: a sign for each person, and how a row of signs is proved."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.tokens import Principal
from tests.security.subjects import Subject, make_subject, of_nothing
from tests.support.people import People

PEOPLE = ("nobody", "customer", "visitor", "owner", "colleague", "elsewhere", "admin", "foreigner")
"""Nobody; the customer; another visitor; the agent who has the chat, another one of its queue, one of another
queue; the organization's admin; another organization's admin."""

STRANGERS = ("visitor", "foreigner")
"""Nothing that they can ask may depend on whether the conversation exists."""

OWN = {"foreigner": "foreigner_id", "colleague": "colleague_id"}
"""Their own ids, which they may know."""

YES, HOLDS, WITHOUT = "+", "*", "o"
"""Allowed; and the answer speaks of the conversation; and the answer holds nothing of it."""

CODES = {
    "!": ("token_missing",),
    "x": ("forbidden",),
    "n": ("not_assigned",),
    "?": ("not_found",),
    "c": ("already_taken", "conflict", "conversation_closed"),
}
"""Refused: without a token, for one's role, for not having the chat, as if it did not exist, as too late."""

Answer = tuple[Any, str | None, str]
"""An answer as it came, to be compared; the code of its error, None where there is none; all of its text."""

Ask = Callable[[Subject, str, Mapping[str, str]], Answer]
"""Ask one thing as one of PEOPLE, about a subject, with these ids."""


@dataclass(frozen=True)
class Row:
    """What each of PEOPLE gets for a request with this data; `{name}` stands for one of the subject's ids."""

    signs: str
    data: Mapping[str, Any] = field(default_factory=dict)
    state: str = "taken"
    joined: bool = False
    """Whether a socket tries to join before it asks."""
    once: bool = False
    """Whether it can be done once only, so that everyone who may needs a subject of their own."""
    is_shared: bool = False
    """Whether it is about something that everyone in the organization may know."""
    hidden: str | None = None
    """The one id that does not exist for those who may see the rest."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Which of a subject's ids a placeholder of the address means, where its own name does not say it."""

    @property
    def expected(self) -> dict[str, str]:
        """The sign of each of PEOPLE."""
        return dict(zip(PEOPLE, self.signs.split(), strict=True))

    def filled(self, ids: Mapping[str, str]) -> Any:
        """The data with ids in it."""
        return json.loads(fill(json.dumps(self.data), ids))

    def request(self, address: str, ids: Mapping[str, str]) -> tuple[str, Any]:
        """What is asked, with ids in it."""
        return fill(address, ids), self.filled(ids)

    def address(self, route: str) -> str:
        """A route with the names of a subject's ids."""
        return fill(route, {name: "{" + meant + "}" for name, meant in self.names.items()})


def fill(text: str, ids: Mapping[str, str]) -> str:
    """Put ids for their names in braces."""
    for name, value in ids.items():
        text = text.replace("{" + name + "}", value)
    return text


def person(people: People, subject: Subject, name: str) -> Principal | None:
    """Who that is."""
    return {
        "nobody": None,
        "customer": subject.customer,
        "visitor": people.walt,
        "owner": people.ana,
        "colleague": people.bo,
        "elsewhere": people.olga,
        "admin": people.sam,
        "foreigner": people.oskar,
    }[name]


def first_who_may(row: Row) -> str | None:
    """The first of PEOPLE, nobody left out, who is allowed it."""
    return next((name for name, sign in row.expected.items() if sign not in CODES and name != "nobody"), None)


def sign_of(answer: Answer, subject: Subject, expected: str) -> str:
    """The sign that an answer deserves; of those for what is allowed the expected one, where it is true."""
    _, code, text = answer
    if code is not None:
        return next((sign for sign, codes in CODES.items() if code in codes), code)
    if any(secret in text for secret in subject.secrets):
        return HOLDS if expected != YES else YES
    return WITHOUT if expected != YES else YES


def check(row: Row, people: People, ask: Ask, address: str = "") -> None:
    """Let everyone ask; those who may not change nothing, and learn nothing from the difference."""
    subject = make_subject(people, row.state)
    before = subject.state()
    found = {}
    refused = [name for name, sign in row.expected.items() if sign in CODES]
    allowed = [name for name in PEOPLE if name not in refused]
    for name in refused:
        found[name] = sign_of(ask(subject, name, subject.ids), subject, row.expected[name])
    assert subject.state() == before, "somebody who may not has changed something"
    for name in PEOPLE:
        if row.expected[name] == "?" or (name in STRANGERS and not row.is_shared):
            nothing = of_nothing(subject.ids, but=OWN.get(name))
            if row.hidden and name not in STRANGERS:
                nothing = {**subject.ids, row.hidden: nothing[row.hidden]}
            if row.request(address, subject.ids) != row.request(address, nothing):
                theirs, nothings = ask(subject, name, subject.ids), ask(subject, name, nothing)
                assert theirs[0] == nothings[0], f"the {name} can tell what does not exist"
    for name in allowed:
        subject = make_subject(people, row.state) if row.once else subject
        found[name] = sign_of(ask(subject, name, subject.ids), subject, row.expected[name])
    assert found == row.expected, f"found: {' '.join(found[name] for name in PEOPLE)}"
