from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from aftercare.catalogue.load import load_catalogue
from aftercare.catalogue.manual_files import read_manual
from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import CatalogueError
from aftercare.guidance.answers import Guidance
from aftercare.guidance.index import GuidanceIndex, build_index
from aftercare.manuals.corrections import (
    correct_section,
    join_with_previous,
    remove_section,
)
from aftercare.manuals.document import Document, Heading, Item, Passage, Piece
from aftercare.manuals.printing import print_manual
from aftercare.manuals.structure import Structured, structured
from aftercare.manuals.versions import (
    ManualIdentity,
    VersionRefused,
    publish,
    remove,
    sections_missed,
    store_draft,
)
from aftercare.settings import Settings
from aftercare.tables.manuals import Manual, ManualOrigin, ManualStatus
from tests.aftercare.catalogue.folders import copy_catalogue

PRODUCT = "aroma-c200"


def identity(**changes: object) -> ManualIdentity:
    values = {
        "product": PRODUCT,
        "language": "en",
        "version": "9.0",
        "published_on": date(2026, 3, 1),
        "licence": "CC BY 4.0",
        "models": "C200, C210",
    }
    return ManualIdentity.model_validate({**values, **changes})


def read(*pieces: Piece) -> Structured:
    some = pieces or (
        Heading(1, "Unblocking the frobnicator"),
        Item("Turn the frobnicator to the left.", 1),
        Heading(1, "Storing"),
        Passage("Keep it dry."),
    )
    return structured(Document("Aroma", list(some)), "en")


def versions(sessions: SessionFactory, product: str = PRODUCT) -> dict[str, str]:
    with reading(sessions) as session:
        rows = session.scalars(
            select(Manual).where(Manual.product_id == product, Manual.language == "en")
        )
        return {row.version: row.status for row in rows}


def imported(sessions: SessionFactory, now: datetime, **changes: object) -> int:
    with writing(sessions) as session:
        manual = store_draft(session, identity(**changes), read())
        publish(session, manual, now)
        return manual.id


