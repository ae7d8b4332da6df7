"""What was read of a file, as a person looks through it: counts, and what may be wrong."""

from __future__ import annotations

from typing import Any

from aftercare.manuals.document import FindingKind
from aftercare.manuals.structure import Structured

_LONGEST_DETAIL = 200

FINDING_WORDS: dict[FindingKind, dict[str, str]] = {
    FindingKind.SCANNED_PAGE: {
        "en": "A scanned page: its words are a picture and were not read. Type what matters.",
        "pt": "Página digitalizada: as palavras são uma imagem e não foram lidas. Digite o que "
        "importa.",
    },
    FindingKind.BLANK_PAGE: {"en": "An empty page.", "pt": "Página vazia."},
    FindingKind.UNREADABLE_TEXT: {
        "en": "The page's font does not tell its letters: compare the text with the page.",
        "pt": "A fonte da página não informa as letras: compare o texto com a página.",
    },
    FindingKind.TURNED_TEXT: {
        "en": "Text that does not run from left to right was left out.",
        "pt": "Texto que não corre da esquerda para a direita ficou de fora.",
    },
    FindingKind.NO_HEADINGS: {
        "en": "No heading was found: the whole text is one section.",
        "pt": "Nenhum título foi encontrado: o texto inteiro é uma seção.",
    },
    FindingKind.TEXT_BEFORE_HEADING: {
        "en": "Words before the first heading were taken for the cover and left out",
        "pt": "Palavras antes do primeiro título foram tomadas como capa e ficaram de fora",
    },
    FindingKind.STEP_MISSING: {
        "en": "Numbers of steps jump",
        "pt": "A numeração dos passos salta",
    },
    FindingKind.WARNING_WITHOUT_TEXT: {
        "en": "A warning's word stands without its text",
        "pt": "A palavra de um aviso está sem o texto",
    },
    FindingKind.EMPTY_CELLS: {
        "en": "More than half of a table's cells are empty",
        "pt": "Mais da metade das células de uma tabela está vazia",
    },
    FindingKind.LONG_SECTION: {
        "en": "A very long section: a heading may have been missed",
        "pt": "Seção muito longa: um título pode ter passado despercebido",
    },
    FindingKind.EMPTY_SECTION: {
        "en": "Nothing stands under a heading, so it was left out",
        "pt": "Não há nada sob um título, por isso ficou de fora",
    },
    FindingKind.OTHER_LANGUAGE: {
        "en": "A section seems to be in another language",
        "pt": "Uma seção parece estar em outro idioma",
    },
    FindingKind.FIGURE_LEFT_OUT: {
        "en": "A picture could not be taken over",
        "pt": "Uma imagem não pôde ser aproveitada",
    },
}


def report_of(read: Structured) -> dict[str, Any]:
    """The report as it is stored with the manual."""
    counts = read.counts
    return {
        "pages": counts.pages,
        "sections": counts.sections,
        "steps": counts.steps,
        "warnings": counts.warnings,
        "tables": counts.tables,
        "figures": counts.figures,
        "findings": [
            {
                "kind": finding.kind.value,
                "page": finding.page,
                "detail": finding.detail[:_LONGEST_DETAIL],
            }
            for finding in read.findings
        ],
    }


def finding_text(finding: dict[str, Any], language: str) -> str:
    """A stored finding as a sentence."""
    try:
        words = FINDING_WORDS[FindingKind(finding["kind"])][language]
    except ValueError:
        # A report of another version of the program.
        words = str(finding["kind"])
    return f"{words}: {finding['detail']}" if finding.get("detail") else words


def shown(report: dict[str, Any]) -> str:
    """The report for a terminal."""
    warnings = ", ".join(f"{count} {level}" for level, count in report["warnings"].items())
    lines = [
        f"{report['pages']} pages, {report['sections']} sections, {report['steps']} steps, "
        f"{report['tables']} tables, {report['figures']} figures",
        f"warnings: {warnings or 'none'}",
    ]
    for finding in report["findings"]:
        place = f"page {finding['page']}: " if finding["page"] else ""
        lines.append(f"  look at {place}{finding_text(finding, 'en')}")
    return "\n".join(lines)
