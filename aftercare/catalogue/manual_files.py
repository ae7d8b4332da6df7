"""Reads the catalogue's manuals: Markdown files of its own form, and the makers' PDF files.

A Markdown file begins with front matter and has one section per second-level heading; a PDF file
has what the front matter says in a YAML file of the same name beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aftercare.catalogue.entries import Language
from aftercare.errors import CatalogueError, UnusableFile
from aftercare.manuals.document import Figure
from aftercare.manuals.readers import read_file
from aftercare.manuals.report import report_of
from aftercare.manuals.structure import Section, structured

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_HEADING = re.compile(r"^## +(?P<heading>.+?) +\{#(?P<anchor>[a-z0-9-]+)\}\s*$")


class ManualHead(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    product: str
    language: Language
    title: str = Field(max_length=200)
    version: str = Field(min_length=1, max_length=20)
    date: date
    #: The models that the cover names; empty: the product's own.
    models: str = Field(default="", max_length=300)
    #: Where the manual is from: a file or an address.
    source: str = Field(default="", max_length=300)
    licence: str = Field(default="", max_length=200)


@dataclass(frozen=True)
class ManualText:
    head: ManualHead
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...] = ()
    report: dict[str, Any] = field(default_factory=dict)


def read_manuals(folder: Path) -> list[ManualText]:
    """Every manual under folder/manuals/<product>/, of each language and version.

    Raises CatalogueError.
    """
    manuals = folder / "manuals"
    return [
        *(read_manual(path) for path in sorted(manuals.glob("*/*.md"))),
        *(read_pdf_manual(path) for path in sorted(manuals.glob("*/*.pdf"))),
    ]


def newest_of(manuals: list[ManualText]) -> dict[tuple[str, str], ManualText]:
    """The newest version by product and language; of one day, the one with the higher version."""
    return {
        (manual.head.product, manual.head.language): manual
        for manual in sorted(manuals, key=lambda one: (one.head.date, one.head.version))
    }


def read_pdf_manual(path: Path) -> ManualText:
    """A maker's manual. Raises CatalogueError where it cannot be read or is not described."""
    described = path.with_suffix(".yml")
    try:
        head = ManualHead.model_validate(yaml.safe_load(described.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise CatalogueError(f"{described}: must describe {path.name}: {error}") from error
    try:
        read = structured(read_file(path), head.language)
    except UnusableFile as error:
        raise CatalogueError(f"{path}: {error}") from error
    if not read.sections:
        raise CatalogueError(f"{path}: holds no section")
    return ManualText(head, read.sections, read.figures, report_of(read))


def read_manual(path: Path) -> ManualText:
    """One manual. Raises CatalogueError with file and line where the format is not kept."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: cannot be read: {error}") from error
    front = _FRONT_MATTER.match(text)
    if not front:
        raise CatalogueError(f"{path}: begins with no front matter between two lines of ---")
    try:
        head = ManualHead.model_validate(yaml.safe_load(front.group(1)))
    except (yaml.YAMLError, ValidationError) as error:
        raise CatalogueError(f"{path}: front matter: {error}") from error
    first_line = text[: front.end()].count("\n") + 1
    sections: list[Section] = []
    heading: re.Match[str] | None = None
    body: list[str] = []

    def close() -> None:
        text = "\n".join(body).strip()
        if heading:
            sections.append(Section(heading["anchor"], heading["heading"], text))
        elif text:
            raise CatalogueError(f"{path}: text stands before the first heading")

    for number, line in enumerate(text[front.end() :].split("\n"), start=first_line):
        if not line.startswith("#"):
            body.append(line)
            continue
        close()
        body = []
        heading = _HEADING.match(line)
        if not heading:
            raise CatalogueError(
                f"{path}:{number}: a heading is written '## Heading {{#anchor}}', not '{line}'"
            )
        if any(section.anchor == heading["anchor"] for section in sections):
            raise CatalogueError(f"{path}:{number}: anchor '{heading['anchor']}' is used twice")
    close()
    if not sections:
        raise CatalogueError(f"{path}: holds no section")
    return ManualText(head, tuple(sections))
