"""The products' manuals as pages: a list of contents, and one page for each section."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.files import LANGUAGES
from aftercare.database import reading
from aftercare.errors import NotFound
from aftercare.tables.catalogue import Product
from aftercare.tables.manuals import Manual, ManualSection
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
    entries: tuple[Entry, ...]
    #: Anchors of the same manual in the other language; empty where there is none.
    other_anchors: frozenset[str]

    @property
    def address(self) -> str:
        return f"/manuals/{self.product}/{self.language}"

    @property
    def published(self) -> str:
        return format_date(self.published_on, "long", locale=_LOCALES[self.language])

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
def contents(request: Request, product: str, language: str) -> Response:
    with reading(desk_of(request).sessions) as session:
        head = _read_head(session, product, language)
    return show(request, "manual_contents.html", language, manual=head, other=head.other_address())


@router.api_route("/manuals/{product}/{language}/{anchor}", methods=["GET", "HEAD"])
def section(request: Request, product: str, language: str, anchor: str) -> Response:
    with reading(desk_of(request).sessions) as session:
        head = _read_head(session, product, language)
        markdown = session.scalar(
            select(ManualSection.markdown)
            .join(Manual)
            .where(
                Manual.product_id == product,
                Manual.language == language,
                ManualSection.anchor == anchor,
            )
        )
    if markdown is None:
        raise NotFound("the manual has no such section")
    at = [entry.anchor for entry in head.entries].index(anchor)
    return show(
        request,
        "manual_section.html",
        language,
        manual=head,
        entry=head.entries[at],
        near=head.entries[max(0, at - _NEAR) : at + _NEAR + 1],
        previous=head.entries[at - 1] if at > 0 else None,
        next=head.entries[at + 1] if at + 1 < len(head.entries) else None,
        body=render_section(markdown, language),
        other=head.other_address(anchor),
    )


def _read_head(session: Session, product: str, language: str) -> Head:
    found = session.execute(
        select(Manual, Product.name, Product.model)
        .join(Product, Product.id == Manual.product_id)
        .where(Manual.product_id == product, Manual.language == language)
    ).first()
    if found is None or language not in LANGUAGES:
        raise NotFound("there is no such manual")
    manual, name, model = found
    rows = session.execute(
        select(ManualSection.anchor, ManualSection.heading)
        .where(ManualSection.manual_id == manual.id)
        .order_by(ManualSection.position)
    )
    others = session.scalars(
        select(ManualSection.anchor)
        .join(Manual)
        .where(Manual.product_id == product, Manual.language != language)
    )
    return Head(
        product=product,
        product_name=name[language],
        model=model,
        language=language,
        title=manual.title,
        version=manual.version,
        published_on=manual.published_on,
        entries=tuple(Entry(anchor, heading) for anchor, heading in rows),
        other_anchors=frozenset(others),
    )
