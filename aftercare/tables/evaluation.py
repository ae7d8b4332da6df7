"""The versions of the rule that weighs tickets."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from aftercare.tables.base import Base, one_of


class RuleStatus(StrEnum):
    DRAFT = "draft"
    CURRENT = "current"
    PAST = "past"


class EvaluationRule(Base):
    """One version; a draft can be changed, any other is kept as it was when it counted."""

    __tablename__ = "evaluation_rules"
    __table_args__ = (
        one_of("status", RuleStatus),
        Index(
            "ix_evaluation_rules_only_one_draft_and_current",
            "status",
            unique=True,
            sqlite_where=text("status != 'past'"),
            postgresql_where=text("status != 'past'"),
        ),
    )

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(String(20))
    # As aftercare/evaluation/rule.py describes it.
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    comment: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(200))
    # Null for the rule that came with the desk.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime]
    # Null until a draft is switched on.
    switched_on_at: Mapped[datetime | None]
    switched_on_by: Mapped[str | None] = mapped_column(String(200))
