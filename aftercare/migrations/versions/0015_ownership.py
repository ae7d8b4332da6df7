"""Customers own products."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "owned_products",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("serial", sa.String(length=60), nullable=True),
        sa.Column("serial_verified", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Date(), nullable=True)
            for name in ("bought_on", "delivered_on", "installed_on")
        ),
        sa.Column("seller", sa.String(length=200), server_default="", nullable=False),
        sa.Column("order_number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof_id", sa.String(length=32), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "source IN ('intake', 'signed_in', 'console', 'import')",
            name=op.f("ck_owned_products_source_known"),
        ),
        sa.CheckConstraint(
            "delivered_on >= bought_on", name=op.f("ck_owned_products_delivered_after_bought")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_owned_products_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_owned_products_product_id_products")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owned_products")),
        sa.UniqueConstraint(
            "customer_id",
            "product_id",
            "serial",
            name=op.f("uq_owned_products_customer_id_product_id_serial"),
        ),
    )
    for columns in (["customer_id"], ["serial"], ["proof_id"], ["product_id", "serial"]):
        op.create_index(f"ix_owned_products_{'_'.join(columns)}", "owned_products", columns)
    op.create_table(
        "owned_product_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owned_product_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owned_product_id"],
            ["owned_products.id"],
            name=op.f("fk_owned_product_events_owned_product_id_owned_products"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_owned_product_events_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owned_product_events")),
    )
    op.create_index(
        "ix_owned_product_events_owned_product_id", "owned_product_events", ["owned_product_id"]
    )
    op.create_table(
        "recalls",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.JSON(), nullable=False)
            for name in ("serials", "made", "hazard", "instructions")
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_recalls_product_id_products")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recalls")),
    )
    op.create_index("ix_recalls_product_id", "recalls", ["product_id"])
    op.add_column("tickets", sa.Column("owned_product_id", sa.Integer(), nullable=True))
    op.add_column("tickets", sa.Column("recall_id", sa.String(length=60), nullable=True))
    op.create_index("ix_tickets_owned_product_id", "tickets", ["owned_product_id"])
    op.add_column(
        "products",
        sa.Column("serial_check", sa.String(length=20), server_default="none", nullable=False),
    )
    op.add_column(
        "products",
        sa.Column("warranty", sa.JSON(), server_default=sa.text("'{}'"), nullable=False),
    )
    # The files have to be read once more: they tell the rules and the check digits.
    op.execute("UPDATE catalogue_state SET fingerprint = ''")


def downgrade() -> None:
    op.drop_column("products", "warranty")
    op.drop_column("products", "serial_check")
    op.drop_index("ix_tickets_owned_product_id", "tickets")
    op.drop_column("tickets", "recall_id")
    op.drop_column("tickets", "owned_product_id")
    op.drop_table("recalls")
    op.drop_table("owned_product_events")
    op.drop_table("owned_products")
