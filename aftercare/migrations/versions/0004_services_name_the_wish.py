"""Services say what the customer wants of them, for questions such as "Do you want to ...?"."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No batch: SQLite would build the table anew, which its foreign keys forbid.
    op.add_column(
        "services",
        sa.Column("wish", sa.JSON(), server_default=sa.text("'{}'"), nullable=False),
    )
    # Until the catalogue is loaded again, the name has to do.
    op.execute("UPDATE services SET wish = name")


def downgrade() -> None:
    op.drop_column("services", "wish")
