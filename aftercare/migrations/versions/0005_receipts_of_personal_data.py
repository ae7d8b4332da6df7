"""Exports and erasures of a person's data leave a receipt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("stores", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('export', 'erasure')", name=op.f("ck_privacy_receipts_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_privacy_receipts_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_receipts")),
    )
    op.create_index("ix_privacy_receipts_at", "privacy_receipts", ["at"])
    op.create_index("ix_privacy_receipts_person_hash", "privacy_receipts", ["person_hash"])


def downgrade() -> None:
    op.drop_index("ix_privacy_receipts_person_hash", "privacy_receipts")
    op.drop_index("ix_privacy_receipts_at", "privacy_receipts")
    op.drop_table("privacy_receipts")
