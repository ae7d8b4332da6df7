"""Teams of staff: a ticket may belong to one, and one may do a role of the services' procedures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base
from aftercare.tables.staff import Staff

# The migration has the same words.
_IN_USE = text("active")


class Team(Base):
    """People who share tickets; a retired one stays for the tickets that it had."""

    __tablename__ = "teams"
    __table_args__ = (
        Index(
            "ix_teams_only_one_of_a_role",
            "role",
            unique=True,
            sqlite_where=_IN_USE,
            postgresql_where=_IN_USE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    # The role of procedure steps that this team does; null: none.
    role: Mapped[str | None] = mapped_column(String(60))
    active: Mapped[bool] = mapped_column(server_default=true(), default=True)
    created_at: Mapped[datetime]

    members: Mapped[list[Staff]] = relationship(secondary="team_members", order_by=Staff.name)


class TeamMember(Base):
    __tablename__ = "team_members"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, index=True)
