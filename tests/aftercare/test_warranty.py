from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.warranty import (
    Begins,
    CoverState,
    Dates,
    Repair,
    Rules,
    Term,
    TermKind,
    coverage,
    covered_until,
)


@pytest.mark.parametrize(
    ("purchase", "months", "until"),
    [
        (date(2025, 3, 2), 12, date(2026, 3, 2)),
        (date(2025, 12, 31), 1, date(2026, 1, 31)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),
        (date(2025, 12, 15), 24, date(2027, 12, 15)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
    ],
)
def test_warranty_ends_on_the_same_day_of_the_month_or_its_last(
    purchase: date, months: int, until: date
) -> None:
    assert covered_until(purchase, months) == until


# Rules ---------------------------------------------------------------------------

LEGAL = Term("legal", TermKind.STATUTORY, days=90, begins=Begins.DELIVERY)
MAKER = Term("commercial", TermKind.COMMERCIAL, months=12, extended_by=frozenset({"repair"}))
MOTOR = Term("motor", TermKind.COMMERCIAL, months=120, parts=frozenset({"motor"}))
RULES = Rules((LEGAL, MAKER, MOTOR), wear_parts=frozenset({"filter"}))
BOUGHT = date(2025, 3, 2)


def test_the_longest_term_counts_and_the_others_are_told() -> None:
    found = coverage(RULES, Dates(BOUGHT), date(2025, 4, 1))
    assert found.cover and found.cover.term is MAKER
    assert (found.state, found.cover.until) == (CoverState.IN_FORCE, date(2026, 3, 2))
    assert [cover.term for cover in found.others] == [LEGAL]


def test_last_day_counts_and_the_next_does_not() -> None:
    assert coverage(RULES, Dates(BOUGHT), date(2026, 3, 2)).in_force
    assert coverage(RULES, Dates(BOUGHT), date(2026, 3, 3)).state is CoverState.OVER


def test_part_has_its_own_term_and_a_wear_part_only_the_law() -> None:
    motor = coverage(RULES, Dates(BOUGHT), date(2030, 1, 1), part="motor")
    assert motor.in_force and motor.cover and motor.cover.until == date(2035, 3, 2)
    worn = coverage(RULES, Dates(BOUGHT), date(2025, 7, 1), part="filter")
    assert worn.cover and (worn.cover.term, worn.state) == (LEGAL, CoverState.OVER)


@pytest.mark.parametrize(
    ("dates", "begun", "begun_with"),
    [
        (Dates(BOUGHT), BOUGHT, Begins.PURCHASE),
        (Dates(BOUGHT, installed=date(2025, 3, 20)), date(2025, 3, 20), Begins.INSTALLATION),
        (Dates(BOUGHT, installed=date(2025, 9, 1)), date(2025, 4, 1), Begins.INSTALLATION),
        (Dates(BOUGHT, installed=date(2025, 1, 1)), BOUGHT, Begins.PURCHASE),
    ],
)
def test_installation_begins_it_within_its_days(
    dates: Dates, begun: date, begun_with: Begins
) -> None:
    term = Term("t", TermKind.COMMERCIAL, months=1, begins=Begins.INSTALLATION, within_days=30)
    found = coverage(Rules((term,)), dates, BOUGHT)
    assert found.cover and (found.cover.begun, found.cover.begun_with) == (begun, begun_with)


def test_repair_extends_the_term_that_says_so_and_no_other() -> None:
    repair = Repair("repair", date(2025, 5, 1), date(2025, 5, 11))
    found = coverage(RULES, Dates(BOUGHT), BOUGHT, [repair, repair])
    assert found.cover and (found.cover.extended_days, found.cover.until) == (10, date(2026, 3, 12))
    assert found.others[0].extended_days == 0


def test_repair_after_the_end_revives_nothing() -> None:
    late = Repair("repair", date(2026, 3, 3), date(2026, 6, 1))
    assert coverage(RULES, Dates(BOUGHT), date(2026, 3, 4), [late]).state is CoverState.OVER


def test_extension_counts_for_the_repair_after_it() -> None:
    first = Repair("repair", date(2026, 2, 20), date(2026, 3, 2))
    second = Repair("repair", date(2026, 3, 10), date(2026, 3, 15))
    found = coverage(RULES, Dates(BOUGHT), BOUGHT, [second, first])
    assert found.cover and found.cover.extended_days == 15


def test_file_without_rules_has_its_months_and_no_months_no_warranty() -> None:
    assert Rules.from_json({}, 12) == Rules.of_months(12)
    assert coverage(Rules.from_json({}, 0), Dates(BOUGHT), BOUGHT).state is CoverState.NONE


DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))
REPAIRS = st.lists(
    st.builds(
        lambda received, days: Repair("repair", received, received + timedelta(days=days)),
        DAYS,
        st.integers(0, 60),
    ),
    max_size=6,
)
TERMS = st.builds(
    Term,
    st.just("t"),
    st.sampled_from(TermKind),
    months=st.integers(0, 60),
    days=st.integers(1, 90),
    begins=st.sampled_from(Begins),
    within_days=st.none() | st.integers(0, 60),
    extended_by=st.sampled_from([frozenset(), frozenset({"repair"})]),
)
ALL_RULES = st.builds(Rules, st.lists(TERMS, min_size=1, max_size=3).map(tuple))
ALL_DATES = st.builds(Dates, DAYS, st.none() | DAYS, st.none() | DAYS)


