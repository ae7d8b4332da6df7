"""Visits, technicians and parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BOOKED = sa.text("status = 'booked'")
#: The last one made is the first one to go.
_TABLES = (
    "service_areas",
    "appointment_windows",
    "technicians",
    "technician_absences",
    "visit_sites",
    "visits",
    "visit_claims",
    "stock_items",
    "part_reservations",
    "stock_movements",
)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
    )


def upgrade() -> None:
    op.add_column("services", sa.Column("visit", sa.JSON(), nullable=True))
    _make_resources()
    _make_visits()
    _make_stock()


def _make_resources() -> None:
    op.create_table(
        "service_areas",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("postcodes", sa.JSON(), nullable=False),
        sa.Column("towns", sa.JSON(), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("subdivision", sa.String(length=6), nullable=False),
        sa.Column("travel", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_areas")),
    )
    op.create_table(
        "appointment_windows",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("begins", sa.String(length=5), nullable=False),
        sa.Column("ends", sa.String(length=5), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_windows")),
    )
    op.create_table(
        "technicians",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("home_area_id", sa.String(length=60), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("week", sa.JSON(), nullable=False),
        sa.Column("feed_key", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        _points_to("technicians", "staff_id", "staff"),
        _points_to("technicians", "home_area_id", "service_areas"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technicians")),
        sa.UniqueConstraint("key", name=op.f("uq_technicians_key")),
        sa.UniqueConstraint("feed_key", name=op.f("uq_technicians_feed_key")),
    )
    op.create_table(
        "technician_absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "last_day >= first_day", name=op.f("ck_technician_absences_days_in_order")
        ),
        _points_to("technician_absences", "technician_id", "technicians"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technician_absences")),
    )
    op.create_index(
        op.f("ix_technician_absences_technician_id"), "technician_absences", ["technician_id"]
    )


def _make_visits() -> None:
    op.create_table(
        "visit_sites",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.String(length=60), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        _points_to("visit_sites", "ticket_id", "tickets"),
        _points_to("visit_sites", "area_id", "service_areas"),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_visit_sites")),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.String(length=60), nullable=False),
        sa.Column("window_id", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        _moment("starts_at"),
        _moment("ends_at"),
        _moment("window_begins_at"),
        _moment("window_ends_at"),
        sa.Column("sequence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _moment("booked_at"),
        _moment("changed_at"),
        _moment("reminded_at", nullable=True),
        sa.Column("by_customer", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint(
            "status IN ('booked', 'done', 'missed', 'cancelled')",
            name=op.f("ck_visits_status_known"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_visits_times_in_order")),
        sa.CheckConstraint(
            "window_ends_at > window_begins_at", name=op.f("ck_visits_window_in_order")
        ),
        _points_to("visits", "ticket_id", "tickets"),
        _points_to("visits", "technician_id", "technicians"),
        _points_to("visits", "area_id", "service_areas"),
        _points_to("visits", "window_id", "appointment_windows"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("key", name=op.f("uq_visits_key")),
    )
    op.create_index(op.f("ix_visits_ticket_id"), "visits", ["ticket_id"])
    op.create_index("ix_visits_technician_id_starts_at", "visits", ["technician_id", "starts_at"])
    op.create_index("ix_visits_status_starts_at", "visits", ["status", "starts_at"])
    op.create_index(
        "ix_visits_one_booked",
        "visits",
        ["ticket_id"],
        unique=True,
        sqlite_where=_BOOKED,
        postgresql_where=_BOOKED,
    )
    op.create_table(
        "visit_claims",
        sa.Column("technician_id", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        _points_to("visit_claims", "technician_id", "technicians"),
        _points_to("visit_claims", "visit_id", "visits"),
        sa.PrimaryKeyConstraint("technician_id", "at", name=op.f("pk_visit_claims")),
    )
    op.create_index(op.f("ix_visit_claims_visit_id"), "visit_claims", ["visit_id"])


def _make_stock() -> None:
    op.create_table(
        "stock_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("part", sa.String(length=60), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_items_on_hand_not_negative")),
        sa.CheckConstraint(
            "reserved BETWEEN 0 AND on_hand", name=op.f("ck_stock_items_reserved_range")
        ),
        _points_to("stock_items", "product_id", "products"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_items")),
        sa.UniqueConstraint("product_id", "part", name=op.f("uq_stock_items_product_id_part")),
    )
    op.create_table(
        "part_reservations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("stock_item_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        _moment("at"),
        sa.CheckConstraint(
            "status IN ('reserved', 'used', 'released')",
            name=op.f("ck_part_reservations_status_known"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_part_reservations_quantity_positive")),
        _points_to("part_reservations", "ticket_id", "tickets"),
        _points_to("part_reservations", "stock_item_id", "stock_items"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_reservations")),
    )
    op.create_index(op.f("ix_part_reservations_ticket_id"), "part_reservations", ["ticket_id"])
    op.create_index(
        "ix_part_reservations_stock_item_id_status",
        "part_reservations",
        ["stock_item_id", "status"],
    )
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stock_item_id", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('counted', 'received', 'used')", name=op.f("ck_stock_movements_kind_known")
        ),
        _points_to("stock_movements", "stock_item_id", "stock_items"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
    )
    op.create_index(op.f("ix_stock_movements_stock_item_id"), "stock_movements", ["stock_item_id"])


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_column("services", "visit")
