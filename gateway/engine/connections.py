"""The connections of the queue and of the notifications, which belong to an event loop."""

from __future__ import annotations

from typing import Any, Self

from psycopg import AsyncConnection


class OwnTransactions(AsyncConnection[Any]):
    """Every call is one statement, which needs no transaction around it."""

    @classmethod
    async def connect(cls, conninfo: str = "", **options: Any) -> Self:
        """As psycopg's own, which leaves the connection open when it is cancelled meanwhile."""
        connection = await super().connect(conninfo, **{**options, "autocommit": False})
        try:
            await connection.set_autocommit(True)
        except BaseException:
            await connection.close()
            raise
        return connection
