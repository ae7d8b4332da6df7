"""Customers are trained in a product, step by step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("products") as products:
        products.add_column(
            sa.Column("training", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
        )
    op.create_table(
        "trainings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("lesson", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("manual_title", sa.String(length=200), nullable=False),
        sa.Column("manual_version", sa.String(length=20), nullable=False),
        sa.Column("manual_language", sa.String(length=5), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("stuck_at", sa.JSON(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("right_answers", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('running', 'paused', 'done', 'left')",
            name=op.f("ck_trainings_status_known"),
        ),
        sa.CheckConstraint("step BETWEEN 0 AND steps", name=op.f("ck_trainings_step_range")),
        sa.CheckConstraint(
            "right_answers BETWEEN 0 AND questions", name=op.f("ck_trainings_answers_range")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_trainings_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_trainings_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_trainings_product_id_products")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
        sa.UniqueConstraint("code", name=op.f("uq_trainings_code")),
        sa.UniqueConstraint("key", name=op.f("uq_trainings_key")),
    )
    for column in ("conversation_id", "customer_id", "email", "started_at"):
        op.create_index(op.f(f"ix_trainings_{column}"), "trainings", [column])
    op.create_index("ix_trainings_product_id_started_at", "trainings", ["product_id", "started_at"])


def downgrade() -> None:
    op.drop_table("trainings")
    with op.batch_alter_table("products") as products:
        products.drop_column("training")
