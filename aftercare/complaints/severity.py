"""How serious a complaint is: what is known of it, and the severity that follows, with reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from aftercare.complaints.files import CountsFile, ScaleFile
from aftercare.exchange.cells import read_money
from aftercare.intake.words import plain
from aftercare.returns.refunds import record_of_kind
from aftercare.tables.complaints import ComplaintCase, Severity
from aftercare.tables.tickets import Ticket, TicketRecord
from aftercare.tickets.plan import fields_of

#: How long earlier complaints of the customer count, and those of others about the same fault.
REPEATED_WITHIN = timedelta(days=365)
OTHERS_WITHIN = timedelta(days=90)

_ORDER = list(Severity)


class Ground(StrEnum):
    """What may speak for a severity."""

    DANGER = "danger"
    OUTSIDE = "outside"  # consumer bodies, courts or the press are mentioned
    AMOUNT = "amount"
    REPEATED = "repeated"
    OTHERS = "others"


@dataclass(frozen=True)
class Facts:
    """What is known of a complaint; the amount in minor units."""

    danger: bool = False
    outside: tuple[str, ...] = ()
    """The words that name them."""
    amount: int | None = None
    currency: str = ""
    repeated: int = 0
    others: int = 0


@dataclass(frozen=True)
class Reason:
    """Why at least that severity; `count` is how many or how much, `words` what was written."""

    ground: Ground
    severity: Severity
    count: int = 0
    words: str = ""


@dataclass(frozen=True)
class Weighed:
    """The highest severity that a reason speaks for; low where none does."""

    severity: Severity
    reasons: tuple[Reason, ...]


def weigh(facts: Facts, scale: ScaleFile) -> Weighed:
    """What the scale says of these facts. The severest reason counts, none is added up."""
    reasons = []
    if facts.danger:
        reasons.append(Reason(Ground.DANGER, Severity.CRITICAL))
    if facts.outside:
        words = ", ".join(facts.outside)
        reasons.append(Reason(Ground.OUTSIDE, Severity.HIGH, len(facts.outside), words))
    limits = next((one for one in scale.amounts if one.currency == facts.currency), None)
    if limits and facts.amount is not None:
        reasons += _reached(Ground.AMOUNT, facts.amount, limits.medium, limits.high, facts.currency)
    reasons += _counted(Ground.REPEATED, facts.repeated, scale.repeated)
    reasons += _counted(Ground.OTHERS, facts.others, scale.others)
    severest = max((_ORDER.index(one.severity) for one in reasons), default=0)
    return Weighed(_ORDER[severest], tuple(reasons))


def facts_of(session: Session, ticket: Ticket, scale: ScaleFile) -> Facts:
    """What is known of a ticket's complaint, as of the day on which it came."""
    amount, currency = _amount(ticket)
    return Facts(
        danger=ticket.danger,
        outside=_named(_told(ticket), [*scale.outside_words.en, *scale.outside_words.pt]),
        amount=amount,
        currency=currency,
        repeated=_earlier(session, ticket),
        others=_of_others(session, ticket),
    )


def _counted(ground: Ground, count: int, limits: CountsFile) -> list[Reason]:
    return _reached(ground, count, limits.medium, limits.high)


def _reached(ground: Ground, count: int, medium: int, high: int, words: str = "") -> list[Reason]:
    if count >= high:
        return [Reason(ground, Severity.HIGH, count, words)]
    return [Reason(ground, Severity.MEDIUM, count, words)] if count >= medium else []


def _amount(ticket: Ticket) -> tuple[int | None, str]:
    """What it is about in money, in the record's currency or else the product's."""
    number, _, currency = record_of_kind(ticket, "amount").partition(" ")
    currency = currency or (ticket.product.currency if ticket.product else "")
    return (read_money(number, currency), currency) if number and currency else (None, "")


def _told(ticket: Ticket) -> str:
    return f"{ticket.description} {' '.join(one.value for one in ticket.records)}"


def _named(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """The words that stand in the text, each once, without regard to case and accents."""
    flat = plain(text)
    found = [one for one in words if re.search(rf"\b{re.escape(plain(one))}\b", flat)]
    return tuple(dict.fromkeys(found))


def _earlier(session: Session, ticket: Ticket) -> int:
    if ticket.customer_id is None:
        return 0
    return _count(
        session,
        ticket,
        Ticket.customer_id == ticket.customer_id,
        Ticket.created_at >= ticket.created_at - REPEATED_WITHIN,
    )


def _of_others(session: Session, ticket: Ticket) -> int:
    """About the same fault of the same product; where either is not told, nothing is the same."""
    symptom = record_of_kind(ticket, "symptom")
    if ticket.product_id is None or not symptom:
        return 0
    field = next(one.field for one in fields_of(ticket) if one.kind == "symptom")
    same = select(TicketRecord.ticket_id).where(
        TicketRecord.field == field, TicketRecord.value == symptom
    )
    somebody_else = or_(Ticket.customer_id.is_(None), Ticket.customer_id != ticket.customer_id)
    return _count(
        session,
        ticket,
        Ticket.product_id == ticket.product_id,
        Ticket.created_at >= ticket.created_at - OTHERS_WITHIN,
        somebody_else,
        Ticket.id.in_(same),
    )


def _count(session: Session, ticket: Ticket, *conditions: ColumnElement[bool]) -> int:
    """How many earlier complaints there are; doubles of another one are not counted."""
    counted = (
        select(func.count())
        .select_from(ComplaintCase)
        .join(ComplaintCase.ticket)
        .where(
            Ticket.id != ticket.id,
            Ticket.created_at <= ticket.created_at,
            Ticket.merged_into_id.is_(None),
            *conditions,
        )
    )
    return session.scalar(counted) or 0
