"""What the desk holds of one person, by its ids; export and erasure go by the same list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from aftercare.privacy.mentions import find_messages, find_tickets
from aftercare.privacy.people import Person
from aftercare.tables.conversations import Conversation, Message, MessageState
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tables.training import Training

DONE = (TicketStatus.RESOLVED, TicketStatus.CLOSED)


@dataclass(frozen=True)
class Holdings:
    """`conversations` and `tickets` are the person's own.

    `trainings` were held in these conversations or for the vouched-for customer;
    `trainings_elsewhere` only name the person's address. `unclaimed` are conversations of nobody
    known in which somebody typed the person's contact, with `unclaimed_tickets` out of them;
    `elsewhere` messages with it in other customers' conversations (`elsewhere_in`), and
    `tickets_elsewhere` other customers' tickets with it.
    """

    conversations: tuple[str, ...]
    tickets: tuple[int, ...]
    open_tickets: int
    unclaimed: tuple[str, ...]
    unclaimed_tickets: tuple[int, ...]
    elsewhere: tuple[int, ...]
    elsewhere_in: tuple[str, ...]
    tickets_elsewhere: tuple[int, ...]
    trainings: tuple[int, ...] = ()
    trainings_elsewhere: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return any(
            (
                self.conversations,
                self.tickets,
                self.unclaimed,
                self.elsewhere,
                self.tickets_elsewhere,
                self.trainings,
                self.trainings_elsewhere,
            )
        )


def holdings_of(session: Session, person: Person) -> Holdings:
    own: list[str] = []
    of_person: ColumnElement[bool] = false()
    if person.customer_id is not None:
        of_person = Ticket.customer_id == person.customer_id
        own = list(
            session.scalars(
                select(Conversation.id)
                .where(Conversation.customer_id == person.customer_id)
                .order_by(Conversation.started_at, Conversation.id)
            )
        )
    unclaimed, elsewhere = _mentioned(session, person, set(own))
    # Feedback may be given without a name.
    tickets = _tickets(session, of_person, _nobodys_out_of(own))
    unclaimed_tickets = _tickets(session, _nobodys_out_of(unclaimed))
    trainings = _trainings(session, person, own)
    return Holdings(
        conversations=tuple(own),
        tickets=tuple(tickets),
        open_tickets=sum(status not in DONE for status in tickets.values()),
        unclaimed=unclaimed,
        unclaimed_tickets=tuple(unclaimed_tickets),
        elsewhere=tuple(elsewhere),
        elsewhere_in=tuple(sorted(set(elsewhere.values()))),
        tickets_elsewhere=tuple(
            ticket
            for ticket in find_tickets(session, person.contacts)
            if ticket not in tickets and ticket not in unclaimed_tickets
        ),
        trainings=trainings,
        trainings_elsewhere=tuple(
            session.scalars(
                select(Training.id)
                .where(Training.email == person.email, Training.id.not_in(trainings))
                .order_by(Training.id)
            )
            if person.email
            else ()
        ),
    )


def _trainings(session: Session, person: Person, own: Sequence[str]) -> tuple[int, ...]:
    mine: ColumnElement[bool] = Training.conversation_id.in_(own)
    if person.customer_id is not None:
        mine = or_(mine, Training.customer_id == person.customer_id)
    return tuple(session.scalars(select(Training.id).where(mine).order_by(Training.id)))


def _nobodys_out_of(conversations: Sequence[str]) -> ColumnElement[bool]:
    return and_(Ticket.customer_id.is_(None), Ticket.conversation_id.in_(conversations))


def _tickets(session: Session, *conditions: ColumnElement[bool]) -> dict[int, str]:
    """Ids of the tickets of which one of the conditions holds, with their status."""
    rows = session.execute(
        select(Ticket.id, Ticket.status).where(or_(*conditions)).order_by(Ticket.id)
    )
    return dict(rows.all())


def count_waiting(session: Session, conversations: tuple[str, ...]) -> int:
    """How many of their messages the bot has not answered yet."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Message)
            .where(
                Message.conversation_id.in_(conversations),
                Message.state == MessageState.RECEIVED,
            )
        )
        or 0
    )


def _mentioned(
    session: Session, person: Person, own: set[str]
) -> tuple[tuple[str, ...], dict[int, str]]:
    """Conversations of nobody known, and messages (with their conversation) of other customers."""
    found = [(m, c) for m, c in find_messages(session, person.contacts) if c not in own]
    within = {conversation for _, conversation in found}
    claimed = set(
        session.scalars(
            select(Conversation.id).where(
                Conversation.id.in_(within), Conversation.customer_id.is_not(None)
            )
        )
    )
    return (
        tuple(sorted(within - claimed)),
        {message: conversation for message, conversation in found if conversation in claimed},
    )
