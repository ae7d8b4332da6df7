"""What staff do on a ticket's page: move it, give it to somebody, tick steps, fill in, note."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aftercare.announcements import Announcements
from aftercare.catalogue.snapshot import CatalogueReader
from aftercare.clocks.keeping import change_region
from aftercare.errors import NotAllowed, NotFound, StaleEdit
from aftercare.privacy.masking import mask_for_storing
from aftercare.solved import announce_outcome
from aftercare.tables.staff import Staff
from aftercare.tables.teams import Team
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketStatus
from aftercare.tickets.assignment import assign, give_to_team
from aftercare.tickets.checklist import tick, untick
from aftercare.tickets.customer_acts import tell_customer
from aftercare.tickets.history import Actor, EventKind
from aftercare.tickets.life import change_status, check_seen, record, withdraw
from aftercare.tickets.plan import fields_of
from aftercare.tickets.records import FREE_TEXT, Entry, fill_in
from console.access import Visit
from console.desk import desk_of
from console.forms import Form
from console.ticket_page import Draft, carry_out, read_note
from console.ticket_records import may_see

router = APIRouter()

#: The value of a picker that stands for nobody, or for no team.
NOBODY = "nobody"


@router.post("/tickets/{number}/status", name="change_ticket_status")
def change_ticket_status(request: Request, number: str, form: Form) -> Response:
    """Move the ticket to another status of its service."""
    note, told = read_note(request, form), read_note(request, form, "told")
    announcements = Announcements(desk_of(request).engine)

    def deed(visit: Visit, ticket: Ticket) -> None:
        by = Actor.of(visit.staff)
        if told and _read_status(form, "to") in DONE_STATUSES:
            tell_customer(visit.session, ticket, told, by=by, now=visit.now)
        change_status(
            visit.session,
            ticket,
            _read_status(form, "to"),
            staff=visit.staff,
            note=note,
            seen=_read_status(form, "seen"),
            now=visit.now,
            reopen_days=visit.desk.settings.reopen_days,
        )
        announce_outcome(visit.session, announcements, ticket, visit.now)

    draft = Draft(note=note, told=told)
    answer = carry_out(request, number, form, deed, saved="status", draft=draft)
    announcements.send()
    return answer


@router.post("/tickets/{number}/withdraw", name="withdraw_ticket")
def withdraw_ticket(request: Request, number: str, form: Form) -> Response:
    """Close the ticket without a solution."""
    note = read_note(request, form, "reason")

    def deed(visit: Visit, ticket: Ticket) -> None:
        check_seen(ticket, _read_status(form, "seen"))
        withdraw(visit.session, ticket, by=Actor.of(visit.staff), note=note, now=visit.now)

    return carry_out(request, number, form, deed, saved="status", draft=Draft(note=note))


@router.post("/tickets/{number}/people", name="assign_ticket")
def assign_ticket(request: Request, number: str, form: Form) -> Response:
    """Give the ticket to a person and a team; pressed on "me", to oneself and the same team."""

    def deed(visit: Visit, ticket: Ticket) -> None:
        seen = (_read_id(form, "seen_person"), _read_id(form, "seen_team"))
        if seen != (ticket.assignee_id, ticket.team_id):
            raise StaleEdit(f"ticket {ticket.number} was given to somebody else")
        by = Actor.of(visit.staff)
        if form.get("me"):
            assign(visit.session, ticket, visit.staff, by=by, now=visit.now)
            return
        person, team = _read_id(form, "person"), _read_id(form, "team")
        # What stays as it is may have left or been retired since.
        if team != ticket.team_id:
            given = _found(visit, Team, team)
            give_to_team(visit.session, ticket, given, by=by, now=visit.now)
        if person != ticket.assignee_id:
            assign(visit.session, ticket, _found(visit, Staff, person), by=by, now=visit.now)

    return carry_out(request, number, form, deed, saved="people")


@router.post("/tickets/{number}/region", name="change_ticket_region")
def change_ticket_region(request: Request, number: str, form: Form) -> Response:
    """Let the business hours of another region count for the ticket, or the company's own."""

    def deed(visit: Visit, ticket: Ticket) -> None:
        if form.get("seen", "") != (ticket.region or ""):
            raise StaleEdit(f"the region of ticket {ticket.number} was changed")
        region = form.get("region") or None
        change_region(visit.session, ticket, region, by=Actor.of(visit.staff), now=visit.now)

    return carry_out(request, number, form, deed, saved="region", place="clocks-title")


@router.post("/tickets/{number}/steps", name="tick_step")
def tick_step(request: Request, number: str, form: Form) -> Response:
    """Tick off a step of the checklist, or open it again."""

    def deed(visit: Visit, ticket: Ticket) -> None:
        do = tick if form.get("done") == "yes" else untick
        do(visit.session, ticket, form.get("step", ""), by=Actor.of(visit.staff), now=visit.now)

    return carry_out(request, number, form, deed, saved="step", place="steps-title")


@router.post("/tickets/{number}/records", name="fill_in_record")
def fill_in_record(request: Request, number: str, form: Form) -> Response:
    """Fill in, correct or take off one record."""
    desk = desk_of(request)
    name, words = form.get("field", ""), form.get("value", "")
    catalogue = CatalogueReader(desk.sessions).newest()
    masked = mask_for_storing(desk.sessions, words) if desk.settings.mask_numbers else words

    def deed(visit: Visit, ticket: Ticket) -> None:
        field = next((one for one in fields_of(ticket) if one.field == name), None)
        if field is None or not may_see(field, visit.staff):
            raise NotFound("no such record")
        written = masked if field.kind in FREE_TEXT else words
        fill_in(
            visit.session,
            ticket,
            Entry(name, written, form.get("seen", "")),
            catalogue,
            today=visit.desk.today().date(),
            by=Actor.of(visit.staff),
            now=visit.now,
        )

    draft = Draft(field=name, value=words)
    return carry_out(
        request, number, form, deed, saved="record", draft=draft, place="records-title"
    )


@router.post("/tickets/{number}/notes", name="add_note")
def add_note(request: Request, number: str, form: Form) -> Response:
    """Keep a note for colleagues."""
    note = read_note(request, form)

    def deed(visit: Visit, ticket: Ticket) -> None:
        if not note:
            raise NotAllowed("the note is empty")
        by = Actor.of(visit.staff)
        record(visit.session, ticket, EventKind.NOTE, by=by, now=visit.now, note=note)

    return carry_out(request, number, form, deed, saved="note", place="notes-title")


def _read_status(form: Form, name: str) -> TicketStatus:
    try:
        return TicketStatus(form.get(name, ""))
    except ValueError as error:
        raise NotAllowed(f"the form names no status in {name}") from error


def _read_id(form: Form, name: str) -> int | None:
    """The id that was chosen; None for nobody. Raises NotAllowed for anything else."""
    chosen = form.get(name, "")
    if chosen == NOBODY:
        return None
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 10):
        raise NotAllowed(f"the form names nobody in {name}")
    return int(chosen)


def _found[Row: (Staff, Team)](visit: Visit, table: type[Row], key: int | None) -> Row | None:
    if key is None:
        return None
    found = visit.session.get(table, key)
    if found is None:
        raise NotAllowed("there is no such person or team")
    return found
