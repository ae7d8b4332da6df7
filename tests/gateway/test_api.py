"""The API for other systems: who may ask, what they get, and that nothing is done twice."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.exchange.tokens import revoke
from aftercare.ownership.registering import Particulars, register
from aftercare.settings import UNLIMITED
from aftercare.tables.catalogue import Product
from aftercare.tables.exchange import ApiToken, WebhookDelivery
from aftercare.tables.ownership import OwnedSource
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import DESK
from aftercare.webhooks.events import EVENTS
from aftercare.webhooks.subscriptions import Wish, subscribe
from tests.factories import make_customer, make_ticket
from tests.fakes import SteeredClock
from tests.gateway.doors import TestClient, code_of
from tests.gateway.test_contract import QUICK, never_fails
from tests.postgresql import BOTH

with warnings.catch_warnings():
    # Its own imports warn of what is none of ours.
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.specs.openapi import checks

NEW = {"service": "repair", "product": "mare-w900", "description": "It hums and stops."}


def count_tickets(sessions: SessionFactory) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


# Who may ask ---------------------------------------------------------------------


def test_nobody_gets_in_without_a_living_token(
    api: TestClient, stocked: SessionFactory, clock: SteeredClock
) -> None:
    assert api.get("/api/v1/tickets").status_code == 200
    for header in ("", "Bearer ", "Bearer aft_wrong", f"Bearer {'x' * 5000}", "Basic abc"):
        answer = api.get("/api/v1/tickets", headers={"Authorization": header})
        assert code_of(answer) == (401, "token_invalid")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    with writing(stocked) as session:
        revoke(session, session.scalars(select(ApiToken.id)).one(), clock())
    assert code_of(api.get("/api/v1/tickets")) == (401, "token_invalid")


def test_token_ends_and_its_last_use_is_noted(
    api: TestClient, stocked: SessionFactory, clock: SteeredClock
) -> None:
    api.get("/api/v1/products")
    with reading(stocked) as session:
        token = session.scalars(select(ApiToken)).one()
    assert token.last_used_at == clock()
    assert "aft_" not in token.token_hash and len(token.beginning) <= 12
    clock.pass_by(days=30)
    assert code_of(api.get("/api/v1/products")) == (401, "token_invalid")


def test_scope_opens_its_own_calls_only(make_api: Callable[..., TestClient]) -> None:
    reader = make_api("tickets:read")
    assert reader.get("/api/v1/tickets").status_code == 200
    assert code_of(reader.post("/api/v1/tickets", json=NEW)) == (403, "scope_missing")
    assert code_of(reader.get("/api/v1/products")) == (403, "scope_missing")
    assert code_of(reader.get("/api/v1/customers")) == (403, "scope_missing")


def test_token_asks_no_more_often_than_it_may(make_api: Callable[..., TestClient]) -> None:
    api = make_api(limit_api="2/minute")
    answers = [api.get("/api/v1/products") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert code_of(answers[2])[1] == "too_many_api_requests"
    assert int(answers[2].headers["Retry-After"]) > 0


# Reading -------------------------------------------------------------------------


@BOTH
def test_pages_give_every_ticket_once_in_the_order_of_change(
    api: TestClient, stocked: SessionFactory, now: datetime
) -> None:
    with writing(stocked) as session:
        numbers = [
            make_ticket(session, at=now - timedelta(minutes=n // 2)).number for n in range(7)
        ]
    got: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = api.get("/api/v1/tickets", params=query).json()
        got += [one["number"] for one in page["tickets"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert sorted(got) == sorted(numbers) and len(got) == 7
    assert set(got[:1]) == {numbers[6]} and set(got[-2:]) == {numbers[0], numbers[1]}


def test_filters_choose_and_wrong_ones_are_refused(
    api: TestClient, stocked: SessionFactory, now: datetime
) -> None:
    with writing(stocked) as session:
        old = make_ticket(session, at=now - timedelta(days=2)).number
        done = make_ticket(session, at=now, status=TicketStatus.CLOSED).number
        other = make_ticket(session, at=now, service_id="feedback", product_id=None).number

    def found(**query: Any) -> set[str]:
        page = api.get("/api/v1/tickets", params=query).json()
        return {one["number"] for one in page["tickets"]}

    assert found() == {old, done, other}
    assert found(status=["closed", "resolved"]) == {done}
    assert found(service="feedback") == {other}
    assert found(product="mare-w900") == {old, done}
    assert found(updated_since=(now - timedelta(days=1)).isoformat()) == {done, other}
    for query in ({"status": "lost"}, {"limit": 0}, {"limit": 101}, {"service": "'; DROP"}):
        assert code_of(api.get("/api/v1/tickets", params=query)) == (422, "invalid_parameter")
    for since in ("yesterday", "2026-01-01T00:00:00", "9999-12-31T23:59:59-14:00"):
        answer = api.get("/api/v1/tickets", params={"updated_since": since})
        assert code_of(answer) == (422, "invalid_parameter")
    for cursor in ("x", "", "bm8", "MjAyNi0wMS0wMVQwMDowMDowMH4x", "é"):
        answer = api.get("/api/v1/tickets", params={"cursor": cursor})
        assert code_of(answer) == (422, "invalid_cursor")


def test_ticket_names_its_customer_only_to_who_may_know(
    make_api: Callable[..., TestClient], stocked: SessionFactory
) -> None:
    with writing(stocked) as session:
        number = make_ticket(session, email="joana@mail.example").number
    full = make_api().get(f"/api/v1/tickets/{number.lower().replace('-', ' ')}").json()
    assert full["customer"]["email"] == "joana@mail.example"
    assert [one["kind"] for one in full["history"]] == ["opened"]
    assert full["status"] == "new" and full["priority"]
    assert make_api("tickets:read").get(f"/api/v1/tickets/{number}").json()["customer"] is None


def test_unknown_things_are_told_as_such(api: TestClient) -> None:
    for path, code in (
        ("tickets/K4F-7M2C", "ticket_unknown"),
        ("tickets/%00", "ticket_unknown"),
        ("products/none", "product_unknown"),
        ("services/none", "service_unknown"),
        ("customers/99", "customer_unknown"),
    ):
        assert code_of(api.get(f"/api/v1/{path}")) == (404, code)


def test_products_and_services_are_those_of_the_catalogue(api: TestClient) -> None:
    products = {one["id"]: one for one in api.get("/api/v1/products").json()["products"]}
    assert products["mare-w900"] == api.get("/api/v1/products/mare-w900").json()
    assert products["mare-w900"]["currency"] == "BRL" and not products["mare-w900"]["imported"]
    services = {one["id"]: one for one in api.get("/api/v1/services").json()["services"]}
    assert services["repair"] == api.get("/api/v1/services/repair").json()
    assert services["repair"]["opens_tickets"]


@BOTH
def test_customers_are_listed_and_found(api: TestClient, stocked: SessionFactory) -> None:
    with writing(stocked) as session:
        ids = [make_customer(session).id for _ in range(3)]
        known = make_customer(session, email="ana@mail.example", external_id="C-7")
    first = api.get("/api/v1/customers?limit=3").json()
    assert [one["id"] for one in first["customers"]] == ids
    rest = api.get("/api/v1/customers", params={"limit": 3, "cursor": first["next"]}).json()
    assert [one["id"] for one in rest["customers"]] == [known.id] and rest["next"] is None
    for query in ({"email": "Ana@Mail.example"}, {"external_id": "C-7"}):
        [found] = api.get("/api/v1/customers", params=query).json()["customers"]
        assert found == api.get(f"/api/v1/customers/{known.id}").json()


# Writing -------------------------------------------------------------------------


@BOTH
def test_ticket_is_opened_weighed_and_told_to_other_systems(
    api: TestClient, stocked: SessionFactory, now: datetime
) -> None:
    with writing(stocked) as session:
        subscribe(session, Wish("https://hooks.example/", "", EVENTS), now)
    answer = api.post(
        "/api/v1/tickets",
        json={
            **NEW,
            "language": "pt",
            "customer": {"name": "Ana Reis", "email": "ANA@mail.example", "phone": "11 91234-5678"},
            "records": {"serial_number": "W912345678", "purchase_date": "2026-01-15"},
        },
    )
    assert answer.status_code == 201, answer.text
    ticket = answer.json()
    assert ticket["channel"] == "api" and ticket["priority"] and ticket["language"] == "pt"
    assert ticket["customer"]["email"] == "ana@mail.example"
    assert ticket["records"]["purchase_date"] == "2026-01-15"
    assert ticket["history"][0]["by"] == "API: Shop"
    with reading(stocked) as session:
        assert session.scalars(select(WebhookDelivery.event)).all() == ["ticket.opened"]


def test_words_of_danger_and_card_numbers_are_treated_as_in_the_chat(api: TestClient) -> None:
    told = api.post(
        "/api/v1/tickets",
        json={**NEW, "description": "There is smoke. My card is 4111 1111 1111 1111."},
    ).json()
    assert told["danger"] and "4111 1111" not in told["description"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"service": "ask_warranty"}, "service_unknown"),
        ({"service": "none"}, "service_unknown"),
        ({"product": "none"}, "product_unknown"),
        ({"product": ""}, "invalid_field"),
        ({"description": " "}, "invalid_field"),
        ({"description": "a\x00b"}, "invalid_field"),
        ({"description": 7}, "invalid_field"),
        ({"language": "de"}, "invalid_field"),
        ({"customer": {"email": "nobody"}}, "invalid_field"),
        ({"customer": {"phone": "12"}}, "invalid_field"),
        ({"customer": {"name": "x", "role": "admin"}}, "invalid_field"),
        ({"records": {"none": "x"}}, "invalid_field"),
        ({"records": {"purchase_date": "soon"}}, "invalid_field"),
        ({"records": {"purchase_date": "2999-01-01"}}, "invalid_field"),
        ({"status": "closed"}, "unknown_field"),
    ],
)
def test_ticket_that_cannot_be_opened_is_refused_by_its_field(
    api: TestClient, stocked: SessionFactory, changes: dict[str, Any], code: str
) -> None:
    answer = api.post("/api/v1/tickets", json={**NEW, **changes})
    assert code_of(answer) == (422, code), answer.text
    assert count_tickets(stocked) == 0


@BOTH
def test_same_key_opens_one_ticket_however_often_and_at_once_it_comes(
    api: TestClient, stocked: SessionFactory
) -> None:
    headers = {"Idempotency-Key": "order-4711"}

    def send(_number: int) -> Any:
        return api.post("/api/v1/tickets", json=NEW, headers=headers)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["number"] for one in answers}) == count_tickets(stocked) == 1
    other = api.post("/api/v1/tickets", json={**NEW, "language": "pt"}, headers=headers)
    assert code_of(other) == (422, "idempotency_key_reused")
    wrong = api.post("/api/v1/tickets", json=NEW, headers={"Idempotency-Key": "x" * 101})
    assert code_of(wrong) == (422, "invalid_parameter")
    assert api.post("/api/v1/tickets", json=NEW).status_code == 201
    assert count_tickets(stocked) == 2


def test_refused_request_leaves_its_key_free(api: TestClient, stocked: SessionFactory) -> None:
    with writing(stocked) as session:
        number = make_ticket(session).number
    headers = {"Idempotency-Key": "once"}
    path = f"/api/v1/tickets/{number}/status"
    body = {"to": "in_progress", "seen": "waiting"}
    assert api.post(path, json=body, headers=headers).status_code == 409
    with writing(stocked) as session:
        session.scalars(select(Ticket)).one().status = "waiting"
    assert api.post(path, json=body, headers=headers).status_code == 200


def test_status_moves_by_the_rules_and_knowingly(api: TestClient, stocked: SessionFactory) -> None:
    with writing(stocked) as session:
        number = make_ticket(session, service_id="feedback", records={"rating": "5"}).number
    path = f"/api/v1/tickets/{number}/status"
    moved = api.post(path, json={"to": "in_progress", "seen": "new", "note": "Taken."}).json()
    assert moved["status"] == "in_progress"
    assert moved["history"][-1]["note"] == "Taken."
    assert moved["history"][-1]["by"] == "API: Shop"
    again = api.post(path, json={"to": "waiting", "seen": "new"})
    assert code_of(again) == (409, "status_changed")
    back = api.post(path, json={"to": "new", "seen": "in_progress"})
    assert code_of(back) == (409, "move_not_allowed")
    assert api.post(path, json={"to": "x", "seen": "new"}).status_code == 422
    assert api.post(path, json={"to": "new"}).status_code == 422


def test_note_is_written_once_for_a_key(api: TestClient, stocked: SessionFactory) -> None:
    with writing(stocked) as session:
        number = make_ticket(session).number
    for _ in range(2):
        answer = api.post(
            f"/api/v1/tickets/{number}/notes",
            json={"note": "Part ordered."},
            headers={"Idempotency-Key": "note-1"},
        )
        assert answer.status_code == 201
    assert [one["note"] for one in answer.json()["history"] if one["kind"] == "note"] == [
        "Part ordered."
    ]


# Its description -----------------------------------------------------------------


def test_every_answer_to_a_token_is_one_that_the_description_names(
    make_api: Callable[..., TestClient], stocked: SessionFactory, now: datetime
) -> None:
    api = make_api(limit_requests=UNLIMITED, limit_api=UNLIMITED)
    with writing(stocked) as session:
        customer = make_customer(session)
        piece = register(
            session,
            customer,
            session.get_one(Product, "mare-w900"),
            Particulars(serial="W912345678", bought_on=now.date()),
            source=OwnedSource.IMPORT,
            by=DESK,
            now=now,
        )
        there = {
            "number": make_ticket(session).number,
            "customer": customer.id,
            "owned": piece.id,
            "product": "mare-w900",
            "service": "repair",
        }
    schema: Any = schemathesis.openapi.from_asgi("/openapi.json", api.app)
    tried = set()
    for result in schema.include(path_regex="^/api/v1/").get_all_operations():
        operation = result.ok()
        tried.add((operation.method, operation.path.removeprefix("/api/v1/")))

        @QUICK
        @given(case=operation.as_strategy(), real=st.booleans(), current=st.booleans())
        def call(case: Any, real: bool, current: bool) -> None:
            if real:
                case.path_parameters = {name: there[name] for name in case.path_parameters or {}}
            headers = {**(case.headers or {}), "Authorization": api.headers["Authorization"]}
            if current and case.method == "PATCH":
                headers["If-Match"] = "*"
            case.headers = headers
            case.call_and_validate(
                checks=[
                    never_fails,
                    checks.status_code_conformance,
                    checks.content_type_conformance,
                    checks.response_schema_conformance,
                ],
                session=api,
            )

        call()
    assert len(tried) == 20
    assert {
        *(("post", "customers"), ("patch", "customers/{customer}")),
        *(("put", "products/{product}"), ("get", "tickets/{number}/visits")),
        *(("post", "owned-products"), ("patch", "owned-products/{owned}")),
        ("get", "owned-products/{owned}/warranty"),
    } <= tried
