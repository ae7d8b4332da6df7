"""What a person corrects in an imported manual: headings, steps, warnings, where sections part."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from aftercare.manuals.structure import slug
from aftercare.manuals.versions import VersionRefused
from aftercare.tables.manuals import Manual, ManualOrigin, ManualSection

LONGEST_HEADING = 200
LONGEST_TEXT = 60_000
_HEADING_LINE = re.compile(r"^#{1,6}\s+(?P<heading>.+?)\s*$")


def check_correctable(manual: Manual) -> None:
    """Raises VersionRefused for a manual whose truth is a file of the catalogue."""
    if manual.origin != ManualOrigin.IMPORT:
        raise VersionRefused("This manual is a file of the catalogue: correct it there.")


def correct_section(session: Session, section: ManualSection, heading: str, text: str) -> None:
    """Give a section another heading and text; a line `## Heading` in it begins a new section.

    Raises VersionRefused where nothing would be left.
    """
    check_correctable(section.manual)
    heading, text = " ".join(heading.split()), text.strip()
    if not heading or not text:
        raise VersionRefused("A section needs a heading and a text. Remove it if it has none.")
    if len(heading) > LONGEST_HEADING or len(text) > LONGEST_TEXT:
        raise VersionRefused("The heading or the text is too long. Part the section.")
    first, *rest = _parted(text)
    section.heading, section.markdown = heading, first[1]
    manual = section.manual
    place = manual.sections.index(section)
    taken = {one.anchor for one in manual.sections}
    for offset, (title, body) in enumerate(rest, start=1):
        anchor = _free_anchor(title, taken)
        taken.add(anchor)
        manual.sections.insert(
            place + offset,
            ManualSection(
                position=0,
                anchor=anchor,
                heading=title[:LONGEST_HEADING],
                path=list(section.path),
                page=section.page,
                markdown=body,
            ),
        )
    _number(session, manual)


def join_with_previous(session: Session, section: ManualSection) -> ManualSection:
    """Put a section, whose heading was none, behind the text of the one before it.

    Raises VersionRefused for the first section.
    """
    manual = section.manual
    check_correctable(manual)
    place = manual.sections.index(section)
    if place == 0:
        raise VersionRefused("There is no section before this one.")
    before = manual.sections[place - 1]
    before.markdown = f"{before.markdown}\n\n{section.heading}\n\n{section.markdown}"
    manual.sections.remove(section)
    _number(session, manual)
    return before


def remove_section(session: Session, section: ManualSection) -> None:
    """Take a section out. Raises VersionRefused for the only one."""
    manual = section.manual
    check_correctable(manual)
    if len(manual.sections) == 1:
        raise VersionRefused("A manual needs a section. Remove the whole manual instead.")
    manual.sections.remove(section)
    _number(session, manual)


def _parted(text: str) -> list[tuple[str, str]]:
    """Headings with the text under them; the first text has none."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for line in text.split("\n"):
        found = _HEADING_LINE.match(line)
        if found:
            parts.append((found["heading"], []))
        else:
            parts[-1][1].append(line)
    made = [(heading, "\n".join(lines).strip()) for heading, lines in parts]
    if not made[0][1]:
        raise VersionRefused("The text begins with a heading. Change the section's own instead.")
    return [(heading, body) for heading, body in made if body]


def _free_anchor(heading: str, taken: set[str]) -> str:
    anchor, number = slug(heading), 1
    while anchor in taken:
        number += 1
        anchor = f"{slug(heading)}-{number}"
    return anchor


def _number(session: Session, manual: Manual) -> None:
    for position, section in enumerate(manual.sections):
        section.position = position
    session.flush()
