"""Reads remedies out of a manual's troubleshooting: which symptom, what to do, and for whom it is.

docs/guidance.md tells writers of manuals which sections are taken for troubleshooting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from aftercare.accents import without_accents
from aftercare.guidance.sections import (
    Block,
    Bullet,
    Notice,
    Paragraph,
    Step,
    Table,
    WarningLevel,
    notices_of,
    read_blocks,
)

#: Sections whose remedies are kept at hand, so that a manual is not read anew for each fault told.
_READY_SECTIONS = 1024
#: How the catalogue's own manuals name sections about one fault.
_ANCHORS = ("trouble-", "error-")
#: Headings of chapters, and of sections of which each row or item is a fault; without accents.
_CHAPTER = re.compile(
    r"\b(?:trouble ?shooting|fault[ -]finding|problem[ -]solving|faults? and remed\w+"
    r"|problems and solutions|(?:if|when) something goes wrong|before (?:you call|calling)"
    r"|(?:solucao|resolucao|solucionando) (?:de )?problemas|solucao de defeitos"
    r"|problemas e solucoes|problemas comuns|anomalias|avarias"
    r"|antes de (?:chamar|ligar|contatar|contactar)|o que fazer se|guia de solucoes)\b"
)
#: Headings of sections that are about one fault each.
_ONE_FAULT = re.compile(
    r"\b(?:error|fault|alarm) (?:codes?|messages?)\b|\bcodigos? de (?:erro|falha|avaria)\b"
)
#: What the first column of a table is called that lists faults.
_SYMPTOM_COLUMN = re.compile(
    r"^(?:symptoms?|problems?|faults?|troubles?|malfunctions?|signs?|sounds?"
    r"|what (?:you )?(?:see|happens)|error(?: code| message)?"
    r"|sintomas?|problemas?|defeitos?|falhas?|avarias?|anomalias?"
    r"|ruidos?|barulhos?|som|sons"
    r"|o que (?:voce )?(?:ve|aparece|acontece)|o que se ve|codigo de erro)\b"
)
#: Somebody else is to do it. "Service" is one where it is called or has a title.
_TECHNICIAN = re.compile(
    r"\b(?:technicians?|electricians?|plumbers?|specialists?"
    r"|service (?:cent(?:re|er)|agent|partner|engineer)"
    r"|(?:customer|authori[sz]ed|qualified|after[- ]sales) (?:service|personnel|person)"
    r"|(?:call|contact|ask) (?:\w+ ){0,2}service|tecnic[oa]s?|eletricistas?|encanador(?:es)?"
    r"|canalizador(?:es)?|(?:pessoal|profissiona(?:l|is)) (?:qualificad|autorizad|especializad)\w*"
    r"|assistencia|rede autorizada|servico (?:autorizado|tecnico)|posto autorizado)\b"
)
#: A cell that says nothing else: "service", "technician".
_SERVICE_ALONE = re.compile(r"(?:^|[,;:] ?)(?:service|servico)\W*$")
#: What holds only in some case reserves nothing: "If E2 returns, call service".
_IN_A_CASE = re.compile(
    r"\b(?:if|when|unless|until|should|otherwise|in case|before|above|below"
    r"|se|caso|quando|ate que|senao|do contrario|antes|acima|abaixo)\b"
)
#: Warnings that reserve nothing: "Do not open the housing; only a technician may", "If it is hot".
_BESIDE_THE_REMEDY = re.compile(
    r"^(?:do not|don.?t|never|if|when|nao|nunca|jamais|se|caso|quando)\b"
)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n")
#: "No light: check the plug": an item of a list that names the fault first.
_ITEM = re.compile(r"^(?P<symptom>[^:–—→]{4,120})(?:\s*[:→]\s|\s+[–—]\s)(?P<remedy>.+)$", re.DOTALL)


@dataclass(frozen=True)
class ManualPart:
    """A section as it stands in a manual."""

    anchor: str
    heading: str
    path: tuple[str, ...]
    markdown: str


@dataclass(frozen=True)
class Remedy:
    """What a manual advises against one fault.

    `row` is the table row or list item that it is alone, empty where the whole section is quoted;
    `reserved` says that the manual leaves it to a technician, `warns` that a warning comes with it.
    """

    anchor: str
    heading: str
    symptom: str
    text: str
    row: str
    reserved: bool
    warns: bool = False


def read_remedies(parts: Iterable[ManualPart]) -> list[Remedy]:
    """The remedies of a manual, in its order."""
    return [remedy for part in parts for remedy in _of_section(part)]


@lru_cache(maxsize=_READY_SECTIONS)
def _of_section(part: ManualPart) -> tuple[Remedy, ...]:
    blocks = read_blocks(part.markdown)
    warns = any(notice.level is not WarningLevel.NOTE for notice in notices_of(blocks))
    return tuple(replace(remedy, warns=warns) for remedy in _in_section(part, blocks))


def _in_section(part: ManualPart, blocks: list[Block]) -> list[Remedy]:
    one_fault = _is_about_one_fault(part)
    rows = _rows(part, blocks, items=not one_fault and _in_chapter(part))
    if not one_fault and not rows:
        return []
    lines = [_line(block) for block in blocks]
    has_steps = any(isinstance(block, Step | Bullet) for block in blocks)
    if not one_fault and (not has_steps or all(isinstance(block, Bullet) for block in blocks)):
        return rows
    whole = Remedy(
        anchor=part.anchor,
        heading=part.heading,
        symptom=part.heading,
        text="\n".join(line for line in lines if line),
        row="",
        reserved=_reserves_section(blocks),
    )
    # A row beside steps points to the whole section; only what it reserves is its own.
    return [whole, *(_with_section(row) for row in rows)]


def _with_section(row: Remedy) -> Remedy:
    return Remedy(row.anchor, row.heading, row.symptom, row.text, "", row.reserved)


def _is_about_one_fault(part: ManualPart) -> bool:
    if part.anchor.startswith(_ANCHORS) or _ONE_FAULT.search(_plain(part.heading)):
        return True
    return any(_CHAPTER.search(_plain(above)) for above in part.path) and not _CHAPTER.search(
        _plain(part.heading)
    )


def _in_chapter(part: ManualPart) -> bool:
    return any(_CHAPTER.search(_plain(heading)) for heading in (part.heading, *part.path))


def _rows(part: ManualPart, blocks: Sequence[Block], *, items: bool) -> list[Remedy]:
    """What a table or, in a chapter about faults, a list says of one fault each."""
    found: list[Remedy] = []
    for block in blocks:
        if isinstance(block, Table) and block.rows:
            head, *rest = block.rows
            if head and _SYMPTOM_COLUMN.search(_plain(head[0])) and len(head) > 1:
                found.extend(_row(part, cells) for cells in rest if cells and cells[0])
        elif items and isinstance(block, Bullet) and (item := _ITEM.match(block.text)):
            found.append(_row(part, (item["symptom"], item["remedy"])))
    return found


def _row(part: ManualPart, cells: Sequence[str]) -> Remedy:
    symptom, *others = cells
    remedy = others[-1] if others else ""
    return Remedy(
        anchor=part.anchor,
        heading=part.heading,
        symptom=symptom,
        text="\n".join(others),
        row=" · ".join(cell for cell in cells if cell),
        reserved=_reserves(remedy) or bool(_SERVICE_ALONE.search(_plain(remedy))),
    )


def _reserves_section(blocks: Sequence[Block]) -> bool:
    """Whether somebody else is to do it; what comes after the steps is for where they fail."""
    steps = [at for at, block in enumerate(blocks) if isinstance(block, Step | Bullet)]
    before = blocks[: steps[0]] if steps else blocks
    instructions = [blocks[at] for at in steps]
    if any(_reserves(block.text) for block in instructions if isinstance(block, Step | Bullet)):
        return True
    if any(_reserves(block.text) for block in before if isinstance(block, Paragraph)):
        return True
    return any(
        _reserves(notice.text) and not _BESIDE_THE_REMEDY.match(_plain(notice.text))
        for notice in notices_of(list(blocks))
    )


def _reserves(text: str) -> bool:
    return any(
        _TECHNICIAN.search(sentence) and not _IN_A_CASE.search(sentence)
        for sentence in _SENTENCE_END.split(_plain(text))
    )


def _line(block: Block) -> str:
    match block:
        case Paragraph(text) | Step(_, text, _) | Bullet(text) | Notice(_, text):
            return text
        case Table(rows):
            return "\n".join(" ".join(row) for row in rows)
        case _:
            return ""


def _plain(text: str) -> str:
    return without_accents(text.casefold()).replace("’", "'")
