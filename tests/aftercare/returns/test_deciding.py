"""What is paid back, who approves it, and what may become of the goods."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, writing
from aftercare.errors import NotAllowed
from aftercare.returns.deciding import (
    Decision,
    Findings,
    NotForRestock,
    approve,
    decide,
    inspect,
    is_proposed,
)
from aftercare.returns.refunds import PaidSource, paid_for, serial_told, withdrawal_of
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.returns import Condition, Disposition, Outcome, ReturnCase, ReturnStatus
from aftercare.tables.tickets import Ticket, TicketRecord
from tests.aftercare.returns.conftest import RITA, returned_ticket
from tests.conftest import NOW
from tests.factories import make_staff

INSPECTED = ReturnStatus.INSPECTED
REFUND = Decision(Outcome.REFUND, Disposition.RESTOCK)
LIMIT = 100_000


def _paid(ticket: Ticket, session: Session, value: str) -> None:
    ticket.records.append(TicketRecord(field="amount", value=value))
    session.flush()


def _decide(session: Session, ticket: Ticket, decision: Decision, role: str) -> ReturnCase:
    staff = make_staff(session, role=role, email=f"{role}@marulho.example")
    return decide(session, ticket, decision, staff=staff, limit=LIMIT, now=NOW)


@pytest.mark.parametrize(
    ("value", "minor", "currency"),
    [("900.00 BRL", 90_000, "BRL"), ("900.5", 90_050, "BRL"), ("349.00 GBP", 34_900, "GBP")],
)
def test_refund_is_what_was_paid_less_the_deduction_in_its_currency(
    stocked_sessions: SessionFactory, value: str, minor: int, currency: str
) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session, INSPECTED)
        _paid(ticket, session, value)
        decision = Decision(Outcome.REFUND, Disposition.RESTOCK, 5_000, "The door is scratched.")
        case = _decide(session, ticket, decision, "agent")
        assert (case.status, case.refund_minor) == (ReturnStatus.SETTLED, minor - 5_000)
        assert (case.paid_minor, case.currency) == (minor, currency)
        assert {step.key for step in ticket.steps if step.done_at} == {
            "authorise",
            "inspect",
            "settle",
        }


def test_list_price_counts_where_no_amount_is_on_file(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session)
        assert ticket.product
        paid = paid_for(ticket)
        assert paid and (paid.minor, paid.source) == (
            ticket.product.price_minor,
            PaidSource.LIST_PRICE,
        )


def test_refund_above_the_limit_waits_for_a_manager(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session, INSPECTED)
        _paid(ticket, session, "1000.01 BRL")
        case = _decide(session, ticket, REFUND, "agent")
        assert is_proposed(case)
        assert ticket.events[-1].kind == "return_proposed"
        assert "R$1,000.01" in ticket.events[-1].note
        agent = make_staff(session, email="other@marulho.example")
        with pytest.raises(NotAllowed):
            approve(session, ticket, staff=agent, now=NOW)
        manager = make_staff(session, role="manager", email="boss@marulho.example")
        assert approve(session, ticket, staff=manager, now=NOW).status == ReturnStatus.SETTLED
        with pytest.raises(NotAllowed):
            approve(session, ticket, staff=manager, now=NOW)


def test_manager_needs_nobody_and_the_limit_itself_is_within_it(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        large, exact = (returned_ticket(session, INSPECTED) for _ in range(2))
        _paid(large, session, "5000.00 BRL")
        _paid(exact, session, "1000.00 BRL")
        assert _decide(session, large, REFUND, "manager").status == ReturnStatus.SETTLED
        assert _decide(session, exact, REFUND, "agent").status == ReturnStatus.SETTLED


@pytest.mark.parametrize(
    "decision",
    [
        Decision(Outcome.REFUND, Disposition.RESTOCK, 90_001, "Too much."),
        Decision(Outcome.REFUND, Disposition.RESTOCK, -1, "A gift."),
        Decision(Outcome.REFUND, Disposition.RESTOCK, 1, " "),
        Decision(Outcome.REFUND, Disposition.BACK_TO_CUSTOMER),
        Decision(Outcome.REPAIR, Disposition.RESTOCK),
        Decision(Outcome.REFUSE, Disposition.BACK_TO_CUSTOMER),
        Decision(Outcome.REFUSE, Disposition.SCRAP, told="No fault."),
    ],
)
def test_decisions_that_do_not_fit_change_nothing(
    stocked_sessions: SessionFactory, decision: Decision
) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session, INSPECTED)
        _paid(ticket, session, "900.00 BRL")
        with pytest.raises(NotAllowed):
            _decide(session, ticket, decision, "manager")
        case = session.query(ReturnCase).one()
        assert (case.status, case.outcome, case.refund_minor) == (INSPECTED, None, None)


@pytest.mark.parametrize(
    "findings",
    [
        Findings(Condition.USED, fault_found=False),
        Findings(Condition.UNOPENED, fault_found=True, words="It hums."),
    ],
)
def test_used_or_faulty_goods_are_not_sold_as_new(
    stocked_sessions: SessionFactory, findings: Findings
) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session, INSPECTED)
        inspect(session, ticket, findings, by=RITA, now=NOW)
        with pytest.raises(NotForRestock):
            _decide(session, ticket, REFUND, "manager")


def test_correcting_the_inspection_takes_a_proposal_back(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session, INSPECTED)
        assert is_proposed(_decide(session, ticket, REFUND, "agent"))
        with pytest.raises(NotAllowed):
            inspect(session, ticket, Findings(Condition.USED, fault_found=True), by=RITA, now=NOW)
        found = Findings(Condition.USED, fault_found=True, serial=" w9-1234 ", words="It leaks.")
        case = inspect(session, ticket, found, by=RITA, now=NOW)
        assert (case.outcome, case.refund_minor, case.serial_found) == (None, None, "W91234")


def test_what_is_not_here_is_neither_inspected_nor_decided(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(session, ReturnStatus.AUTHORISED)
        with pytest.raises(NotAllowed):
            inspect(session, ticket, Findings(Condition.USED, fault_found=False), by=RITA, now=NOW)
        with pytest.raises(NotAllowed):
            _decide(session, ticket, REFUND, "manager")


def test_days_of_withdrawal_count_from_the_receipt_else_from_the_purchase(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ticket = returned_ticket(
            session, records={"product": "mare-w900", "purchase_date": "2026-02-20"}
        )
        owned = session.get_one(OwnedProduct, ticket.owned_product_id)
        bought = withdrawal_of(session, ticket, date(2026, 2, 27), 7)
        assert bought and (bought.within, bought.from_receipt) == (True, False)
        late = withdrawal_of(session, ticket, date(2026, 2, 28), 7)
        assert late and not late.within
        owned.delivered_on = date(2026, 2, 23)
        received = withdrawal_of(session, ticket, date(2026, 3, 2), 7)
        assert received and (received.within, received.from_receipt) == (True, True)
        assert withdrawal_of(session, ticket, date(2026, 3, 2), 0) is None
        owned.serial = "W912345678"
        assert serial_told(session, ticket) == "W912345678"
