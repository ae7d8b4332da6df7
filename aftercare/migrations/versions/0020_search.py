"""Words are found, and lists shown, by indexes, however many tickets there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# The texts that are searched, by table.
SEARCHED = {
    "tickets": ("number", "description"),
    "messages": ("text",),
    "customers": ("name", "email", "phone"),
}
LISTED_BY = ("service_id", "product_id", "language", "band")
OWNERS = ("assignee", "team")
REPLACED = ("service_id", "product_id")


def upgrade() -> None:
    for column in LISTED_BY:
        op.create_index(f"ix_tickets_{column}_created_at", "tickets", [column, "created_at", "id"])
    op.create_index(
        "ix_tickets_danger_created_at",
        "tickets",
        ["created_at", "id"],
        sqlite_where=sa.text("danger"),
        postgresql_where=sa.text("danger"),
    )
    for owner in OWNERS:
        op.create_index(
            f"ix_tickets_{owner}_due_at",
            "tickets",
            [f"{owner}_id", "due_at", "id"],
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )
    for column in REPLACED:
        op.drop_index(f"ix_tickets_{column}", "tickets")
    if op.get_bind().dialect.name == "sqlite":
        _make_sqlite()
    else:
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for table, columns in SEARCHED.items():
            for column in columns:
                op.execute(
                    f"CREATE INDEX ix_{table}_{column}_trigrams ON {table} "
                    f"USING gin ({column} gin_trgm_ops)"
                )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in SEARCHED.items():
        if sqlite:
            for deed in ("insert", "delete", "update"):
                op.execute(f"DROP TRIGGER {table}_trigrams_{deed}")
            op.execute(f"DROP TABLE {table}_trigrams")
        else:
            for column in columns:
                op.execute(f"DROP INDEX ix_{table}_{column}_trigrams")
    # The extension stays: it may have been there before, for somebody else.
    for column in REPLACED:
        op.create_index(f"ix_tickets_{column}", "tickets", [column])
    for owner in OWNERS:
        op.drop_index(f"ix_tickets_{owner}_due_at", "tickets")
    op.drop_index("ix_tickets_danger_created_at", "tickets")
    for column in LISTED_BY:
        op.drop_index(f"ix_tickets_{column}_created_at", "tickets")


def _make_sqlite() -> None:
    """An index beside each table, which keeps no text itself and follows every change at once."""
    for table, columns in SEARCHED.items():
        index, listed = f"{table}_trigrams", ", ".join(columns)
        old, new = (", ".join(f"{row}.{one}" for one in columns) for row in ("old", "new"))
        put = f"INSERT INTO {index} (rowid, {listed}) VALUES (new.id, {new});"
        take = f"INSERT INTO {index} ({index}, rowid, {listed}) VALUES ('delete', old.id, {old});"
        op.execute(
            f"CREATE VIRTUAL TABLE {index} USING fts5({listed}, content='{table}', "
            "content_rowid='id', tokenize='trigram')"
        )
        op.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
        for deed, work in (
            ("insert", f"INSERT ON {table} BEGIN {put}"),
            ("delete", f"DELETE ON {table} BEGIN {take}"),
            ("update", f"UPDATE OF {listed} ON {table} BEGIN {take} {put}"),
        ):
            op.execute(f"CREATE TRIGGER {index}_{deed} AFTER {work} END")
