"""The project's own questions to the sample company's manuals, answered or not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from aftercare.catalogue.entries import LANGUAGES
from aftercare.catalogue.files import read_catalogue
from aftercare.catalogue.manual_files import newest_of, read_manuals
from aftercare.guidance.catalogue_words import FeatureNames, FeatureWords
from aftercare.guidance.index import IndexedSection
from aftercare.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "tests" / "aftercare" / "guidance" / "questions"


@dataclass(frozen=True)
class OwnQuestion:
    product: str
    language: str
    text: str
    #: The sections that answer, any of them; none where the manual does not tell.
    answers: frozenset[str]

    @property
    def held_out(self) -> bool:
        """Of every product and language about half, chosen by nothing but the words."""
        named = f"{self.product} {self.language} {self.text}"
        return bool(hashlib.sha256(named.encode()).digest()[0] & 1)


def own_questions(folder: Path = FOLDER) -> list[OwnQuestion]:
    found = []
    for path in sorted(folder.glob("*.yml")):
        product, language, _ = path.name.rsplit(".", 2)
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
        for anchors, texts in listed["answered"].items():
            answers = frozenset(anchors.split())
            found += [OwnQuestion(product, language, text, answers) for text in texts]
        found += [
            OwnQuestion(product, language, text, frozenset()) for text in listed["unanswered"]
        ]
    return found


def later_questions() -> list[OwnQuestion]:
    """Questions to products that came later than the others: nothing was chosen on them."""
    golden = FOLDER.with_name("golden_questions.yml").read_text(encoding="utf-8")
    earlier = {question.product for question in own_questions()}
    return [
        OwnQuestion(product, language, entry["ask"], frozenset(entry["answer"]))
        for product, languages in yaml.safe_load(golden).items()
        if product not in earlier
        for language, entries in languages.items()
        for entry in entries
    ]


def own_sections() -> dict[str, list[IndexedSection]]:
    """The sections of the sample company's manuals by language, each product's together."""
    found: dict[str, list[IndexedSection]] = {language: [] for language in LANGUAGES}
    features = [
        FeatureNames(product.id, feature.name.model_dump(), feature.words.model_dump())
        for product in read_catalogue(PROJECT_ROOT / "catalogue").products
        for feature in product.features
    ]
    known = {language: FeatureWords(features, language) for language in LANGUAGES}
    for (product, language), manual in sorted(
        newest_of(read_manuals(PROJECT_ROOT / "catalogue")).items()
    ):
        found[language] += [
            IndexedSection(
                product,
                section.anchor,
                section.heading,
                section.markdown,
                known[language].of(product, section.heading),
            )
            for section in manual.sections
        ]
    return found


def strangers_questions(questions: Sequence[OwnQuestion]) -> list[OwnQuestion]:
    """Each answered question asked once more to another product's manual, which does not tell.

    Passed over are questions about what that manual has a section for too (by its anchor), and
    products of the same kind.
    """
    anchors: dict[str, set[str]] = {}
    for section in own_sections()[LANGUAGES[0]]:
        anchors.setdefault(section.product, set()).add(section.anchor)
    found = []
    for question in questions:
        others = [
            product
            for product, has in sorted(anchors.items())
            if product[:4] != question.product[:4] and has.isdisjoint(question.answers)
        ]
        if question.answers and others:
            choice = hashlib.sha256(question.text.encode()).digest()[1] % len(others)
            found.append(replace(question, product=others[choice], answers=frozenset()))
    return found
