"""Speaks of a ticket that exists: where it stands, whether the solution holds, what is added."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.answers import Answers
from aftercare.asked import Question, ask, leaves_out, wants_something_else
from aftercare.complaints.chat import ComplaintTalk, complaint_in_status
from aftercare.database import SessionFactory, writing
from aftercare.errors import NotAllowed, NotFound
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.postbacks import Handler
from aftercare.replies import Reply
from aftercare.returns.chat import return_in_status
from aftercare.satisfaction.chat import SurveyTalk
from aftercare.tables.clocks import ClockKind, TicketClock
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.talk import Talk
from aftercare.tickets.customer_acts import (
    add_to_ticket,
    confirm,
    contest,
    find_own,
    surviving,
    told_of_solution,
)
from aftercare.tickets.proofs import prove_and_find
from aftercare.visits.chat import visit_in_status
from aftercare.wording import show_date

#: What the desk announces of a ticket (aftercare/solved.py), and what its buttons ask.
SOLVED, CLOSED, CONFIRM, CONTEST, RATE = "solved", "closed", "confirm", "contest", "rate"
_OFFERS_OF_DONE = {
    TicketStatus.RESOLVED: "utter_ticket_offers_resolved",
    TicketStatus.CLOSED: "utter_ticket_offers_closed",
}
#: The question after a contested solution, in the memory.
STILL_WRONG = "still_wrong"
_PROOFS_ALLOWED = 3
#: So many of the customer's tickets are offered to choose from.
_MOST_OFFERED = 5


class TicketTalk:
    """`memory` is changed in place. Raises StorageUnavailable."""

    def __init__(
        self,
        sessions: SessionFactory,
        answers: Answers,
        clock: Callable[[], datetime],
        reopen_days: int,
    ) -> None:
        self._sessions = sessions
        self._answers = answers
        self._clock = clock
        self._reopen_days = reopen_days
        self._surveys = SurveyTalk(sessions, clock)
        self._complaints = ComplaintTalk(sessions, clock)
        self.questions: dict[str, Question] = {
            **self._surveys.questions,
            **self._complaints.questions,
            STILL_WRONG: StillWrong(self),
        }

    @property
    def handlers(self) -> dict[str, Handler]:
        """What buttons and announcements about tickets do, by their names."""
        return {
            SOLVED: self.tell_solved,
            CLOSED: self.tell_closed,
            CONFIRM: self.confirm,
            CONTEST: self.contest,
            RATE: self._surveys.press,
            **self._complaints.handlers(),
        }

    # Where a ticket stands ----------------------------------------------------

    def tell_status(
        self, number: str, proof: str | None, memory: Memory, talk: Talk
    ) -> list[Reply]:
        """Where the ticket stands, told to whom it belongs; a wrong proof is counted."""
        with writing(self._sessions) as session:
            found = self._find(session, number, proof, memory, talk)
            return found if isinstance(found, list) else self._status(session, found, talk)

    def add(
        self, number: str, proof: str | None, words: str, memory: Memory, talk: Talk
    ) -> list[Reply]:
        """Put words, and the files that came with them, on the ticket of whom it belongs to."""
        with writing(self._sessions) as session:
            found = self._find(session, number, proof, memory, talk)
            if isinstance(found, list):
                return found
            added = add_to_ticket(session, found, words, talk.conversation_id, self._clock())
            values = {"number": found.number}
            if not added:
                return [Reply("utter_nothing_added", values)]
            done = found.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED)
            return [Reply("utter_added_to_done_ticket" if done else "utter_added", values)]

    def _status(self, session: Session, ticket: Ticket, talk: Talk) -> list[Reply]:
        changed = self._answers.local_day(ticket.updated_at)
        status = TicketStatus(ticket.status)
        values = {
            "number": ticket.number,
            "service": _text(ticket.service.name, talk.language),
            "changed": show_date(changed, talk.language),
        }
        replies = [Reply(f"utter_ticket_status_{status}", values)]
        if status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
            return [*replies, *_told(ticket), Reply(_OFFERS_OF_DONE[status], values)]
        step = next((one for one in ticket.steps if one.done_at is None), None)
        if step:
            replies.append(Reply("utter_ticket_step", {"step": _text(step.text, talk.language)}))
        due = self._due(session, ticket)
        if due:
            replies.append(Reply("utter_ticket_due", {"day": show_date(due, talk.language)}))
        replies.extend(visit_in_status(ticket, talk))
        replies.extend(return_in_status(ticket, talk))
        replies.extend(complaint_in_status(ticket, talk))
        return [*replies, Reply("utter_ticket_offers_open", values)]

    def _due(self, session: Session, ticket: Ticket) -> date | None:
        """The day by which it should be solved; None where none is promised, or it is over."""
        due = session.scalar(
            select(TicketClock.due_at).where(
                TicketClock.ticket_id == ticket.id,
                TicketClock.kind == ClockKind.SOLUTION,
                TicketClock.stopped_at.is_(None),
                TicketClock.due_at > self._clock(),
            )
        )
        return self._answers.local_day(due) if due else None

    # Solved or not --------------------------------------------------------------

    def tell_solved(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """Announce that the ticket is solved, and ask whether it is."""
        with writing(self._sessions) as session:
            ticket = self._own(session, of, memory, talk)
            if ticket is None:
                return [Reply("utter_button_outdated")]
            if ticket.status != TicketStatus.RESOLVED:
                return self._status(session, ticket, talk)
            values = {"number": ticket.number, "service": _text(ticket.service.name, talk.language)}
            return [
                Reply("utter_ticket_solved", values),
                *_told(ticket),
                Reply("utter_ticket_offers_resolved", values),
            ]

    def tell_closed(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """Announce that the ticket is closed, and ask how it went."""
        with writing(self._sessions) as session:
            ticket = self._own(session, of, memory, talk)
            if ticket is None:
                return [Reply("utter_button_outdated")]
            if ticket.status != TicketStatus.CLOSED:
                return self._status(session, ticket, talk)
            values = {"number": ticket.number, "service": _text(ticket.service.name, talk.language)}
            return [
                Reply("utter_ticket_closed", values),
                *_told(ticket),
                *self._surveys.begin(session, ticket, memory, talk),
            ]

    def confirm(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """The customer says that it is solved: close the ticket and ask how it went."""
        memory.asked = None
        with writing(self._sessions) as session:
            ticket = self._own(session, of, memory, talk)
            if ticket is None:
                return [Reply("utter_button_outdated")]
            confirmed = confirm(session, ticket, self._clock())
            if not confirmed and ticket.status != TicketStatus.CLOSED:
                return self._status(session, ticket, talk)
            thanks = Reply("utter_solution_confirmed", {"number": ticket.number})
            return [thanks, *self._surveys.begin(session, ticket, memory, talk)]

    def contest(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """The customer says that it is not solved: back to work, and ask what is still wrong.

        It goes back at once, so that it does so for those who say no more.
        """
        try:
            with writing(self._sessions) as session:
                ticket = self._own(session, of, memory, talk)
                if ticket is None:
                    return [Reply("utter_button_outdated")]
                contest(session, ticket, self._clock(), self._reopen_days)
                number = ticket.number
        except NotAllowed:
            return [Reply("utter_contested_too_late", {"number": of})]
        ask(memory, STILL_WRONG, number)
        return [Reply("utter_solution_contested", {"number": number})]

    # Whose it is ----------------------------------------------------------------

    def _own(self, session: Session, number: str, memory: Memory, talk: Talk) -> Ticket | None:
        try:
            return find_own(session, number, talk.conversation_id, memory.proved)
        except NotFound:
            return None

    def _find(
        self, session: Session, number: str, proof: str | None, memory: Memory, talk: Talk
    ) -> Ticket | list[Reply]:
        """The ticket, or what is said to who may not have it."""
        own = self._own(session, number, memory, talk)
        if own:
            return own
        if memory.failed_proofs >= _PROOFS_ALLOWED:
            return [Reply("utter_ticket_not_found_too_often")]
        found = prove_and_find(session, number, proof=proof or "", now=self._clock())
        if found is None:
            memory.failed_proofs += 1
            return [Reply("utter_ticket_not_found", {"number": number})]
        memory.failed_proofs = 0
        ticket = surviving(session, found)
        memory.proved = [*memory.proved, *{number, ticket.number}.difference(memory.proved)]
        return ticket


class StillWrong:
    """Hears what is still wrong after a contested solution."""

    def __init__(self, tickets: TicketTalk) -> None:
        self._tickets = tickets

    def hear(self, of: str, said: Understood, memory: Memory, talk: Talk) -> list[Reply] | None:
        """Put the words on the ticket; who says no more is told that it goes on all the same."""
        if leaves_out(said):
            return [Reply("utter_contest_noted", {"number": of})]
        if wants_something_else(said):
            return None
        return self._tickets.add(of, None, said.text, memory, talk)

    def again(self, of: str, talk: Talk) -> list[Reply]:
        """The question once more."""
        return [Reply("utter_ask_still_wrong")]


def note_own(memory: Memory, tickets: Sequence[Ticket], language: str) -> None:
    """Remember which tickets are the customer's, the newest first, and how buttons call them."""
    going_on = [ticket for ticket in tickets if ticket.status != TicketStatus.CLOSED]
    memory.own = [
        {"number": ticket.number, "title": _title(ticket, language)}
        for ticket in going_on[:_MOST_OFFERED]
    ]
    memory.own_closed = [
        ticket.number for ticket in tickets if ticket.status == TicketStatus.CLOSED
    ]


def _title(ticket: Ticket, language: str) -> str:
    """A ticket as a button tells it: its number, service and product."""
    about = _text(ticket.service.name, language)
    if ticket.product:
        about = f"{about}, {_text(ticket.product.name, language)}"
    return f"{ticket.number} ({about})"


def _told(ticket: Ticket) -> list[Reply]:
    words = told_of_solution(ticket.events)
    return [Reply("utter_ticket_told", {"words": words})] if words else []


def _text(texts: Mapping[str, str], language: str) -> str:
    """In the customer's language, or in the one that there is."""
    return texts.get(language) or next(iter(texts.values()), "")
