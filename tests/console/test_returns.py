"""Staff see a return through: authorise, receive, inspect, decide, approve; and count what came."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.returns import ReturnCase, ReturnStatus
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketRecord
from tests.console.browsers import Response, TestClient
from tests.factories import make_conversation, make_ticket

Post = Callable[..., Response]


@pytest.fixture
def number(database: SessionFactory) -> str:
    """A return out of a chat, of a washing machine for 900 reais."""
    with writing(database) as session:
        make_conversation(session, id="c-1")
        return make_ticket(
            session,
            service_id="return",
            conversation_id="c-1",
            records={
                "product": "mare-w900",
                "reason": "changed_mind",
                "purchase_date": "2026-03-01",
                "amount": "900.00 BRL",
            },
        ).number


def _case(database: SessionFactory) -> ReturnCase:
    with reading(database) as session:
        return session.scalars(select(ReturnCase)).one()


def _told(browser: TestClient) -> int:
    """How often the bot was asked to speak."""
    return len(browser.app.state.desk.engine.deferred)  # type: ignore[attr-defined]


def _become(database: SessionFactory, role: str) -> None:
    with writing(database) as session:
        session.scalars(select(Staff)).one().role = role


def _bring_in(post: Post, number: str, **changes: str) -> None:
    path = f"/console/tickets/{number}/return"
    found = {"condition": "as_new", "fault": "no", "serial": "W912345678", **changes}
    assert post(f"{path}/authorise").status_code == 303
    assert post(f"{path}/receive").status_code == 303
    assert post(f"{path}/inspect", **found).status_code == 303


def test_return_is_seen_through_and_the_customer_told(
    browser: TestClient, post: Post, number: str, database: SessionFactory
) -> None:
    path = f"/console/tickets/{number}/return"
    ticket = f"/console/tickets/{number}"
    assert "Authorise the return" in browser.get(ticket).text
    answer = post(f"{path}/authorise", note="Told it by phone too")
    assert "The assistant tells the customer" in browser.get(answer.headers["location"]).text
    rma = _case(database).rma
    assert rma and rma in browser.get(path).text
    assert "The goods are here" in browser.get(ticket).text
    assert post(f"{path}/receive").status_code == 303
    assert _told(browser) == 2
    assert post(f"{path}/inspect", condition="as_new", fault="no").status_code == 303
    assert _told(browser) == 2
    decision = {
        "outcome": "refund",
        "disposition": "restock",
        "deduction": "100,50",
        "deduction_reason": "A scratch.",
    }
    assert post(f"{path}/decide", **decision).status_code == 303
    case = _case(database)
    assert (case.status, case.refund_minor) == (ReturnStatus.SETTLED, 79_950)
    assert _told(browser) == 3
    page = browser.get(path).text
    assert "R$799.50" in page and "This return is settled" in page
    history = browser.get(ticket).text
    assert "authorised the return" in history and "settled the return" in history


def test_refund_above_the_limit_is_approved_by_a_manager(
    browser: TestClient, post: Post, number: str, database: SessionFactory
) -> None:
    path = f"/console/tickets/{number}/return"
    with writing(database) as session:
        record = session.scalars(select(TicketRecord).where(TicketRecord.field == "amount")).one()
        record.value = "3000.00 BRL"
    _bring_in(post, number)
    told = _told(browser)
    answer = post(f"{path}/decide", outcome="refund", disposition="restock")
    assert "a manager has to approve it" in browser.get(answer.headers["location"]).text
    assert "Approve R$" not in browser.get(path).text
    assert post(f"{path}/approve", seen="300000").status_code == 409
    assert number in browser.get("/console/returns?status=proposed").text
    assert _told(browser) == told
    _become(database, "manager")
    assert "Approve R$3,000.00" in browser.get(path).text
    assert post(f"{path}/approve", seen="299999").status_code == 409
    assert post(f"{path}/approve", seen="300000").status_code == 303
    assert _case(database).status == ReturnStatus.SETTLED
    assert _told(browser) == told + 1


def test_what_cannot_be_is_said_and_what_was_typed_stays(
    post: Post, number: str, database: SessionFactory
) -> None:
    path = f"/console/tickets/{number}/return"
    assert post(f"{path}/receive").status_code == 409
    assert post(f"{path}/refuse", told=" ").status_code == 409
    _bring_in(post, number, condition="used")
    wrong = post(f"{path}/decide", outcome="refund", disposition="restock", told="Typed words")
    assert wrong.status_code == 422
    assert "are not sold as new" in wrong.text and "Typed words" in wrong.text
    for changes in (
        {"outcome": "x", "disposition": "scrap"},
        {"outcome": "refund", "disposition": "scrap", "deduction": "abc"},
        {"outcome": "refund", "disposition": "scrap", "deduction": "900.01"},
        {"outcome": "refuse", "disposition": "back_to_customer"},
    ):
        assert post(f"{path}/decide", **changes).status_code == 409
    assert post(f"{path}/inspect", condition="used", fault="maybe").status_code == 409
    assert _case(database).outcome is None


def test_page_warns_of_another_piece_and_counts_the_days_of_withdrawal(
    browser: TestClient, post: Post, number: str, database: SessionFactory
) -> None:
    path = f"/console/tickets/{number}/return"
    with reading(database) as session:
        piece = session.scalars(select(Ticket.owned_product_id)).one()
    page = browser.get(path).text
    assert "Within the 7 days" in page and "Counted from the purchase on 2026-03-01" in page
    with writing(database) as session:
        session.get_one(OwnedProduct, piece).serial = "W900000000"
    _bring_in(post, number)
    assert "Somebody may have sent another piece" in browser.get(path).text


def test_scanned_number_goes_to_its_return(
    browser: TestClient, post: Post, number: str, database: SessionFactory
) -> None:
    post(f"/console/tickets/{number}/return/authorise")
    rma = _case(database).rma or ""
    page = f"/console/tickets/{number}/return"
    for address in (f"/console/search?find=rma {rma.lower()}", f"/console/returns?rma={rma}"):
        assert browser.get(address, follow_redirects=False).headers["location"] == page
    missed = browser.get("/console/returns?rma=K4F7-M2C2")
    assert missed.status_code == 404
    assert "No return has the number" in missed.text


def test_label_is_printed_once_there_is_a_number(
    browser: TestClient, post: Post, number: str
) -> None:
    path = f"/console/tickets/{number}/return"
    assert browser.get(f"{path}/label.pdf").status_code == 404
    post(f"{path}/authorise")
    answer = browser.get(f"{path}/label.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_list_filters_by_state_and_other_tickets_have_no_return(
    browser: TestClient, number: str, database: SessionFactory
) -> None:
    with writing(database) as session:
        repair = make_ticket(session).number
    assert number in browser.get("/console/returns?status=requested&product=mare-w900").text
    assert number not in browser.get("/console/returns?status=received").text
    assert number not in browser.get("/console/returns?product=aroma-c200").text
    assert browser.get(f"/console/tickets/{repair}/return").status_code == 404


def test_figures_count_unfit_goods_by_product_reason_and_month(
    browser: TestClient, post: Post, number: str
) -> None:
    assert "Nothing came back" in browser.get("/console/returns/figures").text
    _bring_in(post, number, condition="damaged")
    page = browser.get("/console/returns/figures").text
    assert "1 returned, 1 of them unfit" in page
    assert "100.0% of 1" in page
    assert "I changed my mind" in page
    assert "0 returned" in browser.get("/console/returns/figures?reason=defective").text
    assert "0 returned" in browser.get("/console/returns/figures?to=2026-02-28").text
    file = browser.get("/console/returns/figures.csv")
    (row,) = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
    assert (row["month"], row["product_id"], row["reason_id"]) == (
        "2026-03",
        "mare-w900",
        "changed_mind",
    )
    assert (row["returned"], row["unfit"]) == ("1", "1")


@pytest.mark.parametrize("path", ["returns", "returns/figures", "returns/figures.csv"])
def test_strangers_see_nothing(stranger: TestClient, path: str) -> None:
    answer = stranger.get(f"/console/{path}", follow_redirects=False)
    assert answer.status_code in (302, 303)
