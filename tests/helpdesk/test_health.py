"""What a load balancer is told."""

import pytest
from django.test import Client

from helpdesk import health
from tests.support.services import wait_until

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def no_worker_yet():
    health.redis_client().delete(health.WORKER_HEARTBEAT_KEY)


def test_a_process_is_alive_whatever_address_it_is_asked_by():
    response = Client().get("/healthz", headers={"host": "10.1.2.3:8000"})

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_without_a_worker_a_process_is_not_ready():
    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json() == {
        "status": "unavailable",
        "database": "ok",
        "redis": "ok",
        "worker": "unreachable",
    }


@pytest.mark.django_db
def test_with_database_redis_and_a_worker_that_ticks_a_process_is_ready():
    health.note_worker_heartbeat()

    response = Client().get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "redis": "ok", "worker": "ok"}


@pytest.mark.django_db
def test_without_redis_a_process_is_not_ready_and_says_nothing_about_where_it_is(redis_server):
    redis_server.kill()
    try:
        response = Client().get("/readyz")
    finally:
        redis_server.start()
    wait_until(lambda: health.redis_client().ping(), "Redis")

    assert response.status_code == 503
    assert response.json()["redis"] == "unreachable"
    assert str(redis_server.socket_path) not in response.text


def test_other_methods_on_a_health_address_are_not_health_questions():
    assert Client().post("/healthz").status_code == 404
