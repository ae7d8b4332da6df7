"""The plan by which complaints are handled, kept in the database where every process reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from secrets import token_hex

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.complaints.files import BodyFile, ComplaintsFile
from aftercare.errors import NotAllowed
from aftercare.tables.complaints import ComplaintCause, ComplaintPlan

_ONLY_ROW = 1
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Plan:
    file: ComplaintsFile

    def bodies(self) -> list[BodyFile]:
        """The outside bodies for customers of the company's country."""
        country = self.file.country
        return [body for body in self.file.bodies if country in body.countries]


def put_complaints(session: Session, file: ComplaintsFile, country: str | None) -> None:
    """Keep the plan; `country` is the company's where the file names none.

    Causes that left the file are offered no more; those that managers added stay.
    """
    put = file if file.country else file.model_copy(update={"country": country or None})
    session.merge(ComplaintPlan(id=_ONLY_ROW, plan=put.model_dump(mode="json")))
    wanted = {cause.id for cause in file.causes}
    of_file = select(ComplaintCause).where(ComplaintCause.by_staff.is_(False))
    for known in session.scalars(of_file):
        known.active = known.id in wanted
    for position, cause in enumerate(file.causes):
        session.merge(
            ComplaintCause(
                id=cause.id,
                position=position,
                name=cause.name.model_dump(),
                active=True,
                by_staff=False,
            )
        )


def read_complaint_plan(session: Session) -> Plan:
    """The plan in force; the defaults where no catalogue was loaded yet."""
    row = session.get(ComplaintPlan, _ONLY_ROW)
    return _parsed(json.dumps(row.plan, sort_keys=True) if row else "{}")


def causes_of(session: Session, *, also: str | None = None) -> list[ComplaintCause]:
    """The root causes that can be chosen, and one that a case has already."""
    listed = select(ComplaintCause).order_by(ComplaintCause.position, ComplaintCause.id)
    return [one for one in session.scalars(listed) if one.active or one.id == also]


def add_cause(session: Session, names: dict[str, str]) -> ComplaintCause:
    """A root cause that the file does not have, by its names in each language.

    Raises NotAllowed where a name is missing, too long, or taken by a cause that is offered.
    """
    written = {language: " ".join(name.split()) for language, name in names.items()}
    if not all(written.values()) or any(len(name) > _LONGEST_NAME for name in written.values()):
        raise NotAllowed("a cause has a short name in every language")
    for known in causes_of(session):
        if any(known.name.get(one, "").lower() == name.lower() for one, name in written.items()):
            raise NotAllowed(f"there is a cause of that name already: {known.id}")
    last = session.scalar(select(func.max(ComplaintCause.position)))
    cause = ComplaintCause(
        id=f"own-{token_hex(4)}", position=(last or 0) + 1, name=written, active=True, by_staff=True
    )
    session.add(cause)
    session.flush()
    return cause


@lru_cache(maxsize=8)
def _parsed(plan: str) -> Plan:
    return Plan(ComplaintsFile.model_validate(json.loads(plan)))
