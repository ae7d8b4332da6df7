"""Tickets have people, steps and a way back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OPEN = "(status NOT IN ('resolved', 'closed'))"
_IN_USE = sa.text("active")
_OPEN_INDEXES = {
    "ix_tickets_open_assignee_precedence": (["assignee_id", "precedence", "id"], _OPEN),
    "ix_tickets_open_team_precedence": (["team_id", "precedence", "id"], _OPEN),
    "ix_tickets_open_nobodys_precedence": (
        ["precedence", "id"],
        f"{_OPEN} AND assignee_id IS NULL",
    ),
}
_INDEXES = {
    "ix_tickets_assignee_created_at": ["assignee_id", "created_at", "id"],
    "ix_tickets_team_created_at": ["team_id", "created_at", "id"],
    "ix_tickets_merged_into_id": ["merged_into_id"],
    "ix_tickets_follows_id": ["follows_id"],
}
_TICKET_COLUMNS: dict[str, Any] = {
    "assignee_id": sa.Integer(),
    "team_id": sa.Integer(),
    "merged_into_id": sa.Integer(),
    "follows_id": sa.Integer(),
    "closed_at": sa.DateTime(timezone=True),
}
_EVENT_COLUMNS: dict[str, Any] = {
    "about": sa.String(length=100),
    "before": sa.Text(),
    "after": sa.Text(),
}


def upgrade() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("name", name=op.f("uq_teams_name")),
    )
    op.create_index(
        "ix_teams_only_one_of_a_role",
        "teams",
        ["role"],
        unique=True,
        sqlite_where=_IN_USE,
        postgresql_where=_IN_USE,
    )
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_team_members_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id_teams")
        ),
        sa.PrimaryKeyConstraint("team_id", "staff_id", name=op.f("pk_team_members")),
    )
    op.create_index("ix_team_members_staff_id", "team_members", ["staff_id"])
    op.create_table(
        "ticket_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("done_by", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["staff.id"], name=op.f("fk_ticket_steps_done_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_steps_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_steps")),
        sa.UniqueConstraint("ticket_id", "key", name=op.f("uq_ticket_steps_ticket_id_key")),
    )
    for name, kind in _TICKET_COLUMNS.items():
        op.add_column("tickets", sa.Column(name, kind, nullable=True))
    for name, kind in _EVENT_COLUMNS.items():
        op.add_column("ticket_events", sa.Column(name, kind, nullable=True))
    op.add_column(
        "services", sa.Column("life", sa.JSON(), server_default=sa.text("'{}'"), nullable=False)
    )
    for name, (columns, where) in _OPEN_INDEXES.items():
        condition = sa.text(where)
        op.create_index(
            name, "tickets", columns, sqlite_where=condition, postgresql_where=condition
        )
    for name, columns in _INDEXES.items():
        op.create_index(name, "tickets", columns)
    # The last change of a closed ticket was its closing.
    op.execute("UPDATE tickets SET closed_at = updated_at WHERE status = 'closed'")


def downgrade() -> None:
    for name in (*_OPEN_INDEXES, *_INDEXES):
        op.drop_index(name, "tickets")
    op.drop_column("services", "life")
    for name in _EVENT_COLUMNS:
        op.drop_column("ticket_events", name)
    for name in _TICKET_COLUMNS:
        op.drop_column("tickets", name)
    op.drop_table("ticket_steps")
    op.drop_table("team_members")
    op.drop_table("teams")
