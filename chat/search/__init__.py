"""Full-text search, PostgreSQL's or SQLite's FTS5 behind the same functions. It checks no permission.

The index is kept by triggers, so it is right whoever writes a message (migration 0003; on SQLite `triggers`).
Several words must all occur, the last one may be the beginning of a word. Case and accents do not matter.
What people type is never query syntax: `words_of` takes the letters and digits out of it.
"""

from chat.search.find import MAX_HITS, customer_ids, message_ids
from chat.search.words import MAX_QUERY_CHARACTERS, snippet, words_of

__all__ = ["MAX_HITS", "MAX_QUERY_CHARACTERS", "customer_ids", "message_ids", "snippet", "words_of"]
