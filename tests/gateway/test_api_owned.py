"""The API for owned products with their warranty, and for the visits of a ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.ownership import OwnedProduct, OwnedProductEvent, Recall
from aftercare.tickets.life import Actor
from aftercare.visits.booking import Choice, book, next_choices, settle_site
from tests.factories import make_ticket
from tests.gateway.doors import TestClient, code_of
from tests.postgresql import BOTH

OWNED = "/api/v1/owned-products"
SERIAL = "W912345678"
ANY = {"If-Match": "*"}


def count_pieces(sessions: SessionFactory) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(OwnedProduct)) or 0


@pytest.fixture
def piece(api: TestClient, ana: int) -> dict[str, Any]:
    """Ana's washing machine, registered by the API."""
    answer = api.post(
        OWNED,
        json={
            "customer": ana,
            "product": "mare-w900",
            "serial_number": "w9 1234-5678",
            "bought_on": "2026-01-31",
        },
    )
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


# Owned products ------------------------------------------------------------------


def test_history_names_no_customer(
    api: TestClient, stocked: SessionFactory, piece: dict[str, Any]
) -> None:
    with writing(stocked) as session:
        event = session.scalars(select(OwnedProductEvent)).one()
        event.actor = "Ana Private"
    told = api.get(f"{OWNED}/{piece['id']}").json()
    assert [one["by"] for one in told["history"]] == ["customer"]


@BOTH
def test_piece_is_registered_once_with_its_warranty_and_found_by_serial_number(
    api: TestClient, stocked: SessionFactory, ana: int, piece: dict[str, Any]
) -> None:
    assert (piece["serial_number"], piece["serial_verified"]) == (SERIAL, True)
    assert piece["source"] == "import" and piece["customer"] == ana
    assert [(one["kind"], one["by"]) for one in piece["history"]] == [("registered", "API: Shop")]
    assert piece["warranty"]["state"] == "in_force"
    assert piece["warranty"]["until"] == piece["warranty"]["terms"][0]["until"]
    again = api.post(
        OWNED,
        json={
            "customer": ana,
            "product": "mare-w900",
            "serial_number": SERIAL,
            "delivered_on": "2026-02-03",
        },
    )
    assert again.status_code == 200 and again.json()["id"] == piece["id"]
    assert (again.json()["bought_on"], again.json()["delivered_on"]) == ("2026-01-31", "2026-02-03")
    assert count_pieces(stocked) == 1
    for query in ({"serial_number": "w9-1234 5678"}, {"customer": ana}, {"product": "mare-w900"}):
        [found] = api.get(OWNED, params=query).json()["owned_products"]
        assert (found["id"], found["version"]) == (piece["id"], again.json()["version"])
    assert api.get(OWNED, params={"customer": ana + 1}).json() == {
        "owned_products": [],
        "next": None,
    }


def test_pages_of_owned_products_give_each_once(
    api: TestClient, ana: int, piece: dict[str, Any]
) -> None:
    for month in range(1, 5):
        body = {"customer": ana, "product": "brisa-a12", "bought_on": f"2025-0{month}-01"}
        assert api.post(OWNED, json=body).status_code == 201
    got: list[int] = []
    query: dict[str, Any] = {"limit": 2}
    while "cursor" not in query or query["cursor"]:
        page = api.get(OWNED, params=query).json()
        got += [one["id"] for one in page["owned_products"]]
        query["cursor"] = page["next"]
    assert got == sorted(set(got)) and len(got) == 5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"serial_number": "ODD-1"}, "serial_not_valid"),
        ({"customer": 99999}, "customer_unknown"),
        ({"product": "none"}, "product_unknown"),
        ({"bought_on": "2999-01-01"}, "days_wrong"),
        ({"delivered_on": "2026-01-01", "bought_on": "2026-01-31"}, "days_wrong"),
        ({"bought_on": "31/01/2026"}, "invalid_field"),
        ({"bought_on": "2026-02-30"}, "invalid_field"),
        ({"bought_on": 20260131}, "invalid_field"),
        ({"customer": "1"}, "invalid_field"),
        ({"colour": "red"}, "unknown_field"),
    ],
)
def test_piece_that_cannot_be_is_refused(
    api: TestClient, stocked: SessionFactory, ana: int, changes: dict[str, Any], code: str
) -> None:
    answer = api.post(OWNED, json={"customer": ana, "product": "mare-w900", **changes})
    assert code_of(answer) == (422, code), answer.text
    assert count_pieces(stocked) == 0


def test_odd_serial_number_is_kept_where_that_is_asked_for(api: TestClient, ana: int) -> None:
    body = {"customer": ana, "product": "mare-w900", "serial_number": "ODD-1"}
    kept = api.post(OWNED, json={**body, "keep_unverified": True}).json()
    assert (kept["serial_number"], kept["serial_verified"]) == ("ODD1", False)
    assert kept["warranty"] == {"state": "unknown", "until": None, "terms": [], "recall": None}


