"""Asks database, bot, action server and engine whether they work, each within two seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import requests
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from aftercare.database import SessionFactory, reading
from aftercare.errors import StorageUnavailable
from aftercare.log import log_failure
from aftercare.settings import Settings
from aftercare.tables.conversations import Conversation
from gateway.bot import SECRET_HEADER

_CHECK_SECONDS = 2.0
_REMEMBERED_SECONDS = 1.0

Check = Callable[[], bool]


class Readiness:
    """Checks the parts side by side; asked often, it checks once a second and not more."""

    def __init__(
        self, settings: Settings, sessions: SessionFactory, more: Mapping[str, Check]
    ) -> None:
        self._more = more
        self._sessions = sessions
        self._secret = settings.private_secret
        self._bot_url = f"{settings.bot_url.rstrip('/')}/webhooks/aftercare/health"
        self._actions_url = f"{settings.actions_url.rstrip('/')}/health"
        self._lock = asyncio.Lock()
        self._checked_at = float("-inf")
        self._parts: dict[str, bool] = {}

    async def parts(self) -> dict[str, bool]:
        """Each part of the desk and whether it works."""
        async with self._lock:
            if time.monotonic() - self._checked_at > _REMEMBERED_SECONDS:
                self._parts = await run_in_threadpool(self._check)
                self._checked_at = time.monotonic()
            return self._parts

    def _check(self) -> dict[str, bool]:
        checks: dict[str, Check] = {
            "database": self._database_answers,
            "bot": lambda: self._answers(self._bot_url, {SECRET_HEADER: self._secret}),
            "actions": lambda: self._answers(self._actions_url, {}),
            **self._more,
        }
        with ThreadPoolExecutor(len(checks)) as pool:
            results = {name: pool.submit(check) for name, check in checks.items()}
            return {name: result.result() for name, result in results.items()}

    def _database_answers(self) -> bool:
        try:
            with reading(self._sessions) as session:
                session.execute(select(Conversation.id).limit(1)).all()
        except StorageUnavailable:
            return False
        except Exception as error:
            log_failure("health.database_failed", error)
            return False
        return True

    def _answers(self, url: str, headers: dict[str, str]) -> bool:
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.get(
                    url, headers=headers, timeout=_CHECK_SECONDS, allow_redirects=False
                )
        except requests.RequestException:
            return False
        return bool(answer.status_code == requests.codes.ok)
