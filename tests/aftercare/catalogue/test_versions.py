"""Versions of a service's plan: from its file and from the console, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from aftercare.catalogue.checking import PlanRefused
from aftercare.catalogue.load import load_catalogue
from aftercare.catalogue.versions import (
    all_versions,
    current_plan,
    draft_plan,
    drop_draft,
    mark,
    mark_to_put,
    plan_of_ticket,
    put_again,
    put_in_force,
    save_draft,
)
from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.errors import NotFound, StaleEdit
from aftercare.migrate import migrate
from aftercare.settings import PROJECT_ROOT, Settings
from aftercare.tables.catalogue import PlanSource, PlanStatus, Service, ServiceVersion
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket
from tests.aftercare.catalogue.folders import copy_catalogue, replace_in
from tests.conftest import NOW, settings_in
from tests.factories import make_staff, make_ticket
from tests.postgresql import BOTH, own_database

pytestmark = BOTH
LATER = NOW + timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_catalogue(tmp_path)


@pytest.fixture(scope="module")
def template(database: str) -> Iterator[str]:
    """The name of a PostgreSQL database with the sample company; empty on SQLite."""
    if not database:
        yield ""
        return
    engine = open_engine(Settings(database_url=database))
    migrate(engine)
    with writing(open_sessions(engine)) as session:
        load_catalogue(session, PROJECT_ROOT / "catalogue", NOW)
    engine.dispose()
    yield database.rpartition("/")[2]


@pytest.fixture
def sessions(
    request: pytest.FixtureRequest, template: str, tmp_path: Path
) -> Iterator[SessionFactory]:
    """The sample company in a database of this test's own."""
    if not template:
        yield request.getfixturevalue("stocked_sessions")
        return
    with own_database(template) as url:
        engine = open_engine(settings_in(tmp_path, database_url=url))
        yield open_sessions(engine)
        engine.dispose()


@pytest.fixture
def rita(sessions: SessionFactory) -> Staff:
    with writing(sessions) as session:
        return make_staff(session, role="manager")


def _ask(stored: Any, question: str) -> dict[str, Any]:
    """The plan with another question for the first record."""
    first, *others = stored["records"]
    return {**stored, "records": [{**first, "ask": {**first["ask"], "en": question}}, *others]}


def _edit(sessions: SessionFactory, rita: Staff, question: str, now: datetime = NOW) -> int:
    """Change the repair's first question in the console; the version that is in force then."""
    with writing(sessions) as session:
        current = current_plan(session, "repair")
        draft = save_draft(
            session,
            "repair",
            _ask(current.stored, question),
            seen=mark(current),
            staff=rita,
            now=now,
        )
        seen = mark_to_put(draft, current)
        return put_in_force(
            session, "repair", seen=seen, note="Clearer.", staff=rita, now=now
        ).version


def _question(sessions: SessionFactory) -> str:
    with reading(sessions) as session:
        return session.get_one(Service, "repair").records[0].ask["en"]


def _load(sessions: SessionFactory, folder: Path, now: datetime = LATER) -> None:
    with writing(sessions) as session:
        assert load_catalogue(session, folder, now)


def test_every_service_of_the_files_begins_with_a_first_version(sessions: SessionFactory) -> None:
    with reading(sessions) as session:
        services = session.scalars(select(Service)).all()
        assert {service.version for service in services} == {1}
        for service in services:
            [only] = all_versions(session, service.id)
            assert (only.source, only.status) == (PlanSource.FILE, PlanStatus.CURRENT)
            assert (only.in_force_at, only.note) == (NOW, "")


def test_edit_is_in_force_with_author_and_reason(sessions: SessionFactory, rita: Staff) -> None:
    assert _edit(sessions, rita, "Which machine?", LATER) == 2
    assert _question(sessions) == "Which machine?"
    with reading(sessions) as session:
        newest, first = all_versions(session, "repair")
        assert (newest.author, newest.note, newest.in_force_at) == ("Rita Prado", "Clearer.", LATER)
        assert (newest.status, first.status) == (PlanStatus.CURRENT, PlanStatus.PAST)
        assert first.plan.records[0].ask.en == "Which product is it?"


def test_draft_changes_nothing_until_it_is_put_in_force(
    sessions: SessionFactory, rita: Staff
) -> None:
    with writing(sessions) as session:
        current = current_plan(session, "repair")
        save_draft(
            session, "repair", _ask(current.stored, "?"), seen=mark(current), staff=rita, now=NOW
        )
    assert _question(sessions) == "Which product is it?"
    with writing(sessions) as session:
        drop_draft(session, "repair")
    with reading(sessions) as session:
        assert draft_plan(session, "repair") is None
        assert len(all_versions(session, "repair")) == 1


def test_unchanged_file_never_takes_back_an_edit(
    sessions: SessionFactory, rita: Staff, folder: Path
) -> None:
    _edit(sessions, rita, "Which machine?")
    replace_in(
        folder / "symptoms.yml", "name: {en: Leaks, pt: Vaza}", "name: {en: Drips, pt: Vaza}"
    )
    _load(sessions, folder)
    assert _question(sessions) == "Which machine?"
    with reading(sessions) as session:
        repair = session.get_one(Service, "repair")
        assert repair.version == 2
        [symptoms] = [record.choices for record in repair.records if record.kind == "symptom"]
        assert "Drips" in {choice["name"]["en"] for choice in symptoms}