def _until(rules: Rules, dates: Dates, today: date, repairs: list[Repair]) -> date:
    cover = coverage(rules, dates, today, repairs).cover
    assert cover
    return cover.until


@given(ALL_RULES, ALL_DATES, DAYS, REPAIRS)
def test_repairs_never_shorten(
    rules: Rules, dates: Dates, today: date, repairs: list[Repair]
) -> None:
    assert _until(rules, dates, today, repairs) >= _until(rules, dates, today, [])
    assert _until(rules, dates, today, repairs) >= _until(rules, dates, today, repairs[:-1])


@given(ALL_RULES, DAYS, st.integers(0, 400))
def test_who_bought_later_is_covered_for_no_less(rules: Rules, bought: date, later: int) -> None:
    after = bought + timedelta(days=later)
    assert _until(rules, Dates(after), after, []) >= _until(rules, Dates(bought), after, [])


@given(ALL_RULES, ALL_DATES, DAYS, st.integers(0, 4000), REPAIRS)
def test_what_is_over_stays_over(
    rules: Rules, dates: Dates, today: date, later: int, repairs: list[Repair]
) -> None:
    after = coverage(rules, dates, today + timedelta(days=later), repairs)
    assert coverage(rules, dates, today, repairs).in_force or not after.in_force


@given(ALL_RULES, TERMS, ALL_DATES, DAYS, REPAIRS)
def test_another_term_never_takes_cover_away(
    rules: Rules, more: Term, dates: Dates, today: date, repairs: list[Repair]
) -> None:
    longer = Rules((*rules.terms, more))
    assert _until(longer, dates, today, repairs) >= _until(rules, dates, today, repairs)


@given(DAYS, REPAIRS)
def test_extension_counts_each_day_in_repair_once(bought: date, repairs: list[Repair]) -> None:
    """Beside a slow reference: mark the days, repair by repair, while the term runs."""
    until, away = covered_until(bought, 12), set[date]()
    for repair in sorted(repairs, key=lambda one: one.received):
        if bought <= repair.received <= until:
            assert repair.returned
            span = range((repair.returned - repair.received).days)
            new = {repair.received + timedelta(days=day) for day in span} - away
            away |= new
            until += timedelta(days=len(new))
    assert _until(Rules((MAKER,)), Dates(bought), bought, repairs) == until
