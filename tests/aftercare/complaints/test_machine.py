"""Whatever is called in whatever order, complaints stay within the rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.complaints.answering import accept, contest, escalate, expire, give_reason
from aftercare.complaints.cases import LAST_LEVEL, acknowledge, hold_case
from aftercare.complaints.closing import close, end_with_ticket, reopen
from aftercare.complaints.investigating import Findings, assess, investigate
from aftercare.complaints.proposing import Draft, note_told, propose, take_back
from aftercare.database import SessionFactory
from aftercare.errors import NotAllowed, NotFound, StaleEdit
from aftercare.tables.complaints import (
    ComplaintCase,
    ComplaintOutcome,
    ComplaintStatus,
    Offer,
    ProposalStatus,
    Severity,
)
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketEvent, TicketStatus
from aftercare.tickets.history import DESK, Actor, EventKind
from aftercare.tickets.life import move, withdraw
from tests.aftercare.complaints.conftest import CUSTOMER, LIMIT, complaint_ticket
from tests.conftest import NOW
from tests.factories import make_staff

_REFUSED = (NotAllowed, NotFound, StaleEdit)
_ANSWERED = (ProposalStatus.ACCEPTED, ProposalStatus.CONTESTED)
PEOPLE = st.integers(0, 2)
NUMBERS = st.integers(1, 4)


class Life(RuleBasedStateMachine):
    """Two agents, a manager and a customer who try everything on one complaint."""

    company: SessionFactory

    @initialize(staff=st.integers(1, 3))
    def begin(self, staff: int) -> None:
        self.session: Session = self.company()
        self.now = NOW
        # Whoever else works here would be "another person" who could propose.
        for one in self.session.scalars(select(Staff)):
            one.active = False
        self.ticket = complaint_ticket(self.session)
        for one in self.session.scalars(select(Staff)):
            one.active = False
        roles = ("agent", "manager", "agent")[:staff]
        self.people = [
            make_staff(self.session, name=f"P{n}", email=f"p{n}@machine.example", role=role)
            for n, role in enumerate(roles)
        ]

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.rollback()
            self.session.close()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """As a page would: what is refused leaves no trace."""
        before = self.traces()
        try:
            with self.session.begin_nested():
                yield
        except _REFUSED:
            self.session.expire_all()
            assert self.traces() == before

    def traces(self) -> list[tuple[int, str]]:
        self.session.flush()
        rows = self.session.execute(select(TicketEvent.id, TicketEvent.kind))
        return [(id_, kind) for id_, kind in rows]

    def by(self, who: int) -> Actor:
        return Actor.of(self.person(who))

    def person(self, who: int) -> Staff:
        return self.people[who % len(self.people)]

    @property
    def case(self) -> ComplaintCase:
        return hold_case(self.session, self.ticket)

    @rule(who=PEOPLE)
    def acknowledge_it(self, who: int) -> None:
        with self.attempt():
            acknowledge(self.session, self.ticket, by=self.by(who), now=self.now)

    @rule(who=PEOPLE, severity=st.sampled_from(list(Severity)), why=st.sampled_from(["", "So."]))
    def assess_it(self, who: int, severity: Severity, why: str) -> None:
        with self.attempt():
            by = self.by(who)
            case = assess(self.session, self.ticket, severity, why, by=by, now=self.now)
            assert why or case.severity == case.severity_proposed

    @rule(
        who=PEOPLE,
        words=st.sampled_from(["", "Late."]),
        cause=st.sampled_from([None, "delay", "unknown"]),
    )
    def investigate_it(self, who: int, words: str, cause: str | None) -> None:
        with self.attempt():
            found = Findings(words, cause, self.person(who).id)
            investigate(self.session, self.ticket, found, by=self.by(who), now=self.now)

    @rule(who=PEOPLE, offer=st.sampled_from([Offer.APOLOGY, Offer.REFUND]), cost=st.just(5_000))
    def propose_it(self, who: int, offer: Offer, cost: int) -> None:
        staff = self.person(who)
        before = [(one.staff_id, one.status) for one in self.case.proposals]
        with self.attempt():
            propose(
                self.session,
                self.ticket,
                Draft(offer, "Here.", self.now.date() + timedelta(days=14), cost),
                staff=staff,
                limit=LIMIT,
                today=self.now.date(),
                now=self.now,
            )
            contested = {who for who, status in before if status == ProposalStatus.CONTESTED}
            assert (
                staff.id not in contested
                or len(self.people) == 1
                or not ({one.id for one in self.people} - contested)
            )

    @rule()
    def tell_it(self) -> None:
        with self.attempt():
            note_told(self.session, self.ticket, by=DESK, now=self.now)

    @rule(number=NUMBERS)
    def accept_it(self, number: int) -> None:
        with self.attempt():
            accept(self.session, self.ticket, number, by=CUSTOMER, now=self.now)

    @rule(number=NUMBERS)
    def contest_it(self, number: int) -> None:
        with self.attempt():
            contest(self.session, self.ticket, number, by=CUSTOMER, now=self.now)

    @rule(number=NUMBERS)
    def explain(self, number: int) -> None:
        with self.attempt():
            give_reason(self.session, self.ticket, number, "No.", by=CUSTOMER, now=self.now)

    @rule(number=NUMBERS, who=PEOPLE)
    def take_it_back(self, number: int, who: int) -> None:
        with self.attempt():
            by = self.by(who)
            take_back(self.session, self.ticket, number, "A typo.", by=by, now=self.now)

    @rule(days=st.sampled_from([1, 20]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        with self.attempt():
            expire(self.session, self.ticket, today=self.now.date(), now=self.now)

    @rule()
    def be_late(self) -> None:
        with self.attempt():
            if self.case.due_at is not None:
                escalate(self.session, self.ticket, self.case, self.now)

    @rule(
        who=PEOPLE,
        outcome=st.sampled_from(list(ComplaintOutcome)),
        words=st.sampled_from(["", "So."]),
    )
    def close_it(self, who: int, outcome: ComplaintOutcome, words: str) -> None:
        with self.attempt():
            staff = self.person(who)
            close(self.session, self.ticket, outcome, words=words, staff=staff, now=self.now)

    @rule(who=PEOPLE)
    def reopen_it(self, who: int) -> None:
        with self.attempt():
            reopen(self.session, self.ticket, "Again.", by=self.by(who), now=self.now)

    @rule(who=PEOPLE, to=st.sampled_from(list(TicketStatus)))
    def move_ticket(self, who: int, to: TicketStatus) -> None:
        with self.attempt():
            move(self.session, self.ticket, to, by=self.by(who), now=self.now)

    @rule(who=PEOPLE)
    def withdraw_ticket(self, who: int) -> None:
        with self.attempt():
            withdraw(self.session, self.ticket, by=self.by(who), note="Gone.", now=self.now)
            end_with_ticket(self.session, self.ticket, now=self.now)

    @invariant()
    def rules_hold(self) -> None:
        if not hasattr(self, "session"):
            return
        self.session.flush()
        self.session.expire_all()
        case, ticket = self.case, self.session.get_one(Ticket, self.ticket.id)
        self.check_end(case)
        self.check_proposals(case)
        withdrawn = any(one.kind == EventKind.WITHDRAWN for one in ticket.events)
        if ticket.status in DONE_STATUSES and not withdrawn:
            assert case.status == ComplaintStatus.CLOSED

    def check_end(self, case: ComplaintCase) -> None:
        """Nothing is closed without an outcome, nor with one that its story does not tell."""
        closed = case.status == ComplaintStatus.CLOSED
        assert closed == (case.outcome is not None) == (case.closed_at is not None)
        if not closed:
            return
        assert case.due_at is None
        last = case.proposals[-1].status if case.proposals else None
        if case.outcome != ComplaintOutcome.WITHDRAWN:
            assert case.cause_id is not None
        if case.outcome == ComplaintOutcome.ACCEPTED:
            assert last == ProposalStatus.ACCEPTED
        elif case.outcome == ComplaintOutcome.CONTESTED_FINAL:
            assert last == ProposalStatus.CONTESTED and case.proposals[-1].level == LAST_LEVEL
        elif case.outcome == ComplaintOutcome.NO_ANSWER:
            assert last == ProposalStatus.EXPIRED
        elif case.outcome == ComplaintOutcome.UNFOUNDED:
            assert case.told

    def check_proposals(self, case: ComplaintCase) -> None:
        """One is open at most, each is answered once, and levels never go down."""
        proposals = case.proposals
        still_open = [one for one in proposals if one.status == ProposalStatus.OPEN]
        assert bool(still_open) == (case.status == ComplaintStatus.PROPOSED)
        assert len(still_open) <= 1
        assert [one.number for one in proposals] == list(range(1, len(proposals) + 1))
        assert [one.level for one in proposals] == sorted(one.level for one in proposals)
        for one in proposals:
            assert (one.answered_at is not None) == (one.status in _ANSWERED)
            assert one.answered_at is None or one.told_at is not None
        answers = [event.kind for event in self.ticket.events]
        statuses = [one.status for one in proposals]
        for status in _ANSWERED:
            assert answers.count(f"complaint_{status}") == statuses.count(status)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_sequence_of_calls_leaves_the_rules(company: SessionFactory) -> None:
    machine = type("LifeOfCompany", (Life,), {"company": company})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
