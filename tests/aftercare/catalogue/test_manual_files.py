from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from aftercare.catalogue.entries import LANGUAGES
from aftercare.catalogue.files import CatalogueFiles, read_catalogue
from aftercare.catalogue.manual_files import (
    ManualText,
    newest_of,
    read_manual,
    read_manuals,
    read_pdf_manual,
)
from aftercare.errors import CatalogueError
from aftercare.guidance.sections import Step, Table, notices_of, read_blocks
from tests.aftercare.catalogue.folders import CATALOGUE

HEAD = "---\nproduct: p\nlanguage: en\ntitle: T\nversion: '1'\ndate: 2026-02-10\n---\n"
PRODUCTS = sorted(path.name for path in (CATALOGUE / "manuals").iterdir())

MISTAKES = {
    "no front matter": "## Heading {#a}\ntext\n",
    "front matter left open": "---\nproduct: p\n## Heading {#a}\n",
    "front matter that is no YAML": "---\nproduct: [p\n---\n## Heading {#a}\n",
    "front matter that is a list": "---\n- p\n---\n## Heading {#a}\n",
    "unknown language": HEAD.replace("language: en", "language: fr") + "## Heading {#a}\n",
    "missing version": HEAD.replace("version: '1'\n", "") + "## Heading {#a}\n",
    "date that is none": HEAD.replace("2026-02-10", "spring") + "## Heading {#a}\n",
    "heading without anchor": HEAD + "## Heading\ntext\n",
    "heading of the third level": HEAD + "### Heading {#a}\ntext\n",
    "heading of the first level": HEAD + "# Heading {#a}\ntext\n",
    "anchor with capitals": HEAD + "## Heading {#Anchor}\ntext\n",
    "anchor used twice": HEAD + "## One {#a}\ntext\n## Two {#a}\ntext\n",
    "no section": HEAD + "\n\n",
    "text before the first heading": HEAD + "Lost words.\n## Heading {#a}\ntext\n",
}


@pytest.fixture(scope="module")
def manuals() -> dict[tuple[str, str], ManualText]:
    return newest_of(read_manuals(CATALOGUE))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_refused_with_the_name_of_the_file(tmp_path: Path, mistake: str) -> None:
    path = tmp_path / "en.md"
    path.write_text(MISTAKES[mistake], encoding="utf-8")
    with pytest.raises(CatalogueError, match=re.escape(str(path))):
        read_manual(path)


def test_line_of_a_wrong_heading_is_told(tmp_path: Path) -> None:
    path = tmp_path / "en.md"
    path.write_text(HEAD + "## One {#one}\n\ntext\n\n## Two\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=re.escape(f"{path}:12:")):
        read_manual(path)


def test_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pt.md"
    path.write_bytes(HEAD.encode() + "## Água {#a}\n".encode("latin-1"))
    with pytest.raises(CatalogueError, match=re.escape(str(path))):
        read_manual(path)


def test_sections_keep_their_order_and_text(tmp_path: Path) -> None:
    path = tmp_path / "en.md"
    path.write_text(
        HEAD + "\n## One {#one}\n\nFirst.\n\n1. Step.\n\n## Two: more {#two}\nSecond.\n",
        encoding="utf-8",
    )
    manual = read_manual(path)
    assert manual.head.date == date(2026, 2, 10)
    assert [(s.anchor, s.heading, s.markdown) for s in manual.sections] == [
        ("one", "One", "First.\n\n1. Step."),
        ("two", "Two: more", "Second."),
    ]


# The manuals of the sample company --------------------------------------------


@pytest.mark.parametrize("product", PRODUCTS)
def test_manual_exists_in_every_language_and_says_so(
    product: str, manuals: dict[tuple[str, str], ManualText]
) -> None:
    for language in LANGUAGES:
        manual = read_manual(CATALOGUE / "manuals" / product / f"{language}.md")
        assert (manual.head.product, manual.head.language) == (product, language)
    versions = {manuals[product, language].head.version for language in LANGUAGES}
    assert len(versions) == 1


@pytest.mark.parametrize("product", PRODUCTS)
def test_manual_is_a_whole_one(product: str, manuals: dict[tuple[str, str], ManualText]) -> None:
    for language in LANGUAGES:
        sections = manuals[product, language].sections
        assert len(sections) >= 20
        assert all(len(section.markdown.split()) >= 25 for section in sections)
        headings = [section.heading for section in sections]
        assert len(set(headings)) == len(headings)


@pytest.mark.parametrize("product", PRODUCTS)
def test_languages_have_the_same_sections_steps_and_warnings(
    product: str, manuals: dict[tuple[str, str], ManualText]
) -> None:
    english, portuguese = (manuals[product, language].sections for language in LANGUAGES)
    assert [s.anchor for s in english] == [s.anchor for s in portuguese]
    for one, other in zip(english, portuguese, strict=True):
        shapes = []
        for section in (one, other):
            blocks = read_blocks(section.markdown)
            shapes.append(
                {
                    "steps": sum(isinstance(block, Step) for block in blocks),
                    "warnings": [notice.level for notice in notices_of(blocks)],
                    "tables": [len(block.rows) for block in blocks if isinstance(block, Table)],
                }
            )
        assert shapes[0] == shapes[1], one.anchor


@pytest.mark.parametrize("product", PRODUCTS)
def test_steps_are_numbered_without_a_gap(
    product: str, manuals: dict[tuple[str, str], ManualText]
) -> None:
    for language in LANGUAGES:
        for section in manuals[product, language].sections:
            numbers = [b.number for b in read_blocks(section.markdown) if isinstance(b, Step)]
            for before, after in pairwise(numbers):
                assert after in (before + 1, 1), f"{language} {section.anchor}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_earlier_version_is_read_from_its_pdf_as_its_source_was_written(language: str) -> None:
    folder = CATALOGUE / "manuals" / "fonte-p30"
    source = read_manual(folder / "printed" / f"{language}-1.0.md")
    imported = read_pdf_manual(folder / f"{language}-1.0.pdf")
    assert (imported.head.version, imported.head.date) == ("1.0", date(2024, 6, 3))
    assert (source.head.version, source.head.title) == ("1.0", imported.head.title)
    assert [section.heading for section in imported.sections] == [
        section.heading for section in source.sections
    ]
    for read, written in zip(imported.sections, source.sections, strict=True):
        assert read_blocks(read.markdown) == read_blocks(written.markdown), written.anchor


def test_every_product_has_manuals_with_its_maintenance(
    manuals: dict[tuple[str, str], ManualText],
) -> None:
    files: CatalogueFiles = read_catalogue(CATALOGUE)
    assert sorted(product.id for product in files.products) == PRODUCTS
    for product in files.products:
        for language in LANGUAGES:
            anchors = {section.anchor for section in manuals[product.id, language].sections}
            assert {task.section for task in product.maintenance} <= anchors
