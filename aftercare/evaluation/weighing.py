"""Weighs tickets by the rule that counts: one when it is written, all open ones when it changes."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from aftercare.database import SessionFactory, writing
from aftercare.evaluation.facts import facts_of, put_facts
from aftercare.evaluation.in_sql import band_of, precedence_of, score_of
from aftercare.evaluation.rule import precedence, weigh
from aftercare.evaluation.versions import RuleVersion, current_rule
from aftercare.tables.catalogue import Product, Service
from aftercare.tables.tickets import Ticket, is_open

_log = logging.getLogger(__name__)

#: Tickets of one step: written in well under a second, so that nobody else has to wait for long.
BATCH = 20_000
#: Of those whose records have to be read first, which takes longer.
_BATCH_TO_READ = 500


def weigh_ticket(session: Session, ticket: Ticket) -> None:
    """Read the ticket's facts anew and weigh them; call it whenever its records were written."""
    put_facts(ticket)
    _put_score(ticket, current_rule(session))
    if ticket.danger:
        _log.warning("ticket.danger ticket_id=%s", ticket.id)


def _put_score(ticket: Ticket, by: RuleVersion) -> None:
    found = weigh(facts_of(ticket), by.rule, danger=ticket.danger)
    ticket.rule_version = by.version
    ticket.score = found.score
    if ticket.band != found.band:
        # Another priority has other targets; the clocks learn of it from aftercare/clocks/watch.py.
        ticket.clocks_stale = True
    ticket.band = found.band
    ticket.precedence = precedence(found.score, danger=ticket.danger)


def count_left(session: Session) -> int:
    """How many tickets wait to be weighed by the rule that counts."""
    left = _left(current_rule(session).version)
    return session.scalar(select(func.count()).select_from(Ticket).where(left)) or 0


def weigh_left(sessions: SessionFactory, tell: Callable[[int], None] = lambda _done: None) -> int:
    """Weigh every ticket that was never weighed and every open one weighed by another rule.

    `tell` hears after each step how many are done. A step that fails leaves those before it done,
    and the next call goes on there. Raises StorageUnavailable.
    """
    done = 0
    for step in (_read_and_weigh, _weigh_again):
        last = 0
        while True:
            with writing(sessions) as session:
                number, last = step(session, last)
            if not number:
                break
            done += number
            tell(done)
    return done


def _left(version: int) -> ColumnElement[bool]:
    return or_(Ticket.rule_version.is_(None), is_open() & (Ticket.rule_version != version))


def _read_and_weigh(session: Session, after: int) -> tuple[int, int]:
    """The next tickets without facts; how many there were, and the key of the last one."""
    found = session.scalars(
        select(Ticket)
        .where(Ticket.rule_version.is_(None), Ticket.id > after)
        .order_by(Ticket.id)
        .limit(_BATCH_TO_READ)
        .options(
            selectinload(Ticket.records),
            joinedload(Ticket.product).selectinload(Product.features),
            joinedload(Ticket.service).selectinload(Service.records),
        )
        .with_for_update(of=Ticket)
    ).all()
    by = current_rule(session)
    for ticket in found:
        put_facts(ticket)
        _put_score(ticket, by)
    return len(found), found[-1].id if found else after


def _weigh_again(session: Session, after: int) -> tuple[int, int]:
    """The next open tickets weighed by another rule, without bringing them here."""
    by = current_rule(session)
    wanted = (is_open(), Ticket.rule_version != by.version, Ticket.id > after)
    batch = select(Ticket.id).where(*wanted).order_by(Ticket.id).limit(BATCH).subquery()
    number, last = session.execute(select(func.count(), func.max(batch.c.id))).one()
    if not number:
        return 0, after
    score = score_of(by.rule)
    session.execute(
        update(Ticket)
        .where(*wanted, Ticket.id <= last)
        .values(
            rule_version=by.version,
            score=score,
            band=band_of(by.rule, score),
            precedence=precedence_of(score),
            clocks_stale=or_(
                Ticket.clocks_stale, Ticket.band.is_distinct_from(band_of(by.rule, score))
            ),
        )
        .execution_options(synchronize_session=False)
    )
    return number, last
