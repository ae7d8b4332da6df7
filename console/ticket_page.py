"""The page of one ticket, and how whatever is pressed on it is carried out or refused in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from aftercare.attachments.on_tickets import LONGEST_DESCRIPTION
from aftercare.errors import NotAllowed, StaleEdit
from aftercare.privacy.masking import mask_for_storing
from aftercare.tables.tickets import Ticket
from aftercare.ticket_numbers import read_number
from aftercare.tickets.doubles import ProposalOpen
from aftercare.tickets.life import Incomplete, TooLate
from aftercare.tickets.records import WrongValue
from console.access import Visit, find_ticket, open_change, open_visit
from console.complaints_view import read_complaint_card
from console.desk import desk_of
from console.forms import Form
from console.owned_view import read_warranty_card
from console.pages import link, show
from console.returns_view import read_return_card
from console.sent_files import TAKEN, accepted
from console.ticket_records import OTHERWISE_WRONG, WRONG_VALUES
from console.ticket_view import read_ticket
from console.visit_card import read_visit_card

LONGEST_NOTE = 4000

#: What is done to a ticket that is held against others.
Deed = Callable[[Visit, Ticket], None]


@dataclass(frozen=True)
class Draft:
    """What was typed and could not be saved, and why; `field` names the record it is about."""

    note: str = ""
    problem: str = ""
    field: str = ""
    value: str = ""
    why: str = ""
    told: str = ""
    """To the customer, of the solution."""
    message: str = ""
    """What was to go with files, and whether to the customer."""
    for_customer: bool = False
    shows: str = ""
    """What pictures show."""


def ticket_page(
    request: Request, number: str, draft: Draft = Draft(), *, saved: str = "", status: int = 200
) -> Response:
    """The ticket; `saved` says what was done before. Raises NotFound."""
    with open_visit(request) as visit:
        found = find_ticket(visit, number)
        ticket, visit_card = read_ticket(visit, found), read_visit_card(visit, found)
        warranty_card = read_warranty_card(visit, found)
        return_card = read_return_card(visit, found)
        complaint_card = read_complaint_card(visit, found)
        own_id = visit.staff.id
    return show(
        request,
        "ticket.html",
        status=status,
        area="tickets",
        ticket=ticket,
        saved=saved,
        draft=draft,
        own_id=own_id,
        visit_card=visit_card,
        return_card=return_card,
        complaint_card=complaint_card,
        warranty_card=warranty_card,
        longest_note=LONGEST_NOTE,
        longest_description=LONGEST_DESCRIPTION,
        takes_files=accepted(desk_of(request)),
        taken=TAKEN,
        longest_message=desk_of(request).settings.max_message_characters,
        form_id=str(uuid4()),
    )


def carry_out(
    request: Request,
    number: str,
    form: Form,
    deed: Deed,
    *,
    saved: str,
    draft: Draft = Draft(),
    place: str = "",
    other: str = "",
) -> Response:
    """Do it in one transaction and show the ticket again, or say why it cannot be done.

    `place` is the part of the page to return to; `other` the number of another ticket that changes.
    """
    try:
        with open_change(request, form) as visit:
            if other:
                _hold_both(visit, number, other)
            deed(visit, find_ticket(visit, number, to_change=True))
    except StaleEdit:
        return _refused(request, number, draft, "stale")
    except WrongValue as error:
        why = WRONG_VALUES.get(error.response, OTHERWISE_WRONG)
        return _refused(request, number, draft, "value", why=why, status=422)
    except Incomplete:
        return _refused(request, number, draft, "incomplete")
    except TooLate:
        return _refused(request, number, draft, "too_late")
    except ProposalOpen:
        return _refused(request, number, draft, "proposal_open")
    except NotAllowed:
        return _refused(request, number, draft, "not_allowed")
    path = link(request, "ticket", {"saved": saved}, number=number)
    return RedirectResponse(f"{path}#{place}" if place else path, status_code=303)


def read_note(request: Request, form: Form, name: str = "note") -> str:
    """What staff wrote, without the numbers that must not be stored."""
    note = form.get(name, "").strip()[:LONGEST_NOTE]
    desk = desk_of(request)
    return mask_for_storing(desk.sessions, note) if desk.settings.mask_numbers else note


def _hold_both(visit: Visit, *numbers: str) -> None:
    """Hold tickets in one order, whoever names them in which, so that nobody waits for ever."""
    wanted = [read_number(number) for number in numbers]
    visit.session.execute(
        select(Ticket.id).where(Ticket.number.in_(wanted)).order_by(Ticket.id).with_for_update()
    )


def _refused(
    request: Request, number: str, draft: Draft, problem: str, *, why: str = "", status: int = 409
) -> Response:
    shown = replace(draft, problem=problem, why=why)
    return ticket_page(request, number, shown, status=status)
