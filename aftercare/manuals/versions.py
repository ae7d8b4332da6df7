"""Keeps the versions of each manual: several stand side by side, one of them answers customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.entries import Language
from aftercare.catalogue.manual_files import ManualText, newest_of
from aftercare.errors import AftercareError
from aftercare.manuals.document import Figure
from aftercare.manuals.report import report_of
from aftercare.manuals.structure import Structured
from aftercare.tables.catalogue import MaintenanceTask
from aftercare.tables.manuals import (
    Manual,
    ManualFigure,
    ManualOrigin,
    ManualSection,
    ManualStatus,
)


class VersionRefused(AftercareError):
    """A manual cannot be stored, published or removed as asked; the message tells why."""


class ManualIdentity(BaseModel):
    """What a person tells about a manual that is imported."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    product: str = Field(min_length=1, max_length=60)
    language: Language
    version: str = Field(min_length=1, max_length=20)
    published_on: date
    #: Empty: the file's own title.
    title: str = Field(default="", max_length=200)
    models: str = Field(default="", max_length=300)
    source: str = Field(default="", max_length=300)
    licence: str = Field(default="", max_length=200)


def put_catalogue_manuals(session: Session, manuals: Sequence[ManualText]) -> None:
    """Make the catalogue's manuals those of the files; imported ones stay.

    The newest of the files answers, unless a person chose another version that is still there.
    """
    chosen: dict[tuple[str, str], tuple[str, datetime]] = {}
    imported: set[tuple[str, str, str]] = set()
    for row in session.scalars(select(Manual)):
        if row.origin == ManualOrigin.IMPORT:
            imported.add((row.product_id, row.language, row.version))
        if row.status == ManualStatus.CURRENT and row.chosen_at:
            chosen[row.product_id, row.language] = (row.version, row.chosen_at)
        if row.origin == ManualOrigin.CATALOGUE:
            session.delete(row)
    session.flush()
    present = {(one.head.product, one.head.language, one.head.version) for one in manuals}
    newest = newest_of(list(manuals))
    for manual in manuals:
        head = manual.head
        key = (head.product, head.language)
        # Whoever imported this very version wanted theirs.
        if (*key, head.version) in imported:
            continue
        version, chosen_at = chosen.get(key, ("", None))
        if (*key, version) not in present | imported:
            version, chosen_at = newest[key].head.version, None
        current = version == head.version
        session.add(_catalogue_row(manual, current, chosen_at if current else None))
    session.flush()


def _catalogue_row(manual: ManualText, current: bool, chosen_at: datetime | None) -> Manual:
    head = manual.head
    return Manual(
        product_id=head.product,
        language=head.language,
        title=head.title,
        version=head.version,
        published_on=head.date,
        status=ManualStatus.CURRENT if current else ManualStatus.EARLIER,
        origin=ManualOrigin.CATALOGUE,
        models=head.models,
        source=head.source,
        licence=head.licence,
        report=manual.report,
        chosen_at=chosen_at,
        sections=[
            ManualSection(
                position=position,
                anchor=section.anchor,
                heading=section.heading,
                number=section.number,
                path=list(section.path),
                page=section.page,
                markdown=section.markdown,
            )
            for position, section in enumerate(manual.sections)
        ],
        figures=_figure_rows(manual.figures),
    )


def _figure_rows(figures: Sequence[Figure]) -> list[ManualFigure]:
    return [
        ManualFigure(
            number=number, page=figure.page, media_type=figure.media_type, content=figure.image
        )
        for number, figure in enumerate(figures, start=1)
    ]


def check_version_is_free(session: Session, identity: ManualIdentity) -> Manual | None:
    """The draft that an import of this version would replace; None where there is none.

    Raises VersionRefused where the version is in use.
    """
    found = session.scalars(
        select(Manual).where(
            Manual.product_id == identity.product,
            Manual.language == identity.language,
            Manual.version == identity.version,
        )
    ).one_or_none()
    if found is not None and found.status != ManualStatus.DRAFT:
        raise VersionRefused(
            f"Version {identity.version} of this manual is there already. Give the new one another "
            "version, or remove the old one first."
        )
    return found


def store_draft(session: Session, identity: ManualIdentity, read: Structured) -> Manual:
    """Put what was read beside the other versions, for a person to look through.

    A draft of the same version is replaced. Raises VersionRefused.
    """
    if not read.sections:
        raise VersionRefused("The file holds no text that could be read.")
    old = check_version_is_free(session, identity)
    if old is not None:
        session.delete(old)
        session.flush()
    manual = Manual(
        product_id=identity.product,
        language=identity.language,
        title=identity.title or read.title or f"{identity.product} {identity.version}",
        version=identity.version,
        published_on=identity.published_on,
        status=ManualStatus.DRAFT,
        origin=ManualOrigin.IMPORT,
        models=identity.models,
        source=identity.source,
        licence=identity.licence,
        report=report_of(read),
        sections=[
            ManualSection(
                position=position,
                anchor=section.anchor,
                heading=section.heading,
                number=section.number[:20],
                path=list(section.path),
                page=section.page,
                markdown=section.markdown,
            )
            for position, section in enumerate(read.sections)
        ],
        figures=_figure_rows(read.figures),
    )
    session.add(manual)
    session.flush()
    return manual


def publish(session: Session, manual: Manual, now: datetime) -> None:
    """Let this version answer; the one that did so far is kept beside it."""
    present = session.scalars(
        select(Manual)
        .where(
            Manual.product_id == manual.product_id,
            Manual.language == manual.language,
            Manual.status == ManualStatus.CURRENT,
        )
        .with_for_update()
    )
    for other in present:
        other.status = ManualStatus.EARLIER
    # The database lets no two be current, not even for a moment.
    session.flush()
    manual.status = ManualStatus.CURRENT
    manual.chosen_at = now
    session.flush()


def remove(session: Session, manual: Manual) -> None:
    """Take an imported version away. Raises VersionRefused."""
    if manual.origin != ManualOrigin.IMPORT:
        raise VersionRefused("This manual is a file of the catalogue: remove it there.")
    if manual.status == ManualStatus.CURRENT:
        raise VersionRefused("This version answers customers. Publish another one first.")
    session.delete(manual)
    session.flush()


def sections_missed(session: Session, manual: Manual) -> list[str]:
    """Anchors that the product's maintenance plan names and this manual does not have."""
    wanted = session.scalars(
        select(MaintenanceTask.section).where(MaintenanceTask.product_id == manual.product_id)
    )
    have = {section.anchor for section in manual.sections}
    return sorted(set(wanted) - have)
