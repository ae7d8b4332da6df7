"""Names places of a plan, its gaps and its mistakes in words."""

from __future__ import annotations

from collections.abc import Sequence

from aftercare.catalogue.completeness import Gap, GapKind
from console.formats import language_name, plain_name

_PARTS = {
    "name": "Name",
    "wish": "What the customer wants",
    "opening": "Opening",
    "requirements": "Requirement",
    "keywords": "Keywords",
    "signs": "Signs",
    "procedure": "Step",
    "records": "Record",
    "resources": "Resource",
    "measure": "Measure",
    "channels": "Channels",
    "ask": "question",
    "en": "English",
    "pt": "Portuguese",
}
_EMPTY = {
    GapKind.REQUIREMENT: "It names no requirement.",
    GapKind.PROCEDURE: "It has no procedure.",
    GapKind.RECORD: "It has no record: nothing is asked.",
    GapKind.RESOURCE: "It names no resource.",
    GapKind.CHANNEL: "It names no intake channel.",
    GapKind.MEASURE: "It has no measure.",
}
#: The forms in which gaps are closed.
_FORMS = {
    GapKind.REQUIREMENT: "requirements",
    GapKind.KEYWORD: "need",
    GapKind.PROCEDURE: "procedure",
    GapKind.RECORD: "records",
    GapKind.RESOURCE: "resources",
    GapKind.CHANNEL: "measure",
    GapKind.MEASURE: "measure",
    GapKind.ROLE: "procedure",
}


def place_name(place: Sequence[str | int]) -> str:
    """A place in a plan: Record purchase date, question, English."""
    words = [_PARTS.get(str(word), plain_name(str(word)).lower()) for word in place]
    if len(words) > 1 and str(place[0]) in ("requirements", "procedure", "records", "resources"):
        words[:2] = [f"{words[0]} {words[1]}"]
    return ", ".join(words)


def gap_words(gap: Gap) -> str:
    """What is missing, as a sentence."""
    if gap.kind is GapKind.ROLE:
        return (
            f"Nobody has the role “{plain_name(gap.part).lower()}”: give it to a team, or give the "
            "steps to another role."
        )
    language = language_name(gap.language) if gap.language else ""
    if gap.kind is GapKind.KEYWORD:
        return f"It has no keywords in {language}."
    if gap.kind is GapKind.TEXT:
        place = [gap.part, *gap.key.split("/")] if gap.key else [gap.part]
        return f"{place_name(place)}: a text is missing in {language}."
    return _EMPTY[gap.kind]


def gap_form(gap: Gap) -> str:
    """The form in which a gap is closed (console/service_form.py, or records)."""
    if gap.kind is GapKind.TEXT:
        return "names" if gap.part in ("name", "wish", "opening") else gap.part
    return _FORMS[gap.kind]