def test_published_version_answers_and_the_other_is_kept(
    stocked_sessions: SessionFactory, settings: Settings, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        manual = store_draft(session, identity(), read())
        assert manual.status == ManualStatus.DRAFT
    build_index(stocked_sessions, settings.var_dir)
    guidance = Guidance(stocked_sessions, GuidanceIndex(settings.var_dir))
    question = "how do I unblock the frobnicator?"
    before = guidance.answer(question, product=PRODUCT, language="en")
    assert before.response != "utter_manual_answer"
    with writing(stocked_sessions) as session:
        publish(session, session.get_one(Manual, manual.id), now)
    build_index(stocked_sessions, settings.var_dir)
    after = guidance.answer(question, product=PRODUCT, language="en")
    assert after.response == "utter_manual_answer"
    assert sorted(versions(stocked_sessions).values()) == ["current", "earlier"]


def test_draft_is_replaced_and_a_version_in_use_is_not(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        first = store_draft(session, identity(), read()).id
        second = store_draft(session, identity(), read())
        assert [row.id for row in session.scalars(select(Manual).where(Manual.version == "9.0"))]
        assert second.licence == "CC BY 4.0"
        publish(session, second, now)
        with pytest.raises(VersionRefused, match="another version"):
            store_draft(session, identity(), read())
    assert first


def test_only_imported_versions_that_do_not_answer_are_removed(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    number = imported(stocked_sessions, now)
    with writing(stocked_sessions) as session:
        manual = session.get_one(Manual, number)
        with pytest.raises(VersionRefused, match="answers customers"):
            remove(session, manual)
        old = session.scalars(
            select(Manual).where(
                Manual.product_id == PRODUCT,
                Manual.language == "en",
                Manual.origin == ManualOrigin.CATALOGUE,
            )
        ).one()
        with pytest.raises(VersionRefused, match="catalogue"):
            remove(session, old)
        publish(session, old, now)
        remove(session, manual)
    assert list(versions(stocked_sessions).values()) == ["current"]


def test_new_load_keeps_imports_and_a_persons_choice(
    stocked_sessions: SessionFactory, tmp_path: Path, now: datetime
) -> None:
    folder = copy_catalogue(tmp_path)
    imported(stocked_sessions, now)
    path = folder / "manuals" / PRODUCT / "en.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nOne more line.\n", encoding="utf-8")
    with writing(stocked_sessions) as session:
        assert load_catalogue(session, folder, now)
    assert versions(stocked_sessions)["9.0"] == "current"
    assert sorted(versions(stocked_sessions).values()) == ["current", "earlier"]


def test_newest_file_answers_and_the_older_one_stays(
    stocked_sessions: SessionFactory, tmp_path: Path, now: datetime
) -> None:
    folder = copy_catalogue(tmp_path)
    path = folder / "manuals" / PRODUCT / "en.md"
    text = path.read_text(encoding="utf-8")
    head = read_manual(path).head
    older = text.replace(f'version: "{head.version}"', 'version: "0.9"')
    older = older.replace(f"date: {head.date}", "date: 2024-01-31")
    (path.parent / "en-0.9.md").write_text(older, encoding="utf-8")
    with writing(stocked_sessions) as session:
        load_catalogue(session, folder, now)
    assert versions(stocked_sessions) == {head.version: "current", "0.9": "earlier"}
    # A person may prefer the older one, and the next load respects it.
    with writing(stocked_sessions) as session:
        old = session.scalars(select(Manual).where(Manual.version == "0.9")).one()
        publish(session, old, now)
    (folder / "manuals" / PRODUCT / "en.md").write_text(text + "\nMore.\n", encoding="utf-8")
    with writing(stocked_sessions) as session:
        assert load_catalogue(session, folder, now + timedelta(days=1))
    assert versions(stocked_sessions) == {head.version: "earlier", "0.9": "current"}


def test_catalogue_may_hold_a_makers_pdf(
    stocked_sessions: SessionFactory, tmp_path: Path, now: datetime
) -> None:
    folder = copy_catalogue(tmp_path)
    place = folder / "manuals" / PRODUCT
    source = read_manual(place / "en.md")
    print_manual(source, place / "maker.pdf")
    with pytest.raises(CatalogueError, match=r"maker\.yml"), writing(stocked_sessions) as session:
        load_catalogue(session, folder, now)
    (place / "maker.yml").write_text(
        f"product: {PRODUCT}\nlanguage: en\ntitle: Maker's manual\nversion: '7'\n"
        "date: 2030-01-01\nmodels: C200 and C210\n",
        encoding="utf-8",
    )
    # The maker's anchors are its own headings.
    file = folder / "products" / f"{PRODUCT}.yml"
    product = yaml.safe_load(file.read_text(encoding="utf-8"))
    file.write_text(yaml.safe_dump({**product, "maintenance": [], "training": []}), "utf-8")
    with writing(stocked_sessions) as session:
        load_catalogue(session, folder, now)
    with reading(stocked_sessions) as session:
        row = session.scalars(select(Manual).where(Manual.version == "7")).one()
        assert (row.status, row.models) == (ManualStatus.CURRENT, "C200 and C210")
        assert [s.heading for s in row.sections] == [s.heading for s in source.sections]
        assert row.sections[0].page == 2
        assert row.report["sections"] == len(source.sections)
    shutil.rmtree(folder)


def test_corrections_part_join_and_remove_sections(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        manual = store_draft(session, identity(), read())
        first, second = manual.sections
        correct_section(session, first, " Unblocking  it ", "1. Turn.\n\n## Storing\n\nDry.")
        assert [(s.heading, s.anchor, s.markdown) for s in manual.sections] == [
            ("Unblocking it", "unblocking-the-frobnicator", "1. Turn."),
            ("Storing", "storing-2", "Dry."),
            ("Storing", "storing", "Keep it dry."),
        ]
        assert join_with_previous(session, second) is manual.sections[1]
        assert manual.sections[1].markdown == "Dry.\n\nStoring\n\nKeep it dry."
        remove_section(session, manual.sections[1])
        assert [section.position for section in manual.sections] == [0]
        for change in (remove_section, join_with_previous):
            with pytest.raises(VersionRefused):
                change(session, first)
        for heading, text in [("", "x"), ("x", " "), ("x", "## y\n\nz"), ("x" * 201, "y")]:
            with pytest.raises(VersionRefused):
                correct_section(session, first, heading, text)


def test_catalogues_own_manuals_are_corrected_in_their_files(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        manual = session.scalars(select(Manual)).first()
        assert manual
        with pytest.raises(VersionRefused, match="catalogue"):
            correct_section(session, manual.sections[0], "x", "y")


def test_sections_that_the_maintenance_plan_misses(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        manual = store_draft(session, identity(), read())
        assert "descaling" in sections_missed(session, manual)
