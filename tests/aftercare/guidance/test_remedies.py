"""Which remedy is found for a fault: its figures on labelled messages, and single cases."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import yaml

from aftercare.catalogue.files import read_catalogue
from aftercare.catalogue.manual_files import newest_of, read_manuals
from aftercare.guidance.remedies import Symptoms, find_remedy, symptoms_of
from aftercare.guidance.terms import words
from aftercare.guidance.troubleshooting import ManualPart, Remedy, read_remedies
from aftercare.settings import PROJECT_ROOT

CATALOGUE = PROJECT_ROOT / "catalogue"
NONE = "none"


class Figures(NamedTuple):
    right: int
    wrong: int
    to_find: int


class Manuals:
    """The remedies of the sample company's manuals, read once."""

    def __init__(self) -> None:
        files = read_catalogue(CATALOGUE)
        self._names = {product.id: product.name for product in files.products}
        self._remedies = {
            key: read_remedies(
                ManualPart(one.anchor, one.heading, one.path, one.markdown)
                for one in manual.sections
            )
            for key, manual in newest_of(read_manuals(CATALOGUE)).items()
        }
        faults = yaml.safe_load((CATALOGUE / "symptoms.yml").read_text(encoding="utf-8"))
        self._symptoms = {
            language: symptoms_of(
                [(one["id"], one["words"].get(language, [])) for one in faults], language
            )
            for language in ("en", "pt")
        }

    def find(self, story: str, product: str, language: str) -> str:
        """The anchor of the section that is found."""
        found = find_remedy(
            story,
            self._remedies[product, language],
            self._symptoms[language],
            words(getattr(self._names[product], language)),
        )
        return found.anchor if found else NONE


@pytest.fixture(scope="module")
def manuals() -> Manuals:
    return Manuals()


def labelled(language: str) -> list[tuple[str, str, str]]:
    """The messages held back: product, section, message."""
    folder = PROJECT_ROOT / "tests/aftercare/guidance/faults" / language
    return [
        (file.stem, anchor, message)
        for file in sorted(folder.glob("*.yml"))
        for anchor, messages in yaml.safe_load(file.read_text(encoding="utf-8")).items()
        for message in messages[1::2]
    ]


def measured(manuals: Manuals, language: str) -> Figures:
    rows = labelled(language)
    found = [(anchor, manuals.find(story, product, language)) for product, anchor, story in rows]
    return Figures(
        right=sum(wanted == got != NONE for wanted, got in found),
        wrong=sum(wanted != got != NONE for wanted, got in found),
        to_find=sum(wanted != NONE for wanted, _ in found),
    )


@pytest.mark.parametrize(("language", "recall"), [("en", 0.62), ("pt", 0.72)])
def test_nine_of_ten_offered_remedies_are_the_right_ones(
    manuals: Manuals, language: str, recall: float
) -> None:
    figures = measured(manuals, language)
    assert figures.right / (figures.right + figures.wrong) >= 0.9, figures
    assert figures.right / figures.to_find >= recall, figures


def test_every_labelled_section_is_in_its_manual() -> None:
    for language in ("en", "pt"):
        anchors = {
            (manual.head.product, section.anchor)
            for manual in read_manuals(CATALOGUE)
            if manual.head.language == language
            for section in manual.sections
        }
        wanted = {(product, anchor) for product, anchor, _ in labelled(language)}
        assert {one for one in wanted if one[1] != NONE} <= anchors


@pytest.mark.parametrize(
    ("story", "language", "anchor"),
    [
        ("E18 keeps coming", "en", "error-e18"),
        ("dá e-18 toda hora", "pt", "error-e18"),
        ("water on the floor after each wash", "en", "trouble-water-floor"),
        ("a máquina treme muito", "pt", "trouble-shakes-loud"),
        ("broken", "en", NONE),
        ("não funciona", "pt", NONE),
        ("the glass of the door is cracked", "en", NONE),
    ],
)
def test_remedy_for_a_washer(manuals: Manuals, story: str, language: str, anchor: str) -> None:
    assert manuals.find(story, "mare-w900", language) == anchor


@pytest.mark.parametrize(
    ("story", "language"),
    [
        ("E5 on the display", "en"),
        ("mostra E5", "pt"),
        ("the compressor hums through the wall", "en"),
    ],
)
def test_nothing_is_offered_that_the_manual_leaves_to_a_technician(
    manuals: Manuals, story: str, language: str
) -> None:
    assert manuals.find(story, "brisa-a12", language) == NONE


def test_without_faults_in_the_catalogue_words_and_codes_still_find() -> None:
    remedies = [
        Remedy("a", "No light", "No light", "Push the plug in.", "No light · plug", False),
        Remedy("b", "E7", "E7", "Wait.", "E7 · wait", False),
    ]
    nothing = symptoms_of([], "en")
    assert find_remedy("there is no light", remedies, nothing, ()) is remedies[0]
    assert find_remedy("shows E 7", remedies, nothing, ()) is remedies[1]
    assert find_remedy("", remedies, nothing, ()) is None
    assert find_remedy("no light", [], nothing, ()) is None


def test_what_is_kept_of_one_manual_and_list_of_faults_is_not_taken_for_another() -> None:
    push = Remedy("a", "No light", "No light", "Push the plug in.", "", False)
    ask = Remedy("a", "No light", "No light", "Ask the shop.", "", False)
    listed = [("drain", ["not drain"]), ("light", ["no light"]), ("broken", ["broken"])]
    nothing, some = symptoms_of([], "en"), symptoms_of(listed, "en")
    assert some is symptoms_of(listed, "en")
    for remedy in (push, ask, push):
        for symptoms in (nothing, some):
            assert find_remedy("there is no light", [remedy], symptoms, ()) is remedy
    assert find_remedy("there is no light", [push], nothing, ("light",)) is None


@pytest.fixture
def faults() -> Symptoms:
    listed = [("drain", ["not drain", "water stays"]), ("broken", ["broken", "not work"])]
    return symptoms_of(listed, "en")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("it does not always drain", ["drain"]),
        ("Water stays inside", ["drain"]),
        ("it drains", []),
        ("not my filter hose pump cap drain", []),
        ("it does not work", []),
        ("", []),
    ],
)
def test_faults_are_told_by_their_phrases(faults: Symptoms, text: str, told: list[str]) -> None:
    assert faults.told(text) == told


def test_no_message_is_labelled_twice() -> None:
    for language in ("en", "pt"):
        rows = labelled(language)
        assert len(set(rows)) == len(rows)
        assert len(rows) >= 75
