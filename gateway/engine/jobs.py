"""Procrastinate's application of one process: its connections, its tasks, when they are retried."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from gateway.engine.connections import OwnTransactions
from gateway.engine.pauses import pause_after
from gateway.measures import Measures

_log = logging.getLogger(__name__)

QUEUE = "aftercare"
TURN = "turn"
_RECOVER = "recover"
#: The queue tells its workers of new jobs; retries that are due are found by looking.
LOOK_SECONDS = 0.25
HEARTBEAT_SECONDS = 1.0
#: A worker that was not heard of for so long is gone, and others take up what it had in hand.
STALLED_SECONDS = 5.0
#: With seconds as the sixth field. Without a periodic task Procrastinate 3.10 does not notice that
#: a worker's heartbeat or its ear for new jobs has failed.
_EVERY_TWO_SECONDS = "* * * * * */2"
_CONNECTIONS = (2, 4)
_CONNECTION_SECONDS = 2.0


def make_app(
    connection: Mapping[str, Any], turn: Callable[..., Awaitable[None]], measures: Measures
) -> App:
    """An application that is not open yet, with the task that works a turn."""
    app = App(
        connector=PsycopgConnector(
            kwargs=dict(connection),
            connection_class=OwnTransactions,
            min_size=_CONNECTIONS[0],
            max_size=_CONNECTIONS[1],
            timeout=_CONNECTION_SECONDS,
            name="queue",
        ),
        worker_defaults={
            "queues": [QUEUE],
            "fetch_job_polling_interval": LOOK_SECONDS,
            "update_heartbeat_interval": HEARTBEAT_SECONDS,
            "stalled_worker_timeout": STALLED_SECONDS,
            "delete_jobs": "always",
            "install_signal_handlers": False,
        },
    )
    app.task(name=TURN, queue=QUEUE, retry=_Pauses(), pass_context=True)(turn)

    @app.periodic(cron=_EVERY_TWO_SECONDS)
    @app.task(name=_RECOVER, queue=QUEUE, queueing_lock=_RECOVER, priority=1, pass_context=True)
    async def recover(context: JobContext, timestamp: int) -> None:
        """Hand on what killed processes had in hand; one process does it for all."""
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            if job.task_name != TURN:
                await manager.finish_job(job, Status.FAILED, delete_job=True)
            elif await take_back(manager, job):
                measures.failures.labels("stalled").inc()

    return app


async def take_back(manager: JobManager, job: Job) -> bool:
    """Let a job that nobody works any more be taken again; False where it has ended after all."""
    try:
        await manager.retry_job(job)
    except ConnectorException:
        return False
    _log.warning("queue.job_taken_back job=%s attempts=%s", job.id, job.attempts + 1)
    return True


class _Pauses(BaseRetryStrategy):
    """A turn is tried again until it is done; how often is not the queue's business."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        if isinstance(exception, asyncio.CancelledError):
            # This process stops, another one may begin at once.
            return RetryDecision()
        pause = timedelta(seconds=pause_after(job.attempts))
        return RetryDecision(retry_at=datetime.now(UTC) + pause)
