"""Answers a question from a product's manual: the best section quoted, or what else there is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from aftercare.database import SessionFactory, reading
from aftercare.guidance.index import GuidanceIndex
from aftercare.guidance.sections import (
    Block,
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
from aftercare.replies import Button, Reply, Source
from aftercare.tables.manuals import Manual, ManualSection, ManualStatus

#: From this share of the question's weight on a section answers; below, headings are offered.
ANSWER_FROM = 0.5
OFFER_FROM = 0.25
_MOST_OFFERED = 3
#: A chat message is no manual page: longer sections end with a pointer to the page.
_MOST_STEPS = 12
_MOST_CHARACTERS = 1600
_LEVEL_WORDS = {
    WarningLevel.DANGER: {"en": "DANGER", "pt": "PERIGO"},
    WarningLevel.WARNING: {"en": "WARNING", "pt": "AVISO"},
    WarningLevel.CAUTION: {"en": "CAUTION", "pt": "CUIDADO"},
    WarningLevel.NOTE: {"en": "Note", "pt": "Nota"},
}


@dataclass(frozen=True)
class _Section:
    manual_title: str
    version: str
    product: str
    language: str
    anchor: str
    heading: str
    markdown: str


class Guidance:
    """Questions to the manuals. Raises GuidanceUnavailable and StorageUnavailable."""

    def __init__(self, sessions: SessionFactory, index: GuidanceIndex) -> None:
        self._sessions = sessions
        self._index = index

    def answer(self, question: str, *, product: str, language: str) -> Reply:
        """The section that answers, or headings to choose from, or the admission that none fits."""
        hits = self._index.search(question, product=product, language=language)
        if hits and hits[0].coverage >= ANSWER_FROM:
            section = self._section(product, language, hits[0].anchor)
            if section:
                return _quote(section)
        near = [hit for hit in hits if hit.coverage >= OFFER_FROM][:_MOST_OFFERED]
        offered = [self._section(product, language, hit.anchor) for hit in near]
        buttons = tuple(
            Button(found.heading, "ask_usage", {"section": found.anchor, "product": product})
            for found in offered
            if found
        )
        if buttons:
            return Reply("utter_manual_which_section", buttons=buttons)
        return Reply("utter_manual_no_answer")

    def section(self, anchor: str, *, product: str, language: str) -> Reply:
        """The named section quoted, or the admission that there is none."""
        found = self._section(product, language, anchor)
        return _quote(found) if found else Reply("utter_manual_no_answer")

    def _section(self, product: str, language: str, anchor: str) -> _Section | None:
        with reading(self._sessions) as session:
            row = session.execute(
                select(ManualSection, Manual)
                .join(ManualSection.manual)
                .where(
                    Manual.product_id == product,
                    Manual.language == language,
                    Manual.status == ManualStatus.CURRENT,
                    ManualSection.anchor == anchor,
                )
            ).one_or_none()
        if row is None:
            return None
        section, manual = row
        return _Section(
            manual.title,
            manual.version,
            product,
            language,
            section.anchor,
            section.heading,
            section.markdown,
        )


def _quote(section: _Section) -> Reply:
    blocks = read_blocks(section.markdown)
    text, whole = quoted_text(blocks, section.language)
    return Reply(
        "utter_manual_answer" if whole else "utter_manual_answer_shortened",
        {"heading": section.heading, "quote": text},
        sources=(
            Source(
                title=section.manual_title,
                section=section.heading,
                path=f"/manuals/{section.product}/{section.language}/{section.anchor}",
            ),
        ),
    )


def quoted_text(blocks: list[Block], language: str) -> tuple[str, bool]:
    """A section as plain text for a chat: all warnings first, then the rest in its order.

    The second value is False where steps had to be left out; warnings never are.
    """
    lines = [
        f"{_LEVEL_WORDS[notice.level][language]}: {notice.text}" for notice in notices_of(blocks)
    ]
    if lines:
        lines.append("")
    has_steps = any(isinstance(block, Step) for block in blocks)
    length, steps, whole = sum(map(len, lines)), 0, True
    for block in blocks:
        line = _line(block)
        if line is None or (
            has_steps and isinstance(block, Paragraph) and steps == 0 and len(line) > 400
        ):
            continue
        if length + len(line) > _MOST_CHARACTERS or steps >= _MOST_STEPS:
            whole = False
            break
        if lines and isinstance(block, Paragraph) and lines[-1]:
            lines.append("")
        lines.append(line)
        length += len(line)
        steps += isinstance(block, Step)
    return "\n".join(lines).strip(), whole


def _line(block: Block) -> str | None:
    match block:
        case Paragraph(text):
            return text
        case Step(number, text, _):
            return f"{number}. {text}"
        case Bullet(text):
            return f"• {text}"
        case Table(rows):
            return "\n".join(" · ".join(cell for cell in row if cell) for row in rows)
        case Notice() | Figure():
            return None
