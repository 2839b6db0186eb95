"""`manage create_user` and what the demo data makes of its agents."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organization, User
from queueing.models import Agent, Queue, Skill

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def create(email: str = "carol@example.com", role: str = "agent", *options: str) -> None:
    call_command(
        "create_user",
        email,
        "--role",
        role,
        "--organization",
        "shop",
        "--password",
        "correct horse",
        *options,
    )


def test_an_agent_is_made_with_queues_skills_and_a_capacity() -> None:
    create(
        "carol@example.com",
        "agent",
        "--queue",
        "support",
        "--skill",
        "French",
        "--skill",
        "billing",
        "--capacity",
        "4",
    )
    create("dave@example.com", "admin", "--queue", "support", "--skill", "french")
    carol, dave = (User.objects.get(username=f"{name}@example.com") for name in ("carol", "dave"))
    assert carol.check_password("correct horse")
    assert (carol.agent.capacity, dave.agent.capacity) == (4, None)
    assert [skill.name for skill in carol.agent.skills.all()] == ["billing", "french"]
    assert list(dave.agent.skills.all()) == [Skill.objects.get(name="french")]
    assert {member.user for member in Queue.objects.get(name="support", is_default=True).members.all()} == {
        carol,
        dave,
    }


@pytest.mark.parametrize(
    ("role", "options", "said"),
    [
        ("customer", ["--queue", "support"], "A customer serves no queue: leave --queue out"),
        ("customer", ["--skill", "french"], "leave --skill out"),
        ("customer", ["--capacity", "0"], "leave --capacity out"),
        ("assistant", [], "invalid choice: 'assistant'"),
        ("agent", ["--capacity", "0"], "--capacity 0: Ensure this value is greater than or equal to 1."),
        ("agent", ["--skill", "a,b"], "--skill 'a,b': Small letters, and no comma."),
        ("agent", ["--skill", "x" * 41], "at most 40 characters"),
        ("agent", ["--skill", " "], "cannot be blank"),
    ],
)
def test_what_does_not_fit_is_named_and_nobody_is_made(role: str, options: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        create("carol@example.com", role, *options)
    assert not User.objects.exists()
    assert not Organization.objects.exists()


def test_the_demos_agents_have_room_and_skills_and_are_asked_in_sales() -> None:
    call_command("make_demo_data")
    assert {
        (agent.user.first_name, agent.capacity, *(skill.name for skill in agent.skills.all()))
        for agent in Agent.objects.all()
    } == {("Alice", 6, "billing"), ("Bob", 6, "returns")}
    assert set(Queue.objects.values_list("name", "mode")) == {("support", "pull"), ("sales", "push")}
