"""Wrong proofs of identity are counted for each ticket number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "failed_proofs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_proofs")),
    )
    with op.batch_alter_table("failed_proofs", schema=None) as batch_op:
        batch_op.create_index("ix_failed_proofs_number_at", ["number", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("failed_proofs", schema=None) as batch_op:
        batch_op.drop_index("ix_failed_proofs_number_at")

    op.drop_table("failed_proofs")
