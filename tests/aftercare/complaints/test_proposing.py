"""Who may propose what, and what the customer's answer leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from aftercare.complaints.answering import accept, contest, expire, give_reason
from aftercare.complaints.cases import hold_case
from aftercare.complaints.closing import close, reopen
from aftercare.complaints.proposing import (
    AmountNeeded,
    Draft,
    SomebodyElse,
    TooMuchMoney,
    propose,
    proposers,
    take_back,
)
from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotAllowed, StaleEdit
from aftercare.staff.teams import make_team
from aftercare.tables.complaints import (
    ComplaintCase,
    ComplaintOutcome,
    ComplaintProposal,
    ComplaintStatus,
    Offer,
    ProposalStatus,
)
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.assignment import assign
from aftercare.tickets.history import Actor
from tests.aftercare.complaints.conftest import (
    CUSTOMER,
    LIMIT,
    SORRY,
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
from tests.crowd import all_at_once
from tests.postgresql import BOTH

CROWD = 50
ANA = Actor("Ana")
INVESTIGATED, PROPOSED = ComplaintStatus.INVESTIGATED, ComplaintStatus.PROPOSED


def test_proposal_waits_for_the_customer(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, INVESTIGATED)
        proposal = proposed(session, ticket, person(session, "Ana"))
        case = held(session, ticket)
        assert (case.status, case.due_at, case.proposed_at) == (PROPOSED, None, NOW)
        assert (proposal.number, proposal.level, proposal.status) == (1, 1, "open")
        assert ticket.status == TicketStatus.WAITING
        assert {step.key for step in ticket.steps if step.done_at} >= {"investigate", "propose"}


@pytest.mark.parametrize(
    "change",
    [
        {"words": " "},
        {"valid_until": TODAY},
        {"valid_until": TODAY + timedelta(days=181)},
        {"cost": -1},
    ],
)
def test_draft_that_cannot_be_is_refused(
    stocked_sessions: SessionFactory, change: dict[str, object]
) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, INVESTIGATED)
        draft = replace(SORRY, **change)  # type: ignore[arg-type]
        with pytest.raises(NotAllowed):
            proposed(session, ticket, person(session, "Ana"), draft)
        assert held(session, ticket).status == INVESTIGATED


@pytest.mark.parametrize("status", [ComplaintStatus.ASSESSED, PROPOSED])
def test_nothing_is_proposed_before_the_investigation_or_beside_another_proposal(
    stocked_sessions: SessionFactory, status: ComplaintStatus
) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, status)
        with pytest.raises(NotAllowed):
            proposed(session, ticket, person(session, "Ana"))


@pytest.mark.parametrize("offer", [Offer.REFUND, Offer.GOODWILL])
def test_money_has_an_amount_and_above_the_limit_a_manager(
    stocked_sessions: SessionFactory, offer: Offer
) -> None:
    with writing(stocked_sessions) as session:
        ana, boss = person(session, "Ana"), person(session, "Max", "manager")
        ticket = complaint_ticket(session, INVESTIGATED)
        for cost in (None, 0):
            with pytest.raises(AmountNeeded):
                proposed(session, ticket, ana, Draft(offer, "Here.", UNTIL, cost))
        with pytest.raises(TooMuchMoney):
            proposed(session, ticket, ana, Draft(offer, "Here.", UNTIL, LIMIT + 1))
        assert proposed(session, ticket, ana, Draft(offer, "Here.", UNTIL, LIMIT)).cost_minor
        other = complaint_ticket(session, INVESTIGATED)
        proposal = proposed(session, other, boss, Draft(offer, "Here.", UNTIL, LIMIT + 1))
        assert (proposal.cost_minor, proposal.currency) == (LIMIT + 1, "BRL")


def test_contested_proposal_goes_to_a_manager_who_made_none(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ana, rui = person(session, "Ana"), person(session, "Rui")
        boss = person(session, "Max", "manager")
        ticket = complaint_ticket(session, PROPOSED)
        contested(session, ticket)
        case = held(session, ticket)
        assert (case.status, case.level) == (ComplaintStatus.CONTESTED, 2)
        assert case.due_at is not None
        assert ticket.status == TicketStatus.IN_PROGRESS
        for somebody in (ana, rui):
            with pytest.raises(SomebodyElse):
                proposed(session, ticket, somebody)
        assert proposed(session, ticket, boss).number == 2


def test_where_the_manager_proposed_first_another_colleague_does_next(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        boss, ana = person(session, "Max", "manager"), person(session, "Ana")
        gone = person(session, "Eva", "manager")
        gone.active = False
        ticket = complaint_ticket(session, INVESTIGATED)
        proposed(session, ticket, boss)
        contested(session, ticket)
        assert [one.name for one in proposers(session, held(session, ticket))] == ["Ana"]
        with pytest.raises(SomebodyElse):
            proposed(session, ticket, boss)
        proposed(session, ticket, ana)


def test_who_is_alone_on_the_staff_proposes_again(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, PROPOSED)
        contested(session, ticket)
        assert proposed(session, ticket, person(session, "Ana")).level == 2


@BOTH
def test_after_reopening_goes_on_who_proposed_nothing_before(
    patient_company: SessionFactory,
) -> None:
    with patient_company() as session:  # never committed: other tests have the same company
        for one in session.scalars(select(Staff)):
            one.active = False
        ana, boss, eva = (
            person(session, name, role)
            for name, role in (("Ana", "agent"), ("Max", "manager"), ("Eva", "manager"))
        )
        ticket = complaint_ticket(session, PROPOSED)
        ana.active = boss.active = eva.active = True
        contested(session, ticket)
        proposed(session, ticket, boss)
        accepted(session, ticket, 2)
        close(session, ticket, ComplaintOutcome.ACCEPTED, staff=boss, now=NOW)
        reopen(session, ticket, "Never done.", by=ANA, now=NOW + timedelta(days=1))

        def names() -> list[str]:
            session.flush()
            return [one.name for one in proposers(session, held(session, ticket))]

        assert names() == ["Eva"]
        eva.active = False
        assert names() == ["Ana", "Max"]


def test_what_expired_is_proposed_anew_by_the_same_manager(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        boss = person(session, "Max", "manager")
        person(session, "Eva", "manager")
        ticket = complaint_ticket(session, PROPOSED)
        contested(session, ticket)
        proposed(session, ticket, boss)
        assert expire(session, ticket, today=UNTIL + timedelta(days=1), now=NOW)
        assert proposed(session, ticket, boss).number == 3


def test_contesting_takes_the_ticket_from_the_proposer_and_to_the_team_that_steps_in(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        team = make_team(session, "Escalation", "escalation", NOW)
        ana = person(session, "Ana")
        ticket = complaint_ticket(session, PROPOSED)
        assign(session, ticket, ana, by=ANA, now=NOW)
        contested(session, ticket)
        assert (ticket.assignee_id, ticket.team_id) == (None, team.id)


def test_last_proposal_that_is_contested_ends_the_levels(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        boss = person(session, "Max", "manager")
        ticket = complaint_ticket(session, PROPOSED)
        contested(session, ticket)
        proposed(session, ticket, boss)
        contested(session, ticket, 2)
        case = held(session, ticket)
        assert (case.status, case.due_at) == (ComplaintStatus.EXHAUSTED, None)
        with pytest.raises(NotAllowed):
            proposed(session, ticket, person(session, "Eva", "manager"))


def test_accepting_puts_what_was_agreed_on_the_checklist(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ana = person(session, "Ana")
        ticket = complaint_ticket(session, INVESTIGATED)
        proposed(session, ticket, ana, Draft(Offer.REFUND, "Half of it.", UNTIL, 5_000))
        accepted(session, ticket)
        case = held(session, ticket)
        assert (case.status, case.answered_at) == ("accepted", NOW + timedelta(hours=1))
        step = ticket.steps[-1]
        assert (step.key, step.required, step.done_at) == ("complaint-1", True, None)
        assert step.text["pt"].startswith("Pagar o reembolso")
        assert ticket.status == TicketStatus.IN_PROGRESS
        with pytest.raises(StaleEdit):
            accepted(session, ticket)
        with pytest.raises(StaleEdit):
            contested(session, ticket)


def test_apology_needs_no_further_step(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, PROPOSED)
        before = len(ticket.steps)
        accepted(session, ticket)
        assert len(ticket.steps) == before


def test_reason_is_kept_once(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, PROPOSED)

        def tell(words: str) -> bool:
            return give_reason(session, ticket, 1, words, by=CUSTOMER, now=NOW)

        assert not tell("Too early")
        contested(session, ticket)
        assert tell("It is too little.")
        assert not tell("Something else")
        assert held(session, ticket).proposals[0].reason == "It is too little."


def test_proposal_is_taken_back_for_a_reason_and_made_anew_by_the_same_person(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ana = person(session, "Ana")
        ticket = complaint_ticket(session, PROPOSED)
        with pytest.raises(NotAllowed):
            take_back(session, ticket, 1, " ", by=ANA, now=NOW)
        with pytest.raises(StaleEdit):
            take_back(session, ticket, 2, "A typo.", by=ANA, now=NOW)
        assert take_back(session, ticket, 1, "A typo.", by=ANA, now=NOW).due_at is not None
        with pytest.raises(StaleEdit):
            accepted(session, ticket)
        assert proposed(session, ticket, ana).number == 2


def test_expired_proposal_can_be_contested_and_no_more_accepted(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, PROPOSED)
        assert not expire(session, ticket, today=UNTIL, now=NOW)
        assert expire(session, ticket, today=UNTIL + timedelta(days=1), now=NOW)
        assert held(session, ticket).status == ComplaintStatus.UNANSWERED
        with pytest.raises(StaleEdit):
            accepted(session, ticket)
        contested(session, ticket)
        assert held(session, ticket).status == ComplaintStatus.CONTESTED


def test_proposal_that_the_customer_never_heard_of_does_not_expire(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        ticket, ana = complaint_ticket(session, INVESTIGATED), person(session, "Ana")
        propose(session, ticket, SORRY, staff=ana, limit=LIMIT, today=TODAY, now=NOW)
        assert not expire(session, ticket, today=UNTIL + timedelta(days=1), now=NOW)


@BOTH
@pytest.mark.timeout(300)
def test_of_many_who_propose_at_once_one_does(patient_company: SessionFactory) -> None:
    with writing(patient_company) as session:
        ticket_id = complaint_ticket(session, INVESTIGATED).id
        ana_id = person(session, "Ana").id

    def want(_: int) -> bool:
        with writing(patient_company) as session:
            ticket = session.get_one(Ticket, ticket_id)
            ana = session.get_one(Staff, ana_id)
            try:
                propose(session, ticket, SORRY, staff=ana, limit=LIMIT, today=TODAY, now=NOW)
            except NotAllowed:
                return False
            return True

    assert sum(all_at_once(want, [0] * CROWD)) == 1
    with reading(patient_company) as session:
        counted = select(func.count()).select_from(ComplaintProposal)
        of_case = ComplaintProposal.case_id == ComplaintCase.id
        mine = counted.join(ComplaintCase, of_case).where(ComplaintCase.ticket_id == ticket_id)
        assert session.scalar(mine) == 1


@BOTH
@pytest.mark.timeout(300)
def test_of_accepting_contesting_and_taking_back_at_once_one_wins(
    patient_company: SessionFactory,
) -> None:
    with writing(patient_company) as session:
        ticket_id = complaint_ticket(session, PROPOSED).id

    def want(which: int) -> str | None:
        with writing(patient_company) as session:
            ticket = session.get_one(Ticket, ticket_id)
            try:
                if which == 0:
                    accept(session, ticket, 1, by=CUSTOMER, now=NOW)
                elif which == 1:
                    contest(session, ticket, 1, by=CUSTOMER, now=NOW)
                else:
                    take_back(session, ticket, 1, "A typo.", by=ANA, now=NOW)
            except StaleEdit:
                return None
            return (ProposalStatus.ACCEPTED, ProposalStatus.CONTESTED, ProposalStatus.TAKEN_BACK)[
                which
            ]

    (won,) = set(all_at_once(want, [0, 1, 2] * 10)) - {None}
    with writing(patient_company) as session:
        ticket = session.get_one(Ticket, ticket_id)
        assert [one.status for one in hold_case(session, ticket).proposals] == [won]
        kinds = [event.kind for event in ticket.events]
        assert len([one for one in kinds if one == f"complaint_{won}"]) == 1
