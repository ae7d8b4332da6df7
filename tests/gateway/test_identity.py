"""A website that knows its customer says so under its own signature, and nobody else can."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from aftercare.customers import vouched_for
from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.conversations import Conversation, Customer
from tests.factories import make_customer
from tests.fakes import SteeredClock
from tests.gateway.doors import TestClient
from tests.postgresql import BOTH

pytestmark = BOTH

NEW, OLD = "new key of thirty-two characters or more", "old key of thirty-two characters or more"
CLAIMS = {"sub": "customer-17", "name": "Joana Lima", "email": "Joana@Mail.example"}


@pytest.fixture
def client(make_app: Callable[..., FastAPI]) -> TestClient:
    """A gateway that takes two keys, without its workers."""
    app = make_app(identity_keys=f"2026-11:{NEW},2026-05:{OLD}")
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def signed(clock: SteeredClock) -> Callable[..., str]:
    def sign(key: str = NEW, kid: str = "2026-11", **changes: Any) -> str:
        claims = {**CLAIMS, "iat": int(clock().timestamp()), **changes}
        present = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(present, key, "HS256", headers={"kid": kid})

    return sign


def begin(client: TestClient, identity: object) -> Any:
    return client.post("/chat/v1/sessions", json={"identity": identity})


def refusal(client: TestClient, identity: object) -> str:
    answer = begin(client, identity)
    assert answer.status_code == 403, answer.text
    code: str = answer.json()["error"]["code"]
    return code


def customers(sessions: SessionFactory) -> list[Customer]:
    with reading(sessions) as session:
        return list(session.scalars(select(Customer).order_by(Customer.id)))


def test_conversation_knows_the_customer(
    client: TestClient, sessions: SessionFactory, signed: Callable[..., str]
) -> None:
    answer = begin(client, signed())
    assert answer.status_code == 201
    with reading(sessions) as session:
        conversation = session.get(Conversation, answer.json()["conversation_id"])
        assert conversation and conversation.customer
        assert conversation.identified
        assert conversation.customer.external_id == "customer-17"
        known = vouched_for(session, conversation.id)
    assert known == {"name": "Joana Lima", "email": "joana@mail.example"}


def test_both_keys_are_good_while_one_replaces_the_other(
    client: TestClient, sessions: SessionFactory, signed: Callable[..., str]
) -> None:
    assert begin(client, signed(NEW, "2026-11")).status_code == 201
    assert begin(client, signed(OLD, "2026-05")).status_code == 201
    assert len(customers(sessions)) == 1


def test_new_name_and_address_of_a_known_customer_are_kept(
    client: TestClient, sessions: SessionFactory, signed: Callable[..., str]
) -> None:
    begin(client, signed())
    begin(client, signed(name="Joana Prado", email="joana.prado@mail.example"))
    (customer,) = customers(sessions)
    assert (customer.name, customer.email) == ("Joana Prado", "joana.prado@mail.example")


def test_who_was_known_by_the_address_becomes_that_customer(
    client: TestClient, sessions: SessionFactory, signed: Callable[..., str]
) -> None:
    with writing(sessions) as session:
        make_customer(session, email="joana@mail.example", name="J.", phone="+5511912345678")
    conversation_id = begin(client, signed()).json()["conversation_id"]
    (customer,) = customers(sessions)
    assert (customer.external_id, customer.name) == ("customer-17", "Joana Lima")
    with reading(sessions) as session:
        assert "phone" not in vouched_for(session, conversation_id)


def test_address_of_another_customer_of_the_website_stays_there(
    client: TestClient, sessions: SessionFactory, signed: Callable[..., str]
) -> None:
    begin(client, signed())
    begin(client, signed(sub="customer-18"))
    first, second = customers(sessions)
    assert (first.email, second.email) == ("joana@mail.example", None)


def test_id_alone_is_enough(
    client: TestClient, sessions: SessionFactory, signed: Callable[..., str]
) -> None:
    assert begin(client, signed(name=None, email=None)).status_code == 201
    (customer,) = customers(sessions)
    assert (customer.external_id, customer.name, customer.email) == ("customer-17", "", None)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_website_may_sign_without_a_library(client: TestClient, clock: SteeredClock) -> None:
    """As docs/identity.md describes it step by step."""
    head = part({"alg": "HS256", "typ": "JWT", "kid": "2026-11"})
    body = part({**CLAIMS, "iat": int(clock().timestamp())})
    digest = hmac.digest(NEW.encode(), f"{head}.{body}".encode(), "sha256")
    signature = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert begin(client, f"{head}.{body}.{signature}").status_code == 201


def test_forged_identities_are_refused(
    client: TestClient, sessions: SessionFactory, clock: SteeredClock, signed: Callable[..., str]
) -> None:
    good = signed()
    head, body, signature = good.split(".")
    claims = {**CLAIMS, "iat": int(clock().timestamp())}
    forged = [
        signed(key="some other key of thirty-two characters"),
        signed(NEW, "2026-05"),
        signed(kid="unknown"),
        f"{head}.{part({**claims, 'sub': 'customer-1'})}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{part({'alg': 'none', 'kid': '2026-11'})}.{body}.",
        jwt.encode(claims, NEW * 2, "HS512", headers={"kid": "2026-11"}),
        jwt.encode(claims, NEW, "HS256"),
        good + "x",
        good[:-2],
        "",
        "a.b.c",
        "é.é.é",
        "x" * 5000,
        17,
        None,
        {"sub": "customer-17"},
    ]
    assert {refusal(client, identity) for identity in forged} == {"identity_invalid"}
    with reading(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": ""},
        {"sub": "x" * 101},
        {"sub": 17},
        {"sub": "a\x00b"},
        {"name": ["x"]},
        {"name": "x" * 201},
        {"email": "no address"},
        {"email": 1},
        {"iat": True},
        {"exp": "soon"},
    ],
)
def test_signed_nonsense_is_refused_with_its_claim(
    client: TestClient, signed: Callable[..., str], changes: dict[str, Any]
) -> None:
    assert refusal(client, signed(**changes)) == "identity_unusable"


def test_identity_is_good_for_ten_minutes(
    client: TestClient, clock: SteeredClock, signed: Callable[..., str]
) -> None:
    identity, short = signed(), signed(exp=int(clock().timestamp()) + 60)
    clock.pass_by(minutes=5)
    assert begin(client, identity).status_code == 201
    assert refusal(client, short) == "identity_expired"
    clock.pass_by(minutes=5, seconds=1)
    assert refusal(client, identity) == "identity_expired"


def test_identity_from_the_future_is_refused(
    client: TestClient, clock: SteeredClock, signed: Callable[..., str]
) -> None:
    assert begin(client, signed(iat=int(clock().timestamp()) + 50)).status_code == 201
    assert refusal(client, signed(iat=int(clock().timestamp()) + 3600)) == "identity_expired"


def test_without_keys_nobody_is_vouched_for(
    idle_client: TestClient, signed: Callable[..., str]
) -> None:
    assert refusal(idle_client, signed()) == "identity_invalid"


def test_stranger_is_not_identified(idle_client: TestClient, sessions: SessionFactory) -> None:
    conversation_id = idle_client.post("/chat/v1/sessions", json={}).json()["conversation_id"]
    with reading(sessions) as session:
        conversation = session.get(Conversation, conversation_id)
        assert conversation and not conversation.identified
        assert vouched_for(session, conversation_id) == {}
