"""A ticket as staff read it: names instead of ids, what is to be done, and where it may go next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from aftercare.attachments.on_tickets import may_take_off, put_by_staff
from aftercare.attachments.tying import of_ticket
from aftercare.evaluation.facts import PART, facts_of, field_of_kind
from aftercare.evaluation.versions import rule_of_version
from aftercare.tables.attachments import Attachment
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.completeness import lacking
from aftercare.tickets.doubles import doubles_of, merged_into
from aftercare.tickets.following import open_follower
from aftercare.tickets.history import EventKind
from aftercare.tickets.life import next_moves, reopened_until
from console.access import Visit
from console.clocks import ClockView, read_clock_view
from console.complaints_words import NEEDS
from console.evaluation_words import EvaluationLines, explain
from console.formats import english
from console.ticket_history import HistoryLine, Words, history_of
from console.ticket_records import RecordLine, label_of, read_records, shown_value
from console.transcript import FileLine, Person, file_line


@dataclass(frozen=True)
class StepLine:
    """A step of the checklist; `done_by` is None while it is open."""

    key: str
    text: str
    role: str
    required: bool
    done_at: datetime | None
    done_by: str | None


@dataclass(frozen=True)
class StaffFile:
    """A file that a colleague put on the ticket, or sent to the customer."""

    file: FileLine
    by: str
    at: datetime
    use: str
    """note, inspection or sent."""
    removable: bool


@dataclass(frozen=True)
class OtherTicket:
    """Another ticket that has to do with this one."""

    number: str
    status: str
    language: str
    description: str
    created_at: datetime


@dataclass(frozen=True)
class TicketView:
    number: str
    status: TicketStatus
    service: Mapping[str, str]
    product: Mapping[str, str] | None
    model: str | None
    customer: Person | None
    channel: str
    language: str
    description: str
    created_at: datetime
    updated_at: datetime
    conversation_id: str | None
    records: tuple[RecordLine, ...]
    steps: tuple[StepLine, ...]
    lacking: tuple[str, ...]
    """What must be there before the ticket is resolved, by name."""
    files: tuple[FileLine, ...]
    """Those of the customer."""
    staff_files: tuple[StaffFile, ...]
    notes: tuple[HistoryLine, ...]
    history: tuple[HistoryLine, ...]
    moves: tuple[TicketStatus, ...]
    is_open: bool
    reopened_until: datetime | None
    assignee: tuple[int, str] | None
    team: tuple[int, str] | None
    people: tuple[tuple[int, str], ...]
    """Who may be given tickets: id and name."""
    teams: tuple[tuple[int, str], ...]
    doubles: tuple[OtherTicket, ...]
    merged: tuple[OtherTicket, ...]
    """The doubles that were merged into this one."""
    survivor: OtherTicket | None
    """The ticket that this one was merged into."""
    follows: OtherTicket | None
    follower: OtherTicket | None
    """The open ticket that follows this closed one."""
    clocks: ClockView
    evaluation: EvaluationLines | None
    """None: not weighed yet."""
    features: tuple[tuple[str, str], ...]
    """Key and name of what the product does."""


def read_ticket(visit: Visit, ticket: Ticket) -> TicketView:
    """The ticket with what belongs to it."""
    session, customer, product = visit.session, ticket.customer, ticket.product
    status = TicketStatus(ticket.status)
    reopen_days = visit.desk.settings.reopen_days
    doubles = merged_into(session, ticket)
    what = lacking(ticket)
    history = history_of(ticket, doubles, _words(visit, ticket))
    sent = [file for one in (ticket, *doubles) for file in of_ticket(session, one)]
    return TicketView(
        number=ticket.number,
        status=status,
        service=ticket.service.name,
        product=product.name if product else None,
        model=product.model if product else None,
        customer=Person(customer.name, customer.email, customer.phone) if customer else None,
        channel=ticket.channel,
        language=ticket.language,
        description=ticket.description,
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        conversation_id=ticket.conversation_id,
        records=read_records(session, ticket, visit.staff),
        steps=tuple(
            StepLine(
                step.key, english(step.text), step.role, step.required, step.done_at, step.done_by
            )
            for step in ticket.steps
        ),
        lacking=tuple(english(one.label) for one in what.records)
        + tuple(english(step.text) for step in what.steps)
        + tuple(NEEDS[need] for need in what.complaint),
        files=tuple(file_line(file) for file in sent if file.staff_id is None),
        staff_files=_staff_files(visit, ticket, doubles, sent),
        notes=tuple(line for line in history if line.kind == EventKind.NOTE),
        history=history,
        moves=next_moves(ticket, visit.now, reopen_days),
        is_open=status not in (TicketStatus.RESOLVED, TicketStatus.CLOSED),
        reopened_until=reopened_until(ticket, reopen_days),
        assignee=(ticket.assignee.id, ticket.assignee.name) if ticket.assignee else None,
        team=(ticket.team.id, ticket.team.name) if ticket.team else None,
        people=_people(visit),
        teams=_teams(visit),
        doubles=tuple(map(_other, doubles_of(session, ticket))),
        merged=tuple(map(_other, doubles)),
        survivor=_other_of(visit, ticket.merged_into_id),
        follows=_other_of(visit, ticket.follows_id),
        follower=_other(follower) if (follower := open_follower(session, ticket)) else None,
        clocks=read_clock_view(visit, ticket),
        evaluation=_evaluation(visit, ticket),
        features=tuple(
            (feature.key, english(feature.name))
            for feature in (product.features if product else ())
        ),
    )


def _words(visit: Visit, ticket: Ticket) -> Words:
    """How this person may read the values in the history."""
    return Words(
        label=lambda field: label_of(ticket, field),
        value=lambda field, value: shown_value(visit.session, ticket, field, value, visit.staff),
    )


def _staff_files(
    visit: Visit, ticket: Ticket, doubles: Sequence[Ticket], sent: Sequence[Attachment]
) -> tuple[StaffFile, ...]:
    """What staff put on the ticket and on its doubles, and sent, in the order of time."""
    found = [
        StaffFile(
            file_line(file),
            file.staff.name,
            file.created_at,
            file.used_for,
            one is ticket and may_take_off(visit.session, ticket, file),
        )
        for one in (ticket, *doubles)
        for file in put_by_staff(visit.session, one)
    ]
    for file in sent:
        if file.staff_id is not None:
            by = visit.session.get_one(Staff, file.staff_id).name
            found.append(StaffFile(file_line(file), by, file.created_at, "sent", removable=False))
    return tuple(sorted(found, key=lambda one: one.at))


def _people(visit: Visit) -> tuple[tuple[int, str], ...]:
    found = visit.session.execute(
        select(Staff.id, Staff.name).where(Staff.active).order_by(Staff.name, Staff.id)
    )
    return tuple((id_, name) for id_, name in found)


def _teams(visit: Visit) -> tuple[tuple[int, str], ...]:
    found = visit.session.execute(select(Team.id, Team.name).where(Team.active).order_by(Team.name))
    return tuple((id_, name) for id_, name in found)


def _other(ticket: Ticket) -> OtherTicket:
    return OtherTicket(
        ticket.number, ticket.status, ticket.language, ticket.description, ticket.created_at
    )


def _other_of(visit: Visit, ticket_id: int | None) -> OtherTicket | None:
    return _other(visit.session.get_one(Ticket, ticket_id)) if ticket_id is not None else None


def _evaluation(visit: Visit, ticket: Ticket) -> EvaluationLines | None:
    if ticket.rule_version is None:
        return None
    by = rule_of_version(visit.session, ticket.rule_version)
    values = {record.field: record.value for record in ticket.records}
    part = values.get(field_of_kind(ticket, "part", PART), "")
    return explain(ticket, facts_of(ticket), by.rule, by.version, part)
