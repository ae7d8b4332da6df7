"""`make evaluate-tickets` as an operator sees it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from sqlalchemy import update

from aftercare.database import SessionFactory, reading, writing
from aftercare.settings import PROJECT_ROOT
from aftercare.tables.tickets import Ticket
from tests.factories import make_ticket


@pytest.mark.processes
def test_command_weighs_what_is_left_and_tells_how_far_it_is(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        keys = [make_ticket(session).id for _ in range(2)]
        session.execute(update(Ticket).values(rule_version=None, score=None))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AFTERCARE_")},
        "AFTERCARE_DATABASE_URL": str(sessions.kw["bind"].url),
    }
    answer = subprocess.run(
        [sys.executable, "-m", "aftercare.evaluation"],
        cwd=PROJECT_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stdout.splitlines() == [
        "2 tickets to weigh by version 1 of the rule",
        "2 of 2",
        "2 tickets weighed",
    ], answer.stderr
    with reading(sessions) as session:
        assert all(session.get_one(Ticket, key).score is not None for key in keys)
