"""Visits in the chat: times are offered as buttons, chosen, moved and cancelled by the customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotAllowed, NotFound, StorageUnavailable
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.log import log_failure
from aftercare.postbacks import Handler, postback
from aftercare.replies import Button, Reply, Source
from aftercare.tables.tickets import DONE_STATUSES, Ticket
from aftercare.tables.visits import AppointmentWindow, Visit, VisitStatus
from aftercare.talk import Talk
from aftercare.tickets.customer_acts import customer_of, find_own, own_tickets
from aftercare.visits.areas import active_areas
from aftercare.visits.booking import (
    Choice,
    NothingFree,
    address_on_file,
    book,
    booked_visit,
    cancel,
    find_visit,
    is_visited,
    next_choices,
    settle_site,
)
from aftercare.visits.fleet import needs_of_ticket
from aftercare.visits.needs import OfferedWhen
from aftercare.visits.slots import Slot
from aftercare.visits.wishes import wants_to_move
from aftercare.visits.words import show_button, show_visit, window_name

#: Where the gateway hands out the calendar file of a visit, by its key (gateway/calendar_files.py).
VISITS = "/visits/"
#: What a postback of the announcements names (aftercare/visits/announcing.py).
TOLD, REMINDED, INVITED = "visit_told", "visit_reminded", "visit_invited"
#: So many times are offered at once: more do not fit on a phone.
_OFFERED = 4
_OUTDATED = Reply("utter_button_outdated")


class VisitTalk:
    """One method for each button; the memory says whose tickets the customer has proved."""

    def __init__(self, sessions: SessionFactory, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    def handlers(self) -> dict[str, Handler]:
        """What buttons and announcements ask for, by name (aftercare/postbacks.py)."""
        return {
            "visit_times": self._times,
            "visit_area": self._area,
            "visit_elsewhere": self._elsewhere,
            "visit_book": self._book,
            "visit_later": self._later,
            "visit_keep": self._keep,
            "visit_cancel": self._ask_whether_to_cancel,
            "visit_cancel_now": self._cancel,
            INVITED: self._invite,
            TOLD: self._tell,
            REMINDED: self._remind,
        }

    def after_opening(self, number: str, talk: Talk) -> list[Reply]:
        """Times to choose from, where the ticket that was just opened is one for a visit.

        The ticket is safe already, so trouble here is no trouble of the customer's.
        """
        try:
            with writing(self._sessions) as session:
                ticket = session.scalar(select(Ticket).where(Ticket.number == number))
                if ticket is None or not _chosen_by_customer(ticket):
                    return []
                return self._offer(session, ticket, talk)
        except StorageUnavailable as error:
            log_failure("visits.not_offered", error, conversation_id=talk.conversation_id)
            return []

    def asked_to_move(self, said: Understood, talk: Talk) -> list[Reply]:
        """The visit with the ways to change it, where the words want that and one is booked."""
        if said.pressed or not wants_to_move(said.text):
            return []
        with reading(self._sessions) as session:
            for ticket in own_tickets(session, talk.conversation_id):
                visit = booked_visit(session, ticket)
                if visit:
                    return [_about("utter_visit_status", visit, talk)]
        return []

    # Choosing a time ----------------------------------------------------------

    def _times(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """`of`: a number, and the day and window behind which to go on."""
        number, _, cursor = of.partition(" ")
        after = _read_choice(cursor) if cursor else None
        return self._with_ticket(
            number, memory, talk, lambda session, one: self._offer(session, one, talk, after)
        )

    def _area(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """`of`: a number and the area that the customer says the address is in."""
        number, _, area_id = of.partition(" ")

        def settle(session: Session, ticket: Ticket) -> list[Reply]:
            settle_site(session, ticket, area_id=area_id)
            return self._offer(session, ticket, talk)

        return self._with_ticket(number, memory, talk, settle)

    def _book(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """`of`: a number, a day and a window."""
        number, _, chosen = of.partition(" ")
        choice = _read_choice(chosen)
        if choice is None:
            return [_OUTDATED]

        def take(session: Session, ticket: Ticket) -> list[Reply]:
            before = booked_visit(session, ticket)
            old = before.window_begins_at if before else None
            try:
                visit = book(
                    session,
                    ticket,
                    choice,
                    by=customer_of(ticket),
                    now=self._clock(),
                    by_customer=True,
                )
            except NothingFree:
                return [Reply("utter_visit_taken"), *self._offer(session, ticket, talk)]
            moved = old is not None and old != visit.window_begins_at
            response = "utter_visit_moved" if moved else "utter_visit_booked"
            return [_about(response, visit, talk)]

        return self._with_ticket(number, memory, talk, take)

    def _later(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        return self._with_ticket(
            of, memory, talk, lambda _, one: [Reply("utter_visit_later", {"number": one.number})]
        )

    def _elsewhere(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        return self._with_ticket(
            of, memory, talk, lambda _, one: [Reply("utter_visit_by_staff", {"number": one.number})]
        )

    # What becomes of a visit ----------------------------------------------------

    def _keep(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        return self._with_visit(
            of, memory, talk, lambda _, visit: [_about("utter_visit_kept", visit, talk)]
        )

    def _ask_whether_to_cancel(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        def ask(_session: Session, visit: Visit) -> list[Reply]:
            return [Reply("utter_visit_cancel_sure", _values(visit, talk))]

        return self._with_visit(of, memory, talk, ask)

    def _cancel(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        def end(session: Session, visit: Visit) -> list[Reply]:
            cancel(session, visit, by=customer_of(visit.ticket), now=self._clock())
            return [Reply("utter_visit_cancelled", _values(visit, talk))]

        return self._with_visit(of, memory, talk, end)

    # What the desk announces ------------------------------------------------------

    def _invite(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """Staff want the customer to choose a time; `of`: the ticket's number."""

        def offer(session: Session, ticket: Ticket) -> list[Reply]:
            first = Reply("utter_visit_invitation", {"number": ticket.number})
            return [first, *self._offer(session, ticket, talk)]

        return self._with_ticket(of, memory, talk, offer)

    def _tell(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """What staff booked, moved or cancelled, as it stands now; `of`: the visit's key."""
        return self._announced(
            of, memory, talk, "utter_visit_booked_by_staff", "utter_visit_cancelled_by_staff"
        )

    def _remind(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        return self._announced(of, memory, talk, "utter_visit_reminder", "")

    def _announced(
        self, key: str, memory: Memory, talk: Talk, booked: str, cancelled: str
    ) -> list[Reply]:
        with writing(self._sessions) as session:
            visit = find_visit(session, key)
            try:
                if visit is None:
                    return []
                find_own(session, visit.ticket.number, talk.conversation_id, memory.proved)
            except NotFound:
                return []
            if visit.status == VisitStatus.BOOKED:
                return [_about(booked, visit, talk)]
            if visit.status == VisitStatus.CANCELLED and cancelled:
                return [Reply(cancelled, _values(visit, talk))]
            # It was done, or cancelled by the customer, before this was said.
            return []

    # Parts ------------------------------------------------------------------------

    def _offer(
        self, session: Session, ticket: Ticket, talk: Talk, after: Choice | None = None
    ) -> list[Reply]:
        """The next times, or the question for the area, or that a colleague sees to it."""
        if ticket.status in DONE_STATUSES or not is_visited(ticket):
            return [_OUTDATED]
        number = {"number": ticket.number}
        try:
            site = settle_site(session, ticket)
        except NotAllowed:
            return [Reply("utter_visit_by_staff", number)]
        if site is None:
            areas = tuple(
                postback(area.name, "visit_area", f"{ticket.number} {area.id}")
                for area in active_areas(session)
            )
            if not areas:
                return [Reply("utter_visit_by_staff", number)]
            return [Reply("utter_visit_area", number, areas), Reply("utter_visit_no_area", number)]
        slots = next_choices(session, ticket, self._clock(), _OFFERED, after=after)
        if not slots:
            response = "utter_visit_none_later" if after else "utter_visit_none_free"
            return [Reply(response, number)]
        last = slots[-1]
        return [
            Reply(
                "utter_visit_offer",
                number,
                tuple(_button(session, ticket, slot, talk.language) for slot in slots),
            ),
            Reply("utter_visit_none_fits", {**number, "last": f"{last.day} {last.window_id}"}),
        ]

    def _with_ticket(
        self,
        number: str,
        memory: Memory,
        talk: Talk,
        work: Callable[[Session, Ticket], list[Reply]],
    ) -> list[Reply]:
        """Do it with a ticket that the conversation's customer may have."""
        try:
            with writing(self._sessions) as session:
                ticket = find_own(session, number, talk.conversation_id, memory.proved)
                return work(session, ticket)
        except (NotFound, NotAllowed):
            return [_OUTDATED]

    def _with_visit(
        self, number: str, memory: Memory, talk: Talk, work: Callable[[Session, Visit], list[Reply]]
    ) -> list[Reply]:
        def find_and_work(session: Session, ticket: Ticket) -> list[Reply]:
            visit = booked_visit(session, ticket)
            if visit is None:
                return [Reply("utter_visit_not_booked", {"number": ticket.number})]
            return work(session, visit)

        return self._with_ticket(number, memory, talk, find_and_work)


def visit_in_status(ticket: Ticket, talk: Talk) -> list[Reply]:
    """The visit that is booked for a ticket, or the way to one, beside its status."""
    session = object_session(ticket)
    if session is None or not is_visited(ticket):
        return []
    visit = booked_visit(session, ticket)
    if visit:
        return [_about("utter_visit_status", visit, talk)]
    if not _chosen_by_customer(ticket):
        return []
    return [Reply("utter_visit_not_booked", {"number": ticket.number})]


def _chosen_by_customer(ticket: Ticket) -> bool:
    """Whether the customer may choose a time without being asked to."""
    needs = needs_of_ticket(ticket)
    asked = needs is not None and needs.offer is OfferedWhen.AFTER_OPENING
    return asked and bool(address_on_file(ticket)) and ticket.status not in DONE_STATUSES


def _button(session: Session, ticket: Ticket, slot: Slot, language: str) -> Button:
    window = session.get_one(AppointmentWindow, slot.window_id)
    site = settle_site(session, ticket)
    if site is None:
        raise NotAllowed(f"the area of ticket {ticket.number} is not known")
    title = show_button(
        slot.day,
        slot.window_begins_at,
        slot.window_ends_at,
        window_name(window, language),
        ZoneInfo(site.area.time_zone),
        language,
    )
    return postback(title, "visit_book", f"{ticket.number} {slot.day} {slot.window_id}")


def _about(response: str, visit: Visit, talk: Talk) -> Reply:
    """A reply about a visit that is booked, with its calendar file."""
    name = visit.ticket.service.name
    title = name.get(talk.language) or next(iter(name.values()))
    source = Source(title, show_visit(visit, talk.language), VISITS + visit.key)
    return Reply(response, _values(visit, talk), sources=(source,))


def _values(visit: Visit, talk: Talk) -> dict[str, str]:
    return {
        "number": visit.ticket.number,
        "when": show_visit(visit, talk.language),
        "technician": visit.technician.name,
    }


def _read_choice(text: str) -> Choice | None:
    """A day and a window as a button names them; None for what no button of ours says."""
    try:
        day, window_id = text.split()
        return Choice(date.fromisoformat(day), window_id)
    except ValueError:
        return None
