"""Reads a manual's Markdown file: front matter, then one section per second-level heading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from aftercare.catalogue.files import Language
from aftercare.errors import CatalogueError

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_HEADING = re.compile(r"^## +(?P<heading>.+?) +\{#(?P<anchor>[a-z0-9-]+)\}\s*$")


class ManualHead(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    product: str
    language: Language
    title: str
    version: str
    date: date


@dataclass(frozen=True)
class SectionText:
    anchor: str
    heading: str
    markdown: str


@dataclass(frozen=True)
class ManualText:
    head: ManualHead
    sections: tuple[SectionText, ...]


def read_manuals(folder: Path) -> list[ManualText]:
    """Every manual under folder/manuals/<product>/<language>.md. Raises CatalogueError."""
    return [read_manual(path) for path in sorted((folder / "manuals").glob("*/*.md"))]


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
    sections: list[SectionText] = []
    heading: re.Match[str] | None = None
    body: list[str] = []

    def close() -> None:
        text = "\n".join(body).strip()
        if heading:
            sections.append(SectionText(heading["anchor"], heading["heading"], text))
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
