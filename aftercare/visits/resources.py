"""Reads catalogue/resources.yml and puts it into the tables: areas, windows, technicians, stock.

Areas and windows follow the file. Technicians and stock come from it once; from then on they
belong to the console, and the file never overrides what staff changed there.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import Field, ValidationError, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.business_hours import BusinessHours, HolidaysFile, Weekday
from aftercare.catalogue.entries import Entry, Key, Text
from aftercare.catalogue.files import CatalogueFiles
from aftercare.errors import CatalogueError
from aftercare.tables.stock import MovementKind, StockItem, StockMovement
from aftercare.tables.visits import AppointmentWindow, ServiceArea, Technician

FILE_NAME = "resources.yml"
#: Who counted the stock that came with the file.
_FROM_FILE = "resources.yml"
_Time = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class AreaFile(Entry):
    id: Key
    name: str = Field(min_length=1, max_length=120)
    postcodes: tuple[Annotated[str, Field(pattern=r"^\d{1,8}$")], ...] = ()
    towns: tuple[str, ...] = ()
    #: Empty: the company's.
    time_zone: str = ""
    holidays: HolidaysFile | None = None
    travel: dict[Key, Annotated[int, Field(ge=0, le=12 * 60)]]


class WindowFile(Entry):
    id: Key
    name: Text
    begins: _Time
    ends: _Time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if time.fromisoformat(self.begins) >= time.fromisoformat(self.ends):
            raise ValueError(f"the window '{self.id}' ends before it begins")
        return self


class TechnicianFile(Entry):
    id: Key
    name: str = Field(min_length=1, max_length=200)
    skills: tuple[Key, ...] = Field(min_length=1)
    home: Key
    areas: tuple[Key, ...] = Field(min_length=1)
    week: dict[Weekday, tuple[str, ...]]

    @model_validator(mode="after")
    def _has_hours(self) -> Self:
        BusinessHours(time_zone="UTC", week=self.week)
        return self


class StockFile(Entry):
    product: Key
    part: Key
    on_hand: int = Field(ge=0, le=1_000_000)


class ResourcesFile(Entry):
    areas: tuple[AreaFile, ...] = ()
    windows: tuple[WindowFile, ...] = ()
    technicians: tuple[TechnicianFile, ...] = ()
    stock: tuple[StockFile, ...] = ()


def read_resources(folder: Path, files: CatalogueFiles) -> ResourcesFile:
    """The file of a catalogue's folder; a company without one makes no visits.

    Raises CatalogueError, naming the file and what is wrong.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return ResourcesFile()
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        resources = ResourcesFile.model_validate(content or {})
        _check(resources, files)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise CatalogueError(f"{path}: {error}") from error
    except ValueError as error:
        raise CatalogueError(f"{path}: {error}") from error
    return resources


def _check(resources: ResourcesFile, files: CatalogueFiles) -> None:
    """Raises ValueError for names that lead nowhere."""
    for what, names in (
        ("area", [area.id for area in resources.areas]),
        ("window", [window.id for window in resources.windows]),
        ("technician", [technician.id for technician in resources.technicians]),
        ("part", [f"{item.product}/{item.part}" for item in resources.stock]),
        ("postcode", [code for area in resources.areas for code in area.postcodes]),
    ):
        if len(set(names)) < len(names):
            raise ValueError(f"a {what} stands there twice")
    in_order = sorted(resources.windows, key=lambda window: window.begins)
    if any(later.begins < earlier.ends for earlier, later in pairwise(in_order)):
        raise ValueError("windows overlap")
    areas = {area.id for area in resources.areas}
    for area in resources.areas:
        BusinessHours(time_zone=area.time_zone or "UTC", week={})
        if area.holidays:
            area.holidays.check()
        _known(f"area '{area.id}'", area.travel, areas)
        if area.id not in area.travel:
            raise ValueError(f"area '{area.id}' does not tell the way within itself")
    for technician in resources.technicians:
        place = f"technician '{technician.id}'"
        _known(place, (technician.home, *technician.areas), areas)
        _known(place, technician.skills, known_skills(files))
    parts = {f"{product.id}/{part.id}" for product in files.products for part in product.parts}
    _known("stock", (f"{item.product}/{item.part}" for item in resources.stock), parts)


def known_skills(files: CatalogueFiles) -> set[str]:
    """What a technician can be skilled in: what services ask for, and categories of products."""
    asked = {skill for one in files.services if one.visit for skill in one.visit.skills}
    return asked | {category.id for category in files.categories}


def _known(place: str, names: Any, known: set[str]) -> None:
    unknown = sorted(set(names) - known)
    if unknown:
        raise ValueError(f"{place} names what there is not: {', '.join(unknown)}")


def put_resources(
    session: Session, resources: ResourcesFile, files: CatalogueFiles, now: datetime
) -> None:
    """Make areas and windows equal to the file, and add technicians and stock that are new."""
    for position, area in enumerate(resources.areas):
        session.merge(_area(area, position, files))
    for position, window in enumerate(resources.windows):
        session.merge(
            AppointmentWindow(
                id=window.id,
                position=position,
                name=window.name.model_dump(),
                begins=window.begins,
                ends=window.ends,
                active=True,
            )
        )
    _retire(session.scalars(select(ServiceArea)), {area.id for area in resources.areas})
    _retire(session.scalars(select(AppointmentWindow)), {window.id for window in resources.windows})
    session.flush()
    known = set(session.scalars(select(Technician.key)))
    for technician in resources.technicians:
        if technician.id not in known:
            session.add(_technician(technician))
    counted = {(item.product_id, item.part) for item in session.scalars(select(StockItem))}
    for item in resources.stock:
        if (item.product, item.part) not in counted:
            _count_first(session, item, now)
    session.flush()


def new_feed_key() -> str:
    return secrets.token_urlsafe(24)


def _area(area: AreaFile, position: int, files: CatalogueFiles) -> ServiceArea:
    hours = files.company.business_hours
    holidays = area.holidays or hours.holidays
    return ServiceArea(
        id=area.id,
        position=position,
        name=area.name,
        postcodes=list(area.postcodes),
        towns=list(area.towns),
        time_zone=area.time_zone or hours.time_zone,
        country=holidays.country if holidays else "",
        subdivision=holidays.region if holidays else "",
        travel=dict(area.travel),
        active=True,
    )


def _technician(file: TechnicianFile) -> Technician:
    return Technician(
        name=file.name,
        key=file.id,
        skills=list(file.skills),
        home_area_id=file.home,
        areas=list(file.areas),
        week={day: list(stretches) for day, stretches in file.week.items()},
        feed_key=new_feed_key(),
    )


def _count_first(session: Session, file: StockFile, now: datetime) -> None:
    item = StockItem(product_id=file.product, part=file.part, on_hand=file.on_hand, reserved=0)
    session.add(item)
    session.flush()
    session.add(
        StockMovement(
            stock_item_id=item.id,
            at=now,
            kind=MovementKind.COUNTED,
            change=file.on_hand,
            on_hand=file.on_hand,
            actor=_FROM_FILE,
            note="",
        )
    )


def _retire(rows: Iterable[ServiceArea | AppointmentWindow], kept: set[str]) -> None:
    for row in rows:
        row.active = row.id in kept
