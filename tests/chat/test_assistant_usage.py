"""What an assistant may spend in a day (SPEC §9)."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from chat.actions import assistant_usage
from chat.actions.assistant_usage import OverQuota
from chat.models import Assistant, AssistantUsage
from tests.support.together import together

pytestmark = pytest.mark.database


@pytest.fixture
def ada(people) -> Assistant:
    return Assistant.objects.create(
        organization=people.support.organization,
        name="Ada",
        customer_tokens_per_day=100,
        organization_tokens_per_day=150,
    )


def used(customer=None, day: date | None = None) -> int:
    """Today's tokens of a customer, or of its organization."""
    found = AssistantUsage.objects.filter(customer_id=customer.user_id if customer else None)
    return found.get(day=day or timezone.now().date()).tokens


def refusal(assistant: Assistant, customer) -> str | None:
    try:
        assistant_usage.check(assistant, customer.user_id)
    except OverQuota as error:
        return str(error)
    return None


def test_tokens_count_for_the_customer_and_for_the_organization(people, ada):
    assistant_usage.add(ada, people.vera.user_id, 30)
    assistant_usage.add(ada, people.walt.user_id, 40)
    assistant_usage.add(ada, people.vera.user_id, 5)
    assert (used(people.vera), used(people.walt), used()) == (35, 40, 75)


def test_a_customer_who_has_used_up_its_tokens_gets_no_more_and_another_does(people, ada):
    assistant_usage.add(ada, people.vera.user_id, 99)
    assert refusal(ada, people.vera) is None
    assistant_usage.add(ada, people.vera.user_id, 1)
    assert refusal(ada, people.vera) == "This customer's 100 tokens for today are used up."
    assert refusal(ada, people.walt) is None


def test_the_organization_has_a_limit_for_all_its_assistants_and_another_one_its_own(people, ada):
    sister = Assistant.objects.create(
        organization=ada.organization, name="Eve", organization_tokens_per_day=150
    )
    away = Assistant.objects.create(
        organization=people.elsewhere.organization, name="Ada", organization_tokens_per_day=150
    )
    assistant_usage.add(ada, people.vera.user_id, 75)
    assistant_usage.add(sister, people.walt.user_id, 75)
    assert refusal(ada, people.vera) == "The organization's 150 tokens for today are used up."
    assert refusal(away, people.olaf) is None


def test_no_limit_is_a_zero(people, ada):
    ada.customer_tokens_per_day = ada.organization_tokens_per_day = 0
    assistant_usage.add(ada, people.vera.user_id, 1_000_000)
    assert refusal(ada, people.vera) is None


def test_a_new_day_begins_with_nothing_used(people, ada):
    assistant_usage.add(ada, people.vera.user_id, 200)
    AssistantUsage.objects.update(day=timezone.now().date() - timedelta(days=1))
    assert refusal(ada, people.vera) is None
    assistant_usage.add(ada, people.vera.user_id, 10)
    assert (used(people.vera), used()) == (10, 10)


def test_what_is_counted_at_once_is_all_counted(people, ada):
    customers = [people.vera, people.walt] * 4
    together([lambda c=c: assistant_usage.add(ada, c.user_id, 10) for c in customers])
    assert (used(people.vera), used(people.walt), used()) == (40, 40, 80)


def test_counts_are_kept_for_ninety_days(people, ada):
    assistant_usage.add(ada, people.vera.user_id, 10)
    now = timezone.now()
    assert assistant_usage.forget_old(now + timedelta(days=90)) == 0
    assert used(people.vera) == 10
    assert assistant_usage.forget_old(now + timedelta(days=91)) == 2
    assert not AssistantUsage.objects.exists()
