"""Fills a database with tickets that nobody wrote: customers, conversations, records, histories."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, case, insert, literal, select, text
from sqlalchemy.orm import Session
from stdnum import luhn

from aftercare.database import open_sessions, writing
from aftercare.evaluation.rule import Facts, Rule, precedence, weigh
from aftercare.evaluation.versions import current_rule
from aftercare.settings import PROJECT_ROOT
from aftercare.tables.catalogue import Product, Service
from aftercare.tables.clocks import ClockKind, DueState, TicketClock
from aftercare.tables.conversations import Conversation, Customer, Message, MessageState, Sender
from aftercare.tables.teams import Team, TeamMember
from aftercare.tables.tickets import (
    DONE_STATUSES,
    Ticket,
    TicketEvent,
    TicketRecord,
    TicketStatus,
    TicketStep,
)
from aftercare.ticket_numbers import ALPHABET, read_number
from aftercare.tickets.checklist import steps_of
from aftercare.tickets.history import EventKind
from tests.bench.desk_indexes import without_indexes
from tests.factories import make_staff

#: Tickets made and written at once.
BATCH = 20_000
_YEARS = 3
_STAFF, _TEAMS = 60, 8
#: Of all tickets, how many are among the newest, and how many of those and of the others are open.
_NEWEST, _OPEN_OF_NEWEST, _OPEN_OF_REST = 0.1, 0.6, 0.03
_FILLED = (
    Customer,
    Ticket,
    TicketRecord,
    TicketStep,
    TicketEvent,
    TicketClock,
    Conversation,
    Message,
)
_FIRST = [
    "Joana",
    "Ann",
    "Rui",
    "Mary",
    "Álvaro",
    "Peter",
    "Inês",
    "John",
    "Beatriz",
    "Lucy",
    "Tiago",
    "Emma",
    "Sofia",
    "Paul",
    "Caio",
]
_LAST = [
    "Lima",
    "Lee",
    "Reis",
    "Smith",
    "Conceição",
    "Brown",
    "Prado",
    "Jones",
    "Moura",
    "Clark",
    "Souza",
    "Hall",
    "Pinto",
    "King",
]
_SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so"]
_BODY = 6
_MARKED = re.compile(r"\[([^\]]+)\](\([^)]*\)|\{[^}]*\})")


def fill(engine: Engine, tickets: int, now: datetime, tell: Callable[[int, int], None]) -> None:
    """Write so many tickets, from three years ago until now, with all that belongs to them.

    The database has the sample company and nothing else. `tell` hears how many are written, of how
    many.
    """
    with writing(open_sessions(engine)) as session:
        maker = _Maker(session, tickets, now)
    with engine.connect() as connection, without_indexes(connection, _FILLED):
        for first in range(1, tickets + 1, BATCH):
            last = min(first + BATCH - 1, tickets)
            connection.execute(insert(Customer), list(maker.customers(first, last)))
            connection.execute(insert(Ticket), list(maker.tickets(first, last)))
            maker.write_rest(connection, first, last)
            connection.commit()
            tell(last, tickets)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


class _Maker:
    """Chooses by a seeded chance, so that every run has the same tickets."""

    def __init__(self, session: Session, tickets: int, now: datetime) -> None:
        self._chance = random.Random(7)
        self._all, self._now = tickets, now
        self._products = list(session.scalars(select(Product).where(Product.active)))
        services = list(session.scalars(select(Service).where(Service.active)))
        self._services = {one.id: one.version for one in services}
        self._steps = {one.id: steps_of(one) for one in services}
        found = current_rule(session)
        self._version, self._weigh = found.version, _weigher(found.rule)
        self._sentences = _sentences()
        names = [f"{one} {other}" for one in _FIRST for other in _LAST]
        staff = [
            make_staff(session, email=f"person{number}@desk.example", name=names[number])
            for number in range(_STAFF)
        ]
        teams = [Team(name=f"Team {number + 1}", created_at=now) for number in range(_TEAMS)]
        session.add_all(teams)
        session.flush()
        session.add_all(
            TeamMember(team_id=teams[(number + more) % _TEAMS].id, staff_id=person.id)
            for number, person in enumerate(staff)
            for more in range(2)
        )
        self._staff, self._teams = [one.id for one in staff], [one.id for one in teams]

    def customers(self, first: int, last: int) -> Iterator[dict[str, Any]]:
        """Every second ticket is of somebody new."""
        for number in range(first // 2 + 1, last // 2 + 1):
            given, family = self._chance.choice(_FIRST), self._chance.choice(_LAST)
            yield {
                "id": number,
                "name": f"{given} {family}",
                "email": f"{given}.{family}.{number}@mail.example".lower(),
                "phone": f"+3519{self._chance.randrange(10**8):08}",
                "language": "pt" if number % 3 else "en",
                "created_at": self._at(number * 2),
            }

    def tickets(self, first: int, last: int) -> Iterator[dict[str, Any]]:
        for number in range(first, last + 1):
            yield self._ticket(number)

    def _ticket(self, number: int) -> dict[str, Any]:
        chance, at = self._chance, self._at(number)
        newest = number > self._all * (1 - _NEWEST)
        open_ = chance.random() < (_OPEN_OF_NEWEST if newest else _OPEN_OF_REST)
        status = chance.choice(
            [TicketStatus.NEW, TicketStatus.IN_PROGRESS, TicketStatus.WAITING]
            if open_
            else [TicketStatus.RESOLVED, *[TicketStatus.CLOSED] * 9]
        )
        product, service = chance.choice(self._products), chance.choice(list(self._services))
        danger = chance.random() < 0.003
        facts = Facts(
            feature_rating=chance.choice((None, 1, 2, 3, 4, 5)),
            importance=product.importance,
            unused=chance.random() < 0.05,
            age_days=chance.choice((None, 3, 20, 200, 500, 900)),
            covered=chance.choice((None, True, False)),
            price_minor=product.price_minor,
            currency=product.currency,
        )
        score, band = self._weigh(facts, danger)
        begun = status is not TicketStatus.NEW
        due_at, due_state = self._due(at, number, runs=open_ and status != TicketStatus.WAITING)
        language = "pt" if chance.random() < 0.6 else "en"
        conversation = str(UUID(int=chance.getrandbits(128))) if chance.random() < 0.7 else None
        closed_at = min(self._now, at + timedelta(hours=chance.randrange(2, 400)))
        return {
            "id": number,
            "number": number_of(number),
            "intake_key": f"made-{number}",
            "service_id": service,
            "service_version": self._services[service],
            "product_id": product.id,
            "customer_id": chance.randrange(1, max(1, number // 2) + 1) if number > 1 else None,
            "conversation_id": conversation,
            "channel": "website",
            "language": language,
            "description": self._words(language),
            "status": status.value,
            "created_at": at,
            "updated_at": at if status is TicketStatus.NEW else closed_at,
            "danger": danger,
            "rule_version": self._version,
            "score": score,
            "band": band,
            "precedence": precedence(score, danger=danger),
            "assignee_id": chance.choice(self._staff) if begun else None,
            "team_id": chance.choice(self._teams) if chance.random() < 0.8 else None,
            "closed_at": closed_at if status is TicketStatus.CLOSED else None,
            "due_at": due_at,
            "due_state": due_state,
            "clocks_stale": False,
            **{name: getattr(facts, name) for name in Facts.__dataclass_fields__},
        }

    def write_rest(self, connection: Connection, first: int, last: int) -> None:
        """What hangs on the tickets, written by the database itself, which is quicker."""
        made = Ticket.id.between(first, last)
        for fields, chosen in self._rest():
            table, columns = fields
            connection.execute(insert(table).from_select(columns, chosen.where(made)))

    def _rest(self) -> Iterator[tuple[tuple[Any, list[str]], Any]]:
        done = Ticket.status.in_(DONE_STATUSES)
        talked = Ticket.conversation_id.is_not(None)
        columns = ["id", "channel", "language", "customer_id", "identified", "started_at"]
        yield (
            (Conversation, [*columns, "last_message_at", "last_seq"]),
            select(
                Ticket.conversation_id,
                Ticket.channel,
                Ticket.language,
                Ticket.customer_id,
                literal(False),
                Ticket.created_at,
                Ticket.created_at,
                literal(2),
            ).where(talked),
        )
        columns = ["conversation_id", "seq", "sender", "text", "at", "state"]
        empty: list[dict[str, str]] = []
        for seq, sender, said in (
            (1, Sender.CUSTOMER, Ticket.description),
            (2, Sender.BOT, literal("Thank you. I have written it down for my colleagues.")),
        ):
            lists = [literal(empty, Message.buttons.type) for _ in range(3)]
            yield (
                (Message, [*columns, "buttons", "sources", "entities"]),
                select(
                    Ticket.conversation_id,
                    literal(seq),
                    literal(sender.value),
                    said,
                    Ticket.created_at,
                    literal(MessageState.DONE.value),
                    *lists,
                ).where(talked),
            )
        told: dict[str, Any] = {
            "description": Ticket.description,
            "product": Ticket.product_id,
            "purchase_date": literal(date(2025, 1, 15).isoformat()),
        }
        for field, value in told.items():
            yield (
                (TicketRecord, ["ticket_id", "field", "value"]),
                select(Ticket.id, literal(field), value),
            )
        columns = ["ticket_id", "position", "key", "text", "role", "hours", "required"]
        for service, steps in self._steps.items():
            for step in steps:
                yield (
                    (TicketStep, [*columns, "done_at", "done_by"]),
                    select(
                        Ticket.id,
                        literal(step.position),
                        literal(step.key),
                        literal(step.text, TicketStep.text.type),
                        literal(step.role),
                        literal(step.hours),
                        literal(step.required),
                        case((done, Ticket.updated_at)),
                        case((done, "Ann Lee")),
                    ).where(Ticket.service_id == service),
                )
        columns = ["ticket_id", "at", "kind", "staff_id", "actor", "from_status", "to_status"]
        begun = Ticket.status != TicketStatus.NEW
        moves = (
            (EventKind.OPENED, None, TicketStatus.NEW, literal(True)),
            (EventKind.STATUS, TicketStatus.NEW, TicketStatus.IN_PROGRESS, begun),
            (EventKind.STATUS, TicketStatus.IN_PROGRESS, TicketStatus.RESOLVED, done),
        )
        for kind, before, after, when in moves:
            yield (
                (TicketEvent, [*columns, "note"]),
                select(
                    Ticket.id,
                    Ticket.created_at if before is None else Ticket.updated_at,
                    literal(kind.value),
                    Ticket.assignee_id,
                    literal("Ann Lee"),
                    literal(before.value if before else None, TicketEvent.from_status.type),
                    literal(after.value),
                    literal(""),
                ).where(when),
            )
        columns = ["ticket_id", "kind", "target_minutes", "around_the_clock", "used_seconds"]
        runs = Ticket.due_at.is_not(None)
        for kind_of_clock in ClockKind:
            yield (
                (TicketClock, [*columns, "running_since", "stopped_at", "due_at", "look_at"]),
                select(
                    Ticket.id,
                    literal(kind_of_clock.value),
                    literal(2880),
                    literal(False),
                    literal(3600),
                    case((runs, Ticket.created_at)),
                    case((~runs, Ticket.updated_at)),
                    Ticket.due_at,
                    case((Ticket.due_state != DueState.LATE, Ticket.due_at)),
                ),
            )

    def _at(self, number: int) -> datetime:
        """The newest ticket was opened just now."""
        share = min(1.0, number / self._all)
        return self._now - timedelta(days=365 * _YEARS * (1 - share))

    def _due(
        self, opened: datetime, number: int, *, runs: bool
    ) -> tuple[datetime | None, str | None]:
        if not runs:
            return None, None
        if number % 10 == 0:
            return opened + timedelta(days=3), DueState.LATE.value
        due = self._now + timedelta(minutes=self._chance.randrange(30, 20_000))
        state = DueState.DUE_SOON if number % 10 == 1 else DueState.ON_TIME
        return due, state.value

    def _words(self, language: str) -> str:
        """Two sentences and, as names and numbers do, a word that hardly any other ticket has."""
        said = self._chance.choices(self._sentences[language], k=2)
        own = "".join(self._chance.choices(_SYLLABLES, k=5))
        return f"{said[0]}. {said[1]} ({own})"


def number_of(key: int) -> str:
    """The number of the ticket with that key: different ones, spread as real ones are."""
    spread, body = key * 48_271_019 % len(ALPHABET) ** _BODY, ""
    for _ in range(_BODY):
        spread, at = divmod(spread, len(ALPHABET))
        body += ALPHABET[at]
    number = read_number(body + luhn.calc_check_digit(body, alphabet=ALPHABET))
    assert number
    return number


def _weigher(rule: Rule) -> Callable[[Facts, bool], tuple[int, str]]:
    @cache
    def weighed(facts: Facts, danger: bool) -> tuple[int, str]:
        found = weigh(facts, rule, danger=danger)
        return found.score, found.band.value

    return weighed


def _sentences() -> dict[str, list[str]]:
    """The training data's messages by language, without their marks."""
    found: dict[str, list[str]] = {}
    for folder in sorted((PROJECT_ROOT / "data" / "nlu").iterdir()):
        if folder.is_dir():
            lines = (
                line
                for path in sorted(folder.glob("*.yml"))
                for line in path.read_text(encoding="utf-8").splitlines()
            )
            said = [_MARKED.sub(r"\1", line[6:]) for line in lines if line.startswith("    - ")]
            found[folder.name] = said
    return found