def test_changed_file_becomes_the_newest_version_and_says_what_it_replaces(
    sessions: SessionFactory, rita: Staff, folder: Path
) -> None:
    _edit(sessions, rita, "Which machine?")
    replace_in(folder / "services" / "repair.yml", "Which product is it?", "What is it?")
    _load(sessions, folder)
    assert _question(sessions) == "What is it?"
    with reading(sessions) as session:
        newest = all_versions(session, "repair")[0]
        assert (newest.version, newest.source, newest.in_force_at) == (3, PlanSource.FILE, LATER)
        assert newest.note == "repair.yml was changed; it replaces version 2 of the console."
        assert current_plan(session, "return").version == 1


def test_file_with_another_comment_makes_no_version(sessions: SessionFactory, folder: Path) -> None:
    replace_in(folder / "services" / "repair.yml", "id: repair\n", "# Mended here.\nid: repair\n")
    _load(sessions, folder)
    with reading(sessions) as session:
        assert len(all_versions(session, "repair")) == 1


def test_draft_waits_behind_a_file_and_shows_what_it_does_not_know_of(
    sessions: SessionFactory, rita: Staff, folder: Path
) -> None:
    with writing(sessions) as session:
        current = current_plan(session, "repair")
        draft = save_draft(
            session, "repair", _ask(current.stored, "?!"), seen=mark(current), staff=rita, now=NOW
        )
        seen = mark_to_put(draft, current)
    replace_in(folder / "services" / "repair.yml", "Which product is it?", "What is it?")
    _load(sessions, folder)
    with writing(sessions) as session:
        moved = draft_plan(session, "repair")
        assert moved and (moved.version, moved.based_on) == (3, 1)
        with pytest.raises(StaleEdit):
            put_in_force(session, "repair", seen=seen, note="", staff=rita, now=LATER)
        seen = mark_to_put(moved, current_plan(session, "repair"))
        assert put_in_force(session, "repair", seen=seen, note="", staff=rita, now=LATER)
    assert _question(sessions) == "?!"


def test_edit_of_what_somebody_has_changed_is_refused(
    sessions: SessionFactory, rita: Staff
) -> None:
    with writing(sessions) as session:
        current = current_plan(session, "repair")
        seen, stored = mark(current), current.stored
        first = save_draft(session, "repair", _ask(stored, "1"), seen=seen, staff=rita, now=NOW)
        with pytest.raises(StaleEdit):
            save_draft(session, "repair", _ask(stored, "2"), seen=seen, staff=rita, now=NOW)
        save_draft(session, "repair", _ask(stored, "3"), seen=mark(first), staff=rita, now=LATER)
        kept = draft_plan(session, "repair")
        assert kept and kept.plan.records[0].ask.en == "3"


def test_past_version_is_put_in_force_again_as_a_new_one(
    sessions: SessionFactory, rita: Staff
) -> None:
    _edit(sessions, rita, "Which machine?")
    with writing(sessions) as session:
        with pytest.raises(StaleEdit):
            put_again(session, "repair", 1, seen=1, staff=rita, now=LATER)
        with pytest.raises(NotFound):
            put_again(session, "repair", 2, seen=2, staff=rita, now=LATER)
        again = put_again(session, "repair", 1, seen=2, staff=rita, now=LATER)
        assert (again.version, again.note, again.based_on) == (3, "Version 1 again.", 1)
    assert _question(sessions) == "Which product is it?"


def test_plan_that_the_bot_cannot_follow_is_refused(sessions: SessionFactory, rita: Staff) -> None:
    with writing(sessions) as session:
        current = current_plan(session, "warranty")
        with pytest.raises(PlanRefused, match="without a record 'product'"):
            save_draft(
                session,
                "warranty",
                {**current.stored, "records": []},
                seen=mark(current),
                staff=rita,
                now=NOW,
            )


def test_what_only_a_newer_program_knows_is_kept(sessions: SessionFactory, rita: Staff) -> None:
    with writing(sessions) as session:
        row = session.scalars(
            select(ServiceVersion).where(ServiceVersion.service_id == "repair")
        ).one()
        row.plan = {**row.plan, "from_the_future": [1, 2]}
    _edit(sessions, rita, "Which machine?")
    with reading(sessions) as session:
        assert current_plan(session, "repair").stored["from_the_future"] == [1, 2]


def test_ticket_keeps_the_version_that_it_began_with(sessions: SessionFactory, rita: Staff) -> None:
    with writing(sessions) as session:
        before = make_ticket(session)
    _edit(sessions, rita, "Which machine?")
    with writing(sessions) as session:
        after = make_ticket(session)
    with reading(sessions) as session:
        tickets = [session.get_one(Ticket, one.id) for one in (before, after)]
        plans = [plan_of_ticket(session, ticket) for ticket in tickets]
        asked = [plan.records[0].ask.en if plan else "" for plan in plans]
    assert asked == ["Which product is it?", "Which machine?"]
    with writing(sessions) as session:
        old = make_ticket(session)
        old.service_version = None
        assert plan_of_ticket(session, old) is None
