"""What customers call a feature finds its sections in the manual."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "features", sa.Column("words", sa.JSON(), server_default=sa.text("'{}'"), nullable=False)
    )
    # So that the files are read again.
    op.execute("UPDATE catalogue_state SET fingerprint = ''")


def downgrade() -> None:
    op.drop_column("features", "words")
