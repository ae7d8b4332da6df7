"""Websites vouch for customers, whom they know by a name of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No batches: SQLite would build the tables anew, which their foreign keys forbid.
    op.add_column(
        "conversations",
        sa.Column("identified", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("customers", sa.Column("external_id", sa.String(length=100), nullable=True))
    op.create_index("ix_customers_external_id", "customers", ["external_id"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_customers_external_id", "customers")
    op.drop_column("customers", "external_id")
    op.drop_column("conversations", "identified")
