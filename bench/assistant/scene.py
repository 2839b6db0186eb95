"""Makes an organization whose people talk beside its assistants; runs in a process with Django."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from random import Random
from typing import Any

PATIENCE_SECONDS = 120
TOPIC = "Zanzibar"
"""What the embedded assistant is asked about."""
WORD_CHARACTERS = 5
INSTRUCTIONS = """\
You speak for Blue Shop, which sells clothes and shoes for children, by mail and in four shops.
Parcels leave on the next working day. Goods can be sent back within 30 days; the customer pays for it \
unless something is wrong with them. Money comes back the way it was paid, within a week.
Be brief and friendly. Never promise a date, a price or a refund that no article names.
Hand over when somebody is angry, wants money back or asks for a person.
"""


def make_scene(environment: Mapping[str, str], endpoint: str, **counts: int) -> dict[str, Any]:
    """Make it in the database of `environment`'s settings; the assistants may ask the model at `endpoint`.

    `counts`: pairs of a customer and an agent, customers of each assistant, words of the article.
    """
    done = subprocess.run(
        [sys.executable, "-m", "bench.assistant.scene", json.dumps({"endpoint": endpoint, **counts})],
        # Logs go to standard output too, which is for the answer here.
        env={**environment, "DJANGO_SETTINGS_MODULE": "helpdesk.settings", "LOG_LEVEL": "CRITICAL"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    scene: dict[str, Any] = json.loads(done.stdout)
    return scene


def _make(endpoint: str, pairs: int, customers: int, words: int) -> dict[str, Any]:
    from accounts.ids import new_id
    from accounts.models import Organization, Role
    from bench.replay.people import make_users
    from chat.actions import articles
    from chat.models import Article, Assistant, QueueAssistant
    from queueing.models import Member, Queue

    organization = Organization.objects.create(name="Blue Shop", slug=f"assisted-{new_id().hex}")
    queues = {
        name: Queue.objects.create(organization=organization, name=name)
        for name in ("people", "model", "embedded")
    }
    agents, agent_tokens = make_users(organization, Role.AGENT, pairs)
    Member.objects.bulk_create(Member(queue=queues["people"], user=agent) for agent in agents)
    for name, url in (("model", endpoint), ("embedded", "")):
        assistant = Assistant.objects.create(
            organization=organization,
            name=name.title(),
            instructions=INSTRUCTIONS,
            endpoint=url,
            queue=queues[name],
            max_answer_characters=100_000,
            answer_seconds=300,
            silence_seconds=60,
            organization_tokens_per_day=0,
        )
        QueueAssistant.objects.create(queue=queues[name], assistant=assistant)
    articles.save(Article(organization=organization, title=TOPIC, body=f"{TOPIC} {_text(words)}"))
    _, tokens = make_users(organization, Role.CUSTOMER, pairs + 2 * customers)
    return {
        "queues": {name: str(queue.id) for name, queue in queues.items()},
        "agents": agent_tokens,
        "people": tokens[:pairs],
        "model": tokens[pairs : pairs + customers],
        "embedded": tokens[pairs + customers :],
    }


def _text(words: int) -> str:
    """One paragraph, which is told as a whole."""
    dice = Random(5)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return " ".join("".join(dice.choices(letters, k=WORD_CHARACTERS)) for _ in range(words))


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(_make(**json.loads(sys.argv[1])), sys.stdout)
