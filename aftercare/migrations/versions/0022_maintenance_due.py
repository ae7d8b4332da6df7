"""Maintenance that is due: what was done, who may be told, when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KINDS = (
    "told",
    "told_by_staff",
    "unreached",
    "booked",
    "done",
    "taken_back",
    "put_off",
    "stopped",
    "resumed",
)
_HOW = ("chat", "phone", "mail", "in_person")


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def _one_of(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}_known"))


def upgrade() -> None:
    _plans()
    _deeds()
    _consents()
    # The pieces that are there get their plans by and by.
    op.add_column(
        "owned_products",
        sa.Column("plan_stale", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    stale = sa.text("plan_stale")
    op.create_index(
        "ix_owned_products_plan_stale",
        "owned_products",
        ["id"],
        sqlite_where=stale,
        postgresql_where=stale,
    )


def _plans() -> None:
    plans, items = "maintenance_plans", "maintenance_items"
    op.create_table(
        plans,
        _number("id"),
        _number("owned_product_id"),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("tell_on", sa.Date(), nullable=True),
        _time("told_at", nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        _time("unreached_at", nullable=True),
        _number("ticket_id", nullable=True),
        _refers(plans, "owned_product_id", "owned_products"),
        _refers(plans, "ticket_id", "tickets"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{plans}")),
        sa.UniqueConstraint("owned_product_id", name=op.f(f"uq_{plans}_owned_product_id")),
    )
    op.create_index(f"ix_{plans}_ticket_id", plans, ["ticket_id"])
    for column in ("due_on", "tell_on", "unreached_at"):
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_{plans}_{column}",
            plans,
            [column, "id"],
            sqlite_where=there,
            postgresql_where=there,
        )
    op.create_table(
        items,
        _number("id"),
        _number("plan_id"),
        sa.Column("task_key", sa.String(length=60), nullable=False),
        _number("every_months"),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("put_off_until", sa.Date(), nullable=True),
        _time("stopped_at", nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("every_months > 0", name=op.f(f"ck_{items}_months_positive")),
        _refers(items, "plan_id", plans),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{items}")),
        sa.UniqueConstraint("plan_id", "task_key", name=op.f(f"uq_{items}_plan_id_task_key")),
    )


def _deeds() -> None:
    deeds = "maintenance_deeds"
    op.create_table(
        deeds,
        _number("id"),
        _number("plan_id"),
        _time("at"),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        _number("ticket_id", nullable=True),
        _number("staff_id", nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        _one_of(deeds, "kind", _KINDS),
        _refers(deeds, "plan_id", "maintenance_plans"),
        _refers(deeds, "ticket_id", "tickets"),
        _refers(deeds, "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{deeds}")),
    )
    for column in ("plan_id", "at", "ticket_id"):
        op.create_index(f"ix_{deeds}_{column}", deeds, [column])


def _consents() -> None:
    consents, questions = "maintenance_consents", "maintenance_questions"
    op.create_table(
        consents,
        _number("id"),
        _number("customer_id"),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        _time("at"),
        sa.Column("conversation_id", sa.String(length=36), nullable=True),
        _number("staff_id", nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        _time("ended_at", nullable=True),
        _one_of(consents, "how", _HOW),
        _refers(consents, "customer_id", "customers"),
        _refers(consents, "conversation_id", "conversations"),
        _refers(consents, "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{consents}")),
    )
    for column in ("customer_id", "conversation_id"):
        op.create_index(f"ix_{consents}_{column}", consents, [column])
    present = sa.text("ended_at IS NULL")
    op.create_index(
        f"ix_{consents}_one_present",
        consents,
        ["customer_id", "channel"],
        unique=True,
        sqlite_where=present,
        postgresql_where=present,
    )
    op.create_table(
        questions,
        sa.Column("customer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        _number("ticket_id"),
        _time("at"),
        _refers(questions, "customer_id", "customers"),
        _refers(questions, "product_id", "products"),
        _refers(questions, "ticket_id", "tickets"),
        sa.PrimaryKeyConstraint("customer_id", "product_id", name=op.f(f"pk_{questions}")),
    )


def downgrade() -> None:
    op.drop_index("ix_owned_products_plan_stale", "owned_products")
    op.drop_column("owned_products", "plan_stale")
    for table in ("questions", "consents", "deeds", "items", "plans"):
        op.drop_table(f"maintenance_{table}")
