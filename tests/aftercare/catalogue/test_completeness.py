from __future__ import annotations

from typing import Any

import pytest

from aftercare.catalogue.completeness import (
    Gap,
    GapKind,
    count_services_with_gaps,
    gaps_of,
    roles_held,
)
from aftercare.catalogue.files import read_catalogue
from aftercare.catalogue.service_files import ServiceFile
from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.teams import Team
from tests.aftercare.catalogue.folders import CATALOGUE
from tests.factories import AT, make_staff

SERVICES = {service.id: service for service in read_catalogue(CATALOGUE).services}
EVERYBODY = frozenset({"bot", "support", "manager", "technician", "warehouse"})


def _with(**parts: Any) -> ServiceFile:
    stored = SERVICES["repair"].model_dump(mode="json")
    return ServiceFile.model_validate({**stored, **parts})


@pytest.mark.parametrize("service", SERVICES)
def test_plans_of_the_sample_company_lack_nothing(service: str) -> None:
    assert gaps_of(SERVICES[service], EVERYBODY) == []


def test_plan_covers_every_service_of_the_desk() -> None:
    assert SERVICES.keys() >= {
        "installation",
        "maintenance",
        "repair",
        "training",
        "complaint",
        "return",
        "warranty",
        "feedback",
    }


@pytest.mark.parametrize(
    ("part", "nothing", "kind"),
    [
        ("requirements", [], GapKind.REQUIREMENT),
        ("procedure", [], GapKind.PROCEDURE),
        ("records", [], GapKind.RECORD),
        ("resources", [], GapKind.RESOURCE),
        ("channels", [], GapKind.CHANNEL),
        ("measure", None, GapKind.MEASURE),
    ],
)
def test_part_that_is_missing_is_a_gap_and_no_mistake(
    part: str, nothing: Any, kind: GapKind
) -> None:
    assert gaps_of(_with(**{part: nothing}), EVERYBODY) == [Gap(kind)]


def test_text_that_is_missing_in_a_language_is_named() -> None:
    stored = SERVICES["repair"].model_dump(mode="json")
    stored["records"][1]["ask"]["pt"] = " "
    stored["measure"]["name"] = {"en": "Fixed"}
    gaps = gaps_of(ServiceFile.model_validate(stored), EVERYBODY)
    assert gaps == [
        Gap(GapKind.TEXT, "records", "description", "pt"),
        Gap(GapKind.TEXT, "measure", "", "pt"),
    ]


def test_keywords_are_wanted_in_every_language() -> None:
    assert gaps_of(_with(keywords={"en": ["broken"]}), EVERYBODY) == [
        Gap(GapKind.KEYWORD, language="pt")
    ]


def test_role_that_nobody_has_is_a_gap_once(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        ann = make_staff(session)
        assert gaps_of(SERVICES["repair"], roles_held(session)) == [Gap(GapKind.ROLE, "technician")]
        session.add(Team(name="Field", role="technician", active=True, created_at=AT))
        session.flush()
        assert "technician" not in roles_held(session)  # a team without people does nothing
        session.add(Team(name="Van", role="warehouse", active=True, created_at=AT, members=[ann]))
        session.flush()
        assert "warehouse" in roles_held(session)
        ann.active = False
        session.flush()
        assert roles_held(session) == {"bot"}


def test_services_with_gaps_are_counted(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        boss = make_staff(session, role="admin")
        for role in ("technician", "warehouse"):
            team = Team(name=role, role=role, active=True, created_at=AT, members=[boss])
            session.add(team)
    with reading(stocked_sessions) as session:
        assert count_services_with_gaps(session) == 0
    with writing(stocked_sessions) as session:
        session.delete(session.merge(team))
    with reading(stocked_sessions) as session:
        assert count_services_with_gaps(session) == 1  # returns are inspected there
