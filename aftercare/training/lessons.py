"""Lessons of a product out of its manual: which there are, and one taken apart into stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.entries import LANGUAGES
from aftercare.guidance.quoting import in_parts, warning_line, worth_training
from aftercare.guidance.sections import (
    Bullet,
    Figure,
    Notice,
    Paragraph,
    Step,
    Table,
    WarningLevel,
    notices_of,
    read_blocks,
)
from aftercare.replies import Source
from aftercare.tables.catalogue import Product
from aftercare.tables.manuals import Manual, ManualSection, ManualStatus
from aftercare.training.kinds import Kind, kind_of

#: What leads up to the steps is told with the first one where it is no longer than this.
_LONGEST_INTRODUCTION = 400


@dataclass(frozen=True)
class Stop:
    """One step as it is shown: the manual's own number and words, and its warnings."""

    section: str
    heading: str
    number: int
    text: str
    notices: tuple[Notice, ...]
    introduction: str = ""
    figure: Figure | None = None

    def shown(self, language: str) -> str:
        """The warnings first, then the step; `language` is the manual's."""
        warnings = "\n".join(warning_line(notice, language) for notice in self.notices)
        numbered = f"{self.number}. {self.text}" if self.number else self.text
        return "\n\n".join(part for part in (warnings, self.introduction, numbered) if part)


@dataclass(frozen=True)
class LessonName:
    """A lesson to choose from."""

    id: str
    title: str
    kind: Kind
    sections: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """A lesson to be walked through; `checks` are those that the catalogue arranged."""

    id: str
    title: str
    product: str
    manual_title: str
    manual_version: str
    language: str
    """Of the manual, where it has none in the customer's language."""
    stops: tuple[Stop, ...]
    checks: tuple[dict[str, Any], ...] = ()
    pages: tuple[tuple[str, int], ...] = ()
    """Sections with the page on which they stand in the printed manual."""

    def source(self, section: str) -> Source:
        """Where a section of the lesson can be read."""
        heading = next(stop.heading for stop in self.stops if stop.section == section)
        path = f"/manuals/{self.product}/{self.language}/{section}"
        return Source(self.manual_title, heading, path, self.language)


def lessons_of(session: Session, product: str, language: str) -> list[LessonName]:
    """The lessons to choose from: as the catalogue arranges them, else every section with steps."""
    if _manual(session, product, language) is None:
        return []
    arranged = [
        LessonName(plan["id"], plan["title"][language], Kind(plan["kind"]), tuple(plan["sections"]))
        for plan in _plans(session, product)
    ]
    return arranged or sections_to_learn(session, product, language)


def sections_to_learn(session: Session, product: str, language: str) -> list[LessonName]:
    """Every section of the manual that has steps for a customer, each as a lesson of its own."""
    manual = _manual(session, product, language)
    order = list(Kind)
    found = [
        LessonName(section.anchor, section.heading, kind, (section.anchor,))
        for section in (manual.sections if manual else ())
        if (kind := kind_of(section.anchor, section.heading, section.path))
        and worth_training(read_blocks(section.markdown))
    ]
    return sorted(found, key=lambda lesson: order.index(lesson.kind))


def open_lesson(
    session: Session, product: str, lesson: str, language: str, version: str | None = None
) -> Lesson | None:
    """An arranged lesson by its id, or one section by its anchor; None where nothing is to show.

    `version`: of the manual; None is the current one.
    """
    manual = _manual(session, product, language, version)
    if manual is None:
        return None
    plan = next((plan for plan in _plans(session, product) if plan["id"] == lesson), None)
    anchors = plan["sections"] if plan else [lesson]
    by_anchor = {section.anchor: section for section in manual.sections}
    sections = [by_anchor[anchor] for anchor in anchors if anchor in by_anchor]
    stops = [stop for section in sections for stop in _stops(section, manual.language)]
    if not stops:
        return None
    return Lesson(
        id=lesson,
        title=plan["title"][language] if plan else sections[0].heading,
        product=product,
        manual_title=manual.title,
        manual_version=manual.version,
        language=manual.language,
        stops=tuple(stops),
        checks=tuple(plan.get("checks", ())) if plan else (),
        pages=tuple((one.anchor, one.page) for one in sections if one.page is not None),
    )


def warnings_elsewhere(session: Session, lesson: Lesson) -> list[str]:
    """Warnings of the manual's other sections, in the order of the alphabet."""
    manual = _manual(session, lesson.product, lesson.language, lesson.manual_version)
    inside = {stop.section for stop in lesson.stops}
    own = {notice.text for stop in lesson.stops for notice in stop.notices}
    found = {
        notice.text
        for section in (manual.sections if manual else ())
        if section.anchor not in inside
        for notice in notices_of(read_blocks(section.markdown))
        if notice.level is not WarningLevel.NOTE
    }
    return sorted(found - own)


def _manual(
    session: Session, product: str, language: str, version: str | None = None
) -> Manual | None:
    """The manual in this language, else in another one: the current version, or the one named."""
    wanted = Manual.status == ManualStatus.CURRENT if version is None else Manual.version == version
    found = {
        manual.language: manual
        for manual in session.scalars(select(Manual).where(Manual.product_id == product, wanted))
    }
    return next((found[code] for code in (language, *LANGUAGES) if code in found), None)


def _plans(session: Session, product: str) -> list[dict[str, Any]]:
    row = session.get(Product, product)
    return list(row.training) if row else []


def _stops(section: ManualSection, language: str) -> list[Stop]:
    """The steps of a section; one without steps is a single stop."""
    blocks = read_blocks(section.markdown)
    steps = [at for at, block in enumerate(blocks) if isinstance(block, Step)]
    if not steps:
        text = in_parts([b for b in blocks if not isinstance(b, Notice)], language)
        own = tuple(block for block in blocks if isinstance(block, Notice))
        return [Stop(section.anchor, section.heading, 0, part, own) for part in text if part]
    # A warning of the whole section is told before its first step, wherever it is printed.
    general = tuple(block for block in blocks if isinstance(block, Notice))
    introduction = " ".join(
        block.text for block in blocks[: steps[0]] if isinstance(block, Paragraph)
    )
    stops = []
    for count, at in enumerate(steps):
        step = blocks[at]
        if not isinstance(step, Step):
            raise TypeError(f"block {at} of {section.anchor} is no step")
        until = steps[count + 1] if count + 1 < len(steps) else len(blocks)
        beside = blocks[at + 1 : until]
        first = count == 0
        stops.append(
            Stop(
                section=section.anchor,
                heading=section.heading,
                number=step.number,
                text="\n".join((step.text, *_lines_under(beside, count + 1 < len(steps)))),
                notices=(*(general if first else ()), *step.notices),
                introduction=(
                    introduction if first and len(introduction) <= _LONGEST_INTRODUCTION else ""
                ),
                figure=next((block for block in beside if isinstance(block, Figure)), None),
            )
        )
    return stops


def _lines_under(blocks: Sequence[object], between_steps: bool) -> list[str]:
    """What stands between two steps, such as a table of settings, belongs to the first of them."""
    lines = []
    for block in blocks if between_steps else ():
        match block:
            case Paragraph(text):
                lines.append(text)
            case Bullet(text):
                lines.append(f"• {text}")
            case Table(rows):
                lines.extend(" · ".join(cell for cell in row if cell) for row in rows)
    return lines
