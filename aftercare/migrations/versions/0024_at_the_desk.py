"""Staff send files and put them on tickets; owned products and trainings are found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# The texts that are searched, by table, beside those of 0020.
SEARCHED = {"owned_products": "serial", "trainings": "title"}


def upgrade() -> None:
    op.add_column(
        "attachments",
        sa.Column("description", sa.String(length=300), server_default="", nullable=False),
    )
    op.add_column("attachments", sa.Column("staff_id", sa.Integer(), nullable=True))
    op.create_table(
        "ticket_files",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("description", sa.String(length=300), server_default="", nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("used_for", sa.String(length=20), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "used_for IN ('note', 'inspection')", name=op.f("ck_ticket_files_used_for_known")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_ticket_files_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_files_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_files")),
    )
    op.create_index(
        "ix_ticket_files_ticket_id_created_at",
        "ticket_files",
        ["ticket_id", "created_at", "position"],
    )
    for table, column in SEARCHED.items():
        if op.get_bind().dialect.name == "sqlite":
            _index_on_sqlite(table, column)
        else:
            # The extension is there since 0020.
            op.execute(
                f"CREATE INDEX ix_{table}_{column}_trigrams ON {table} "
                f"USING gin ({column} gin_trgm_ops)"
            )


def downgrade() -> None:
    for table, column in SEARCHED.items():
        if op.get_bind().dialect.name == "sqlite":
            for deed in ("insert", "delete", "update"):
                op.execute(f"DROP TRIGGER {table}_trigrams_{deed}")
            op.execute(f"DROP TABLE {table}_trigrams")
        else:
            op.execute(f"DROP INDEX ix_{table}_{column}_trigrams")
    op.drop_index("ix_ticket_files_ticket_id_created_at", "ticket_files")
    op.drop_table("ticket_files")
    op.drop_column("attachments", "staff_id")
    op.drop_column("attachments", "description")


def _index_on_sqlite(table: str, column: str) -> None:
    """An index beside the table, which keeps no text itself and follows every change at once."""
    index = f"{table}_trigrams"
    put = f"INSERT INTO {index} (rowid, {column}) VALUES (new.id, new.{column});"
    take = (
        f"INSERT INTO {index} ({index}, rowid, {column}) VALUES ('delete', old.id, old.{column});"
    )
    op.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5({column}, content='{table}', "
        "content_rowid='id', tokenize='trigram')"
    )
    op.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
    for deed, work in (
        ("insert", f"INSERT ON {table} BEGIN {put}"),
        ("delete", f"DELETE ON {table} BEGIN {take}"),
        ("update", f"UPDATE OF {column} ON {table} BEGIN {take} {put}"),
    ):
        op.execute(f"CREATE TRIGGER {index}_{deed} AFTER {work} END")
