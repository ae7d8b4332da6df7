"""The severity that the desk proposes, and the facts that it is proposed by."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aftercare.complaints.files import read_complaints
from aftercare.complaints.investigating import proposed_severity
from aftercare.complaints.severity import Facts, Ground, weigh
from aftercare.database import SessionFactory, writing
from aftercare.settings import PROJECT_ROOT
from aftercare.tables.complaints import Severity
from tests.aftercare.complaints.conftest import complaint_ticket, held
from tests.factories import AT, make_ticket

SCALE = read_complaints(PROJECT_ROOT / "catalogue").scale
LEAK = {"symptom": "leak", "wanted": "refund"}


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        (Facts(), Severity.LOW),
        (Facts(amount=29_999, currency="BRL"), Severity.LOW),
        (Facts(amount=30_000, currency="BRL"), Severity.MEDIUM),
        (Facts(amount=200_000, currency="BRL"), Severity.HIGH),
        (Facts(amount=200_000, currency="JPY"), Severity.LOW),
        (Facts(repeated=1), Severity.MEDIUM),
        (Facts(repeated=3), Severity.HIGH),
        (Facts(others=1), Severity.LOW),
        (Facts(others=2), Severity.MEDIUM),
        (Facts(others=5), Severity.HIGH),
        (Facts(outside=("court",)), Severity.HIGH),
        (Facts(outside=("court",), repeated=9, others=9), Severity.HIGH),
        (Facts(danger=True), Severity.CRITICAL),
    ],
)
def test_severest_reason_counts(facts: Facts, severity: Severity) -> None:
    assert weigh(facts, SCALE).severity is severity


def test_every_reason_is_told() -> None:
    weighed = weigh(Facts(True, ("Procon",), 30_000, "BRL", 2, 7), SCALE)
    assert [(one.ground, one.severity, one.count) for one in weighed.reasons] == [
        (Ground.DANGER, Severity.CRITICAL, 0),
        (Ground.OUTSIDE, Severity.HIGH, 1),
        (Ground.AMOUNT, Severity.MEDIUM, 30_000),
        (Ground.REPEATED, Severity.MEDIUM, 2),
        (Ground.OTHERS, Severity.HIGH, 7),
    ]


@pytest.mark.parametrize(
    ("changes", "severity", "grounds"),
    [
        ({}, Severity.LOW, []),
        ({"danger": True}, Severity.CRITICAL, [Ground.DANGER]),
        ({"description": "Vou ao PROCON amanhã"}, Severity.HIGH, [Ground.OUTSIDE]),
        ({"description": "Vou à Justiça!"}, Severity.HIGH, [Ground.OUTSIDE]),
        ({"description": "The courtyard is wet"}, Severity.LOW, []),
        ({"records": {"amount": "2500.00 BRL"}}, Severity.HIGH, [Ground.AMOUNT]),
        ({"records": {"amount": "350.00"}}, Severity.MEDIUM, [Ground.AMOUNT]),
    ],
)
def test_words_and_records_tell(
    stocked_sessions: SessionFactory,
    changes: dict[str, object],
    severity: Severity,
    grounds: list[Ground],
) -> None:
    with writing(stocked_sessions) as session:
        ticket = complaint_ticket(session, **changes)
        assert held(session, ticket).severity == severity
        assert [one.ground for one in proposed_severity(session, ticket).reasons] == grounds


def test_earlier_complaints_of_the_customer_count_for_a_year(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        mine = {"email": "joana@mail.example"}
        complaint_ticket(session, at=AT - timedelta(days=366), **mine)
        complaint_ticket(session, at=AT - timedelta(days=364), **mine)
        complaint_ticket(session, at=AT - timedelta(days=1))
        make_ticket(session, **mine)
        (reason,) = proposed_severity(session, complaint_ticket(session, **mine)).reasons
        assert (reason.ground, reason.count) == (Ground.REPEATED, 1)


def test_others_count_with_the_same_fault_of_the_same_product_in_ninety_days(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        for changes in (
            {"at": AT - timedelta(days=91), "records": LEAK},
            {"at": AT - timedelta(days=89), "records": LEAK},
            {"records": LEAK},
            {"records": LEAK, "product_id": "mare-w700"},
            {"records": {"symptom": "noise"}},
            {},
        ):
            complaint_ticket(session, **changes)
        (reason,) = proposed_severity(session, complaint_ticket(session, records=LEAK)).reasons
        assert (reason.ground, reason.count) == (Ground.OTHERS, 2)
        assert proposed_severity(session, complaint_ticket(session)).reasons == ()


def test_double_is_not_counted_beside_the_ticket_that_took_it_in(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        mine = {"email": "joana@mail.example"}
        double, ticket = (complaint_ticket(session, **mine) for _ in range(2))
        double.merged_into_id = ticket.id
        session.flush()
        assert proposed_severity(session, ticket).reasons == ()
