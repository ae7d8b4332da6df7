"""Manuals have versions, an origin, a heading path and figures, and can be imported."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # All manuals came from the catalogue so far: the next load writes them again.
    op.drop_table("manual_sections")
    op.drop_table("manuals")
    op.execute("UPDATE catalogue_state SET fingerprint = ''")
    op.create_table(
        "manuals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("models", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("licence", sa.String(length=200), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'current', 'earlier')", name=op.f("ck_manuals_status_known")
        ),
        sa.CheckConstraint(
            "origin IN ('catalogue', 'import')", name=op.f("ck_manuals_origin_known")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_manuals_product_id_products")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manuals")),
        sa.UniqueConstraint(
            "product_id", "language", "version", name=op.f("uq_manuals_product_id_language_version")
        ),
    )
    op.create_index(
        "ix_manuals_only_one_current",
        "manuals",
        ["product_id", "language"],
        unique=True,
        sqlite_where=sa.text("status = 'current'"),
        postgresql_where=sa.text("status = 'current'"),
    )
    op.create_table(
        "manual_sections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manual_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(length=80), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manual_id"], ["manuals.id"], name=op.f("fk_manual_sections_manual_id_manuals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_sections")),
        sa.UniqueConstraint(
            "manual_id", "anchor", name=op.f("uq_manual_sections_manual_id_anchor")
        ),
    )
    op.create_table(
        "manual_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manual_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manual_id"], ["manuals.id"], name=op.f("fk_manual_figures_manual_id_manuals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_figures")),
        sa.UniqueConstraint("manual_id", "number", name=op.f("uq_manual_figures_manual_id_number")),
    )
    op.create_table(
        "manual_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("models", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("licence", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("pages_done", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("manual_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'reading', 'done', 'failed')",
            name=op.f("ck_manual_imports_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["manual_id"],
            ["manuals.id"],
            name=op.f("fk_manual_imports_manual_id_manuals"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_manual_imports_product_id_products")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_manual_imports_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_imports")),
    )


def downgrade() -> None:
    op.drop_table("manual_imports")
    op.drop_table("manual_figures")
    op.drop_table("manual_sections")
    op.drop_index("ix_manuals_only_one_current", "manuals")
    op.drop_table("manuals")
    op.execute("UPDATE catalogue_state SET fingerprint = ''")
    op.create_table(
        "manuals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_manuals_product_id_products")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manuals")),
        sa.UniqueConstraint("product_id", "language", name=op.f("uq_manuals_product_id_language")),
    )
    op.create_table(
        "manual_sections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manual_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(length=80), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manual_id"], ["manuals.id"], name=op.f("fk_manual_sections_manual_id_manuals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_sections")),
        sa.UniqueConstraint(
            "manual_id", "anchor", name=op.f("uq_manual_sections_manual_id_anchor")
        ),
    )
