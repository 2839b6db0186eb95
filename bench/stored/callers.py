"""Programs that call the REST interface in this process, with real tokens."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psutil  # type: ignore[import-untyped]
from django.db import connection
from django.db.models import Count
from django.test import Client

from accounts.models import Organization, Role, User
from accounts.tokens import issue_access_token
from bench.replay.report import Progress, percentile
from bench.stored.report import Figure, Report
from chat.models import Conversation, Message

API = "/api/v1/chat/"


class Caller:
    """A program that calls with somebody's token: all of Django's request handling but the network."""

    def __init__(self, user: User) -> None:
        token, _ = issue_access_token(user)
        self._client = Client(headers={"Authorization": f"Bearer {token}"}, SERVER_NAME="localhost")
        self.user = user

    def get(self, path: str, query: Mapping[str, Any]) -> dict[str, Any]:
        """Fetch something. Raises `RuntimeError` for anything but success."""
        answer = self._client.get(API + path, query)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} {dict(query)}: {answer.status_code} {answer.content.decode()[:200]}")
        found: dict[str, Any] = answer.json()
        return found


@dataclass(frozen=True, slots=True)
class Callers:
    """An agent and an admin of the large organization, and customers with many and with few conversations."""

    agent: Caller
    admin: Caller
    regular: Caller
    customers: list[Caller]
    small_agent: Caller

    def queue_ids(self) -> list[UUID]:
        """The queues of the large organization."""
        return list(self.agent.user.organization.queues.values_list("id", flat=True))


def find_callers() -> Callers:
    """Find them in the database."""
    large = Organization.objects.get(slug="bench-large")
    people = User.objects.filter(organization=large)
    customers = people.filter(role=Role.CUSTOMER)
    regular = customers.annotate(count=Count("conversations")).order_by("-count")[0]
    return Callers(
        agent=Caller(people.filter(role=Role.AGENT)[0]),
        admin=Caller(people.filter(role=Role.ADMIN)[0]),
        regular=Caller(regular),
        customers=[Caller(user) for user in customers.exclude(id=regular.id).order_by("id")[:20]],
        small_agent=Caller(User.objects.filter(organization__slug="bench-small", role=Role.AGENT)[0]),
    )


@dataclass(frozen=True, slots=True)
class Case:
    """Requests of one kind."""

    name: str
    requests: Sequence[tuple[Caller, str, Mapping[str, Any]]]


def run(name: str, cases: Sequence[Case]) -> Report:
    """Make all requests, one after the other, and say how long they took; the first of a kind warms up."""
    before = os.getloadavg()[0]
    progress = Progress("Measuring", len(cases))
    figures = []
    for case in cases:
        figures.append(_figure(case))
        progress.advance()
    return Report(
        name=name,
        database=connection.vendor,
        conversations=Conversation.objects.count(),
        messages=Message.objects.count(),
        load_average=(before, os.getloadavg()[0]),
        figures=figures,
    )


def _processor_seconds() -> float:
    """What this process has used, and the one in which PostgreSQL answers it."""
    if connection.vendor != "postgresql":
        return time.process_time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        times = psutil.Process(cursor.fetchone()[0]).cpu_times()
    return float(time.process_time() + times.user + times.system)


def _figure(case: Case) -> Figure:
    caller, path, query = case.requests[0]
    caller.get(path, query)
    milliseconds, items, processor = [], 0, _processor_seconds()
    for caller, path, query in case.requests:
        began = time.perf_counter()
        found = caller.get(path, query)
        milliseconds.append((time.perf_counter() - began) * 1000)
        items += len(found["data"])
    return Figure(
        name=case.name,
        requests=len(case.requests),
        items=items / len(case.requests),
        p50_ms=percentile(milliseconds, 50),
        p95_ms=percentile(milliseconds, 95),
        p99_ms=percentile(milliseconds, 99),
        slowest_ms=max(milliseconds),
        processor_ms=(_processor_seconds() - processor) * 1000 / len(case.requests),
    )
