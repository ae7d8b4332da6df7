"""Maintenance in the chat: whether to remind, the reminder, and what the customer makes of it.

A piece is spoken of only where it may be heard (aftercare/maintenance/reach.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from aftercare.asked import Question, ask
from aftercare.catalogue.snapshot import ServiceView
from aftercare.conversations import lock_conversation
from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotFound
from aftercare.intake.state import IntakeState, Memory
from aftercare.intake.understood import Understood
from aftercare.maintenance.agreeing import piece_of_ticket, put_word
from aftercare.maintenance.booking import fill_in
from aftercare.maintenance.consent import consent_in
from aftercare.maintenance.deeds import mark_done, put_off, resume, stop
from aftercare.maintenance.following import SIGN
from aftercare.maintenance.hearing import WantsReminders, WasReminded
from aftercare.maintenance.plans import (
    due_items,
    due_since,
    hold_plan,
    local_day,
    names_of,
    standings_of,
)
from aftercare.maintenance.reach import may_hear
from aftercare.postbacks import Handler, postback
from aftercare.replies import Button, Reply
from aftercare.tables.conversations import Conversation
from aftercare.tables.maintenance import MaintenancePlan
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.tickets import Ticket
from aftercare.talk import Talk
from aftercare.tickets.customer_acts import customer_of, find_own
from aftercare.tickets.history import Actor
from aftercare.wording import show_date

#: What a postback of the announcements names (aftercare/maintenance/watch.py), and buttons.
ASK, REMIND = "maintenance_ask", "maintenance_due"
YES, NO, DONE, WEEK = "maintenance_yes", "maintenance_no", "maintenance_done", "maintenance_week"
STOP, RESUME, NEVER = "maintenance_stop", "maintenance_resume", "maintenance_never"
#: The questions in the memory (aftercare/asked.py).
AGREE, REMINDED = "maintenance_consent", "maintenance_reminded"
ALL = "*"
_LONGEST_ID = 9
_WEEK = timedelta(days=7)
#: So many sections are offered at once: more do not fit on a phone.
_MOST_SHOWN = 4
_OUTDATED = Reply("utter_button_outdated")

_Work = Callable[[Session, MaintenancePlan], list[Reply]]


class MaintenanceTalk:
    """One method for each button; `memory` is changed in place. Raises StorageUnavailable."""

    def __init__(self, sessions: SessionFactory, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock
        self.questions: dict[str, Question] = {
            AGREE: WantsReminders(sessions, self.agree, self.decline),
            REMINDED: WasReminded(sessions, self.done, self.next_week, self.stop, self._choose),
        }

    @property
    def handlers(self) -> dict[str, Handler]:
        """What buttons and announcements ask for, by name (aftercare/postbacks.py)."""
        return {
            ASK: self._ask,
            YES: self.agree,
            NO: self.decline,
            REMIND: self._remind,
            DONE: self.done,
            WEEK: self.next_week,
            STOP: self.stop,
            RESUME: self._resume,
            NEVER: self._never,
        }

    def intake_for(
        self, said: Understood, service: ServiceView, memory: Memory, talk: Talk
    ) -> IntakeState:
        """A new intake of the service, filled in where a reminder's button begins it."""
        state, piece = IntakeState(service.id), said.first("of")
        if said.pressed and piece and SIGN in service.signs and (owned := _read_id(piece.value)):
            with reading(self._sessions) as session:
                fill_in(session, state, service, owned, memory, talk, self._clock())
        return state

    # Whether to remind ------------------------------------------------------------

    def _ask(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """`of`: the number of the ticket after which it is asked."""
        with writing(self._sessions) as session:
            ticket = self._own(session, of, memory, talk)
            if ticket is None or ticket.customer_id is None or ticket.product is None:
                return []
            if consent_in(session, ticket.customer_id, talk.channel) is not None:
                return []
            ask(memory, AGREE, ticket.number)
            values = {"number": ticket.number, "product": _text(ticket.product.name, talk)}
            return [Reply("utter_maintenance_ask", values)]

    def agree(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """Keep the yes, and register the piece where it is not known yet; `of`: a ticket.

        A day is told only of a piece that may be heard of here.
        """
        memory.asked = None
        with writing(self._sessions) as session:
            ticket = self._decide(session, of, memory, talk, given=True)
            if ticket is None or ticket.product is None:
                return [_OUTDATED]
            values = {"product": _text(ticket.product.name, talk)}
            owned = piece_of_ticket(session, ticket, talk.conversation_id, self._clock())
            heard = owned is not None and may_hear(session, talk.conversation_id, owned)
            plan = hold_plan(session, owned.id, self._clock()) if owned and heard else None
            if plan is None or plan.due_on is None:
                return [Reply("utter_maintenance_agreed", values)]
            values["next"] = show_date(plan.due_on, talk.language)
            return [Reply("utter_maintenance_agreed_until", values)]

    def decline(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """Keep the no: nobody asks again. `of`: a ticket."""
        memory.asked = None
        with writing(self._sessions) as session:
            if self._decide(session, of, memory, talk, given=False) is None:
                return [_OUTDATED]
            return [Reply("utter_maintenance_declined", {"number": of})]

    def _decide(
        self, session: Session, number: str, memory: Memory, talk: Talk, *, given: bool
    ) -> Ticket | None:
        """Put the word on file; None where it is not this conversation's to say."""
        conversation = _hold_conversation(session, talk)
        ticket = self._own(session, number, memory, talk)
        if conversation is None or ticket is None or ticket.customer_id is None:
            return None
        by = customer_of(ticket)
        said = put_word(
            session, conversation, ticket.customer_id, given=given, by=by, now=self._clock()
        )
        return ticket if said else None

    # The reminder -------------------------------------------------------------------

    def _remind(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """Tell what is due of a piece now; nothing where it was done meanwhile."""

        def tell(session: Session, plan: MaintenancePlan) -> list[Reply]:
            keys = due_items(plan, local_day(session, self._clock()))
            since = due_since(plan, keys)
            if since is None:
                return []
            ask(memory, REMINDED, of)
            values = {
                **_named(plan, talk),
                "items": _listed(plan, keys, talk),
                "since": show_date(since, talk.language),
            }
            how = _sections(plan, keys, talk)
            told = [Reply("utter_maintenance_due", values)]
            return [*told, Reply("utter_maintenance_how", {}, how)] if how else told

        return self._with_piece(of, talk, tell) or []

    def _choose(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """The same buttons once more, where an answer does not say which of them."""

        def show(_session: Session, plan: MaintenancePlan) -> list[Reply]:
            ask(memory, REMINDED, of)
            return [Reply("utter_maintenance_choose", _named(plan, talk))]

        return self._with_piece(of, talk, show) or [_OUTDATED]

    def done(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """`of`: a piece, and which item of it the customer did; `*` is all that is due."""
        memory.asked = None
        piece, _, chosen = of.partition(" ")

        def note(session: Session, plan: MaintenancePlan) -> list[Reply]:
            now = self._clock()
            today = local_day(session, now)
            due = due_items(plan, today)
            if not due:
                return [self._next(plan, talk, "utter_maintenance_nothing_due")]
            if not chosen and len(due) > 1:
                return [Reply("utter_maintenance_which", {"piece": piece}, _each(plan, due, talk))]
            keys = due if chosen in ("", ALL) else [key for key in due if key == chosen]
            if not keys:
                return [self._next(plan, talk, "utter_maintenance_nothing_due")]
            names = _listed(plan, keys, talk)
            mark_done(session, plan, keys, day=today, by=_owner(plan), now=now)
            return [self._next(plan, talk, "utter_maintenance_done", items=names)]

        return self._with_piece(piece, talk, note) or [_OUTDATED]

    def next_week(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """Remind again in a week."""
        memory.asked = None

        def postpone(session: Session, plan: MaintenancePlan) -> list[Reply]:
            now = self._clock()
            today = local_day(session, now)
            keys = due_items(plan, today)
            if not keys:
                return [self._next(plan, talk, "utter_maintenance_nothing_due")]
            until = today + _WEEK
            put_off(session, plan, keys, until=until, by=_owner(plan), now=now)
            values = {"product": _product(plan, talk), "day": show_date(until, talk.language)}
            return [Reply("utter_maintenance_later", values)]

        return self._with_piece(of, talk, postpone) or [_OUTDATED]

    def stop(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """No more reminders of what is due now; what else the plan has goes on."""
        memory.asked = None

        def end(session: Session, plan: MaintenancePlan) -> list[Reply]:
            now = self._clock()
            keys = due_items(plan, local_day(session, now))
            if not keys:
                return [self._next(plan, talk, "utter_maintenance_nothing_due")]
            names = _listed(plan, keys, talk)
            stop(session, plan, keys, by=_owner(plan), now=now)
            values = {"product": _product(plan, talk), "items": names, "piece": of}
            return [Reply("utter_maintenance_stopped", values)]

        return self._with_piece(of, talk, end) or [_OUTDATED]

    def _resume(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """What was stopped goes on after all."""

        def go_on(session: Session, plan: MaintenancePlan) -> list[Reply]:
            keys = [one.key for one in standings_of(plan) if one.stopped]
            if keys:
                resume(session, plan, keys, by=_owner(plan), now=self._clock())
            return [self._next(plan, talk, "utter_maintenance_resumed")]

        return self._with_piece(of, talk, go_on) or [_OUTDATED]

    def _never(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """No reminders in this channel any more, of nothing."""
        memory.asked = None
        with writing(self._sessions) as session:
            # Held before the customer and their pieces, as by the watch.
            conversation = _hold_conversation(session, talk)
            owned = _piece_heard(session, of, talk)
            if conversation is None or owned is None:
                return [_OUTDATED]
            by = Actor(owned.customer.name or "customer")
            said = put_word(
                session, conversation, owned.customer_id, given=False, by=by, now=self._clock()
            )
            return [Reply("utter_maintenance_never") if said else _OUTDATED]

    # Parts ----------------------------------------------------------------------------

    def _with_piece(self, of: str, talk: Talk, work: _Work) -> list[Reply]:
        """Do it with a piece that may be heard of here; empty where it may not, or is gone."""
        with writing(self._sessions) as session:
            owned = _piece_heard(session, of, talk)
            plan = hold_plan(session, owned.id, self._clock()) if owned else None
            return work(session, plan) if plan else []

    def _own(self, session: Session, number: str, memory: Memory, talk: Talk) -> Ticket | None:
        try:
            return find_own(session, number, talk.conversation_id, memory.proved)
        except NotFound:
            return None

    def _next(self, plan: MaintenancePlan, talk: Talk, response: str, **more: str) -> Reply:
        """A response with the day on which something is due next, if anything is."""
        values = {"product": _product(plan, talk), **more}
        if plan.due_on is None:
            return Reply("utter_maintenance_all_stopped", values)
        return Reply(response, {**values, "next": show_date(plan.due_on, talk.language)})


def _hold_conversation(session: Session, talk: Talk) -> Conversation | None:
    """The conversation that is talked in, held; None where it is not on file."""
    try:
        return lock_conversation(session, talk.conversation_id)
    except NotFound:
        return None


def _piece_heard(session: Session, of: str, talk: Talk) -> OwnedProduct | None:
    """The piece that a button names; None where it is gone, or may not be heard of here."""
    owned = session.get(OwnedProduct, _read_id(of))
    if owned is None or owned.retired_at is not None:
        return None
    return owned if may_hear(session, talk.conversation_id, owned) else None


def _read_id(of: str) -> int:
    """The piece that a button names; 0, which none has, for what no button of ours says."""
    return int(of) if of.isascii() and of.isdecimal() and len(of) <= _LONGEST_ID else 0


def _owner(plan: MaintenancePlan) -> Actor:
    return Actor(plan.owned.customer.name or "customer")


def _named(plan: MaintenancePlan, talk: Talk) -> dict[str, str]:
    """What the buttons of a reminder name."""
    return {
        "piece": str(plan.owned_product_id),
        "product_id": plan.owned.product_id,
        "product": _product(plan, talk),
    }


def _product(plan: MaintenancePlan, talk: Talk) -> str:
    return _text(plan.owned.product.name, talk)


def _text(texts: dict[str, str], talk: Talk) -> str:
    return texts.get(talk.language) or next(iter(texts.values()), "")


def _listed(plan: MaintenancePlan, keys: Sequence[str], talk: Talk) -> str:
    return ", ".join(names_of(plan, keys, talk.language))


def _each(plan: MaintenancePlan, keys: Sequence[str], talk: Talk) -> tuple[Button, ...]:
    """A button for each item that the customer may have done."""
    piece = plan.owned_product_id
    names = names_of(plan, keys, talk.language)
    return tuple(
        postback(name, DONE, f"{piece} {key}") for key, name in zip(keys, names, strict=True)
    )


def _sections(plan: MaintenancePlan, keys: Sequence[str], talk: Talk) -> tuple[Button, ...]:
    """A button for each item whose section of the manual can be shown."""
    product = plan.owned.product
    tasks = [task for task in product.maintenance if task.key in keys and task.section]
    return tuple(
        Button(
            _text(task.name, talk), "ask_usage", {"product": product.id, "section": task.section}
        )
        for task in tasks[:_MOST_SHOWN]
    )
