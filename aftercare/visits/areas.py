"""Finds the area that an address lies in: by its postal code, else by the town it names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.accents import without_accents
from aftercare.postcodes import postcodes_in
from aftercare.tables.visits import ServiceArea

#: Digits of a country's codes, so that one of Lisbon is not taken for one of Campinas.
_DIGITS = {"BR": 8, "PT": 7}


def active_areas(session: Session) -> list[ServiceArea]:
    """The areas that are served now, in the order of the file."""
    return list(
        session.scalars(
            select(ServiceArea).where(ServiceArea.active).order_by(ServiceArea.position)
        )
    )


def area_of(address: str, areas: Sequence[ServiceArea]) -> ServiceArea | None:
    """The area of an address; None where neither its code nor its town is one of an area's.

    The longest beginning of a code counts, and a known code outweighs the name of a town.
    """
    best: tuple[int, ServiceArea] | None = None
    for code in postcodes_in(address):
        for area in areas:
            if len(code) != _DIGITS.get(area.country, len(code)):
                continue
            for beginning in area.postcodes:
                if code.startswith(beginning) and (best is None or len(beginning) > best[0]):
                    best = len(beginning), area
    if best:
        return best[1]
    words = _plain(address)
    # The town stands at the end; a street may be named after another one.
    last = max(
        ((_last_place(_plain(town), words), area) for area in areas for town in area.towns),
        key=lambda one: one[0],
        default=None,
    )
    return last[1] if last and last[0] >= 0 else None


def _last_place(town: str, words: str) -> int:
    places = [found.start() for found in re.finditer(rf"\b{re.escape(town)}\b", words)]
    return places[-1] if places else -1


def _plain(text: str) -> str:
    return without_accents(text).casefold()
