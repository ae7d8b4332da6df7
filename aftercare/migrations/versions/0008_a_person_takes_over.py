"""Conversations can be with a person; staff are at work or not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OPEN = sa.text("state != 'over'")


def upgrade() -> None:
    # No batches: SQLite would build the tables anew, which their foreign keys forbid.
    op.add_column("messages", sa.Column("author", sa.String(length=200), nullable=True))
    op.add_column(
        "staff", sa.Column("available", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("staff", sa.Column("present_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=15), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'with_person', 'over')", name=op.f("ck_handovers_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_handovers_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_handovers_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index("ix_handovers_conversation_id", "handovers", ["conversation_id"])
    op.create_index("ix_handovers_staff_id", "handovers", ["staff_id"])
    op.create_index("ix_handovers_state_since", "handovers", ["state", "since"])
    op.create_index(
        "ix_handovers_only_one_open",
        "handovers",
        ["conversation_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "handover_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=15), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("after_seq", sa.Integer(), nullable=False),
        sa.Column("waited_seconds", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "step IN ('asked', 'taken', 'taken_over', 'handed_back', 'left', 'nobody_came', "
            "'went_silent')",
            name=op.f("ck_handover_events_step_known"),
        ),
        sa.ForeignKeyConstraint(
            ["handover_id"],
            ["handovers.id"],
            name=op.f("fk_handover_events_handover_id_handovers"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_handover_events_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_events")),
    )
    op.create_index("ix_handover_events_at", "handover_events", ["at"])
    op.create_index("ix_handover_events_handover_id", "handover_events", ["handover_id"])


def downgrade() -> None:
    op.drop_table("handover_events")
    op.drop_table("handovers")
    op.drop_column("staff", "present_at")
    op.drop_column("staff", "available")
    op.drop_column("messages", "author")
