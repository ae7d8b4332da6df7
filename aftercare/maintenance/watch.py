"""Looks after all plans: makes those that are missing, asks who agrees, reminds of what is due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from aftercare.announcements import Announcements, Carrier
from aftercare.clocks.plan import read_plan
from aftercare.conversations import lock_conversation
from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotFound
from aftercare.maintenance.asking import ask_after, tickets_to_ask_after
from aftercare.maintenance.chat import REMIND
from aftercare.maintenance.consent import hold_customer
from aftercare.maintenance.deeds import last_told, leave_to_staff, note_told
from aftercare.maintenance.plans import due_items, follow_piece, hold_plan, local_day, refresh
from aftercare.maintenance.reach import Place, Reach, place_for
from aftercare.tables.maintenance import MaintenancePlan
from aftercare.tables.ownership import OwnedProduct
from aftercare.tickets.history import DESK

_log = logging.getLogger(__name__)

#: How often to look.
EVERY_SECONDS = 60.0
#: No customer is reminded more often than that, of however many products.
QUIET_DAYS = 7
#: Plans that are read in one step.
_BATCH = 200
#: Plans that are made in one transaction: few, so that nobody who writes in a chat waits for it.
_MADE_AT_ONCE = 50
#: So many plans are made in one look: an import of 100,000 products takes a while all the same.
_MOST_MADE = 5_000


class MaintenanceWatch:
    """Does what is due now. Several processes may do it at once: who holds the plan tells of it."""

    def __init__(
        self, sessions: SessionFactory, clock: Callable[[], datetime], carrier: Carrier
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._carrier = carrier

    def look(self) -> None:
        """Raises StorageUnavailable; what was done before stays done."""
        self.make_plans()
        self._ask()
        if self._is_open():
            self._remind()

    def make_plans(self) -> int:
        """Make or renew the plans of pieces that need it; how many."""
        made = last = 0
        while made < _MOST_MADE:
            with writing(self._sessions) as session:
                pieces = session.scalars(
                    select(OwnedProduct)
                    .where(OwnedProduct.plan_stale, OwnedProduct.id > last)
                    .order_by(OwnedProduct.id)
                    .limit(_MADE_AT_ONCE)
                    .with_for_update(of=OwnedProduct, skip_locked=True)
                ).all()
                for owned in pieces:
                    follow_piece(session, owned, self._clock())
            if not pieces:
                break
            made, last = made + len(pieces), pieces[-1].id
        return made

    def _is_open(self) -> bool:
        with reading(self._sessions) as session:
            plan = read_plan(session)
        return plan is not None and plan.hours_of(None).is_open(self._clock())

    # Whether they agree --------------------------------------------------------

    def _ask(self) -> None:
        now = self._clock()
        with reading(self._sessions) as session:
            tickets = tickets_to_ask_after(session, now)
        for ticket_id in tickets:
            announcements = Announcements(self._carrier)
            try:
                with writing(self._sessions) as session:
                    ask_after(session, announcements, ticket_id, now)
            except NotFound:  # the conversation was erased a moment ago
                continue
            announcements.send()

    # What is due -----------------------------------------------------------------

    def _remind(self) -> None:
        """Walk what is to be told by its index, so that what waits never holds up the rest."""
        place: tuple[date, int] | None = None
        while True:
            now = self._clock()
            with reading(self._sessions) as session:
                found = _to_tell(session, local_day(session, now), place)
            for _, _, owned_id in found:
                self._tell(owned_id, now)
            if len(found) < _BATCH:
                return
            place = found[-1][0], found[-1][1]

    def _tell(self, owned_id: int, now: datetime) -> None:
        with reading(self._sessions) as session:
            owned = session.get(OwnedProduct, owned_id)
            place = place_for(session, owned, now) if owned else Place(Reach.NO)
        if place.reach is Reach.LATER:
            return
        announcements = Announcements(self._carrier)
        try:
            with writing(self._sessions) as session:
                if place.conversation_id:
                    # Held before the piece, as by whoever opens a ticket.
                    lock_conversation(session, place.conversation_id)
                _tell_of(session, announcements, owned_id, place, now)
        except NotFound:  # the conversation was erased a moment ago
            return
        announcements.send()


def _to_tell(
    session: Session, today: date, after: tuple[date, int] | None
) -> list[tuple[date, int, int]]:
    """The next plans whose customers are to be told: day, plan and piece."""
    plan = MaintenancePlan
    statement = select(plan.tell_on, plan.id, plan.owned_product_id).where(
        plan.tell_on.is_not(None), plan.tell_on <= today
    )
    if after:
        day, plan_id = after
        later_that_day = and_(plan.tell_on == day, plan.id > plan_id)
        statement = statement.where(or_(plan.tell_on > day, later_that_day))
    ordered = statement.order_by(plan.tell_on, plan.id).limit(_BATCH)
    return [(day, key, owned) for day, key, owned in session.execute(ordered) if day]


def _tell_of(
    session: Session, announcements: Announcements, owned_id: int, place: Place, now: datetime
) -> None:
    """Tell of what is due of one piece, in one message, or leave it to staff."""
    customer_id = session.scalar(
        select(OwnedProduct.customer_id).where(OwnedProduct.id == owned_id)
    )
    if customer_id is None or not hold_customer(session, customer_id):
        return
    plan = hold_plan(session, owned_id, now)
    today = local_day(session, now)
    # Another process may have told of it meanwhile, or the customer has done it.
    if plan is None or plan.tell_on is None or plan.tell_on > today:
        return
    if place_for(session, plan.owned, now) != place:
        return  # looked at again in a minute
    keys = due_items(plan, today)
    if not keys:
        refresh(session, plan, today)
        return
    if place.conversation_id is None:
        leave_to_staff(session, plan, keys, by=DESK, now=now)
        _log.info("maintenance.left_to_staff plan=%d", plan.id)
        return
    told = last_told(session, customer_id)
    quiet_until = local_day(session, told) + timedelta(days=QUIET_DAYS) if told else today
    if quiet_until > today:
        plan.tell_on = quiet_until
        return
    if announcements.announce(session, place.conversation_id, REMIND, str(owned_id), now):
        note_told(session, plan, keys, by=DESK, now=now)
        _log.info("maintenance.told plan=%d items=%d", plan.id, len(keys))
