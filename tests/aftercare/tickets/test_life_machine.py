"""Whatever is called in whatever order, tickets stay within the rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.snapshot import CatalogueReader
from aftercare.database import SessionFactory
from aftercare.errors import NotAllowed, NotFound, StaleEdit
from aftercare.staff.teams import make_team
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketEvent, TicketStatus
from aftercare.tickets.assignment import assign, give_to_team
from aftercare.tickets.checklist import tick, untick
from aftercare.tickets.completeness import lacking
from aftercare.tickets.doubles import merge
from aftercare.tickets.following import open_following
from aftercare.tickets.history import Actor, EventKind, record
from aftercare.tickets.life import change_status, move, withdraw
from aftercare.tickets.plan import moves_of
from aftercare.tickets.records import Entry, fill_in
from tests.conftest import NOW
from tests.factories import make_staff, make_ticket

CUSTOMERS = ("joana@mail.example", "pedro@mail.example", None)
#: What ends a ticket whatever the life of its service is.
_ENDS = {EventKind.MERGED, EventKind.WITHDRAWN}
_REFUSED = (NotAllowed, NotFound, StaleEdit)


class Life(RuleBasedStateMachine):
    """Staff who try everything on some tickets of two customers, with the clock moving on."""

    company: SessionFactory
    tickets = Bundle("tickets")

    @initialize()
    def begin(self) -> None:
        self.session: Session = self.company()
        self.now = NOW
        self.rita: Staff = make_staff(self.session)
        self.by = Actor.of(self.rita)
        self.team = make_team(self.session, "Workshop", "technician", NOW)
        self.catalogue = CatalogueReader(self.company).newest()

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

    @rule(
        target=tickets,
        email=st.sampled_from(CUSTOMERS),
        service=st.sampled_from(["repair", "feedback", "privacy"]),
        product=st.sampled_from(["mare-w900", None]),
        required=st.booleans(),
    )
    def open_one(self, email: str | None, service: str, product: str | None, required: bool) -> int:
        ticket = make_ticket(
            self.session, at=self.now, email=email, service_id=service, product_id=product
        )
        ticket.steps[0].required = required
        self.session.flush()
        return ticket.id

    @rule(days=st.sampled_from([1, 31]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(key=tickets, to=st.sampled_from(list(TicketStatus)))
    def move(self, key: int, to: TicketStatus) -> None:
        with self.attempt():
            move(self.session, self.get(key), to, by=self.by, now=self.now)

    @rule(
        key=tickets,
        to=st.sampled_from(list(TicketStatus)),
        seen=st.sampled_from(list(TicketStatus)),
    )
    def move_on_a_page(self, key: int, to: TicketStatus, seen: TicketStatus) -> None:
        ticket = self.get(key)
        before = ticket.status
        with self.attempt():
            change_status(
                self.session, ticket, to, staff=self.rita, note="", seen=seen, now=self.now
            )
            assert seen == before

    @rule(key=tickets, days=st.sampled_from([29, 31]))
    def close_and_reopen(self, key: int, days: int) -> None:
        ticket = self.get(key)
        for to, wait in ((TicketStatus.CLOSED, 0), (TicketStatus.IN_PROGRESS, days)):
            self.now += timedelta(days=wait)
            with self.attempt():
                move(self.session, ticket, to, by=self.by, now=self.now)

    @rule(key=tickets, note=st.sampled_from(["", "nobody wants it"]))
    def withdraw(self, key: int, note: str) -> None:
        with self.attempt():
            withdraw(self.session, self.get(key), by=self.by, note=note, now=self.now)

    @rule(key=tickets, somebody=st.booleans(), team=st.booleans())
    def give(self, key: int, somebody: bool, team: bool) -> None:
        ticket = self.get(key)
        with self.attempt():
            given = self.team if team else None
            give_to_team(self.session, ticket, given, by=self.by, now=self.now)
            person = self.rita if somebody else None
            assign(self.session, ticket, person, by=self.by, now=self.now)

    @rule(key=tickets, which=st.integers(0, 5), done=st.booleans())
    def tick(self, key: int, which: int, done: bool) -> None:
        ticket = self.get(key)
        step = ticket.steps[which % len(ticket.steps)].key
        with self.attempt():
            (tick if done else untick)(self.session, ticket, step, by=self.by, now=self.now)

    @rule(key=tickets, field=st.sampled_from(["product", "rating"]), value=st.sampled_from("5 x"))
    def fill_in(self, key: int, field: str, value: str) -> None:
        ticket = self.get(key)
        seen = next((one.value for one in ticket.records if one.field == field), "")
        words = "mare-w900" if field == "product" and value == "5" else value.strip()
        with self.attempt():
            fill_in(
                self.session,
                ticket,
                Entry(field, words, seen),
                self.catalogue,
                today=self.now.date(),
                by=self.by,
                now=self.now,
            )

    @rule(key=tickets)
    def note(self, key: int) -> None:
        record(self.session, self.get(key), EventKind.NOTE, by=self.by, now=self.now, note="Called")

    @rule(key=tickets, other=tickets)
    def merge(self, key: int, other: int) -> None:
        with self.attempt():
            merge(self.session, self.get(key), self.get(other), by=self.by, now=self.now)

    @rule(target=tickets, key=tickets)
    def follow(self, key: int) -> int:
        ticket = self.get(key)
        with suppress(NotAllowed), self.session.begin_nested():
            following = open_following(
                self.session, ticket, description="Again", by=self.by, now=self.now
            )
            assert ticket.status == TicketStatus.CLOSED
            return following.id
        return key

    @invariant()
    def rules_hold(self) -> None:
        if not hasattr(self, "session"):
            return
        self.session.flush()
        self.session.expire_all()
        for ticket in self.session.scalars(select(Ticket)):
            self.check_path(ticket)
            self.check_links(ticket)
            assert (ticket.closed_at is not None) == (ticket.status == TicketStatus.CLOSED)
            assert ticket.updated_at == ticket.events[-1].at
            for step in ticket.steps:
                assert (step.done_at is None) == (step.done_by is None)

    def check_path(self, ticket: Ticket) -> None:
        """The history alone tells the status, by moves that the service allows."""
        status, closed_at = TicketStatus.NEW, None
        moves = moves_of(ticket)
        for event in ticket.events[1:]:
            if event.to_status is None:
                continue
            assert event.from_status == status
            to = TicketStatus(event.to_status)
            if event.kind in _ENDS:
                assert status not in DONE_STATUSES and to is TicketStatus.CLOSED
            else:
                assert to in moves[status]
            if status is TicketStatus.CLOSED:
                assert closed_at is not None and event.at <= closed_at + timedelta(days=30)
            status, closed_at = to, event.at
        assert ticket.status == status
        solved = status in DONE_STATUSES and not _ENDS & {event.kind for event in ticket.events}
        assert not (solved and lacking(ticket))

    def check_links(self, ticket: Ticket) -> None:
        if ticket.merged_into_id is not None:
            survivor = self.get(ticket.merged_into_id)
            assert ticket.status == TicketStatus.CLOSED
            assert survivor.merged_into_id is None
            assert survivor.customer_id == ticket.customer_id is not None
        if ticket.follows_id is not None:
            assert self.get(ticket.follows_id).customer_id == ticket.customer_id

    def get(self, key: int) -> Ticket:
        return self.session.get_one(Ticket, key)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_sequence_of_calls_leaves_the_rules(company: SessionFactory) -> None:
    machine = type("LifeOfCompany", (Life,), {"company": company})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
