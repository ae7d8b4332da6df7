"""Tickets of a real database are weighed when they are written and when the rule changes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, reading, writing
from aftercare.evaluation import weighing
from aftercare.evaluation.facts import facts_of
from aftercare.evaluation.in_sql import band_of, precedence_of, score_of
from aftercare.evaluation.rule import Band, Criterion, Facts, Rule, precedence, weigh
from aftercare.evaluation.versions import save_draft, switch_on
from aftercare.evaluation.weighing import count_left, weigh_left, weigh_ticket
from aftercare.tables.tickets import Ticket, TicketRecord, TicketStatus
from tests.conftest import NOW
from tests.factories import AT, make_staff, make_ticket
from tests.postgresql import BOTH

pytestmark = BOTH


def changed(rule: Rule, **weights: int) -> Rule:
    return Rule.model_validate(
        {**rule.model_dump(), "weights": {name: weights.get(name, 0) for name in Criterion}}
    )


def put_rule(session: Session, rule: Rule) -> int:
    staff = make_staff(session, role="manager")
    save_draft(session, rule, comment="", staff=staff, now=NOW)
    return switch_on(session, NOW, staff=staff, now=NOW).version


@pytest.mark.parametrize(
    ("values", "facts"),
    [
        (
            {
                "records": {
                    "part": "mare-w900/drain",
                    "purchase_date": (AT.date() - timedelta(days=100)).isoformat(),
                }
            },
            Facts(5, 5, False, 100, True, 329900, "BRL"),
        ),
        # Of a part that is no feature nobody knows the rating.
        (
            {"records": {"part": "mare-w900/detergent_drawer", "purchase_date": "2020-01-31"}},
            Facts(None, 5, False, (AT.date() - date(2020, 1, 31)).days, False, 329900, "BRL"),
        ),
        (
            {"records": {"purchase_date": "last year"}},
            Facts(None, 5, False, None, None, 329900, "BRL"),
        ),
        ({"service_id": "feedback", "product_id": None}, Facts()),
        (
            {"service_id": "return", "records": {"reason": "damaged"}},
            Facts(None, 5, True, None, None, 329900, "BRL"),
        ),
        # Staff asked, and the customer had used it.
        (
            {
                "service_id": "return",
                "records": {"reason": "damaged", "before_first_use": "no"},
            },
            Facts(None, 5, False, None, None, 329900, "BRL"),
        ),
        (
            {"service_id": "complaint", "records": {"purchase_date": "2027-01-01"}},
            Facts(None, 5, False, 0, True, 329900, "BRL"),
        ),
    ],
)
def test_facts_are_read_from_records_and_catalogue(
    sessions: SessionFactory, values: dict[str, Any], facts: Facts
) -> None:
    with writing(sessions) as session:
        assert facts_of(make_ticket(session, **values)) == facts


def test_new_ticket_is_weighed_at_once(sessions: SessionFactory, first_rule: Rule) -> None:
    with writing(sessions) as session:
        key = make_ticket(session, records={"part": "mare-w900/drain"}).id
    with reading(sessions) as session:
        ticket = session.get_one(Ticket, key)
        found = weigh(facts_of(ticket), first_rule)
        assert (ticket.rule_version, ticket.score, ticket.band, ticket.precedence) == (
            1,
            found.score,
            found.band,
            precedence(found.score, danger=False),
        )


def test_ticket_of_danger_is_urgent_first_and_in_the_log_without_words(
    sessions: SessionFactory, caplog: pytest.LogCaptureFixture
) -> None:
    with writing(sessions) as session:
        calm = make_ticket(session, records={"part": "mare-w900/drain"})
        with caplog.at_level(logging.WARNING, logger="aftercare"):
            smoke = make_ticket(
                session, danger=True, description="smoke", service_id="feedback", product_id=None
            )
        assert (smoke.band, calm.band != Band.LOW) == (Band.URGENT, True)
        assert smoke.precedence < calm.precedence
        assert smoke.score is not None
        assert calm.score is not None
        assert smoke.score < calm.score
    assert caplog.messages == [f"ticket.danger ticket_id={smoke.id}"]


def test_changed_records_are_weighed_anew(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        ticket = make_ticket(session, records={"part": "mare-w900/drain"})
        before = ticket.score
        ticket.records.append(TicketRecord(field="purchase_date", value="2019-01-01"))
        weigh_ticket(session, ticket)
        assert ticket.covered is False
        assert ticket.score != before


def values_of_each_criterion() -> Iterator[Facts]:
    """Every kind of value and every border; the criteria do not touch each other."""
    yield from (Facts(feature_rating=rating) for rating in (None, 1, 2, 3, 4, 5))
    yield from (Facts(importance=importance) for importance in (1, 2, 3, 4, 5))
    for unused, age, covered in product((False, True), (None, 90, 91), (None, False, True)):
        yield Facts(unused=unused, age_days=age, covered=covered)
    for price in (0, 49999, 50000, 599999, 600000):
        yield Facts(price_minor=price, currency="BRL")
    yield Facts(price_minor=600000, currency="EUR")


def test_database_reckons_like_the_rule(sessions: SessionFactory, first_rule: Rule) -> None:
    unknown = dict(zip(Criterion, (1, 2, 3, 4), strict=True))
    rule = first_rule.model_copy(update={"unknown": unknown})
    score = score_of(rule)
    with writing(sessions) as session:
        ticket = make_ticket(session)
        for facts, danger in product(values_of_each_criterion(), (False, True)):
            session.execute(update(Ticket).values(danger=danger, **asdict(facts)))
            found = weigh(facts, rule, danger=danger)
            assert session.execute(
                select(score, band_of(rule, score), precedence_of(score)).where(
                    Ticket.id == ticket.id
                )
            ).one() == (
                found.score,
                found.band.value,
                precedence(found.score, danger=danger),
            ), facts


def test_new_rule_weighs_open_tickets_in_steps_and_leaves_closed_ones(
    sessions: SessionFactory, first_rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weighing, "BATCH", 2)
    with writing(sessions) as session:
        opened = [make_ticket(session, records={"part": "mare-w900/drain"}).id for _ in range(5)]
        closed = make_ticket(session, status=TicketStatus.CLOSED)
        kept = closed.score
        version = put_rule(session, changed(first_rule, feature=100))
        assert count_left(session) == 5
    told: list[int] = []
    assert weigh_left(sessions, told.append) == 5
    assert told == [2, 4, 5]
    with reading(sessions) as session:
        assert count_left(session) == 0
        for key in opened:
            ticket = session.get_one(Ticket, key)
            assert (ticket.rule_version, ticket.score, ticket.band) == (version, 10000, "urgent")
        closed = session.get_one(Ticket, closed.id)
        assert (closed.rule_version, closed.score) == (1, kept)
    assert weigh_left(sessions) == 0


def test_tickets_of_before_are_read_and_weighed_once(
    sessions: SessionFactory, first_rule: Rule
) -> None:
    with writing(sessions) as session:
        keys = [
            make_ticket(session, status=status, records={"part": "mare-w900/drain"}).id
            for status in (TicketStatus.NEW, TicketStatus.CLOSED)
        ]
        session.execute(
            text("UPDATE tickets SET rule_version = NULL, score = NULL, feature_rating = NULL")
        )
    assert weigh_left(sessions) == 2
    with reading(sessions) as session:
        for key in keys:
            ticket = session.get_one(Ticket, key)
            assert (ticket.feature_rating, ticket.rule_version) == (5, 1)
            assert ticket.score == weigh(facts_of(ticket), first_rule).score
