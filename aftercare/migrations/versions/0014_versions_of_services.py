"""Services have versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_IS_NOT_PAST = sa.text("status != 'past'")


def upgrade() -> None:
    op.create_table(
        "symptoms",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_symptoms")),
    )
    op.create_table(
        "service_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_force_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'current', 'past')",
            name=op.f("ck_service_versions_status_known"),
        ),
        sa.CheckConstraint(
            "source IN ('file', 'console')", name=op.f("ck_service_versions_source_known")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_versions_service_id_services")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_service_versions_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_versions")),
        sa.UniqueConstraint(
            "service_id", "version", name=op.f("uq_service_versions_service_id_version")
        ),
    )
    op.create_index(
        "ix_service_versions_only_one_draft_and_current",
        "service_versions",
        ["service_id", "status"],
        unique=True,
        sqlite_where=_IS_NOT_PAST,
        postgresql_where=_IS_NOT_PAST,
    )
    op.add_column(
        "catalogue_state", sa.Column("revision", sa.Integer(), server_default="0", nullable=False)
    )
    empty = sa.text("'[]'")
    op.add_column("services", sa.Column("signs", sa.JSON(), server_default=empty, nullable=False))
    op.add_column(
        "services", sa.Column("version", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "services",
        sa.Column("file_digest", sa.String(length=64), server_default="", nullable=False),
    )
    op.add_column("service_records", sa.Column("most_days", sa.Integer(), nullable=True))
    op.add_column("service_records", sa.Column("least_words", sa.Integer(), nullable=True))
    op.add_column(
        "service_records", sa.Column("seen_by", sa.JSON(), server_default=empty, nullable=False)
    )
    op.add_column("tickets", sa.Column("service_version", sa.Integer(), nullable=True))
    # The files are read once more, which gives every service its first version.
    op.execute("UPDATE catalogue_state SET fingerprint = ''")


def downgrade() -> None:
    op.drop_column("tickets", "service_version")
    op.drop_column("service_records", "seen_by")
    op.drop_column("service_records", "least_words")
    op.drop_column("service_records", "most_days")
    op.drop_column("services", "file_digest")
    op.drop_column("services", "version")
    op.drop_column("services", "signs")
    op.drop_column("catalogue_state", "revision")
    op.drop_table("service_versions")
    op.drop_table("symptoms")
    op.execute("UPDATE catalogue_state SET fingerprint = ''")
