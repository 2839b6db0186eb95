"""Finding what people have said: all of it, and nothing that somebody may not read (SPEC §6)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.tokens import Principal
from chat import search
from chat.actions import notes, revisions
from chat.errors import InvalidInput
from chat.models import Conversation, Message
from chat.search import triggers
from tests.support.chats import chat_of, say, start
from tests.support.people import People
from tests.support.rest import Caller

pytestmark = pytest.mark.database

PATH = "/api/v1/chat/messages/search"
Find = Callable[..., list[str]]


@pytest.fixture
def find(people: People) -> Find:
    """What somebody is shown: the texts of the hits, newest first."""

    def find(who: Principal, q: str, **query: Any) -> list[str]:
        status, answer = Caller(people, who).get(PATH, q=q, **query)
        assert status == 200, answer
        found = [message["content"] for message in answer["data"]]
        assert answer["pagination"]["totalItems"] >= len(found)
        return found

    return find


def test_a_hit_is_a_message_with_the_place_and_its_conversation(people: People) -> None:
    conversation = chat_of(people.vera, people.ana)
    sent = say(people.vera, conversation, "Where is my parcel?\nIt left on Monday.").message
    status, answer = Caller(people, people.ana).get(PATH, q="PARCEL mon")
    assert (status, answer["message"]) == (200, "Messages found successfully")
    assert answer["pagination"] == {"currentPage": 1, "totalPages": 1, "totalItems": 1}
    [hit] = answer["data"]
    assert (hit["_id"], hit["seq"], hit["conversationId"]) == (sent.id, sent.seq, str(conversation.id))
    assert hit["snippet"] == "Where is my parcel? It left on Monday."
    assert hit["conversation"]["_id"] == str(conversation.id)
    assert (hit["conversation"]["status"], hit["conversation"]["userId"]["first_name"]) == ("open", "Vera")


def test_all_words_must_occur_and_the_last_may_be_a_beginning(people: People, find: Find) -> None:
    conversation = chat_of(people.vera, people.ana)
    say(people.vera, conversation, "The red bicycle is broken")
    say(people.vera, conversation, "The blue bicycle is fine")
    assert find(people.vera, "bicycle") == ["The blue bicycle is fine", "The red bicycle is broken"]
    assert find(people.vera, "broken bicyc") == ["The red bicycle is broken"]
    assert find(people.vera, "bicyc broken") == []
    assert find(people.vera, "icycle") == []
    assert find(people.vera, "red blue") == []


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Grüße aus München", ["munchen", "MÜNCHEN", "Grüße", "gru"]),
        ("e\u0301tait CAFÉ", ["était", "cafe"]),
        ("मेरा ऑर्डर कहाँ है", ["ऑर्डर", "कहाँ मेरा", "ऑर्"]),
        ("東京都に行きました。明日", ["東京", "東京都に行きました", "明日"]),
        ("write to user@example.com, or see http://a.example/b-c_d", ["example", "user@exam", "b-c", "d"]),
        ("I don't know; 3.14 costs €9", ["don't", "DON", "3.14", "9"]),
    ],
)
def test_words_of_every_language_are_found(people: People, find: Find, said: str, wanted: list[str]) -> None:
    say(people.vera, start(people.vera), said)
    assert {text: find(people.vera, text) for text in wanted} == {text: [said] for text in wanted}


def test_a_customer_finds_its_own_and_the_team_the_organization_s(people: People, find: Find) -> None:
    for who in (people.vera, people.walt, people.olaf):
        say(who, start(who), f"the secret of {who.first_name}")
    for who in (people.vera, people.walt, people.olaf, people.oskar):
        name = "Olaf" if who is people.oskar else who.first_name
        assert find(who, "secret") == [f"the secret of {name}"]
    # Bo has none of these chats, but may read them, as an agent may.
    for who in (people.bo, people.sam):
        assert find(who, "secret") == ["the secret of Walt", "the secret of Vera"]


def test_the_words_of_the_index_s_own_are_no_hits(people: People, find: Find) -> None:
    say(people.vera, start(people.vera), "nothing in this")
    organization, customer = people.ana.organization_id, people.vera.user_id
    for inner in (
        f"o{organization.hex}",
        f"c{customer.hex}",
        f"organization_id:{organization}",
        f"customer_id:{customer}",
        "organization",
        "o",
        "c",
        str(customer)[:8],
    ):
        assert find(people.ana, inner) == [], inner


def test_somebody_who_writes_the_index_s_own_words_finds_and_shows_nothing_more(
    people: People, find: Find
) -> None:
    home = people.ana.organization_id
    say(people.olaf, start(people.olaf), f"smuggled o{home.hex} organization_id:{home}")
    say(people.vera, start(people.vera), "smuggled")
    assert find(people.ana, "smuggled") == ["smuggled"]
    assert find(people.oskar, "smuggled") == [f"smuggled o{home.hex} organization_id:{home}"]
    assert find(people.oskar, f"o{home.hex}") == [f"smuggled o{home.hex} organization_id:{home}"]


def test_notes_and_system_messages_are_never_found(people: People, find: Find) -> None:
    conversation = chat_of(people.vera, people.ana)
    notes.add_note(people.ana, str(conversation.id), "vip customer, careful")
    say(people.ana, conversation, "careful with that axe")
    for who in (people.vera, people.ana, people.sam):
        assert find(who, "careful") == ["careful with that axe"]
    lines = conversation.messages.filter(type="system").values_list("text", flat=True)
    assert lines
    assert [find(people.ana, line) for line in lines] == [[]] * len(lines)


def test_an_edited_message_is_found_by_what_it_says_now(people: People, find: Find) -> None:
    sent = say(people.vera, start(people.vera), "first words").message
    revisions.edit_message(people.vera, sent.id, "other wording")
    assert find(people.vera, "words") == find(people.ana, "first") == []
    assert find(people.vera, "word") == find(people.ana, "other") == ["other wording"]


def test_a_deleted_message_is_not_found_and_others_are(people: People, find: Find) -> None:
    conversation = start(people.vera)
    gone = say(people.vera, conversation, "unwise words").message
    say(people.vera, conversation, "wise words")
    revisions.delete_message(people.vera, gone.id)
    assert find(people.vera, "unwise") == []
    assert find(people.sam, "words") == ["wise words"]
    Message.objects.filter(conversation=conversation).delete()
    assert find(people.sam, "words") == []


def test_a_conversation_that_becomes_another_customer_s_is_found_by_that_one(
    people: People, find: Find
) -> None:
    conversation = start(people.vera)
    say(people.vera, conversation, "moving day")
    Conversation.objects.filter(id=conversation.id).update(customer=people.walt.user_id)
    assert find(people.vera, "moving") == []
    assert find(people.walt, "moving") == find(people.ana, "moving") == ["moving day"]


def test_pages_hold_every_hit_once_newest_first(people: People, find: Find) -> None:
    conversation = chat_of(people.vera, people.ana)
    said = [say(people.vera, conversation, f"number {n}").message.text for n in range(25)]
    pages = [find(people.vera, "number", page=page, limit=10) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    assert [text for page in pages for text in page] == said[::-1]


def test_of_very_many_hits_the_newest_five_hundred_count(people: People) -> None:
    many = search.MAX_HITS + 30
    conversation = add_messages(people, [f"echo {n}" for n in range(many)])
    status, answer = Caller(people, people.ana).get(PATH, q="echo", limit=100, page=5)
    assert (status, answer["pagination"]["totalItems"]) == (200, search.MAX_HITS)
    assert answer["data"][-1]["content"] == f"echo {many - search.MAX_HITS}"
    assert Caller(people, people.ana).get(PATH, q="echo", limit=100, page=6)[1]["data"] == []
    assert conversation.messages.filter(text__startswith="echo").count() == many


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one way for all")
@pytest.mark.parametrize("probed", [0, 1, 5, 100])
def test_what_is_not_among_the_newest_entries_is_found_by_the_index(
    people: People, find: Find, monkeypatch: pytest.MonkeyPatch, probed: int
) -> None:
    from chat.search import postgresql

    say(people.olaf, start(people.olaf), "needle elsewhere")
    say(people.walt, start(people.walt), "needle of Walt")
    add_messages(people, ["needle one", *[f"hay {n}" for n in range(20)], "needle two"])
    monkeypatch.setattr(postgresql, "PROBED_ENTRIES", probed)
    monkeypatch.setattr(postgresql, "WALKED_ENTRIES", 8)
    monkeypatch.setattr(postgresql, "COMMON_HITS", 1)
    assert find(people.ana, "needle") == ["needle two", "needle one", "needle of Walt"]
    assert find(people.ana, "need") == find(people.ana, "needle")
    assert find(people.vera, "needle") == ["needle two", "needle one"]
    assert find(people.ana, "needle hay") == []


@pytest.mark.parametrize(
    ("q", "problem"),
    [
        (None, "q must have 1 to 200 characters."),
        ("", "q must have 1 to 200 characters."),
        (" \n", "q must have 1 to 200 characters."),
        ("x" * 201, "q must have 1 to 200 characters."),
        ("x" * 10_000, "q must have 1 to 200 characters."),
        ("\0", "q must hold a letter or a digit."),
        ("👍 !?*", "q must hold a letter or a digit."),
    ],
)
def test_a_query_that_cannot_find_anything_is_refused_with_the_reason(
    people: People, q: str | None, problem: str
) -> None:
    query = {} if q is None else {"q": q}
    status, answer = Caller(people, people.vera).get(PATH, **query)
    assert (status, answer["message"], answer["errors"]) == (400, problem, {"q": [problem]})


@pytest.mark.parametrize("numbers", [{"page": 0}, {"limit": 101}, {"limit": "ten"}])
def test_pages_out_of_range_are_refused(people: People, numbers: dict[str, Any]) -> None:
    assert Caller(people, people.vera).get(PATH, q="word", **numbers)[0] == 400


HOSTILE = [
    '"hello"',
    'hello"* OR text:hello',
    "hello' & !world | (",
    "hello:* <-> world",
    "NEAR(hello world)",
    "{text} : hello",
    "-hello",
    "^hello",
    "hello\0world",
    "hello'; DROP TABLE chat_message; --",
    "%s %(words)s {owner}",
    "\\ hello \\",
    "\ud7ffhello\ue000",
    "a " * 100,
]


@pytest.mark.parametrize("q", HOSTILE)
def test_nothing_that_is_typed_is_syntax(people: People, find: Find, q: str) -> None:
    say(people.vera, start(people.vera), "hello world")
    words = {"hello", "world"}
    wanted = set(search.words_of(q))
    assert find(people.vera, q) == (["hello world"] if wanted <= words else [])


@given(st.text(max_size=210))
def test_words_hold_no_syntax_whatever_is_typed(text: str) -> None:
    try:
        words = search.words_of(text)
    except InvalidInput:
        return
    assert words
    assert all(word == word.lower() and not set(word) & set("\0 \"'\\:*()&|!<>{}^-") for word in words)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite renumbers rows and copies tables")
class TestOnSQLite:
    def test_the_index_is_right_after_a_vacuum(self, people: People, find: Find) -> None:
        conversation = start(people.vera)
        ids = [say(people.vera, conversation, f"word{n}").message.id for n in range(5)]
        Message.objects.filter(id__in=ids[:3]).delete()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
        Message.objects.filter(id=ids[3]).update(text="changed")
        assert [find(people.vera, q) for q in ("word3", "word4", "changed")] == [[], ["word4"], ["changed"]]
        assert check_index() is None

    def test_migrations_take_the_triggers_away_and_make_the_index_anew(
        self, people: People, find: Find
    ) -> None:
        sent = say(people.vera, start(people.vera), "before").message
        migration = type("Migration", (), {"app_label": "chat"})
        triggers.remove_before_migrations(plan=[(migration, False)])
        assert not triggers.is_installed(connection)
        Message.objects.filter(id=sent.id).update(text="meanwhile")
        triggers.install_after_migrations()
        assert triggers.is_installed(connection)
        assert [find(people.vera, q) for q in ("before", "meanwhile")] == [[], ["meanwhile"]]
        assert check_index() is None


def check_index() -> None:
    """Let FTS5 check itself; raises where its parts do not fit together."""
    with connection.cursor() as cursor:
        for table in ("chat_message_words", "chat_person_words"):
            cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")


def add_messages(people: People, texts: list[str]) -> Conversation:
    """Vera's conversation with many messages more, in two statements."""
    conversation, now = start(people.vera), timezone.now()
    conversation.refresh_from_db()
    numbered = enumerate(texts, start=conversation.last_seq + 1)
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            seq=seq,
            version=seq,
            sender_id=people.vera.user_id,
            text=text,
            created_at=now,
        )
        for seq, text in numbered
    )
    Conversation.objects.filter(id=conversation.id).update(last_seq=conversation.last_seq + len(texts))
    return conversation
