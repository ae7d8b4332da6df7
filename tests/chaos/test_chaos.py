"""The short form of `make chaos`: a thousand messages, and every program killed five times."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.chaos.cluster import NoPostgresql
from tests.chaos.run import Plan, run
from tests.stack import MODEL

pytestmark = [
    pytest.mark.processes,
    pytest.mark.xdist_group("chaos"),
    # Two minutes each on two cores that have nothing else to do, and patience for busy ones.
    pytest.mark.timeout(900),
]

_SEED = 11


@pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_nothing_is_lost_or_doubled_while_everything_is_killed(engine: str, tmp_path: Path) -> None:
    if not MODEL.exists():
        pytest.fail(f"{MODEL} is missing: run `make train` first (`make test` does).")
    plan = Plan(
        engine, messages=1000, conversations=50, life_seconds=5, kills_go_on=False, seed=_SEED
    )
    try:
        report = run(plan, tmp_path, lambda words: print(words, file=sys.stderr))
    except NoPostgresql as error:
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(f"REQUIRE_SERVICES=1 asks for PostgreSQL: {error}")
        pytest.skip(str(error))
    assert report.verdict.clean(), report.verdict
    assert report.verdict.messages >= plan.messages
    assert report.verdict.tickets == plan.conversations
    assert min(report.kills.values()) >= plan.least_kills, report.kills
