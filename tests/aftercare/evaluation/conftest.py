"""The sample company, emptied of tickets and rules for each test."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from aftercare.database import SessionFactory, reading, writing
from aftercare.evaluation.rule import Rule
from aftercare.evaluation.versions import current_rule
from aftercare.tables import Base
from aftercare.tables.evaluation import EvaluationRule, RuleStatus
from aftercare.tables.staff import Staff


@pytest.fixture
def sessions(company: SessionFactory) -> SessionFactory:
    """Without tickets, and with the first rule."""
    with writing(company) as session:
        for table in reversed(Base.metadata.sorted_tables):
            of_tickets = {key.column.table.name for key in table.foreign_keys}
            if table.name == "tickets" or "tickets" in of_tickets:
                session.execute(delete(table))
        session.execute(delete(EvaluationRule).where(EvaluationRule.version > 1))
        session.execute(update(EvaluationRule).values(status=RuleStatus.CURRENT))
        session.execute(delete(Staff))
    return company


@pytest.fixture
def first_rule(sessions: SessionFactory) -> Rule:
    with reading(sessions) as session:
        return current_rule(session).rule
