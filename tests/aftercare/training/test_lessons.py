"""Lessons out of the manuals: which there are, and the catalogue's own arrangement."""

from __future__ import annotations

import pytest

from aftercare.catalogue.entries import LANGUAGES
from aftercare.catalogue.snapshot import Catalogue
from aftercare.database import reading
from aftercare.training.kinds import Kind, is_trouble, kind_of
from aftercare.training.lessons import lessons_of, open_lesson
from tests.desks import Library


@pytest.mark.parametrize(
    ("anchor", "heading", "kind"),
    [
        ("first-use", "Using the machine for the first time", Kind.FIRST_USE),
        ("primeiro-uso", "Antes da primeira lavagem", Kind.FIRST_USE),
        ("cappuccino", "Making a cappuccino", Kind.FUNCTION),
        ("funcao-trava", "Trava para crianças", Kind.FUNCTION),
        ("descaling", "Descaling the machine", Kind.CARE),
        ("limpeza", "Limpar o filtro da bomba", Kind.CARE),
        ("e01", "Error code E01: water tank empty", None),
        ("trouble-leak", "There is water on the floor", None),
        ("nao-liga", "A máquina não liga", None),
        ("tecnico", "Instalação pelo técnico", None),
        ("safety", "Safety: electricity", None),
        ("descarte", "Descarte do produto", None),
    ],
)
def test_heading_tells_what_a_section_teaches(anchor: str, heading: str, kind: Kind | None) -> None:
    assert kind_of(anchor, heading) is kind


def test_heading_above_counts_as_well() -> None:
    assert kind_of("the-door", "The door", ("Troubleshooting",)) is None
    assert is_trouble("the-door", "The door", ("Solução de problemas",))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_product_can_be_trained_in_first_use_functions_and_care(
    library: Library, catalogue: Catalogue, language: str
) -> None:
    with reading(library.sessions) as session:
        for product in catalogue.products:
            lessons = lessons_of(session, product, language)
            assert {lesson.kind for lesson in lessons} == set(Kind), product
            kinds = [list(Kind).index(lesson.kind) for lesson in lessons]
            assert kinds == sorted(kinds), product


def test_both_languages_teach_the_same(library: Library, catalogue: Catalogue) -> None:
    with reading(library.sessions) as session:
        for product in catalogue.products:
            english, portuguese = (
                {lesson.id for lesson in lessons_of(session, product, language)}
                for language in LANGUAGES
            )
            differing = english ^ portuguese
            assert len(differing) <= 1, (product, differing)


def test_every_product_has_paths_with_questions_to_each_of_their_kinds(
    library: Library, catalogue: Catalogue
) -> None:
    with reading(library.sessions) as session:
        for product in catalogue.products:
            for kind in Kind:
                arranged = [
                    open_lesson(session, product, lesson.id, "pt")
                    for lesson in lessons_of(session, product, "pt")
                    if lesson.kind is kind
                ]
                assert any(len(one.checks) >= 1 for one in arranged if one), (product, kind)
                assert all(one and one.stops for one in arranged), (product, kind)


def test_lessons_that_the_catalogue_arranges_come_in_its_order(library: Library) -> None:
    with reading(library.sessions) as session:
        lessons = lessons_of(session, "vento-r50", "pt")
        assert [lesson.id for lesson in lessons][:3] == ["start", "app", "clean-home"]
        lesson = open_lesson(session, "vento-r50", "start", "pt")
    assert lesson
    assert lesson.title == "Primeiros passos"
    sections = list(dict.fromkeys(stop.section for stop in lesson.stops))
    assert sections == ["unpacking", "placing-dock", "preparing-rooms", "first-use"]
    assert len(lesson.checks) == 2


def test_warning_of_a_section_belongs_to_its_first_step_only(library: Library) -> None:
    with reading(library.sessions) as session:
        lesson = open_lesson(session, "vento-r50", "start", "en")
    assert lesson
    dock = [stop for stop in lesson.stops if stop.section == "placing-dock"]
    assert [len(stop.notices) for stop in dock] == [1, 0, 0, 0, 0]
    assert dock[0].shown("en").startswith("CAUTION: Do not put the dock in the sun")


def test_single_section_is_a_lesson_even_where_the_catalogue_arranges_others(
    library: Library,
) -> None:
    with reading(library.sessions) as session:
        lesson = open_lesson(session, "vento-r50", "replacing-battery", "en")
        assert lesson
        assert open_lesson(session, "vento-r50", "no-such", "en") is None
