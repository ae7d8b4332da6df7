"""The products' manuals as pages: contents, sections and figures, of each published version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from babel.dates import format_date
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from aftercare.catalogue.entries import LANGUAGES
from aftercare.database import reading
from aftercare.errors import NotFound
from aftercare.tables.catalogue import Product
from aftercare.tables.manuals import Manual, ManualFigure, ManualSection, ManualStatus
from gateway.desk import desk_of
from gateway.manual_text import render_section
from gateway.views import show

router = APIRouter(include_in_schema=False)

#: Sections before and behind the present one that are listed beside it.
_NEAR = 6

_LOCALES = {"en": "en_GB", "pt": "pt_BR"}


@dataclass(frozen=True)
class Entry:
    anchor: str
    heading: str
    number: str = ""
    page: int | None = None


@dataclass(frozen=True)
class Version:
    version: str
    published: str
    address: str


@dataclass(frozen=True)
class Head:
    """What stands at the head of a manual, and its contents."""

    product: str
    product_name: str
    model: str
    language: str
    title: str
    version: str
    published_on: date
    models: str
    licence: str
    #: Whether this is the version that answers in the chat.
    current: bool
    #: The other versions of this manual, the newest first.
    versions: tuple[Version, ...]
    entries: tuple[Entry, ...]
    #: Anchors of the same manual in the other language; empty where there is none.
    other_anchors: frozenset[str]

    @property
    def address(self) -> str:
        return f"/manuals/{self.product}/{self.language}"

    @property
    def query(self) -> str:
        """What keeps links within an earlier version."""
        return "" if self.current else f"?{urlencode({'version': self.version})}"

    @property
    def published(self) -> str:
        return _long_date(self.published_on, self.language)

    @property
    def other_language(self) -> str:
        return next(language for language in LANGUAGES if language != self.language)

    def other_address(self, anchor: str | None = None) -> str | None:
        """The same section in the other language, else its contents, None without a manual."""
        if not self.other_anchors:
            return None
        address = f"/manuals/{self.product}/{self.other_language}"
        return f"{address}/{anchor}" if anchor in self.other_anchors else address


@router.api_route("/manuals/{product}/{language}", methods=["GET", "HEAD"])
def contents(request: Request, product: str, language: str, version: str = "") -> Response:
    with reading(desk_of(request).sessions) as session:
        _, head = _read_head(session, product, language, version)
    return show(request, "manual_contents.html", language, manual=head, other=head.other_address())


@router.api_route("/manuals/{product}/{language}/figures/{number}", methods=["GET", "HEAD"])
def figure(
    request: Request, product: str, language: str, number: int, version: str = ""
) -> Response:
    with reading(desk_of(request).sessions) as session:
        found = session.scalars(
            _of_version(select(ManualFigure).join(Manual), product, language, version)
            .where(ManualFigure.number == number)
            .options(undefer(ManualFigure.content))
        ).first()
    if found is None:
        raise NotFound("the manual has no such figure")
    return Response(
        found.content,
        media_type=found.media_type,
        headers={"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"},
    )


@router.api_route("/manuals/{product}/{language}/{anchor}", methods=["GET", "HEAD"])
def section(
    request: Request, product: str, language: str, anchor: str, version: str = ""
) -> Response:
    with reading(desk_of(request).sessions) as session:
        manual, head = _read_head(session, product, language, version)
        markdown = session.scalar(
            select(ManualSection.markdown).where(
                ManualSection.manual_id == manual.id, ManualSection.anchor == anchor
            )
        )
    if markdown is None:
        raise NotFound("the manual has no such section")
    at = [entry.anchor for entry in head.entries].index(anchor)
    figures = f"{head.address}/figures/{{number}}{head.query}"
    return show(
        request,
        "manual_section.html",
        language,
        manual=head,
        entry=head.entries[at],
        near=head.entries[max(0, at - _NEAR) : at + _NEAR + 1],
        previous=head.entries[at - 1] if at > 0 else None,
        next=head.entries[at + 1] if at + 1 < len(head.entries) else None,
        body=render_section(markdown, language, figures),
        other=head.other_address(anchor),
    )


def _of_version[*Columns](
    statement: Select[*Columns], product: str, language: str, version: str
) -> Select[*Columns]:
    """Limit to one manual: a version that was published, the current one where none is named."""
    statement = statement.where(Manual.product_id == product, Manual.language == language)
    if version:
        named = version.replace("\0", "")
        return statement.where(Manual.version == named, Manual.status != ManualStatus.DRAFT)
    return statement.where(Manual.status == ManualStatus.CURRENT)


def _read_head(session: Session, product: str, language: str, version: str) -> tuple[Manual, Head]:
    found = session.execute(
        _of_version(
            select(Manual, Product.name, Product.model).join(
                Product, Product.id == Manual.product_id
            ),
            product,
            language,
            version,
        )
    ).first()
    if found is None or language not in LANGUAGES:
        raise NotFound("there is no such manual")
    manual, name, model = found
    rows = session.execute(
        select(
            ManualSection.anchor, ManualSection.heading, ManualSection.number, ManualSection.page
        )
        .where(ManualSection.manual_id == manual.id)
        .order_by(ManualSection.position)
    )
    others = session.scalars(
        select(ManualSection.anchor)
        .join(Manual)
        .where(
            Manual.product_id == product,
            Manual.language != language,
            Manual.status == ManualStatus.CURRENT,
        )
    )
    return manual, Head(
        product=product,
        product_name=name[language],
        model=model,
        language=language,
        title=manual.title,
        version=manual.version,
        published_on=manual.published_on,
        models=manual.models,
        licence=manual.licence,
        current=manual.status == ManualStatus.CURRENT,
        versions=_other_versions(session, manual),
        entries=tuple(Entry(*row) for row in rows),
        other_anchors=frozenset(others),
    )


def _other_versions(session: Session, manual: Manual) -> tuple[Version, ...]:
    address = f"/manuals/{manual.product_id}/{manual.language}"
    others = session.scalars(
        select(Manual)
        .where(
            Manual.product_id == manual.product_id,
            Manual.language == manual.language,
            Manual.status != ManualStatus.DRAFT,
            Manual.id != manual.id,
        )
        .order_by(Manual.published_on.desc(), Manual.version.desc())
    )
    return tuple(
        Version(
            other.version,
            _long_date(other.published_on, other.language),
            address
            if other.status == ManualStatus.CURRENT
            else f"{address}?{urlencode({'version': other.version})}",
        )
        for other in others
    )


def _long_date(day: date, language: str) -> str:
    return format_date(day, "long", locale=_LOCALES[language])
