"""Keeps SQLite's search tables right: triggers, taken away while migrations run.

Django changes a table of SQLite by copying it, which loses the table's triggers, and which fails where
another table's trigger names it. So they are put back after the migrations, and the index is made anew then.
"""

# ruff: noqa: S608 every name in these statements is ours

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# FTS5 keeps no texts here ("contentless"): to take a row out it must be told what went in. The entry says
# that the row is in, and its number is the row's: a key of its own, because VACUUM may renumber the rows of
# tables whose key is not a number.
MESSAGE_SCOPE = "'o' || entry.organization_id || ' c' || entry.customer_id"
IS_FOUND = "{row}.type <> 'system' AND {row}.text <> '' AND {row}.deleted_at IS NULL"
ADD_ENTRY = """
INSERT OR IGNORE INTO chat_message_search (message_id, organization_id, customer_id)
SELECT NEW.id, organization_id, customer_id FROM chat_conversation WHERE id = NEW.conversation_id"""
ADD_WORDS = f"""
INSERT INTO chat_message_words (rowid, text, scope)
SELECT entry.id, NEW.text, {MESSAGE_SCOPE}
FROM chat_message_search AS entry WHERE entry.message_id = NEW.id"""
TAKE_WORDS = f"""
INSERT INTO chat_message_words (chat_message_words, rowid, text, scope)
SELECT 'delete', entry.id, OLD.text, {MESSAGE_SCOPE}
FROM chat_message_search AS entry WHERE entry.message_id = OLD.id"""
OF_THE_CONVERSATION = """
FROM chat_message AS message JOIN chat_message_search AS entry ON entry.message_id = message.id
WHERE message.conversation_id = NEW.id"""

PERSON_TEXT = "{row}.first_name || ' ' || {row}.last_name || ' ' || {row}.email"
ADD_PERSON = f"""
INSERT OR IGNORE INTO chat_person_search (user_id, organization_id) VALUES (NEW.id, NEW.organization_id);
INSERT INTO chat_person_words (rowid, text, scope)
SELECT id, {PERSON_TEXT.format(row="NEW")}, 'o' || organization_id
FROM chat_person_search WHERE user_id = NEW.id"""
TAKE_PERSON = f"""
INSERT INTO chat_person_words (chat_person_words, rowid, text, scope)
SELECT 'delete', id, {PERSON_TEXT.format(row="OLD")}, 'o' || organization_id
FROM chat_person_search WHERE user_id = OLD.id;
DELETE FROM chat_person_search WHERE user_id = OLD.id"""

TRIGGERS = {
    "chat_search_message_added": f"""
        AFTER INSERT ON chat_message WHEN {IS_FOUND.format(row="NEW")}
        BEGIN {ADD_ENTRY}; {ADD_WORDS}; END""",
    "chat_search_message_changed": f"""
        AFTER UPDATE OF text, type, deleted_at ON chat_message
        BEGIN
          {TAKE_WORDS};
          DELETE FROM chat_message_search WHERE message_id = OLD.id AND NOT ({IS_FOUND.format(row="NEW")});
          {ADD_ENTRY} AND {IS_FOUND.format(row="NEW")};
          {ADD_WORDS};
        END""",
    "chat_search_message_removed": f"""
        AFTER DELETE ON chat_message
        BEGIN {TAKE_WORDS}; DELETE FROM chat_message_search WHERE message_id = OLD.id; END""",
    "chat_search_conversation_changed": f"""
        AFTER UPDATE OF customer_id, organization_id ON chat_conversation
        WHEN OLD.customer_id <> NEW.customer_id OR OLD.organization_id <> NEW.organization_id
        BEGIN
          INSERT INTO chat_message_words (chat_message_words, rowid, text, scope)
          SELECT 'delete', entry.id, message.text, {MESSAGE_SCOPE} {OF_THE_CONVERSATION};
          UPDATE chat_message_search SET customer_id = NEW.customer_id, organization_id = NEW.organization_id
          WHERE message_id IN (SELECT id FROM chat_message WHERE conversation_id = NEW.id);
          INSERT INTO chat_message_words (rowid, text, scope)
          SELECT entry.id, message.text, {MESSAGE_SCOPE} {OF_THE_CONVERSATION};
        END""",
    "chat_search_person_added": f"AFTER INSERT ON accounts_user BEGIN {ADD_PERSON}; END",
    "chat_search_person_changed": f"""
        AFTER UPDATE OF first_name, last_name, email, organization_id ON accounts_user
        BEGIN {TAKE_PERSON}; {ADD_PERSON}; END""",
    "chat_search_person_removed": f"AFTER DELETE ON accounts_user BEGIN {TAKE_PERSON}; END",
}

REBUILD = [
    "INSERT INTO chat_message_words (chat_message_words) VALUES ('delete-all')",
    f"""DELETE FROM chat_message_search AS entry WHERE NOT EXISTS (
        SELECT 1 FROM chat_message AS message
        WHERE message.id = entry.message_id AND {IS_FOUND.format(row="message")})""",
    f"""INSERT OR IGNORE INTO chat_message_search (message_id, organization_id, customer_id)
        SELECT message.id, conversation.organization_id, conversation.customer_id
        FROM chat_message AS message JOIN chat_conversation AS conversation
        ON conversation.id = message.conversation_id
        WHERE {IS_FOUND.format(row="message")} ORDER BY message.created_at, message.seq""",
    f"""INSERT INTO chat_message_words (rowid, text, scope)
        SELECT entry.id, message.text, {MESSAGE_SCOPE}
        FROM chat_message_search AS entry JOIN chat_message AS message ON message.id = entry.message_id
        ORDER BY entry.id""",
    "INSERT INTO chat_person_words (chat_person_words) VALUES ('delete-all')",
    "DELETE FROM chat_person_search",
    "INSERT INTO chat_person_search (user_id, organization_id) SELECT id, organization_id FROM accounts_user",
    f"""INSERT INTO chat_person_words (rowid, text, scope)
        SELECT entry.id, {PERSON_TEXT.format(row="person")}, 'o' || entry.organization_id
        FROM chat_person_search AS entry JOIN accounts_user AS person ON person.id = entry.user_id""",
]


def remove_before_migrations(using: str = DEFAULT_DB_ALIAS, plan: Any = (), **_: Any) -> None:
    """Take the triggers away where migrations of their tables are about to run (`pre_migrate`)."""
    if any(migration.app_label in ("chat", "accounts") for migration, _ in plan):
        remove(connections[using])


def install_after_migrations(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Put the triggers back where they have been taken away, and make the index anew (`post_migrate`)."""
    connection = connections[using]
    if connection.vendor != "sqlite" or "chat_message_search" not in connection.introspection.table_names():
        return
    if not is_installed(connection):
        with transaction.atomic(using):
            install(connection)


def is_installed(connection: BaseDatabaseWrapper) -> bool:
    """Whether all triggers are there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return TRIGGERS.keys() <= {name for (name,) in cursor.fetchall()}


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: from now on the index falls behind."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the index anew from all messages, and let triggers keep it from now on."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in REBUILD:
            cursor.execute(statement)
        for name, definition in TRIGGERS.items():
            cursor.execute(f"CREATE TRIGGER {name} {definition}")
