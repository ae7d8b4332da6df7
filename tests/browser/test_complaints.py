"""The pages about complaints, on a desk, on a phone and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from aftercare.complaints.answering import accept, contest
from aftercare.complaints.cases import acknowledge, case_of
from aftercare.complaints.closing import Costs, close
from aftercare.complaints.investigating import Findings, add_action, assess, investigate
from aftercare.complaints.proposing import Draft, propose
from aftercare.database import SessionFactory, writing
from aftercare.settings import Settings
from aftercare.tables.complaints import ComplaintOutcome, ComplaintStatus, Offer, Severity
from aftercare.tickets.history import DESK, Actor
from tests.browser.console import check_page, notice, served_console, sign_in
from tests.conftest import NOW
from tests.factories import make_staff, make_ticket

TODAY = NOW.date()
STEPS = (
    ComplaintStatus.RECEIVED,
    ComplaintStatus.ACKNOWLEDGED,
    ComplaintStatus.INVESTIGATED,
    ComplaintStatus.PROPOSED,
    ComplaintStatus.CONTESTED,
    ComplaintStatus.CLOSED,
)


@pytest.fixture
def console(settings: Settings, stocked_sessions: SessionFactory) -> Iterator[dict[str, str]]:
    """The pages, with a complaint at each of the steps that look different."""
    numbers = {}
    with writing(stocked_sessions) as session:
        rita = make_staff(session, role="manager")
        by = Actor.of(rita)
        offer = Draft(Offer.REFUND, "Half of it.", TODAY + timedelta(days=14), 12_345)
        for place, status in enumerate(STEPS):
            ticket = make_ticket(
                session,
                service_id="complaint",
                description="Nobody answers, I go to court.",
                records={"wanted": "refund", "amount": "350.00 BRL"},
            )
            numbers[status] = ticket.number
            case = case_of(session, ticket)
            assert case is not None
            if place > 0:
                acknowledge(session, ticket, by=DESK, now=NOW)
            if place > 1:
                assess(session, ticket, Severity.CRITICAL, "Hurt.", by=by, now=NOW)
                found = Findings("Not read.", "delay", rita.id)
                investigate(session, ticket, found, by=by, now=NOW)
                add_action(session, ticket, "Read the mail", staff_id=rita.id, due_on=TODAY,
                           today=TODAY, by=by, now=NOW)  # fmt: skip
            if place > 2:
                propose(session, ticket, offer, staff=rita, limit=0, today=TODAY, now=NOW)
            if status == ComplaintStatus.CONTESTED:
                contest(session, ticket, 1, by=DESK, now=NOW, reason="Too little.")
            if status == ComplaintStatus.CLOSED:
                accept(session, ticket, 1, by=DESK, now=NOW)
                costs = Costs(refund=12_345, hours=5_000)
                close(session, ticket, ComplaintOutcome.ACCEPTED, costs, staff=rita, now=NOW)
    with served_console(settings, stocked_sessions) as url:
        yield {
            "list": f"{url}/complaints?status=all",
            "figures": f"{url}/complaints/figures",
            "causes": f"{url}/complaints/causes",
            "ticket": f"{url}/tickets/{numbers[ComplaintStatus.PROPOSED]}",
            **{one: f"{url}/tickets/{number}/complaint" for one, number in numbers.items()},
        }


def _walk(page: Page, console: dict[str, str]) -> None:
    sign_in(page, console["list"])
    for address in console.values():
        page.goto(address)
        check_page(page)


def test_pages_on_a_phone(phone: Page, console: dict[str, str]) -> None:
    _walk(phone, console)


def test_pages_on_a_desk_and_a_proposal_by_keyboard(page: Page, console: dict[str, str]) -> None:
    _walk(page, console)
    page.goto(console[ComplaintStatus.INVESTIGATED])
    page.get_by_label("What is offered").focus()
    page.keyboard.type("An apology")
    page.get_by_label("To the customer, in their language (English)", exact=True).focus()
    page.keyboard.type("We are sorry.")
    page.get_by_role("button", name="Propose it").focus()
    page.keyboard.press("Enter")
    expect(notice(page)).to_contain_text("The proposal is made. Tell the customer yourself")
    steps = page.get_by_role("list", name="Steps of the complaint").get_by_role("listitem")
    expect(steps.nth(5)).to_have_attribute("aria-current", "step")
