"""Alembic's entry: runs the migrations on the database that the caller, or the settings, name."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from aftercare.database import open_engine
from aftercare.queue_schema import is_of_queue
from aftercare.search_schema import is_of_search
from aftercare.settings import settings
from aftercare.tables import Base
from aftercare.tables.base import UtcDateTime

engine = context.config.attributes.get("engine") or open_engine(settings())


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations import nothing from the project, so its own types are written as what they are."""
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """The queue's tables have migrations of their own, the search's are no tables of the code."""
    if is_of_search(name or ""):
        return False
    return kind != "table" or not is_of_queue(name or "")


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_item,
        include_name=include_name,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
