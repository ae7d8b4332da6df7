"""Tickets have clocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TO_LOOK_AT = sa.text("look_at IS NOT NULL")
_HAS_DUE = "due_at IS NOT NULL"
_STALE = "clocks_stale AND (status NOT IN ('resolved', 'closed'))"
_INDEXES = {
    "ix_tickets_due_at": (["due_at", "id"], _HAS_DUE),
    "ix_tickets_due_state_due_at": (["due_state", "due_at", "id"], _HAS_DUE),
    "ix_tickets_clocks_stale": (["id"], _STALE),
}


def upgrade() -> None:
    op.create_table(
        "clock_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_plans")),
    )
    op.create_table(
        "ticket_clocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("target_minutes", sa.Integer(), nullable=False),
        sa.Column("around_the_clock", sa.Boolean(), nullable=False),
        sa.Column("used_seconds", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            for name in (
                "running_since",
                "paused_at",
                "stopped_at",
                "due_at",
                "warn_at",
                "warned_at",
                "breached_at",
                "look_at",
            )
        ),
        sa.CheckConstraint(
            "kind IN ('response', 'solution')", name=op.f("ck_ticket_clocks_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_clocks_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_clocks")),
        sa.UniqueConstraint("ticket_id", "kind", name=op.f("uq_ticket_clocks_ticket_id_kind")),
    )
    op.create_index(
        "ix_ticket_clocks_look_at",
        "ticket_clocks",
        ["look_at"],
        sqlite_where=_TO_LOOK_AT,
        postgresql_where=_TO_LOOK_AT,
    )
    op.add_column("tickets", sa.Column("region", sa.String(length=60), nullable=True))
    op.add_column("tickets", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    # In words of SQL, because SQLite takes a check only together with its new column.
    op.execute(
        "ALTER TABLE tickets ADD COLUMN due_state VARCHAR(20)"
        " CONSTRAINT ck_tickets_due_state_known"
        " CHECK (due_state IN ('on_time', 'due_soon', 'late'))"
    )
    # The tickets that are there get their clocks from their history, by and by.
    op.add_column(
        "tickets",
        sa.Column("clocks_stale", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    for name, (columns, where) in _INDEXES.items():
        condition = sa.text(where)
        op.create_index(
            name, "tickets", columns, sqlite_where=condition, postgresql_where=condition
        )
    op.add_column(
        "services", sa.Column("targets", sa.JSON(), server_default=sa.text("'{}'"), nullable=False)
    )
    # The files have to be read once more: they tell the hours and the targets.
    op.execute("UPDATE catalogue_state SET fingerprint = ''")


def downgrade() -> None:
    op.drop_column("services", "targets")
    for name in _INDEXES:
        op.drop_index(name, "tickets")
    for column in ("clocks_stale", "due_state", "due_at", "region"):
        op.drop_column("tickets", column)
    op.drop_table("ticket_clocks")
    op.drop_table("clock_plans")
