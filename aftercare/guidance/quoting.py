"""Turns a section's blocks into text for a chat: warnings first, long ones in parts."""

from __future__ import annotations

from dataclasses import dataclass, field

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
)

#: A chat message is no manual page: a section with more comes in parts.
_MOST_STEPS = 12
_MOST_CHARACTERS = 1600
#: What leads up to steps may be left out of a chat where it is longer.
_LONG_INTRODUCTION = 400
#: So many steps are worth being shown one at a time.
_FEWEST_TO_TRAIN = 3
_LEVEL_WORDS = {
    WarningLevel.DANGER: {"en": "DANGER", "pt": "PERIGO"},
    WarningLevel.WARNING: {"en": "WARNING", "pt": "AVISO"},
    WarningLevel.CAUTION: {"en": "CAUTION", "pt": "CUIDADO"},
    WarningLevel.NOTE: {"en": "Note", "pt": "Nota"},
}
#: The title of the button that starts guided mode under a quoted section.
STEP_BY_STEP = {"en": "Step by step", "pt": "Passo a passo"}


@dataclass
class _Part:
    blocks: list[Block] = field(default_factory=list)
    length: int = 0
    steps: int = 0


def worth_training(blocks: list[Block]) -> bool:
    """Whether a section has enough steps to be shown one at a time."""
    return sum(isinstance(block, Step) for block in blocks) >= _FEWEST_TO_TRAIN


def warning_line(notice: Notice, language: str) -> str:
    """A warning with its signal word."""
    return f"{_LEVEL_WORDS[notice.level][language]}: {notice.text}"


def in_parts(blocks: list[Block], language: str) -> list[str]:
    """A section as plain text in one or more messages.

    The first one begins with all warnings of the section; a later one repeats those of its steps.
    """
    warnings = [warning_line(notice, language) for notice in notices_of(blocks)]
    has_steps = any(isinstance(block, Step) for block in blocks)
    parts = [_Part(length=sum(map(len, warnings)))]
    for block in blocks:
        line = _line(block)
        if line is None or (has_steps and _is_long_introduction(block, parts)):
            continue
        part = parts[-1]
        full = part.length + len(line) > _MOST_CHARACTERS or part.steps >= _MOST_STEPS
        if full and part.blocks:
            part = _Part()
            parts.append(part)
        part.blocks.append(block)
        part.length += len(line)
        part.steps += isinstance(block, Step)
    return [
        _text(part.blocks, warnings if at == 0 else _own_warnings(part, language))
        for at, part in enumerate(parts)
    ]


def _is_long_introduction(block: Block, parts: list[_Part]) -> bool:
    return (
        isinstance(block, Paragraph)
        and len(block.text) > _LONG_INTRODUCTION
        and not any(part.steps for part in parts)
    )


def _own_warnings(part: _Part, language: str) -> list[str]:
    return [
        warning_line(notice, language)
        for block in part.blocks
        if isinstance(block, Step)
        for notice in block.notices
    ]


def _text(blocks: list[Block], warnings: list[str]) -> str:
    lines = [*warnings, ""] if warnings else []
    for block in blocks:
        if lines and isinstance(block, Paragraph) and lines[-1]:
            lines.append("")
        lines.append(_line(block) or "")
    return "\n".join(lines).strip()


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
