"""The summary as PDF: warnings before steps, with source, title and language."""

from __future__ import annotations

import pypdfium2
import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.catalogue import Product
from aftercare.tables.training import TrainingStatus
from aftercare.talk import Talk
from aftercare.training.lessons import lessons_of, open_lesson
from aftercare.training.records import set_status, start_training
from aftercare.training.sheet import draw_sheet
from tests.conftest import NOW


def _sheet(sessions: SessionFactory, language: str, *, finished: bool) -> bytes:
    with writing(sessions) as session:
        lesson = open_lesson(session, "aroma-c200", "cappuccino", language)
        assert lesson
        talk = Talk("c-1", "website", language)
        training = start_training(session, "a-key", lesson, talk, NOW)
        if finished:
            set_status(training, TrainingStatus.DONE, NOW)
        product = training.product.name[language]
        return draw_sheet(training, lesson, product, NOW.date() if finished else None)


def _text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    pages = [page.get_textpage().get_text_range() for page in document]
    return " ".join(" ".join(pages).split())


def test_warnings_stand_before_the_steps(stocked_sessions: SessionFactory) -> None:
    text = _text(_sheet(stocked_sessions, "en", finished=True))
    order = [
        "Making a cappuccino",
        "Finished on 2 March 2026",
        "WARNING",
        "Hot steam",
        "Fill the milk jug",
        "Touch Clean",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "Quoted from: Aroma C200 Instruction Manual, version 1.2." in text


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Making a cappuccino"), ("pt", "Fazer um cappuccino")]
)
def test_title_and_language_are_told_to_screen_readers(
    stocked_sessions: SessionFactory, language: str, title: str
) -> None:
    content = _sheet(stocked_sessions, language, finished=False)
    document = pypdfium2.PdfDocument(content)
    assert title in document.get_metadata_dict()["Title"]
    assert f"/Lang ({language})".encode() in content
    assert b"/DisplayDocTitle true" in content


def test_every_lesson_of_the_sample_company_can_be_drawn(stocked_sessions: SessionFactory) -> None:
    with reading(stocked_sessions) as session:
        products = session.scalars(select(Product.id).where(Product.active)).all()
        drawn = 0
        for product in products:
            for name in lessons_of(session, product, "pt"):
                lesson = open_lesson(session, product, name.id, "pt")
                assert lesson and lesson.stops, (product, name.id)
                assert all(stop.text for stop in lesson.stops), (product, name.id)
                drawn += 1
    assert drawn > 50
