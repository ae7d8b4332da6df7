"""Checks a plan before it is kept: by the models of the files, and against what else there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.service_files import ServiceFile
from aftercare.errors import AftercareError
from aftercare.tables.catalogue import Service, Symptom


@dataclass(frozen=True)
class Mistake:
    """What is wrong at a place of the plan, in words; `kind` is pydantic's name for it."""

    place: tuple[str | int, ...]
    said: str
    kind: str = ""


class PlanRefused(AftercareError):
    """The bot could not follow the plan; `mistakes` say where and why."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(one.said for one in mistakes))
        self.mistakes = mistakes


def read_plan(stored: Mapping[str, Any]) -> ServiceFile:
    """A plan as it is stored; parts that only a newer program knows are passed over.

    Raises pydantic's ValidationError.
    """
    known = ServiceFile.model_fields
    return ServiceFile.model_validate({key: part for key, part in stored.items() if key in known})


def check_plan(session: Session, stored: Mapping[str, Any]) -> ServiceFile:
    """The plan, if the bot can follow it. Raises PlanRefused."""
    try:
        plan = read_plan(stored)
    except ValidationError as error:
        raise PlanRefused(
            [Mistake(one["loc"], one["msg"], one["type"]) for one in error.errors()]
        ) from error
    mistakes = [*_unknown_symptoms(session, plan), *_taken_signs(session, plan)]
    if mistakes:
        raise PlanRefused(mistakes)
    return plan


def _unknown_symptoms(session: Session, plan: ServiceFile) -> Iterator[Mistake]:
    known = set(session.scalars(select(Symptom.id)))
    for at, record in enumerate(plan.records):
        for number, choice in enumerate(record.choices):
            unknown = [one for one in choice.symptoms if one not in known]
            if unknown:
                place = ("records", at, "choices", number, "symptoms")
                yield Mistake(place, f"The catalogue has no such fault: {', '.join(unknown)}")


def _taken_signs(session: Session, plan: ServiceFile) -> Iterator[Mistake]:
    others = session.scalars(select(Service).where(Service.active, Service.id != plan.id))
    taken = {sign: other.name for other in others for sign in other.signs}
    for sign in plan.signs:
        if sign in taken:
            name = next((text for text in taken[sign].values() if text), "")
            yield Mistake(
                ("sign", sign), f"This tells the need of “{name}” already; take it off there first"
            )
