"""How durations, targets and regions are written, and what they come to."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from aftercare.clocks.files import ClockPlanFile, TargetsFile, read_duration, write_duration
from aftercare.clocks.plan import Plan
from aftercare.tables.clocks import ClockKind

HOURS = {"time_zone": "America/Sao_Paulo", "week": {"mon": ["08:00-18:00"]}}


def plan(**changes: object) -> Plan:
    return Plan(ClockPlanFile.model_validate({"business_hours": HOURS, **changes}))


@pytest.mark.parametrize(("text", "minutes"), [("30m", 30), ("4h", 240), ("1h30m", 90)])
def test_duration_is_read_and_written_alike(text: str, minutes: int) -> None:
    assert read_duration(text) == minutes
    assert write_duration(minutes) == text


@pytest.mark.parametrize("text", ["", "h", "0h", "4", "4 h", "30m4h", "2d", "-1h", 4, None])
def test_other_words_are_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="write a duration like 30m"):
        read_duration(text)


def test_service_goes_before_the_company_and_danger_before_the_priority() -> None:
    desk = plan(
        clocks={
            "targets": {
                "urgent": {"response": "1h", "solution": "8h"},
                "danger": {"response": "30m"},
            }
        }
    )

    def minutes(kind: ClockKind, danger: bool, **of_service: dict[str, str]) -> int | None:
        found = desk.target(kind, "urgent", danger, of_service)
        return found.minutes if found else None

    assert minutes(ClockKind.RESPONSE, False) == 60
    assert minutes(ClockKind.RESPONSE, True) == 30
    assert minutes(ClockKind.SOLUTION, True) == 480
    assert minutes(ClockKind.SOLUTION, False, urgent={"solution": "2h"}) == 120
    assert minutes(ClockKind.RESPONSE, False, urgent={"solution": "2h"}) == 60
    assert minutes(ClockKind.RESPONSE, False, urgent={"response": "none"}) is None
    assert desk.target(ClockKind.RESPONSE, "low", False, {}) is None


def test_targets_of_a_service_survive_being_stored() -> None:
    written = TargetsFile.model_validate({"high": {"response": "1h30m", "solution": "none"}})
    for stored in (
        written.model_dump(mode="json"),
        written.model_dump(mode="json", exclude_defaults=True),
    ):
        assert TargetsFile.model_validate(stored) == written


@pytest.mark.parametrize(
    ("address", "region"),
    [
        ("Rua 10, 5, Manaus, 69050-001", "amazonas"),
        ("69050001 Manaus", "amazonas"),
        ("Rua 10, 69990-000 Acre", "far"),  # the longer beginning decides
        ("Rua 10, 69, São Paulo, 01310-100", None),
        ("phone 11 69050-0011", None),
        ("", None),
    ],
)
def test_postal_code_tells_the_region(address: str, region: str | None) -> None:
    regions = [
        {
            "id": name,
            "name": {"en": name, "pt": name},
            "postcodes": codes,
            "business_hours": HOURS,
        }
        for name, codes in (("amazonas", ["69"]), ("far", ["699"]))
    ]
    assert plan(regions=regions).region_at(address) == region


def test_region_that_is_gone_works_by_the_companys_hours() -> None:
    desk = plan()
    assert desk.hours_of("gone") == desk.hours_of(None)


def test_region_stands_there_once() -> None:
    region = {"id": "a", "name": {"en": "A", "pt": "A"}, "business_hours": HOURS}
    with pytest.raises(ValidationError, match="a region stands there twice"):
        plan(regions=[region, region])
