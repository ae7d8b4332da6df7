"""Who asks too often is told when to come back; nobody else notices."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from fastapi import FastAPI

from gateway.limits import Limits
from gateway.measures import Measures
from gateway.trouble import ApiError
from tests.conftest import settings_in
from tests.gateway.doors import TestClient, Visit, asked_from, new_visit, served
from tests.stack import free_port

MakeApp = Callable[..., FastAPI]


def limited(make_app: MakeApp, **limits: object) -> TestClient:
    return TestClient(make_app(**limits), raise_server_exceptions=False)


def check_refusal(answer: requests.Response, code: str) -> None:
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == code
    wait = int(answer.headers["Retry-After"])
    assert 1 <= wait <= 3600
    assert f"again in {wait} seconds" in answer.json()["error"]["message"]


def test_new_conversations_are_limited_for_each_address(make_app: MakeApp) -> None:
    client = limited(make_app, limit_conversations="2/hour")
    for _ in range(2):
        new_visit(client)
    refused = client.post("/chat/v1/sessions", json={})
    check_refusal(refused, "too_many_conversations")
    assert asked_from(client, "198.51.100.7").post("/chat/v1/sessions", json={}).is_success


def test_requests_are_limited_for_each_address(make_app: MakeApp) -> None:
    client = limited(make_app, limit_requests="3/hour")
    visit = new_visit(client)
    for _ in range(2):
        visit.messages()
    check_refusal(client.get("/chat/v1/messages", headers=visit.headers), "too_many_requests")
    check_refusal(client.post("/chat/v1/sessions", json={}), "too_many_requests")
    elsewhere = asked_from(client, "198.51.100.7")
    assert elsewhere.get("/chat/v1/messages", headers=visit.headers).is_success


def test_messages_are_limited_for_each_conversation(make_app: MakeApp) -> None:
    client = limited(make_app, limit_messages="2/hour")
    visit, other = new_visit(client), new_visit(client)
    visit.say("one")
    visit.say("two")
    check_refusal(visit.post({"id": str(uuid4()), "text": "three"}), "too_many_messages")
    assert visit.texts() == ["one", "two"]
    other.say("one")


def test_repeat_of_a_message_is_never_refused(make_app: MakeApp) -> None:
    visit = new_visit(limited(make_app, limit_messages="1/hour"))
    client_id = str(uuid4())
    assert {visit.say("one", client_id) for _ in range(5)} == {2}


def test_refused_message_is_taken_later_under_the_same_id(make_app: MakeApp) -> None:
    visit = new_visit(limited(make_app, limit_messages="1/second"))
    visit.say("one")
    body = {"id": str(uuid4()), "text": "two"}
    answers = [visit.post(body)]
    while answers[-1].status_code == 429 and len(answers) < 10:
        threading.Event().wait(int(answers[-1].headers["Retry-After"]))
        answers.append(visit.post(body))
    assert answers[-1].status_code == 202
    assert visit.texts() == ["one", "two"]


def test_requests_are_limited_for_each_session(make_app: MakeApp) -> None:
    client = limited(make_app, limit_session_requests="2/hour")
    visit, other = new_visit(client), new_visit(client)
    visit.messages()
    visit.messages()
    elsewhere = asked_from(client, "198.51.100.7")
    refused = elsewhere.get("/chat/v1/events", headers=visit.headers)
    check_refusal(refused, "too_many_session_requests")
    other.messages()


def test_person_is_refused_with_a_page_in_their_language(make_app: MakeApp) -> None:
    client = limited(make_app, limit_requests="1/hour")
    html = {"Accept": "text/html", "Accept-Language": "pt-BR"}
    assert client.get("/", headers=html).is_success
    refused = client.get("/", headers=html)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert "Muitos pedidos ao mesmo tempo" in refused.text


def test_who_watches_over_the_desk_is_never_refused(make_app: MakeApp) -> None:
    client = limited(make_app, limit_requests="1/hour")
    assert [client.get("/health/live").status_code for _ in range(3)] == [200] * 3


def test_refusals_are_counted_for_the_operator(make_app: MakeApp) -> None:
    client = limited(make_app, limit_conversations="1/hour")
    for _ in range(3):
        client.post("/chat/v1/sessions", json={})
    numbers = asked_from(client, "127.0.0.1").get("/metrics").text
    assert 'aftercare_refusals_total{limit="conversations"} 2.0' in numbers


def test_addresses_of_one_ipv6_network_count_together(make_app: MakeApp) -> None:
    client = limited(make_app, limit_conversations="1/hour")
    answers = [
        asked_from(client, address).post("/chat/v1/sessions", json={}).status_code
        for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")
    ]
    assert answers == [201, 429, 201]


@pytest.fixture
def behind_proxy(make_app: MakeApp) -> Iterator[str]:
    with served(make_app(limit_conversations="1/hour"), forwarded_allow_ips="127.0.0.1") as url:
        yield url


def test_customers_behind_a_trusted_proxy_count_by_themselves(behind_proxy: str) -> None:
    def begin(forwarded: str) -> int:
        return requests.post(
            f"{behind_proxy}/chat/v1/sessions",
            json={},
            headers={"X-Forwarded-For": forwarded},
            timeout=10,
        ).status_code

    assert begin("192.0.2.1") == 201
    assert begin("192.0.2.2") == 201
    assert begin("192.0.2.1") == 429
    # What the customer wrote into the header themselves stands before the proxy's word.
    assert begin("203.0.113.9, 192.0.2.1") == 429


def test_forwarded_address_of_a_stranger_is_not_believed(make_app: MakeApp) -> None:
    app = make_app(limit_conversations="1/hour")
    with served(app, forwarded_allow_ips="192.0.2.77") as url:
        statuses = [
            requests.post(
                f"{url}/chat/v1/sessions",
                json={},
                headers={"X-Forwarded-For": f"192.0.2.{number}"},
                timeout=10,
            ).status_code
            for number in (1, 2)
        ]
    assert statuses == [201, 429]


# A storage that several processes share -------------------------------------------


@pytest.fixture
def redis() -> str:
    """A database of a Redis on this machine."""
    with socket.socket() as trial:
        if trial.connect_ex(("127.0.0.1", 6379)) != 0:
            pytest.skip("no Redis answers on 127.0.0.1:6379")
    return "redis://127.0.0.1:6379/15"


def test_processes_with_a_shared_storage_count_together(make_app: MakeApp, redis: str) -> None:
    shared = {"limit_messages": "3/hour", "limit_storage": redis}
    one, two = limited(make_app, **shared), limited(make_app, **shared)
    visit = new_visit(one)
    same = Visit(two, visit.token, visit.conversation_id)
    visit.say("one")
    same.say("two")
    visit.say("three")
    check_refusal(same.post({"id": str(uuid4()), "text": "four"}), "too_many_messages")


def test_storage_that_does_not_answer_holds_nobody_up(
    make_app: MakeApp, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    client = limited(make_app, limit_storage=nowhere, limit_conversations="1/hour")
    assert [client.post("/chat/v1/sessions", json={}).status_code for _ in range(3)] == [201] * 3
    assert caplog.text.count("limits.storage_unavailable") == 1
    numbers = asked_from(client, "127.0.0.1").get("/metrics").text
    assert 'aftercare_failures_total{reason="limit_storage"} 1.0' in numbers


def test_all_rates_of_a_limit_hold_and_a_refusal_costs_nothing(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, limit_messages="2/second;3/hour")
    limits = Limits(settings, Measures())
    taken = 0
    for _ in range(30):
        try:
            limits.spend("messages", "c-1")
            taken += 1
        except ApiError as refusal:
            assert refusal.status == 429
            threading.Event().wait(0.1)
    assert taken == 3
