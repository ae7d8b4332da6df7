"""The one gate to the records: nothing is fetched for anybody who is not signed in.

A page opens a visit (to look) or a change (to write) and fetches through the functions here, so a
future rule about who may see what has one place to stand.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from aftercare.clocks.figures import count_due
from aftercare.database import reading, writing
from aftercare.errors import AftercareError, NotFound, StorageUnavailable
from aftercare.evaluation.danger import count_untouched_danger
from aftercare.handover.presence import note_presence
from aftercare.handover.queue import count_waiting
from aftercare.staff.roles import (
    CONVERSATIONS,
    EVALUATION,
    INTEGRATIONS,
    MANUALS,
    PERSONAL_DATA,
    SATISFACTION,
    SERVICES,
    TEAMS,
)
from aftercare.staff.sessions import current_session
from aftercare.tables.clocks import DueState
from aftercare.tables.complaints import ComplaintCase
from aftercare.tables.conversations import Conversation, Customer
from aftercare.tables.guidance import ManualGap, QuotedAnswer
from aftercare.tables.maintenance import MaintenancePlan
from aftercare.tables.manuals import Manual
from aftercare.tables.privacy import PrivacyReceipt
from aftercare.tables.returns import ReturnCase
from aftercare.tables.satisfaction import Survey
from aftercare.tables.staff import Staff, StaffSession
from aftercare.tables.tickets import Ticket
from aftercare.tables.training import Training
from aftercare.ticket_numbers import read_number
from console.desk import Desk, desk_of
from console.security import FORM_FIELD, check_form, read_cookie

_log = logging.getLogger(__name__)

#: What a database keeps in an id.
LARGEST_ID = 2**31 - 1

#: The time of the last visit is written at most this often, so that looking rarely means writing.
_TOUCH_EVERY = timedelta(minutes=1)


class SignInNeeded(AftercareError):
    """Nobody is signed in in this browser, or not any more."""


class RoleNeeded(AftercareError):
    """The person is signed in, and the page is not for their role."""


@dataclass(frozen=True)
class Shell:
    """What the frame around a page shows of the person who is signed in."""

    name: str
    form_token: str
    personal_data: bool
    """Whether the area about personal data is for this person."""
    manuals: bool
    """Whether the area with the manuals is."""
    conversations: bool
    """Whether this person may take conversations over."""
    available: bool
    """Whether they said that they are there to do so."""
    waiting: int
    """How many customers wait for a person."""
    evaluation: bool
    """Whether this person may change the rule that weighs tickets."""
    integrations: bool
    """Whether this person lets other systems in."""
    satisfaction: bool
    """Whether this person may read what customers say of services and people."""
    teams: bool
    """Whether this person may make teams."""
    services: bool
    """Whether this person may change the plans of services."""
    danger: int
    """How many tickets tell of danger and nobody has begun them."""
    due_soon: int
    """How many tickets will be late before long, up to one more than are counted."""
    late: int
    """How many tickets are late, likewise."""


@dataclass(frozen=True)
class Visit:
    """A signed-in staff member at work, with the session that records are fetched with."""

    session: Session
    staff: Staff
    now: datetime
    desk: Desk


@contextmanager
def open_visit(
    request: Request, roles: Container[str] | None = None, *, by_itself: bool = False
) -> Iterator[Visit]:
    """Let a signed-in person look, with `roles` only those of one of them.

    What a page asks for `by_itself` is no sign that anybody looks at it, so an idle session ends.
    Raises SignInNeeded, RoleNeeded, StorageUnavailable.
    """
    desk, now = desk_of(request), desk_of(request).now()
    with reading(desk.sessions) as session:
        signed_in = _signed_in(request, session, now)
        _check_role(signed_in.staff, roles)
        last_seen = signed_in.last_seen_at
        yield Visit(session, signed_in.staff, now, desk)
    if not by_itself and last_seen <= now - _TOUCH_EVERY:
        _touch(request, now)


@contextmanager
def open_change(
    request: Request, form: Mapping[str, str], roles: Container[str] | None = None
) -> Iterator[Visit]:
    """Let a signed-in person write; committed at the end of the block.

    Raises SignInNeeded, RoleNeeded, WrongForm, StorageUnavailable.
    """
    desk, now = desk_of(request), desk_of(request).now()
    with writing(desk.sessions) as session:
        signed_in = _signed_in(request, session, now)
        check_form(form.get(FORM_FIELD, ""), signed_in.csrf_token)
        _check_role(signed_in.staff, roles)
        signed_in.last_seen_at = now
        yield Visit(session, signed_in.staff, now, desk)


@contextmanager
def open_form_visit(
    request: Request, form: Mapping[str, str], roles: Container[str] | None = None
) -> Iterator[Visit]:
    """Let a signed-in person send a form of which nothing is stored.

    Raises SignInNeeded, RoleNeeded, WrongForm, StorageUnavailable.
    """
    with open_visit(request, roles, by_itself=True) as visit:
        check_form(form.get(FORM_FIELD, ""), request.state.shell.form_token)
        yield visit


def is_signed_in(request: Request) -> bool:
    desk = desk_of(request)
    with reading(desk.sessions) as session:
        return _session_of(request, session, desk.now()) is not None


def seen_surveys(visit: Visit) -> Select[Survey]:
    """The answered surveys that this person may see; pages with all of them ask for the role."""
    return select(Survey).where(Survey.rating.is_not(None))


def seen_conversations(visit: Visit) -> Select[Conversation]:
    """The conversations that this person may see: for now all of them."""
    return select(Conversation)


def seen_tickets(visit: Visit) -> Select[Ticket]:
    """The tickets that this person may see: for now all of them."""
    return select(Ticket)


def seen_customers(visit: Visit) -> Select[Customer]:
    """The customers that this person may see: for now all of them."""
    return select(Customer)


def seen_returns(visit: Visit) -> Select[ReturnCase]:
    """The returns that this person may see, joined with their tickets: for now all of them."""
    return select(ReturnCase).join(ReturnCase.ticket)


def seen_plans(visit: Visit) -> Select[MaintenancePlan]:
    """The maintenance plans that this person may see, joined with their pieces: all of them."""
    return select(MaintenancePlan).join(MaintenancePlan.owned)


def seen_complaints(visit: Visit) -> Select[ComplaintCase]:
    """The complaints that this person may see, joined with their tickets: for now all of them."""
    return select(ComplaintCase).join(ComplaintCase.ticket)


def seen_trainings(visit: Visit) -> Select[Training]:
    """The trainings that this person may see: for now all of them."""
    return select(Training)


def seen_receipts(visit: Visit) -> Select[PrivacyReceipt]:
    """The receipts that this person may see; pages with them ask for the role first."""
    return select(PrivacyReceipt)


def seen_manuals(visit: Visit) -> Select[Manual]:
    """The manuals that this person may see; pages with them ask for the role first."""
    return select(Manual)


def seen_answers(visit: Visit) -> Select[QuotedAnswer]:
    """The quoted answers that this person may see: for now all of them."""
    return select(QuotedAnswer)


def seen_gaps(visit: Visit) -> Select[ManualGap]:
    """The gaps in the manuals that this person may see: for now all of them."""
    return select(ManualGap)


def find_conversation(visit: Visit, conversation_id: str) -> Conversation:
    """Raises NotFound."""
    found = None
    if conversation_id.isprintable():
        found = visit.session.scalar(
            seen_conversations(visit).where(Conversation.id == conversation_id)
        )
    if found is None:
        raise NotFound("no such conversation")
    return found


def find_customer(visit: Visit, customer_id: int) -> Customer:
    """Raises NotFound."""
    found = None
    if customer_id <= LARGEST_ID:
        found = visit.session.scalar(seen_customers(visit).where(Customer.id == customer_id))
    if found is None:
        raise NotFound("no such customer")
    return found


def find_ticket(visit: Visit, number: str, *, to_change: bool = False) -> Ticket:
    """The ticket of a number in any written form; held against others where it is to be changed.

    Raises NotFound.
    """
    statement = seen_tickets(visit).where(Ticket.number == read_number(number))
    if to_change:
        statement = statement.with_for_update(of=Ticket)
    found = visit.session.scalar(statement)
    if found is None:
        raise NotFound("no such ticket")
    return found


def _session_of(request: Request, session: Session, now: datetime) -> StaffSession | None:
    settings = desk_of(request).settings
    token = read_cookie(request, settings)
    return current_session(session, token, settings=settings, now=now) if token else None


def _signed_in(request: Request, session: Session, now: datetime) -> StaffSession:
    found = _session_of(request, session, now)
    if found is None:
        raise SignInNeeded("no living session")
    staff = found.staff
    request.state.shell = Shell(
        name=staff.name,
        form_token=found.csrf_token,
        personal_data=staff.role in PERSONAL_DATA,
        manuals=staff.role in MANUALS,
        conversations=staff.role in CONVERSATIONS,
        available=staff.available,
        waiting=count_waiting(session),
        evaluation=staff.role in EVALUATION,
        integrations=staff.role in INTEGRATIONS,
        satisfaction=staff.role in SATISFACTION,
        teams=staff.role in TEAMS,
        services=staff.role in SERVICES,
        danger=count_untouched_danger(session),
        due_soon=count_due(session, DueState.DUE_SOON),
        late=count_due(session, DueState.LATE),
    )
    return found


def _check_role(staff: Staff, roles: Container[str] | None) -> None:
    if roles is not None and staff.role not in roles:
        raise RoleNeeded(f"the role {staff.role} may not")


def _touch(request: Request, now: datetime) -> None:
    try:
        with writing(desk_of(request).sessions) as session:
            found = _session_of(request, session, now)
            if found:
                found.last_seen_at = now
                note_presence(found.staff, now)
    except StorageUnavailable:
        # The page could be read, and that is what was asked for; the next visit tries again.
        _log.warning("console.last_visit_not_written")
