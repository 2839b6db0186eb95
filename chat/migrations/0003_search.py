"""The index of what people have said, and of their names (`chat.search`): the database's own, with no models.

On SQLite the triggers come after the migrations: `chat.search.triggers` says why.
"""

# ruff: noqa: S608 every name in these statements is ours

from django.db import migrations

SQLITE = [
    """CREATE TABLE chat_message_search (
        id integer PRIMARY KEY AUTOINCREMENT,
        message_id char(32) NOT NULL UNIQUE,
        organization_id char(32) NOT NULL,
        customer_id char(32) NOT NULL)""",
    """CREATE TABLE chat_person_search (
        id integer PRIMARY KEY AUTOINCREMENT,
        user_id char(32) NOT NULL UNIQUE,
        organization_id char(32) NOT NULL)""",
    *(
        # Marks belong to words: without them Devanagari falls to pieces. Prefixes of one to three letters have an
        # index of their own, because very many words begin with them.
        f"""CREATE VIRTUAL TABLE {name} USING fts5 (text, scope, content = '', prefix = '1 2 3',
            tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Mn Mc'")"""
        for name in ("chat_message_words", "chat_person_words")
    ),
]
SQLITE_BACKWARDS = [
    f"DROP TABLE {name}"
    for name in ("chat_message_words", "chat_person_words", "chat_message_search", "chat_person_search")
]

# PostgreSQL's parser takes an address or a path for one word; without punctuation there are none. Nothing but
# functions of pg_catalog, because an index uses it, whose maintenance has no other schema in its path.
WORDS = r"""
CREATE FUNCTION chat_search_words(said text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT to_tsvector('simple'::regconfig, normalize(
    regexp_replace(
      translate(
        normalize(said, NFKD),
        $ascii$!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~$ascii$
        || U&'\2018\2019\201C\201D\00AB\00BB\2013\2014\2026\00BF\00A1\3001\3002\300C\300D\30FB',
        repeat(' ', 48)),
      U&'[\0300-\036F]', '', 'g'),
    NFC))
$$
"""
# Who owns it stands in the vector too; no word begins with a colon, so nobody's words find that.
VECTOR = """
chat_search_words({row}.text)
|| array_to_tsvector(ARRAY[
  ':organization_id:' || conversation.organization_id, ':customer_id:' || conversation.customer_id])
"""
IS_FOUND = "{row}.type <> 'system' AND {row}.text <> '' AND {row}.deleted_at IS NULL"
# The triggers name no columns: PostgreSQL refuses to change the type of a column that a trigger names.
MESSAGE_CHANGED = f"""
CREATE FUNCTION chat_search_message_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM chat_message_search WHERE message_id = OLD.id;
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.text = OLD.text AND NEW.type = OLD.type
     AND (NEW.deleted_at IS NULL) = (OLD.deleted_at IS NULL) THEN
    RETURN NULL;
  END IF;
  IF {IS_FOUND.format(row="NEW")} THEN
    INSERT INTO chat_message_search (message_id, organization_id, customer_id, words)
    SELECT NEW.id, conversation.organization_id, conversation.customer_id, {VECTOR.format(row="NEW")}
    FROM chat_conversation AS conversation WHERE conversation.id = NEW.conversation_id
    ON CONFLICT (message_id) DO UPDATE SET words = EXCLUDED.words;
  ELSIF TG_OP = 'UPDATE' THEN
    DELETE FROM chat_message_search WHERE message_id = NEW.id;
  END IF;
  RETURN NULL;
END
$$
"""
CONVERSATION_CHANGED = f"""
CREATE FUNCTION chat_search_conversation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.customer_id <> OLD.customer_id OR NEW.organization_id <> OLD.organization_id THEN
    UPDATE chat_message_search AS entry
    SET organization_id = NEW.organization_id, customer_id = NEW.customer_id,
        words = {VECTOR.format(row="message")}
    FROM chat_message AS message, chat_conversation AS conversation
    WHERE conversation.id = NEW.id AND message.conversation_id = NEW.id AND entry.message_id = message.id;
  END IF;
  RETURN NULL;
END
$$
"""
POSTGRESQL = [
    WORDS,
    """CREATE TABLE chat_message_search (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        message_id uuid NOT NULL UNIQUE,
        organization_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        words tsvector NOT NULL)""",
    f"""INSERT INTO chat_message_search (message_id, organization_id, customer_id, words)
        SELECT message.id, conversation.organization_id, conversation.customer_id,
            {VECTOR.format(row="message")}
        FROM chat_message AS message JOIN chat_conversation AS conversation
        ON conversation.id = message.conversation_id
        WHERE {IS_FOUND.format(row="message")} ORDER BY message.created_at, message.seq""",
    "CREATE INDEX chat_message_search_organization ON chat_message_search (organization_id, id)",
    "CREATE INDEX chat_message_search_customer ON chat_message_search (customer_id, id)",
    # New words wait in a list that every search reads through and one unlucky writer empties: it is short.
    """CREATE INDEX chat_message_search_words ON chat_message_search
        USING gin (words) WITH (gin_pending_list_limit = 512)""",
    """CREATE INDEX chat_person_search_words ON accounts_user
        USING gin (chat_search_words(first_name || ' ' || last_name || ' ' || email))""",
    MESSAGE_CHANGED,
    CONVERSATION_CHANGED,
    """CREATE TRIGGER chat_search_message_changed AFTER INSERT OR UPDATE OR DELETE ON chat_message
        FOR EACH ROW EXECUTE FUNCTION chat_search_message_changed()""",
    """CREATE TRIGGER chat_search_conversation_changed AFTER UPDATE ON chat_conversation
        FOR EACH ROW EXECUTE FUNCTION chat_search_conversation_changed()""",
]
POSTGRESQL_BACKWARDS = [
    "DROP TRIGGER chat_search_conversation_changed ON chat_conversation",
    "DROP TRIGGER chat_search_message_changed ON chat_message",
    "DROP FUNCTION chat_search_conversation_changed",
    "DROP FUNCTION chat_search_message_changed",
    "DROP INDEX chat_person_search_words",
    "DROP TABLE chat_message_search",
    "DROP FUNCTION chat_search_words",
]


def forwards(apps, schema_editor):
    """Make the tables, and on PostgreSQL what keeps them."""
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def backwards(apps, schema_editor):
    """Take it all away."""
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_BACKWARDS if is_postgresql else SQLITE_BACKWARDS:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_identities_and_origins"),
        ("chat", "0002_whole_conversations"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
