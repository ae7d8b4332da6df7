"""The start page: what needs somebody now, in a few numbers that lead to their lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select

from aftercare.catalogue.completeness import count_services_with_gaps
from aftercare.staff.roles import SERVICES
from aftercare.tables.conversations import Conversation, Message
from aftercare.tables.tickets import Ticket, TicketStatus
from console.access import Visit, open_visit
from console.conversation_list import fetch_conversations, went_wrong
from console.filters import Filters
from console.pages import show
from console.paging import Place
from console.satisfaction import count_follow_ups
from console.ticket_list import longest_new

router = APIRouter()

_ROWS = 5
_ERROR_DAYS = 7


@dataclass(frozen=True)
class Counts:
    new: int
    in_progress: int
    waiting: int
    conversations_today: int
    errors: int
    follow_ups: int


@router.get("/", name="start")
def start(request: Request) -> Response:
    with open_visit(request) as visit:
        today = visit.desk.today().date()
        errors_since = today - timedelta(days=_ERROR_DAYS - 1)
        counts = _count(visit, _ERROR_DAYS)
        tickets = longest_new(visit, _ROWS)
        recent = fetch_conversations(visit, Filters(), Place()).rows[:_ROWS]
        manages = visit.staff.role in SERVICES
        incomplete = count_services_with_gaps(visit.session) if manages else 0
    return show(
        request,
        "start.html",
        area="start",
        counts=counts,
        tickets=tickets,
        recent=recent,
        today=today.isoformat(),
        errors_since=errors_since.isoformat(),
        error_days=_ERROR_DAYS,
        incomplete=incomplete,
    )


def _count(visit: Visit, error_days: int) -> Counts:
    session, today = visit.session, visit.desk.today()
    by_status = {
        status: number
        for status, number in session.execute(
            select(Ticket.status, func.count())
            .where(
                Ticket.status.in_(
                    (TicketStatus.NEW, TicketStatus.IN_PROGRESS, TicketStatus.WAITING)
                )
            )
            .group_by(Ticket.status)
        )
    }
    conversations = session.scalar(
        select(func.count()).select_from(Conversation).where(Conversation.last_message_at >= today)
    )
    errors = session.scalar(
        select(func.count())
        .select_from(Message)
        .where(Message.at >= today - timedelta(days=error_days - 1), went_wrong())
    )
    return Counts(
        new=by_status.get(TicketStatus.NEW, 0),
        in_progress=by_status.get(TicketStatus.IN_PROGRESS, 0),
        waiting=by_status.get(TicketStatus.WAITING, 0),
        conversations_today=conversations or 0,
        errors=errors or 0,
        follow_ups=count_follow_ups(visit),
    )
