"""A draft is tried on past tickets, and changes none of them."""

from __future__ import annotations

import pytest

from aftercare.database import SessionFactory, writing
from aftercare.evaluation.rule import Band, Criterion, Rule
from aftercare.evaluation.trial import try_rule
from aftercare.tables.tickets import TicketStatus
from tests.factories import make_ticket
from tests.postgresql import BOTH

pytestmark = BOTH


@pytest.fixture
def by_price(first_rule: Rule) -> Rule:
    weights = {name: 100 if name is Criterion.PRICE else 0 for name in Criterion}
    return Rule.model_validate({**first_rule.model_dump(), "weights": weights})


def test_trial_of_the_same_rule_moves_nothing(sessions: SessionFactory, first_rule: Rule) -> None:
    with writing(sessions) as session:
        make_ticket(session)
        found = try_rule(session, first_rule, first_rule)
    assert (found.tickets, found.changed, found.movers) == (1, 0, ())


def test_trial_tells_bands_and_who_moves(
    sessions: SessionFactory, first_rule: Rule, by_price: Rule
) -> None:
    with writing(sessions) as session:
        # Dear, but a small fault; and two that are cheap, with a grave one.
        dear = make_ticket(session, product_id="mare-w900", records={"part": "mare-w900/steam"})
        for _ in range(2):
            cheap = make_ticket(
                session,
                product_id="aroma-c200",
                status=TicketStatus.CLOSED,
                records={"part": "aroma-c200/brewing", "purchase_date": "2026-03-01"},
            )
        smoke = make_ticket(session, product_id="aroma-c200", danger=True)
        before = [(one.score, one.band) for one in (dear, cheap, smoke)]
        found = try_rule(session, first_rule, by_price)
        assert [(one.score, one.band) for one in (dear, cheap, smoke)] == before
    assert found.tickets == 4
    assert found.then(Band.URGENT) == 2  # the dear one, and danger stays where it is
    assert sum(found.now(band) for band in Band) == sum(found.then(band) for band in Band) == 4
    assert found.changed == sum(n for (a, b), n in found.bands.items() if a is not b) > 0
    moves = {move.example: move for move in found.movers}
    assert (moves[dear.number].place, moves[dear.number].place_then) == (4, 2)
    assert moves[dear.number].sooner == 2
    assert (moves[cheap.number].place, moves[cheap.number].place_then) == (2, 3)
    assert (moves[cheap.number].tickets, moves[cheap.number].sooner) == (2, -1)
    assert smoke.number not in moves
    assert found.movers[0].example == dear.number


def test_trial_looks_at_the_newest_tickets(
    sessions: SessionFactory, first_rule: Rule, by_price: Rule
) -> None:
    with writing(sessions) as session:
        for _ in range(3):
            make_ticket(session)
        assert try_rule(session, first_rule, by_price, newest=2).tickets == 2
