"""What helped is recorded per section, and what no manual tells."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("services") as services:
        services.add_column(
            sa.Column("troubleshoot", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_table(
        "quoted_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=True),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("manual_language", sa.String(length=5), nullable=False),
        sa.Column("manual_version", sa.String(length=20), nullable=False),
        sa.Column("anchor", sa.String(length=80), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("quoted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('question', 'fault')", name=op.f("ck_quoted_answers_purpose_known")
        ),
        sa.CheckConstraint(
            "outcome IN ('helped', 'not_helped', 'person', 'skipped')",
            name=op.f("ck_quoted_answers_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_quoted_answers_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_quoted_answers_product_id_products")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quoted_answers")),
        sa.UniqueConstraint("key", name=op.f("uq_quoted_answers_key")),
    )
    op.create_index(
        op.f("ix_quoted_answers_conversation_id"), "quoted_answers", ["conversation_id"]
    )
    op.create_index(op.f("ix_quoted_answers_quoted_at"), "quoted_answers", ["quoted_at"])
    op.create_index(
        "ix_quoted_answers_product_id_anchor", "quoted_answers", ["product_id", "anchor"]
    )
    op.create_table(
        "manual_gaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_manual_gaps_state_known")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_manual_gaps_product_id_products")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_manual_gaps_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_gaps")),
    )
    op.create_index(op.f("ix_manual_gaps_created_at"), "manual_gaps", ["created_at"])
    op.create_index(
        "ix_manual_gaps_product_id_language_state",
        "manual_gaps",
        ["product_id", "language", "state"],
    )
    op.create_table(
        "gap_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gap_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["gap_id"], ["manual_gaps.id"], name=op.f("fk_gap_questions_gap_id_manual_gaps")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_gap_questions_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_questions")),
        sa.UniqueConstraint("gap_id", "key", name=op.f("uq_gap_questions_gap_id_key")),
    )
    op.create_index(op.f("ix_gap_questions_gap_id"), "gap_questions", ["gap_id"])
    op.create_index(op.f("ix_gap_questions_key"), "gap_questions", ["key"])
    op.create_index(op.f("ix_gap_questions_conversation_id"), "gap_questions", ["conversation_id"])


def downgrade() -> None:
    op.drop_table("gap_questions")
    op.drop_table("manual_gaps")
    op.drop_table("quoted_answers")
    with op.batch_alter_table("services") as services:
        services.drop_column("troubleshoot")
