"""Customers say how it went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_WANTED = sa.text("(follow_up = 'open')")


def upgrade() -> None:
    op.create_table(
        "satisfaction_surveys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("follow_up", sa.String(length=10), nullable=False),
        sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("followed_up_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "rating BETWEEN 1 AND 5", name=op.f("ck_satisfaction_surveys_rating_range")
        ),
        sa.CheckConstraint(
            "(rating IS NULL) = (answered_at IS NULL)",
            name=op.f("ck_satisfaction_surveys_rating_has_time"),
        ),
        sa.CheckConstraint(
            "follow_up IN ('none', 'open', 'done')",
            name=op.f("ck_satisfaction_surveys_follow_up_known"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_satisfaction_surveys_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["followed_up_by"],
            ["staff.id"],
            name=op.f("fk_satisfaction_surveys_followed_up_by_staff"),
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_satisfaction_surveys_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_satisfaction_surveys")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_satisfaction_surveys_ticket_id")),
    )
    for column in ("answered_at", "asked_at", "conversation_id"):
        op.create_index(op.f(f"ix_satisfaction_surveys_{column}"), "satisfaction_surveys", [column])
    op.create_index(
        "ix_satisfaction_surveys_to_follow_up",
        "satisfaction_surveys",
        ["answered_at", "id"],
        sqlite_where=_WANTED,
        postgresql_where=_WANTED,
    )
    op.create_table(
        "satisfaction_people",
        sa.Column("survey_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_satisfaction_people_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["satisfaction_surveys.id"],
            name=op.f("fk_satisfaction_people_survey_id_satisfaction_surveys"),
        ),
        sa.PrimaryKeyConstraint("survey_id", "staff_id", name=op.f("pk_satisfaction_people")),
    )
    op.create_index(op.f("ix_satisfaction_people_staff_id"), "satisfaction_people", ["staff_id"])


def downgrade() -> None:
    op.drop_table("satisfaction_people")
    op.drop_table("satisfaction_surveys")
