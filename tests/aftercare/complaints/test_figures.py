"""What is counted of complaints."""

from __future__ import annotations

from datetime import timedelta

from aftercare.complaints.closing import Costs, close
from aftercare.complaints.figures import counted, first_proposals, median_days, totals
from aftercare.complaints.proposing import take_back
from aftercare.database import SessionFactory, writing
from aftercare.tables.complaints import ComplaintCase, ComplaintOutcome, ComplaintStatus
from aftercare.tickets.history import Actor
from tests.aftercare.complaints.conftest import (
    accepted,
    complaint_ticket,
    contested,
    person,
    proposed,
)
from tests.conftest import NOW
from tests.factories import AT

PROPOSED = ComplaintStatus.PROPOSED


def test_figures_of_complaints_that_went_different_ways(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ana, boss = person(session, "Ana"), person(session, "Max", "manager")
        good = complaint_ticket(session, PROPOSED)
        accepted(session, good)
        close(session, good, ComplaintOutcome.ACCEPTED, Costs(500, 0, 250), staff=ana, now=NOW)
        second = complaint_ticket(session, PROPOSED, product_id="mare-w700")
        contested(session, second)
        proposed(session, second, boss)
        accepted(session, second, 2)
        corrected = complaint_ticket(session, PROPOSED, product_id=None)
        take_back(session, corrected, 1, "A typo.", by=Actor("Ana"), now=NOW)
        complaint_ticket(session)
        merged = complaint_ticket(session)
        merged.merged_into_id = good.id
        session.flush()

        found = counted(session)
        assert len(found) == 4
        first = first_proposals(found)
        assert (first.answered, first.accepted, first.share) == (2, 1, 0.5)
        by_product = {one.key: one for one in totals(found, lambda one: one.product)}
        assert {key: one.count for key, one in by_product.items()} == {
            "mare-w900": 2,
            "mare-w700": 1,
            "": 1,
        }
        assert by_product["mare-w900"].costs == {"BRL": 750}
        assert by_product["mare-w700"].costs == {}
        assert [one.key for one in totals(found, lambda one: one.outcome)] == ["", "accepted"]
        days = median_days(found)
        assert days["acknowledged"] == (NOW - AT) / timedelta(days=1)
        assert days["answered"] == (NOW + timedelta(hours=1) - AT) / timedelta(days=1)


def test_conditions_leave_out_the_others_and_nothing_is_no_share(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        complaint_ticket(session, PROPOSED)
        assert first_proposals(counted(session)).share is None
        none = counted(session, [ComplaintCase.received_at > NOW])
        assert none == []
        assert set(median_days(none).values()) == {None}
