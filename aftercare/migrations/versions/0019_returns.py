"""Returned goods have numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KNOWN = {
    "status": (
        "requested",
        "authorised",
        "refused",
        "expired",
        "withdrawn",
        "received",
        "inspected",
        "settled",
    ),
    "condition": ("unopened", "as_new", "used", "damaged", "incomplete"),
    "outcome": ("repair", "replace", "refund", "refuse", "scrap"),
    "disposition": (
        "restock",
        "refurbish",
        "spare_parts",
        "scrap",
        "back_to_customer",
        "supplier",
    ),
}


def _one_of(column: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in _KNOWN[column])
    return sa.CheckConstraint(
        f"{column} IN ({listed})", name=op.f(f"ck_return_cases_{column}_known")
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def upgrade() -> None:
    op.create_table(
        "return_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("rma", sa.String(length=12), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_by", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("condition", sa.String(length=20), nullable=True),
        sa.Column("serial_found", sa.String(length=60), server_default="", nullable=False),
        sa.Column("fault_found", sa.Boolean(), nullable=True),
        _text("findings"),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("disposition", sa.String(length=20), nullable=True),
        sa.Column("paid_minor", sa.Integer(), nullable=True),
        sa.Column("deduction_minor", sa.Integer(), nullable=True),
        sa.Column("refund_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        _text("deduction_reason"),
        _text("told"),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        *(_one_of(column) for column in _KNOWN),
        sa.CheckConstraint(
            "deduction_minor BETWEEN 0 AND paid_minor",
            name=op.f("ck_return_cases_deduction_range"),
        ),
        sa.CheckConstraint(
            "refund_minor BETWEEN 0 AND paid_minor", name=op.f("ck_return_cases_refund_range")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_return_cases_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_cases")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_return_cases_ticket_id")),
        sa.UniqueConstraint("rma", name=op.f("uq_return_cases_rma")),
    )
    op.create_index(op.f("ix_return_cases_received_at"), "return_cases", ["received_at"])
    op.create_index("ix_return_cases_requested_at_id", "return_cases", ["requested_at", "id"])
    op.create_index(
        "ix_return_cases_status_requested_at_id",
        "return_cases",
        ["status", "requested_at", "id"],
    )
    op.create_index("ix_return_cases_status_expires_on", "return_cases", ["status", "expires_on"])
    # Returns that are open already can be authorised as well.
    op.execute(
        "INSERT INTO return_cases (ticket_id, status, requested_at) "
        "SELECT id, 'requested', created_at FROM tickets "
        "WHERE service_id = 'return' AND status NOT IN ('resolved', 'closed')"
    )


def downgrade() -> None:
    op.drop_table("return_cases")
