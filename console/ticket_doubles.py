"""Merges the doubles of a ticket, and opens the ticket that takes up a closed one again."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aftercare.errors import NotAllowed
from aftercare.tables.tickets import Ticket
from aftercare.tickets.doubles import merge
from aftercare.tickets.following import open_following
from aftercare.tickets.history import Actor
from console.access import Visit, find_ticket, open_change
from console.forms import Form
from console.pages import go
from console.ticket_page import Draft, carry_out, read_note, ticket_page

router = APIRouter()


@router.post("/tickets/{number}/merge", name="merge_ticket")
def merge_ticket(request: Request, number: str, form: Form) -> Response:
    """Merge the double that the form names into this ticket."""

    named = form.get("double", "")

    def deed(visit: Visit, ticket: Ticket) -> None:
        double = find_ticket(visit, named, to_change=True)
        merge(visit.session, double, ticket, by=Actor.of(visit.staff), now=visit.now)

    return carry_out(request, number, form, deed, saved="merged", other=named)


@router.post("/tickets/{number}/follow", name="follow_ticket")
def follow_ticket(request: Request, number: str, form: Form) -> Response:
    """Open a new ticket that follows this closed one, and go there."""
    words = read_note(request, form)
    try:
        with open_change(request, form) as visit:
            if not words:
                raise NotAllowed("nothing says what is to be done")
            ticket = find_ticket(visit, number, to_change=True)
            by = Actor.of(visit.staff)
            following = open_following(
                visit.session, ticket, description=words, by=by, now=visit.now
            )
            opened = following.number
    except NotAllowed:
        draft = Draft(note=words, problem="not_allowed")
        return ticket_page(request, number, draft, status=409)
    return go(request, "ticket", {"saved": "opened"}, number=opened)
