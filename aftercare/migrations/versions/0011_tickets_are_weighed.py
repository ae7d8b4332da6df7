"""Tickets have a score by a versioned rule."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NOT_PAST = sa.text("status != 'past'")
_OPEN = sa.text("(status NOT IN ('resolved', 'closed'))")
_INDEXES = {
    "ix_tickets_open_precedence": ["precedence", "id"],
    "ix_tickets_open_band_precedence": ["band", "precedence", "id"],
}
_COLUMNS = (
    "feature_rating",
    "importance",
    "unused",
    "age_days",
    "covered",
    "price_minor",
    "currency",
    "danger",
    "rule_version",
    "score",
    "band",
    "precedence",
)
#: The rule that a desk begins with; docs/ticket-evaluation.md tells why it counts so.
_FIRST_RULE = {
    "weights": {"feature": 35, "importance": 25, "time": 25, "price": 15},
    "feature": [20, 40, 60, 80, 100],
    "importance": [20, 40, 60, 80, 100],
    "phases": {
        "before_first_use": 100,
        "early_life": 85,
        "in_warranty": 60,
        "after_warranty": 30,
    },
    "early_life_days": 90,
    "currency": "BRL",
    "prices": [
        {"below": 50000, "points": 20},
        {"below": 150000, "points": 40},
        {"below": 300000, "points": 60},
        {"below": 600000, "points": 80},
        {"below": None, "points": 100},
    ],
    "unknown": {"feature": 50, "importance": 50, "time": 50, "price": 50},
    "bands": {"urgent": 80, "high": 65, "normal": 45},
}


def upgrade() -> None:
    rules = op.create_table(
        "evaluation_rules",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("switched_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("switched_on_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'current', 'past')",
            name=op.f("ck_evaluation_rules_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_evaluation_rules_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_evaluation_rules")),
    )
    op.create_index(
        "ix_evaluation_rules_only_one_draft_and_current",
        "evaluation_rules",
        ["status"],
        unique=True,
        sqlite_where=_NOT_PAST,
        postgresql_where=_NOT_PAST,
    )
    began = datetime(2026, 11, 21, tzinfo=UTC)
    op.bulk_insert(
        rules,
        [
            {
                "version": 1,
                "status": "current",
                "content": _FIRST_RULE,
                "comment": "The rule that the desk came with.",
                "author": "Aftercare",
                "changed_at": began,
                "switched_on_at": began,
                "switched_on_by": "Aftercare",
            }
        ],
    )
    for column in (
        sa.Column("feature_rating", sa.Integer(), nullable=True),
        sa.Column("importance", sa.Integer(), nullable=True),
        sa.Column("unused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("age_days", sa.Integer(), nullable=True),
        sa.Column("covered", sa.Boolean(), nullable=True),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("danger", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("precedence", sa.Integer(), server_default="20001", nullable=False),
    ):
        op.add_column("tickets", column)
    # In words of SQL, because SQLite takes a check only together with its new column.
    op.execute(
        "ALTER TABLE tickets ADD COLUMN band VARCHAR(20) CONSTRAINT ck_tickets_band_known"
        " CHECK (band IN ('urgent', 'high', 'normal', 'low'))"
    )
    for name, columns in _INDEXES.items():
        op.create_index(name, "tickets", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)
    # The tickets that are there told so in the first line of their history.
    op.execute(
        "UPDATE tickets SET danger = TRUE WHERE id IN (SELECT ticket_id FROM ticket_events"
        " WHERE kind = 'opened' AND note LIKE 'Told of danger%')"
    )


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, "tickets")
    for column in _COLUMNS:
        op.drop_column("tickets", column)
    op.drop_table("evaluation_rules")
