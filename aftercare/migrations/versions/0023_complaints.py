"""Complaints: how serious, what is proposed, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_SEVERITIES = ("low", "medium", "high", "critical")
_OF_CASES = {
    "status": (
        "received",
        "acknowledged",
        "assessed",
        "investigated",
        "proposed",
        "accepted",
        "contested",
        "exhausted",
        "unanswered",
        "closed",
    ),
    "severity": _SEVERITIES,
    "severity_proposed": _SEVERITIES,
    "outcome": ("accepted", "contested_final", "withdrawn", "no_answer", "unfounded"),
}
_OF_PROPOSALS = {
    "status": ("open", "accepted", "contested", "taken_back", "expired"),
    "offer": (
        "explanation",
        "apology",
        "repair",
        "replacement",
        "refund",
        "goodwill",
        "other",
    ),
}
#: Where a complaint of low severity stands that is due at no time.
_LAST_OF_OPEN = 399_999_999_999


def _known(table: str, columns: dict[str, tuple[str, ...]]) -> list[sa.CheckConstraint]:
    checks = []
    for column, values in columns.items():
        listed = ", ".join(f"'{value}'" for value in values)
        name = op.f(f"ck_{table}_{column}_known")
        checks.append(sa.CheckConstraint(f"{column} IN ({listed})", name=name))
    return checks


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key_of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def upgrade() -> None:
    op.create_table(
        "complaint_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_plans")),
    )
    op.create_table(
        "complaint_causes",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("by_staff", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_causes")),
    )
    _create_cases()
    _create_proposals()
    op.create_table(
        "complaint_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        _time("added_at", nullable=False),
        _time("done_at"),
        _key_of("complaint_actions", "case_id", "complaint_cases"),
        _key_of("complaint_actions", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_actions")),
    )
    op.create_index(op.f("ix_complaint_actions_case_id"), "complaint_actions", ["case_id"])
    # Complaints that are open already can be seen through as well.
    op.execute(
        "INSERT INTO complaint_cases "
        "(ticket_id, status, severity, severity_proposed, precedence, received_at) "
        f"SELECT id, 'received', 'low', 'low', {_LAST_OF_OPEN}, created_at FROM tickets "
        "WHERE service_id = 'complaint' AND status NOT IN ('resolved', 'closed')"
    )


def _create_cases() -> None:
    table = "complaint_cases"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("severity_proposed", sa.String(length=20), nullable=False),
        _text("severity_why"),
        sa.Column("level", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("precedence", sa.BigInteger(), nullable=False),
        _time("received_at", nullable=False),
        _time("acknowledged_at"),
        _time("assessed_at"),
        _time("investigated_at"),
        _time("proposed_at"),
        _time("answered_at"),
        _time("closed_at"),
        _time("due_at"),
        _time("late_at"),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        _text("findings"),
        sa.Column("cause_id", sa.String(length=60), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        _text("told"),
        sa.Column("refund_minor", sa.Integer(), nullable=True),
        sa.Column("goodwill_minor", sa.Integer(), nullable=True),
        sa.Column("goods_minor", sa.Integer(), nullable=True),
        sa.Column("hours_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        *_known(table, _OF_CASES),
        sa.CheckConstraint("level BETWEEN 1 AND 2", name=op.f("ck_complaint_cases_level_range")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (closed_at IS NULL)",
            name=op.f("ck_complaint_cases_closed_has_outcome"),
        ),
        sa.CheckConstraint(
            "refund_minor >= 0 AND goodwill_minor >= 0 AND goods_minor >= 0 AND hours_minor >= 0",
            name=op.f("ck_complaint_cases_costs_range"),
        ),
        _key_of(table, "ticket_id", "tickets"),
        _key_of(table, "responsible_id", "staff"),
        _key_of(table, "cause_id", "complaint_causes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_cases")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_complaint_cases_ticket_id")),
    )
    op.create_index(op.f("ix_complaint_cases_received_at"), table, ["received_at"])
    op.create_index("ix_complaint_cases_precedence_id", table, ["precedence", "id"])
    op.create_index(
        "ix_complaint_cases_status_precedence_id", table, ["status", "precedence", "id"]
    )
    op.create_index(
        "ix_complaint_cases_responsible_id_precedence_id",
        table,
        ["responsible_id", "precedence", "id"],
    )
    op.create_index("ix_complaint_cases_status_due_at", table, ["status", "due_at"])


def _create_proposals() -> None:
    table = "complaint_proposals"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("offer", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("cost_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        _time("proposed_at", nullable=False),
        _time("told_at"),
        _time("reminded_at"),
        sa.Column("status", sa.String(length=20), nullable=False),
        _time("answered_at"),
        _text("reason"),
        *_known(table, _OF_PROPOSALS),
        sa.CheckConstraint("cost_minor >= 0", name=op.f("ck_complaint_proposals_cost_range")),
        _key_of(table, "case_id", "complaint_cases"),
        _key_of(table, "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_proposals")),
        sa.UniqueConstraint(
            "case_id", "number", name=op.f("uq_complaint_proposals_case_id_number")
        ),
    )
    is_open = sa.text("status = 'open'")
    op.create_index(
        "ix_complaint_proposals_one_open",
        table,
        ["case_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("ix_complaint_proposals_status_valid_until", table, ["status", "valid_until"])


def downgrade() -> None:
    op.drop_table("complaint_actions")
    op.drop_table("complaint_proposals")
    op.drop_table("complaint_cases")
    op.drop_table("complaint_causes")
    op.drop_table("complaint_plans")