def test_completion_that_contradicts_what_is_on_file_is_refused(
    api: TestClient, ana: int, piece: dict[str, Any]
) -> None:
    body = {"customer": ana, "product": "mare-w900", "serial_number": SERIAL}
    answer = api.post(OWNED, json={**body, "delivered_on": "2025-12-01"})
    assert code_of(answer) == (422, "days_wrong")


@BOTH
def test_piece_is_corrected_retired_and_taken_back_knowingly(
    api: TestClient, piece: dict[str, Any]
) -> None:
    path = f"{OWNED}/{piece['id']}"
    seen = {"If-Match": piece["version"]}
    changed = api.patch(path, json={"bought_on": "2025-01-31", "seller": "Loja"}, headers=seen)
    assert changed.status_code == 200, changed.text
    told = changed.json()
    assert (told["bought_on"], told["seller"], told["serial_number"]) == (
        *("2025-01-31", "Loja"),
        SERIAL,
    )
    assert told["history"][-1]["changes"]["bought_on"] == ["2026-01-31", "2025-01-31"]
    assert code_of(api.patch(path, json={"retired": True}, headers=seen)) == (
        412,
        "changed_meanwhile",
    )
    gone = api.patch(path, json={"retired": True}, headers={"If-Match": changed.headers["ETag"]})
    assert gone.json()["retired_at"] is not None
    back = api.patch(path, json={"retired": False, "serial_number": None}, headers=ANY).json()
    assert back["retired_at"] is None and back["serial_number"] is None
    assert [one["kind"] for one in back["history"]][-2:] == ["changed", "returned"]
    assert code_of(api.patch(path, json={"serial_number": "ODD"}, headers=ANY)) == (
        422,
        "serial_not_valid",
    )
    assert code_of(api.patch(f"{OWNED}/9999", json={}, headers=ANY)) == (
        404,
        "owned_product_unknown",
    )


def test_serial_number_of_another_piece_is_refused(
    api: TestClient, ana: int, piece: dict[str, Any]
) -> None:
    body = {"customer": ana, "product": "mare-w900", "serial_number": "W987654321"}
    other = api.post(OWNED, json=body).json()["id"]
    answer = api.patch(f"{OWNED}/{other}", json={"serial_number": SERIAL}, headers=ANY)
    assert code_of(answer) == (409, "serial_taken")


def test_warranty_tells_each_term_and_a_recall(
    api: TestClient, stocked: SessionFactory, piece: dict[str, Any], now: datetime
) -> None:
    with writing(stocked) as session:
        session.add(
            Recall(
                id="r-1",
                product_id="mare-w900",
                published_on=now.date(),
                serials=[[SERIAL, SERIAL]],
                made=[],
                hazard={"en": "It may overheat.", "pt": "Pode aquecer."},
                instructions={"en": "Unplug it.", "pt": "Desligue-o."},
                active=True,
            )
        )
    told = api.get(f"{OWNED}/{piece['id']}/warranty").json()
    assert told["state"] == "in_force" and told["recall"]["id"] == "r-1"
    assert told["terms"][0]["part"] is None and told["terms"][0]["in_force"]
    longest = [one["until"] for one in told["terms"] if one["part"] is None]
    assert longest == sorted(longest, reverse=True)
    over = {"bought_on": "2010-01-01", "delivered_on": None}
    api.patch(f"{OWNED}/{piece['id']}", json=over, headers=ANY)
    assert api.get(f"{OWNED}/{piece['id']}/warranty").json()["state"] == "over"


# Visits --------------------------------------------------------------------------


def test_visits_are_told_and_the_address_only_to_who_may_know(
    make_api: Callable[..., TestClient], stocked: SessionFactory, now: datetime
) -> None:
    with writing(stocked) as session:
        ticket = make_ticket(
            session,
            service_id="installation",
            product_id="brisa-a12",
            records={"product": "brisa-a12", "address": "Rua Harmonia 12, 05435-000"},
        )
        settle_site(session, ticket)
        slot = next_choices(session, ticket, now, 1)[0]
        book(session, ticket, Choice(slot.day, slot.window_id), by=Actor("Rita"), now=now)
        number = ticket.number
    path = f"/api/v1/tickets/{number}/visits"
    told = make_api().get(path).json()
    assert told["address"] == "Rua Harmonia 12, 05435-000"
    [visit] = told["visits"]
    assert visit["status"] == "booked" and visit["technician"] and visit["area"]
    assert datetime.fromisoformat(visit["starts_at"]) > now - timedelta(days=1)
    assert make_api("tickets:read").get(path).json()["address"] is None
    assert code_of(make_api().get("/api/v1/tickets/none/visits")) == (404, "ticket_unknown")
