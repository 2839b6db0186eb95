"""The line's rules: how long somebody still waits (SPEC §8)."""

import pytest

from queueing.policy import estimated_wait_seconds


@pytest.mark.parametrize(
    ("position", "available_agents", "average_handle_seconds", "expected"),
    [
        (1, 1, 60, 60),
        (2, 1, 60, 120),
        (1, 3, 60, 60),
        (3, 3, 60, 60),
        (4, 3, 60, 120),
        (7, 3, 90, 270),
        (1, 100, 45, 45),
        (3, 2, 10.4, 21),
        (1, 1, 0, 0),
    ],
)
def test_the_estimate_is_a_handle_time_for_each_round_of_the_available_agents(
    position, available_agents, average_handle_seconds, expected
):
    estimate = estimated_wait_seconds(
        position=position, available_agents=available_agents, average_handle_seconds=average_handle_seconds
    )
    assert estimate == expected
    assert isinstance(estimate, int)


@pytest.mark.parametrize(
    ("available_agents", "average_handle_seconds"), [(0, 60), (-1, 60), (3, None), (0, None)]
)
def test_there_is_no_estimate_when_nobody_is_available_or_nothing_is_known(
    available_agents, average_handle_seconds
):
    assert (
        estimated_wait_seconds(
            position=1, available_agents=available_agents, average_handle_seconds=average_handle_seconds
        )
        is None
    )
