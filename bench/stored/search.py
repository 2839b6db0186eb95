"""Searches as people make them: rare words and common ones, several, beginnings of words."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from bench.stored.callers import Caller, Callers, Case
from chat import search

PATH = "messages/search"


def cases(callers: Callers, turns: Sequence[str], count: int) -> list[Case]:
    """Take the words to search for out of what is said in the database."""
    dice = random.Random(11)
    said = [search.words_of(turn[: search.MAX_QUERY_CHARACTERS]) for turn in dice.sample(list(turns), 5_000)]
    counts = Counter(word for words in said for word in set(words))
    ranked = [word for word, _ in counts.most_common()]
    common, middle = ranked[:50], ranked[200:600]
    rare = [word for word in ranked if counts[word] == 1]
    texts = {
        "a reference (one hit)": [f"RX{dice.randrange(10_000):07}" for _ in range(count)],
        "a rare word": dice.choices(rare, k=count),
        "a usual word": dice.choices(middle, k=count),
        "a common word": dice.choices(common, k=count),
        "two words that stand together": [_pair(dice.choice(said), dice) for _ in range(count)],
        "two common words": [" ".join(dice.sample(common, 2)) for _ in range(count)],
        "a common and a rare word": [f"{dice.choice(common)} {dice.choice(rare)}" for _ in range(count)],
        "the first letter": [dice.choice(ranked)[0] for _ in range(count)],
        "the first two letters": [dice.choice(ranked)[:2] for _ in range(count)],
        "the first four letters": [dice.choice(ranked)[:4] for _ in range(count)],
        "a word nobody said": [f"zq{dice.randrange(10**6)}x" for _ in range(count)],
    }
    who: dict[str, list[Caller]] = {
        "agent": [callers.agent],
        "agent of a small organization": [callers.small_agent],
        "customer with thousands of chats": [callers.regular],
        "customer": callers.customers,
    }
    made = [
        Case(f"{name}: {about}", [(dice.choice(people), PATH, {"q": text, "limit": 20}) for text in searched])
        for name, people in who.items()
        for about, searched in texts.items()
    ]
    deep = [
        (callers.agent, PATH, {"q": text, "limit": 20, "page": dice.randint(2, 50)})
        for text in texts["a common word"]
    ]
    return [*made, Case("agent: a common word, pages 2 to 50", deep)]


def _pair(words: Sequence[str], dice: random.Random) -> str:
    return " ".join(dice.sample(list(words), min(2, len(words))))
