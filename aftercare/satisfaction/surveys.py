"""Asks once per ticket how it went, keeps the answer, and sees to it that the unhappy are heard."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.satisfaction.reading import HIGHEST, LOWEST
from aftercare.tables.satisfaction import FollowUp, Survey, SurveyPerson
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.customer_acts import customer_of
from aftercare.tickets.history import DESK, Actor, record
from aftercare.webhooks.events import SATISFACTION_ANSWERED, note_event

#: Who gives so few points is got in touch with.
UNHAPPY = 2
#: Opinions and questions about one's data: a question about the answer would be one too many.
_NOT_ASKED_AFTER = frozenset({"give_feedback", "privacy_request"})

#: Kinds of lines in a ticket's history that come from here.
RATED, FOLLOW_UP, FOLLOWED_UP = "rated", "follow_up", "followed_up"


def asked_after(ticket: Ticket) -> bool:
    """Whether customers are asked after tickets of this service."""
    return ticket.service.intent not in _NOT_ASKED_AFTER


def open_survey(
    session: Session, ticket: Ticket, conversation_id: str, language: str, now: datetime
) -> Survey | None:
    """The survey of a closed ticket that is to be asked now.

    None where it was answered before, or the ticket's service is none of which one asks this. One
    that was asked in vain, before the ticket was reopened, is asked again.
    """
    if not asked_after(ticket):
        return None
    found = session.scalar(select(Survey).where(Survey.ticket_id == ticket.id))
    if found is None:
        found = Survey(ticket_id=ticket.id)
        session.add(found)
    elif found.rating is not None:
        return None
    found.conversation_id, found.language, found.asked_at = conversation_id, language, now
    session.flush()
    return found


def survey_of(session: Session, ticket: Ticket) -> Survey | None:
    """The survey of a ticket, held for a change."""
    return session.scalar(select(Survey).where(Survey.ticket_id == ticket.id).with_for_update())


def rate(session: Session, survey: Survey, rating: int, now: datetime) -> bool:
    """Keep the rating, and who had worked on the ticket; False where there is one already.

    Raises ValueError for a rating that is not 1 to 5.
    """
    if not LOWEST <= rating <= HIGHEST:
        raise ValueError(f"{rating} is no rating")
    if survey.rating is not None:
        return False
    ticket = survey.ticket
    survey.rating, survey.answered_at = rating, now
    solver = _solver(ticket)
    at_work = {event.staff_id for event in ticket.events if event.staff_id is not None}
    survey.people = [
        SurveyPerson(staff_id=staff, solved=staff == solver) for staff in sorted(at_work)
    ]
    record(session, ticket, RATED, by=customer_of(ticket), now=now, after=str(rating))
    if rating <= UNHAPPY:
        survey.follow_up = FollowUp.OPEN
        record(session, ticket, FOLLOW_UP, by=DESK, now=now)
    note_event(
        session,
        SATISFACTION_ANSWERED,
        {"ticket": ticket.number, "rating": rating, "follow_up": survey.follow_up},
        now,
    )
    return True


def give_reason(session: Session, survey: Survey, words: str) -> None:
    """Keep why the customer rated so, in their words."""
    survey.reason = words.strip()
    session.flush()


def settle_follow_up(
    session: Session, survey: Survey, staff: Staff, note: str, now: datetime
) -> None:
    """Somebody got in touch with an unhappy customer; the note says what came of it.

    Raises NotAllowed without a note, where nobody has to any more, and for the person who solved
    the ticket as long as there is anybody else.
    """
    if survey.follow_up != FollowUp.OPEN:
        raise NotAllowed(f"nobody has to follow up ticket {survey.ticket.number} any more")
    if not note.strip():
        raise NotAllowed("nothing says what came of it")
    if not may_follow_up(session, survey, staff):
        raise NotAllowed("somebody else than who solved the ticket follows it up")
    survey.follow_up, survey.followed_up_at = FollowUp.DONE, now
    survey.followed_up_by = staff.id
    record(session, survey.ticket, FOLLOWED_UP, by=Actor.of(staff), now=now, note=note.strip())


def may_follow_up(session: Session, survey: Survey, staff: Staff) -> bool:
    """Whether this person may: not who solved it, unless they are the only one there is."""
    if not any(person.solved and person.staff_id == staff.id for person in survey.people):
        return True
    others = select(Staff.id).where(Staff.active, Staff.id != staff.id).limit(1)
    return session.scalar(others) is None


def _solver(ticket: Ticket) -> int | None:
    """Who of the staff called it solved last, or else closed it."""
    last: dict[str, int | None] = {TicketStatus.RESOLVED: None, TicketStatus.CLOSED: None}
    for event in ticket.events:
        if event.to_status in last and event.staff_id is not None:
            last[event.to_status] = event.staff_id
    return last[TicketStatus.RESOLVED] or last[TicketStatus.CLOSED]
