"""A complaint goes only where it may, and its ticket is not done before it has its end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from aftercare.complaints.cases import MOVES, acknowledge, case_of, check_move
from aftercare.complaints.closing import (
    CauseNeeded,
    Costs,
    ReasonNeeded,
    close,
    end_with_ticket,
    reopen,
)
from aftercare.complaints.investigating import (
    Findings,
    WhyNeeded,
    add_action,
    assess,
    finish_action,
    investigate,
)
from aftercare.complaints.needs import Need
from aftercare.complaints.plan import add_cause, causes_of
from aftercare.complaints.proposing import SomebodyElse, take_back
from aftercare.database import SessionFactory, writing
from aftercare.errors import NotAllowed, NotFound
from aftercare.tables.complaints import (
    ComplaintCase,
    ComplaintOutcome,
    ComplaintStatus,
    Offer,
    Severity,
)
from aftercare.tables.exchange import WebhookDelivery
from aftercare.tables.tickets import TicketStatus
from aftercare.tickets.checklist import tick
from aftercare.tickets.doubles import ProposalOpen, merge
from aftercare.tickets.history import DESK, Actor, EventKind
from aftercare.tickets.life import Incomplete, move, put_status, withdraw
from aftercare.webhooks.events import EVENTS
from aftercare.webhooks.subscriptions import Wish, subscribe
from tests.aftercare.complaints.conftest import (
    TODAY,
    UNTIL,
    accepted,
    complaint_ticket,
    contested,
    held,
    person,
    proposed,
)
from tests.conftest import NOW
from tests.factories import make_ticket

ANA = Actor("Ana")
JOANA = "joana@mail.example"
INVESTIGATED, PROPOSED = ComplaintStatus.INVESTIGATED, ComplaintStatus.PROPOSED
ASSESSED, ACKNOWLEDGED = ComplaintStatus.ASSESSED, ComplaintStatus.ACKNOWLEDGED


def test_only_tickets_of_the_service_are_complaints(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        repair = make_ticket(session)
        assert case_of(session, repair) is None
        with pytest.raises(NotFound):
            acknowledge(session, repair, by=DESK, now=NOW)
        case = held(session, complaint_ticket(session))
        assert (case.status, case.severity, case.level) == (
            ComplaintStatus.RECEIVED,
            Severity.LOW,
            1,
        )
        # Fifty business hours after Monday at eight: Friday at six in the evening.
        assert case.due_at == datetime(2026, 3, 6, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", ComplaintStatus)
def test_moves_that_are_not_named_are_refused(status: ComplaintStatus) -> None:
    case = ComplaintCase(status=status)
    for to in ComplaintStatus:
        if to in MOVES[status]:
            check_move(case, to)
            continue
        with pytest.raises(NotAllowed):
            check_move(case, to)


def test_receipt_is_acknowledged_once_and_before_the_assessment(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session)
        with pytest.raises(NotAllowed):
            assess(session, ticket, Severity.LOW, "", by=ANA, now=NOW)
        assert acknowledge(session, ticket, by=ANA, now=NOW).acknowledged_at == NOW
        with pytest.raises(NotAllowed):
            acknowledge(session, ticket, by=ANA, now=NOW)


def test_another_severity_than_the_proposed_one_has_a_reason(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, ACKNOWLEDGED)
        with pytest.raises(WhyNeeded):
            assess(session, ticket, Severity.HIGH, " ", by=ANA, now=NOW)
        before = held(session, ticket).precedence
        case = assess(session, ticket, Severity.HIGH, "A large customer.", by=ANA, now=NOW)
        assert (case.status, case.severity, case.severity_proposed) == (ASSESSED, "high", "low")
        assert case.precedence < before
        assert case.severity_why == "A large customer."
        assert ticket.status == TicketStatus.IN_PROGRESS
        assert {step.key for step in ticket.steps if step.done_at} == {"acknowledge"}
        again = assess(session, ticket, Severity.LOW, "", by=ANA, now=NOW + timedelta(days=1))
        assert (again.severity_why, again.assessed_at) == ("", NOW)


def test_investigation_is_done_with_findings_and_a_cause(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, ASSESSED)
        ana = person(session, "Ana").id
        case = investigate(session, ticket, Findings(responsible_id=ana), by=ANA, now=NOW)
        assert (case.status, case.responsible_id) == (ASSESSED, ana)
        for found in (
            Findings("It was late."),
            Findings(cause_id="delay"),
            Findings("It was late.", "no_such"),
            Findings("It was late.", "delay", 4711),
        ):
            with pytest.raises(NotAllowed):
                investigate(session, ticket, found, by=ANA, now=NOW)
        case = investigate(session, ticket, Findings("Late.", "delay", ana), by=ANA, now=NOW)
        assert (case.status, case.investigated_at) == (INVESTIGATED, NOW)
        with pytest.raises(NotAllowed):
            investigate(session, ticket, Findings(responsible_id=ana), by=ANA, now=NOW)
        corrected = Findings("Never sent.", "delivery", ana)
        case = investigate(session, ticket, corrected, by=ANA, now=NOW)
        assert case.cause is not None and case.cause.name["en"] == "Delivery"


def test_cause_that_a_manager_adds_can_be_chosen_and_no_name_is_taken_twice(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        cause = add_cause(session, {"en": " Packaging ", "pt": "Embalagem"})
        assert cause.name == {"en": "Packaging", "pt": "Embalagem"}
        assert causes_of(session)[-1] is cause
        for names in (
            {"en": "Weather", "pt": " "},
            {"en": "packaging", "pt": "Pacote"},
            {"en": "x" * 101, "pt": "x"},
        ):
            with pytest.raises(NotAllowed):
                add_cause(session, names)
        ticket = complaint_ticket(session, ASSESSED)
        found = Findings("It broke on the way.", cause.id)
        assert investigate(session, ticket, found, by=ANA, now=NOW).cause is cause


def test_changes_have_a_person_and_a_day_and_are_done_once(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ticket, ana = complaint_ticket(session, ASSESSED), person(session, "Ana").id

        def add(what: str, staff: int | None, due: date) -> int:
            return add_action(
                session, ticket, what, staff_id=staff, due_on=due, today=TODAY, by=ANA, now=NOW
            ).id

        for what, staff, due in ((" ", ana, UNTIL), ("Train", None, UNTIL), ("Train", ana, TODAY)):
            if due is TODAY:
                due -= timedelta(days=1)
            with pytest.raises(NotAllowed):
                add(what, staff, due)
        key = add("Read the mail twice a day", ana, TODAY)
        assert finish_action(session, ticket, key, by=ANA, now=NOW).done_at == NOW
        with pytest.raises(NotAllowed):
            finish_action(session, ticket, key, by=ANA, now=NOW)
        with pytest.raises(NotFound):
            finish_action(session, complaint_ticket(session), key, by=ANA, now=NOW)


def test_ticket_is_not_done_before_the_complaint_has_cause_answer_and_outcome(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ana = person(session, "Ana")
        ticket = complaint_ticket(session, ASSESSED, records={"wanted": "refund"})
        for step in ticket.steps:
            tick(session, ticket, step.key, by=ANA, now=NOW)
        for status, lacks in (
            (ASSESSED, {Need.CAUSE, Need.ANSWER, Need.OUTCOME}),
            (INVESTIGATED, {Need.ANSWER, Need.OUTCOME}),
            (PROPOSED, {Need.OUTCOME}),
        ):
            if status is INVESTIGATED:
                investigate(session, ticket, Findings("Late.", "delay"), by=ANA, now=NOW)
            if status is PROPOSED:
                proposed(session, ticket, ana)
            for to in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
                with pytest.raises(Incomplete) as refused:
                    move(session, ticket, to, by=ANA, now=NOW)
                assert set(refused.value.lacking.complaint) == lacks
        accepted(session, ticket)
        close(session, ticket, ComplaintOutcome.ACCEPTED, staff=ana, now=NOW)
        move(session, ticket, TicketStatus.RESOLVED, by=ANA, now=NOW)


def test_closing_keeps_outcome_and_costs(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket, ana = complaint_ticket(session, PROPOSED), person(session, "Ana")
        with pytest.raises(NotAllowed):
            close(session, ticket, ComplaintOutcome.ACCEPTED, staff=ana, now=NOW)
        accepted(session, ticket)
        with pytest.raises(NotAllowed):
            close(session, ticket, ComplaintOutcome.ACCEPTED, Costs(-1), staff=ana, now=NOW)
        costs = Costs(refund=5_000, goods=12_000, hours=8_000)
        case = close(session, ticket, ComplaintOutcome.ACCEPTED, costs, staff=ana, now=NOW)
        assert (case.status, case.outcome, case.closed_at) == ("closed", "accepted", NOW)
        assert (case.refund_minor, case.goodwill_minor, case.goods_minor) == (5_000, 0, 12_000)
        assert (case.hours_minor, case.currency, case.due_at) == (8_000, "BRL", None)
        assert {step.key for step in ticket.steps if step.done_at} >= {"propose", "learn"}
        with pytest.raises(NotAllowed):
            close(session, ticket, ComplaintOutcome.ACCEPTED, staff=ana, now=NOW)


def test_unfounded_complaint_and_withdrawn_one_have_a_reason(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ana = person(session, "Ana")
        early = complaint_ticket(session, ASSESSED)
        with pytest.raises(NotAllowed):
            close(session, early, ComplaintOutcome.UNFOUNDED, words="No.", staff=ana, now=NOW)
        ticket = complaint_ticket(session, INVESTIGATED)
        for outcome in (ComplaintOutcome.UNFOUNDED, ComplaintOutcome.WITHDRAWN):
            with pytest.raises(ReasonNeeded):
                close(session, ticket, outcome, words=" ", staff=ana, now=NOW)
        words = "It was delivered on the day."
        case = close(session, ticket, ComplaintOutcome.UNFOUNDED, words=words, staff=ana, now=NOW)
        assert (case.outcome, case.told) == ("unfounded", words)
        case = close(session, early, ComplaintOutcome.WITHDRAWN, words="Found.", staff=ana, now=NOW)
        assert (case.outcome, case.cause_id) == ("withdrawn", None)


def test_outcome_needs_a_root_cause(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket, ana = complaint_ticket(session, PROPOSED), person(session, "Ana")
        accepted(session, ticket)
        held(session, ticket).cause_id = None
        session.flush()
        with pytest.raises(CauseNeeded):
            close(session, ticket, ComplaintOutcome.ACCEPTED, staff=ana, now=NOW)


def test_complaint_ends_with_a_ticket_that_is_closed_without_a_solution(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, PROPOSED)
        assert not end_with_ticket(session, ticket, now=NOW)
        withdraw(session, ticket, by=ANA, note="The customer has moved away.", now=NOW)
        assert end_with_ticket(session, ticket, now=NOW)
        assert not end_with_ticket(session, ticket, now=NOW)
        case = held(session, ticket)
        assert (case.outcome, case.proposals[0].status) == ("withdrawn", "taken_back")


def test_reopened_complaint_goes_to_somebody_else(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ana, max_ = person(session, "Ana"), person(session, "Max", "manager")
        ticket = complaint_ticket(session, PROPOSED)
        accepted(session, ticket)
        close(session, ticket, ComplaintOutcome.ACCEPTED, staff=ana, now=NOW)
        with pytest.raises(NotAllowed):
            reopen(session, ticket, " ", by=ANA, now=NOW)
        case = reopen(session, ticket, "It was not carried out.", by=ANA, now=NOW)
        assert (case.status, case.outcome, case.closed_at) == (INVESTIGATED, None, None)
        assert case.due_at is not None
        with pytest.raises(SomebodyElse):
            proposed(session, ticket, ana)
        with pytest.raises(SomebodyElse):
            close(session, ticket, ComplaintOutcome.UNFOUNDED, words="No.", staff=ana, now=NOW)
        assert proposed(session, ticket, max_).level == 2


def test_done_ticket_is_worked_on_no_more(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, INVESTIGATED)
        withdraw(session, ticket, by=ANA, note="Double.", now=NOW)
        with pytest.raises(NotAllowed):
            proposed(session, ticket, person(session, "Ana"))
        with pytest.raises(NotAllowed):
            assess(session, ticket, Severity.LOW, "", by=ANA, now=NOW)


def test_other_systems_hear_of_proposal_answer_and_end_and_no_words(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        wanted = tuple(event for event in EVENTS if event.startswith("complaint."))
        subscribe(session, Wish("https://shop.example/hook", "", wanted), NOW)
        boss = person(session, "Max", "manager")
        ticket = complaint_ticket(session, PROPOSED)
        contested(session, ticket)
        proposed(session, ticket, boss)
        accepted(session, ticket, 2)
        close(session, ticket, ComplaintOutcome.ACCEPTED, staff=boss, now=NOW)
        sent = session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)).all()
        assert [one.event for one in sent] == [
            "complaint.proposed",
            "complaint.contested",
            "complaint.proposed",
            "complaint.accepted",
            "complaint.closed",
        ]
        assert f'"offer":"{Offer.APOLOGY}"' in sent[0].body
        assert '"outcome":"accepted"' in sent[-1].body
        assert not any("sorry" in one.body for one in sent)


@pytest.mark.parametrize("done", [TicketStatus.RESOLVED, TicketStatus.CLOSED])
def test_complaint_of_before_the_upgrade_has_a_case_when_it_is_reopened(
    stocked_sessions: SessionFactory, done: TicketStatus
) -> None:
    later = NOW + timedelta(days=2)
    with writing(stocked_sessions) as session:
        old, repair = complaint_ticket(session), make_ticket(session)
        session.delete(held(session, old))
        for ticket in (old, repair):
            put_status(session, ticket, done, EventKind.STATUS, by=DESK, now=NOW)
        assert case_of(session, old) is None
        for ticket in (old, repair):
            move(session, ticket, TicketStatus.IN_PROGRESS, by=ANA, now=later)
        case = held(session, old)
        assert (case.status, case.received_at) == ("received", old.created_at)
        assert case.due_at is not None and case.due_at > later
        assert case_of(session, repair) is None
        # It is the same one when the ticket is done and reopened once more.
        put_status(session, old, done, EventKind.STATUS, by=DESK, now=later)
        move(session, old, TicketStatus.IN_PROGRESS, by=ANA, now=later)
        assert held(session, old) is case


def test_double_is_not_merged_while_its_customer_is_to_answer(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        double, into = (complaint_ticket(session, PROPOSED, email=JOANA) for _ in range(2))
        with pytest.raises(ProposalOpen):
            merge(session, double, into, by=ANA, now=NOW)
        take_back(session, double, 1, "It is the same.", by=ANA, now=NOW)
        merge(session, double, into, by=ANA, now=NOW)
        assert double.merged_into_id == into.id
