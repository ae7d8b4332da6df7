"""The queue of customers who wait for a person, and the switch of staff who are there for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from aftercare.database import writing
from aftercare.handover.presence import count_available, note_presence, set_available
from aftercare.handover.queue import count_waiting, minutes_of
from aftercare.staff.roles import CONVERSATIONS
from aftercare.tables.conversations import Conversation
from aftercare.tables.handover import Handover, HandoverState
from aftercare.tables.staff import Staff
from console.access import Visit, open_change, open_visit
from console.conversation_list import last_words
from console.forms import Form
from console.pages import is_own_path, link, show

router = APIRouter()

#: A page tells that it is open twice a minute; written not much more often than that.
_NOTE_EVERY = timedelta(seconds=20)


@dataclass(frozen=True)
class Row:
    conversation_id: str
    since: datetime
    minutes: int
    customer: str | None
    language: str
    last_words: str
    staff: str | None
    """Who has it; nobody while it waits."""


@router.get("/queue", name="queue")
def show_queue(request: Request) -> Response:
    with open_visit(request) as visit:
        waiting = _rows(visit, HandoverState.WAITING)
        talking = _rows(visit, HandoverState.WITH_PERSON)
        available = count_available(visit.session, visit.now)
    return show(
        request,
        "queue.html",
        area="queue",
        waiting=waiting,
        talking=talking,
        available=available,
    )


@router.get("/queue/pulse", name="queue_pulse")
def pulse(request: Request) -> Response:
    """How many wait; asking for it tells that a page of the console is open."""
    with open_visit(request, by_itself=True) as visit:
        staff, waiting = visit.staff, count_waiting(visit.session)
    seen = staff.present_at
    if staff.available and (seen is None or seen <= visit.now - _NOTE_EVERY):
        with writing(visit.desk.sessions) as session:
            note_presence(session.get_one(Staff, staff.id), visit.now)
    return JSONResponse({"waiting": waiting})


@router.post("/queue/availability", name="change_availability")
def change_availability(request: Request, form: Form) -> Response:
    with open_change(request, form, CONVERSATIONS) as visit:
        set_available(visit.staff, form.get("available") == "yes", visit.now)
    back = form.get("back", "")
    address = back if is_own_path(request, back) else link(request, "queue")
    return RedirectResponse(address, status_code=303)


def _rows(visit: Visit, state: HandoverState) -> list[Row]:
    """The conversations of a state, those first that are in it longest."""
    found = visit.session.execute(
        select(Handover, Conversation)
        .join(Conversation, Conversation.id == Handover.conversation_id)
        .where(Handover.state == state)
        .order_by(Handover.since, Handover.id)
        .options(joinedload(Handover.staff), joinedload(Conversation.customer))
    ).all()
    words = last_words(visit.session, [conversation.id for _, conversation in found])
    return [
        Row(
            conversation_id=conversation.id,
            since=handover.since,
            minutes=minutes_of(visit.now - handover.since),
            customer=conversation.customer.name if conversation.customer else None,
            language=conversation.language,
            last_words=words.get(conversation.id, ""),
            staff=handover.staff.name if handover.staff else None,
        )
        for handover, conversation in found
    ]
