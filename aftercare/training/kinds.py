"""Tells by its heading what a section of a manual is for: first use, a function, care, trouble."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from aftercare.intake.words import plain


class Kind(StrEnum):
    """The kinds of lessons in the order in which they are learnt."""

    FIRST_USE = "first_use"
    FUNCTION = "function"
    CARE = "care"


KIND_NAMES = {
    Kind.FIRST_USE: {"en": "First use", "pt": "Primeiro uso"},
    Kind.FUNCTION: {"en": "Functions", "pt": "Funções"},
    Kind.CARE: {"en": "Cleaning and care", "pt": "Limpeza e cuidados"},
}
#: Words of headings, in plain form (no accents), in both languages. The first that fits counts.
_TROUBLE = re.compile(
    r"\b(?:error|fault|trouble\w*|problem\w*|does not|do not|is not|will not|cannot|stops|drips"
    r"|dripping|leak\w*|smells?|noisy|loud|shakes|erro|falha|avaria|defeito|solucao|nao|vaza\w*"
    r"|pinga\w*|cheir\w*|barulh\w*|ruid\w*)\b"
)
#: No customer is trained in these: what only a technician does, papers, the end of the product.
_NO_LESSON = re.compile(
    r"\b(?:safety|technician|technical|service|guarantee|warranty|dispos\w*|recycl\w*|in the box"
    r"|electric\w*|socket|emergency|storage|storing|moving|parts? of|overview|index|contents"
    r"|seguranca|tecnico\w*|tecnica|assistencia|garantia|descarte|eliminacao|recicla\w*|caixa"
    r"|as pecas d[aeo]|pecas d[aeo] (?:maquina|aparelho|robo|ar)"
    r"|eletric\w*|tomada|emergencia|guardar|armazena\w*|transportar|mudanca|indice)\b"
)
_FIRST_USE = re.compile(
    r"\b(?:first|before|unpack\w*|plac\w+|where to place|prepar\w*|set up|setting up|install\w*"
    r"|connecting|primeir\w*|antes|desembal\w*|onde (?:por|colocar)"
    r"|colocar (?:sobre|embaixo|debaixo)|instala\w*|posiciona\w*|conect\w*"
    r"|ligar a (?:agua|mangueira))\b"
)
#: Anchors of the catalogue's own manuals say it in one word, in whatever language the heading is.
_TROUBLE_ANCHOR = re.compile(r"^(?:error|trouble)-")
_CARE = re.compile(
    r"\b(?:clean\w*|descal\w*|wash the|wiping|empty\w*|replac\w*|changing the (?:water )?filter"
    r"|changing the filter|care|maintenance|checking|sanitis\w*|sanitiz\w*|(?:auto)?limp\w*"
    r"|descalc\w*|esvazia\w*|troca\w*|substitu\w*|cuidado\w*|manutencao|verific\w*|higieniz\w*|conserva\w*)\b"
)


def is_trouble(anchor: str, heading: str, path: Sequence[str] = ()) -> bool:
    """Whether a section is looked up when something fails."""
    return bool(_TROUBLE_ANCHOR.match(anchor) or _TROUBLE.search(_said(heading, path)))


def kind_of(anchor: str, heading: str, path: Sequence[str] = ()) -> Kind | None:
    """What a section teaches; None where it is no lesson for a customer."""
    said = _said(heading, path)
    if is_trouble(anchor, heading, path) or _NO_LESSON.search(said):
        return None
    if _FIRST_USE.search(said):
        return Kind.FIRST_USE
    return Kind.CARE if _CARE.search(said) else Kind.FUNCTION


def _said(heading: str, path: Sequence[str]) -> str:
    return plain(" / ".join((*path, heading)))
