"""One rule counts, one may be in work, and what counted once is kept."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotFound, StaleEdit
from aftercare.evaluation.rule import HUNDREDTHS, Facts, Rule, weigh
from aftercare.evaluation.versions import (
    all_rules,
    current_rule,
    draft_rule,
    drop_draft,
    rule_of_version,
    save_draft,
    switch_on,
)
from aftercare.settings import PROJECT_ROOT
from tests.conftest import NOW
from tests.factories import make_staff
from tests.postgresql import BOTH

pytestmark = BOTH


def test_desk_begins_with_a_rule_that_counts(sessions: SessionFactory) -> None:
    with reading(sessions) as session:
        assert [rule.status for rule in all_rules(session)] == ["current"]
        assert current_rule(session).version == 1
        assert draft_rule(session) is None


def test_draft_is_changed_in_place_and_counts_when_it_is_switched_on(
    sessions: SessionFactory, first_rule: Rule
) -> None:
    later = NOW + timedelta(hours=1)
    other = first_rule.model_copy(update={"early_life_days": 7})
    with writing(sessions) as session:
        staff = make_staff(session, role="manager")
        save_draft(session, first_rule, comment="first try", staff=staff, now=NOW)
        draft = save_draft(session, other, comment="7 days", staff=staff, now=later)
        assert (draft.version, draft.comment) == (2, "7 days")
        assert current_rule(session).version == 1
        switch_on(session, later, staff=staff, now=later)
    with reading(sessions) as session:
        counting = current_rule(session)
        assert (counting.version, counting.rule, counting.switched_on_by) == (2, other, staff.name)
        assert [(rule.version, rule.status) for rule in all_rules(session)] == [
            (2, "current"),
            (1, "past"),
        ]
        assert rule_of_version(session, 1).rule == first_rule


def test_only_the_draft_that_was_looked_at_is_switched_on(
    sessions: SessionFactory, first_rule: Rule
) -> None:
    with writing(sessions) as session:
        staff = make_staff(session, role="manager")
        with pytest.raises(StaleEdit):
            switch_on(session, NOW, staff=staff, now=NOW)
        save_draft(session, first_rule, comment="", staff=staff, now=NOW)
        with pytest.raises(StaleEdit):
            switch_on(session, NOW - timedelta(seconds=1), staff=staff, now=NOW)
        assert current_rule(session).version == 1


def test_draft_can_be_dropped(sessions: SessionFactory, first_rule: Rule) -> None:
    with writing(sessions) as session:
        drop_draft(session)
        staff = make_staff(session, role="manager")
        save_draft(session, first_rule, comment="", staff=staff, now=NOW)
        drop_draft(session)
        assert draft_rule(session) is None


def test_version_that_never_was(sessions: SessionFactory) -> None:
    with reading(sessions) as session, pytest.raises(NotFound):
        rule_of_version(session, 99)


def test_first_rule_weighs_the_example_of_the_documentation(first_rule: Rule) -> None:
    found = weigh(
        Facts(
            feature_rating=5,
            importance=5,
            age_days=200,
            covered=True,
            price_minor=329900,
            currency="BRL",
        ),
        first_rule,
    )
    page = (PROJECT_ROOT / "docs" / "ticket-evaluation.md").read_text(encoding="utf-8")
    shares = re.findall(r"\| (\d+) × (\d+) % \| ([\d.]+) \|", page)
    assert shares == [
        (str(share.points), str(share.weight), f"{share.added / HUNDREDTHS:.1f}")
        for share in found.shares
    ]
    assert f"**{found.score / HUNDREDTHS:.1f}, {found.band}**" in page
