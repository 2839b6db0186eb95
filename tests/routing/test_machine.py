"""Whatever people do in whatever order, the right agent gets the right chat (SPEC §3, §8)."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from chat.actions import assignment, transitions
from queueing import line
from tests.routing.machine import Routing


def play(told, **options):
    Routing.told = told
    chosen = {"deadline": None, "suppress_health_check": list(HealthCheck), **options}
    run_state_machine_as_test(Routing, settings=settings(**chosen))


@pytest.mark.database
def test_any_sequence_of_actions_keeps_every_rule_of_routing(transactional_db, told):
    play(told, max_examples=12 if connection.vendor == "sqlite" else 4, stateful_step_count=30)


FAULTS = {
    "who gets a chat does not take it out of the line": (
        transitions,
        "lock_out_of_line",
        transitions.lock,
    ),
    "nobody looks at the capacity": (assignment, "has_room", lambda load, capacity: True),
    "a lane does not count": (line, "_count", lambda lane_id, number: None),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(transactional_db, told, monkeypatch, fault):
    monkeypatch.setattr(*FAULTS[fault])
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        play(told, max_examples=40, stateful_step_count=30, phases=[Phase.generate], derandomize=True)
