"""Keeps the versions of the rule: one counts, one may be in work, the others are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from aftercare.errors import NotFound, StaleEdit
from aftercare.evaluation.rule import Rule
from aftercare.tables.evaluation import EvaluationRule, RuleStatus
from aftercare.tables.staff import Staff


@dataclass(frozen=True)
class RuleVersion:
    """A rule with who wrote it, when and why."""

    version: int
    status: RuleStatus
    rule: Rule
    comment: str
    author: str
    changed_at: datetime
    switched_on_at: datetime | None
    switched_on_by: str | None


def current_rule(session: Session) -> RuleVersion:
    """The version that counts; the first one came with the tables."""
    return _read(session.scalars(_of_status(RuleStatus.CURRENT)).one())


def draft_rule(session: Session) -> RuleVersion | None:
    """The version in work."""
    found = session.scalar(_of_status(RuleStatus.DRAFT))
    return _read(found) if found else None


def rule_of_version(session: Session, version: int) -> RuleVersion:
    """Raises NotFound."""
    found = session.get(EvaluationRule, version)
    if found is None:
        raise NotFound(f"no rule of version {version}")
    return _read(found)


def all_rules(session: Session) -> list[RuleVersion]:
    """Every version, the newest first."""
    found = session.scalars(select(EvaluationRule).order_by(EvaluationRule.version.desc()))
    return [_read(row) for row in found]


def save_draft(
    session: Session, rule: Rule, *, comment: str, staff: Staff, now: datetime
) -> RuleVersion:
    """Change the version in work, or begin one."""
    row = session.scalar(_of_status(RuleStatus.DRAFT).with_for_update())
    if row is None:
        newest = session.scalar(select(func.max(EvaluationRule.version))) or 0
        row = EvaluationRule(version=newest + 1, status=RuleStatus.DRAFT)
        session.add(row)
    row.content = rule.model_dump(mode="json")
    row.comment = comment
    row.author, row.staff_id = staff.name, staff.id
    row.changed_at = now
    session.flush()
    return _read(row)


def drop_draft(session: Session) -> None:
    """Forget the version in work, if there is one."""
    row = session.scalar(_of_status(RuleStatus.DRAFT))
    if row:
        session.delete(row)
        session.flush()


def switch_on(session: Session, seen: datetime, *, staff: Staff, now: datetime) -> RuleVersion:
    """Let the draft count from now on; `seen` is when the draft that was looked at was changed.

    Tickets are weighed by it afterwards (aftercare/evaluation/weighing.py). Raises StaleEdit where
    somebody has changed, dropped or switched on the draft since.
    """
    row = session.scalar(_of_status(RuleStatus.DRAFT).with_for_update())
    if row is None or row.changed_at != seen:
        raise StaleEdit("the draft is not the one that was looked at")
    session.scalars(_of_status(RuleStatus.CURRENT)).one().status = RuleStatus.PAST
    session.flush()  # there is never more than one that counts
    row.status = RuleStatus.CURRENT
    row.switched_on_at, row.switched_on_by = now, staff.name
    session.flush()
    return _read(row)


def _of_status(status: RuleStatus) -> Select[EvaluationRule]:
    return select(EvaluationRule).where(EvaluationRule.status == status)


def _read(row: EvaluationRule) -> RuleVersion:
    return RuleVersion(
        version=row.version,
        status=RuleStatus(row.status),
        rule=Rule.model_validate(row.content),
        comment=row.comment,
        author=row.author,
        changed_at=row.changed_at,
        switched_on_at=row.switched_on_at,
        switched_on_by=row.switched_on_by,
    )
