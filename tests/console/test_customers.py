"""The pages about customers: who owns what, how it is covered, and who is affected by a recall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from aftercare.database import SessionFactory, reading, writing
from aftercare.ownership.registering import Particulars, register
from aftercare.tables.catalogue import Product
from aftercare.tables.ownership import OwnedProduct, OwnedSource
from aftercare.tickets.history import Actor
from tests.console.browsers import Response, TestClient
from tests.factories import (
    AT,
    make_attachment,
    make_conversation,
    make_customer,
    make_message,
    make_ticket,
)

Post = Callable[..., Response]


@dataclass(frozen=True)
class World:
    joana: int
    piece: int
    ticket: str
    file: str
    other_file: str


@pytest.fixture
def world(database: SessionFactory) -> World:
    """Joana owns a P30 that is called back, with a ticket, a file, and a stranger beside her."""
    with writing(database) as session:
        joana = make_customer(session, email="joana@mail.example", phone="+5511912345678")
        make_customer(session, name="Rui Costa")
        owned = register(
            session,
            joana,
            session.get_one(Product, "fonte-p30"),
            Particulars(serial="P330100007", bought_on=date(2025, 12, 1), seller="Loja Sol"),
            source=OwnedSource.IMPORT,
            by=Actor("Import"),
            now=AT,
        )
        talk = make_conversation(session, customer_id=joana.id)
        file = make_attachment(session, make_message(session, talk))
        ticket = make_ticket(
            session,
            conversation_id=talk.id,
            email=joana.email,
            product_id="fonte-p30",
            records={"product": "fonte-p30", "serial_number": "P330100007"},
        )
        elsewhere = make_conversation(session)
        other = make_attachment(session, make_message(session, elsewhere))
        return World(joana.id, owned.id, ticket.number, file.id, other.id)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", True),
        ("joana", True),
        ("JOANA@mail", True),
        ("91234-5678", True),
        ("p3 3010-0007", True),
        ("Zulmira", False),
        ("p399999999", False),
    ],
)
def test_customers_are_found_by_contact_and_serial(
    browser: TestClient, world: World, words: str, found: bool
) -> None:
    page = browser.get("/console/customers", params={"q": words}).text
    assert (f'/console/customers/{world.joana}"' in page) is found
    assert ("Rui Costa" in page) is (words == "")


def test_page_tells_products_warranty_and_all_that_happened(
    browser: TestClient, world: World
) -> None:
    page = browser.get(f"/console/customers/{world.joana}").text
    for told in (
        "In warranty",
        "12 months from the purchase on 1 December 2025, lasts until 1 December 2026",
        "No proof of purchase has been seen yet",
        "P330100007",
        "Loja Sol",
        "Called back:",
        "Imported",
        world.ticket,
        "/console/conversations/",
    ):
        assert told in page, told


@pytest.mark.parametrize("number", ["999999", "99999999999999999999"])
def test_unknown_customer_is_not_found(browser: TestClient, world: World, number: str) -> None:
    assert browser.get(f"/console/customers/{number}").status_code == 404


def test_added_product_shows_who_did_it(browser: TestClient, post: Post, world: World) -> None:
    path = f"/console/customers/{world.joana}/products"
    sent = post(path, product="mare-w900", serial="w9 12345678", bought_on="2026-01-02")
    assert sent.status_code == 303
    page = browser.get(f"/console/customers/{world.joana}").text
    assert "W912345678" in page
    assert '<b dir="auto">Rita Prado</b> registered it' in page


def test_impossible_day_saves_nothing_and_keeps_what_was_typed(
    browser: TestClient, post: Post, world: World
) -> None:
    path = f"/console/owned/{world.piece}"
    answer = post(path, serial="P330100007", bought_on="2031-01-01", seller="Loja Lua")
    assert answer.status_code == 422
    assert "the day of purchase is to come" in answer.text
    assert 'value="Loja Lua"' in answer.text
    assert "Loja Sol" in browser.get(f"/console/customers/{world.joana}").text


def test_correction_is_in_the_history(browser: TestClient, post: Post, world: World) -> None:
    post(f"/console/owned/{world.piece}", serial="P330100008", bought_on="2025-12-01")
    page = browser.get(f"/console/customers/{world.joana}").text
    assert "serial number: P330100007 → P330100008; seller: Loja Sol → none" in page


def test_piece_that_is_gone_can_come_back(browser: TestClient, post: Post, world: World) -> None:
    post(f"/console/owned/{world.piece}", do="retire")
    assert "the customer has it no longer" in browser.get(f"/console/customers/{world.joana}").text
    assert "Joana" not in browser.get("/console/recalls").text
    post(f"/console/owned/{world.piece}", do="take_back")
    assert "Joana" in browser.get("/console/recalls").text


def test_recalls_list_owners_and_open_tickets(browser: TestClient, world: World) -> None:
    page = browser.get("/console/recalls").text
    assert f'/console/customers/{world.joana}"' in page
    assert world.ticket in page
    assert "P330100000 to P330149999" in page


def test_ticket_shows_the_warranty_and_takes_the_proof(
    browser: TestClient, post: Post, world: World, database: SessionFactory
) -> None:
    page = browser.get(f"/console/tickets/{world.ticket}").text
    assert "lasts until 1 December 2026" in page and "Called back:" in page
    assert post(f"/console/tickets/{world.ticket}/proof", file=world.file).status_code == 303
    with reading(database) as session:
        owned = session.get_one(OwnedProduct, world.piece)
        assert owned.proof_id == world.file and owned.proved_at
    page = browser.get(f"/console/tickets/{world.ticket}").text
    assert f"/console/files/{world.file}" in page
    assert "No proof of purchase" not in page


def test_file_of_another_conversation_proves_nothing(
    post: Post, world: World, database: SessionFactory
) -> None:
    assert post(f"/console/tickets/{world.ticket}/proof", file=world.other_file).status_code == 404
    with reading(database) as session:
        assert session.get_one(OwnedProduct, world.piece).proof_id is None


@pytest.mark.parametrize("page", ["customers", "customers/1", "recalls"])
def test_strangers_see_nothing(stranger: TestClient, page: str) -> None:
    answer = stranger.get(f"/console/{page}", follow_redirects=False)
    assert answer.status_code == 303
