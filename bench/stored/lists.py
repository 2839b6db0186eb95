"""Lists as clients fetch them: first and deep pages, filters, histories."""

from __future__ import annotations

import random
from typing import Any

from bench.stored import catching_up
from bench.stored.callers import Caller, Callers, Case
from bench.stored.seed import FIRST_NAMES, LAST_NAMES
from chat.models import Conversation

MINE = "conversations"
ALL = "support/conversations"


def cases(callers: Callers, count: int) -> list[Case]:
    """Make the requests; how deep a page may be is asked of the database."""
    dice = random.Random(13)
    large = Conversation.objects.filter(organization=callers.agent.user.organization)
    last_page, last_closed = -(-large.count() // 20), -(-large.filter(status="closed").count() // 20)
    queues = [str(queue_id) for queue_id in callers.queue_ids()]
    own = Conversation.objects.filter(agent_id=callers.agent.user.id).count()
    agent, admin = callers.agent, callers.admin

    def case(name: str, caller: Caller, path: str, query: Any) -> Case:
        return Case(name, [(caller, path, query()) for _ in range(count)])

    return [
        case("all: first page", agent, ALL, dict),
        case("all: first page of 100", agent, ALL, lambda: {"limit": 100}),
        case("all: any page", agent, ALL, lambda: {"page": dice.randint(1, last_page)}),
        case("all: last page", agent, ALL, lambda: {"page": last_page}),
        case("all: waiting", agent, ALL, lambda: {"status": "waiting", "limit": 100}),
        case(
            "all: closed, any page",
            agent,
            ALL,
            lambda: {"status": "closed", "page": dice.randint(1, last_closed)},
        ),
        case("all: mine and open", agent, ALL, lambda: {"mine": "true", "status": "open", "limit": 100}),
        case("all: nobody's", admin, ALL, lambda: {"assigned": "none"}),
        case("all: of a queue", admin, ALL, lambda: {"queueId": dice.choice(queues)}),
        case(
            "all: of a queue, waiting",
            admin,
            ALL,
            lambda: {"queueId": dice.choice(queues), "status": "waiting"},
        ),
        case("all: of a month", admin, ALL, lambda: _month(dice)),
        case("all: search a name", agent, ALL, lambda: {"search": _name(dice)}),
        case("all: search a reference", agent, ALL, lambda: {"search": f"RX{dice.randrange(10_000):07}"}),
        case(
            "all: search a common word", agent, ALL, lambda: {"search": dice.choice(["the", "you", "please"])}
        ),
        case("agent's: first page", agent, MINE, dict),
        case("agent's: any page", agent, MINE, lambda: {"page": dice.randint(1, max(own // 20, 1))}),
        case("agent's: open", agent, MINE, lambda: {"status": "open"}),
        case("customer's with thousands: first page", callers.regular, MINE, dict),
        case("customer's with thousands: closed", callers.regular, MINE, lambda: {"status": "closed"}),
        case("customer's with thousands: search", callers.regular, MINE, lambda: {"search": "table"}),
        Case("customer's", [(dice.choice(callers.customers), MINE, {}) for _ in range(count)]),
        *_histories(agent, count, dice),
        *catching_up.cases(callers, count),
    ]


def _histories(agent: Caller, count: int, dice: random.Random) -> list[Case]:
    found = Conversation.objects.filter(organization=agent.user.organization)
    longest = found.order_by("-last_seq").values_list("id", "last_seq")[0]
    usual = list(found.order_by("id").values_list("id", "last_seq")[:200])

    def case(name: str, conversation: tuple[Any, int] | None, query: Any) -> Case:
        chosen = [conversation or dice.choice(usual) for _ in range(count)]
        return Case(name, [(agent, f"messages/{key}", query(last)) for key, last in chosen])

    return [
        case("history: first page", None, lambda last: {}),
        case("long history: first page", longest, lambda last: {}),
        case("long history: any page", longest, lambda last: {"page": dice.randint(1, max(last // 50, 1))}),
        case("long history: before", longest, lambda last: {"before": dice.randint(2, last + 1)}),
        case(
            "long history: after, 100", longest, lambda last: {"after": dice.randint(0, last), "limit": 100}
        ),
    ]


def _name(dice: random.Random) -> str:
    return f"{dice.choice(FIRST_NAMES)} {dice.choice(LAST_NAMES)}{dice.randint(0, 300)}"


def _month(dice: random.Random) -> dict[str, str]:
    month = dice.randint(1, 11)
    return {"since": f"2025-{month:02}-01T00:00:00Z", "until": f"2025-{month + 1:02}-01T00:00:00Z"}
