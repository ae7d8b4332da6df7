"""Works the turns as jobs of Procrastinate, a queue in PostgreSQL that all processes share.

A job is stored in the transaction that stores its message. Its lock is the conversation, so that
one worker of all processes has a conversation at a time. A job is done when nothing of its
conversation waits any more; those of the messages that it worked as well find nothing to do.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial

from procrastinate import App, JobContext, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError
from sqlalchemy import Connection, Enum, column, exists, func, select, table

from aftercare.database import SessionFactory, psycopg_arguments, writing
from aftercare.errors import StorageUnavailable
from aftercare.live import Hub
from aftercare.log import log_failure
from aftercare.settings import Settings
from aftercare.tables.conversations import Message, MessageState
from gateway.engine.connections import OwnTransactions
from gateway.engine.daemon_threads import DaemonThreads
from gateway.engine.jobs import QUEUE, TURN, make_app, take_back
from gateway.engine.notifications import Notifications
from gateway.engine.waits import Waits
from gateway.engine.watch import Watch
from gateway.measures import Measures
from gateway.turns import Turns

_log = logging.getLogger(__name__)

_STOP_SECONDS = 5.0
_AGAIN_SECONDS = 1.0
#: Any number that nothing else of this database uses: one process at a time looks.
_ADVISORY_LOCK = 7_202_611_212

_status = Enum("todo", "doing", name="procrastinate_job_status")
_jobs = table("procrastinate_jobs", column("lock"), column("status", _status))
#: Conversations with waiting messages and without a job: a backup was brought back, somebody
#: cleaned the queue, or the messages come from another database.
_WITHOUT_JOB = (
    select(Message.conversation_id)
    .where(
        Message.state == MessageState.RECEIVED,
        ~exists().where(
            _jobs.c.lock == Message.conversation_id, _jobs.c.status.in_(("todo", "doing"))
        ),
    )
    .distinct()
)


class ProcrastinateQueue:
    """This process's share: a thread with an event loop for the queue, and others for the turns."""

    def __init__(
        self,
        settings: Settings,
        sessions: SessionFactory,
        turns: Turns,
        waits: Waits,
        hub: Hub,
        measures: Measures,
    ) -> None:
        self._workers = settings.turn_workers
        self._connection = psycopg_arguments(settings)
        self._sessions = sessions
        self._turns = turns
        self._waits = waits
        self._measures = measures
        self._watch = Watch(settings, sessions, turns, waits, self._defer_forgotten)
        self._notifications = Notifications(self._connection, hub)
        hub.relay_through(self._notifications)
        # Jobs are stored through the caller's connection: this one is never opened.
        self._storing = App(connector=SyncPsycopgConnector())
        self._thread = threading.Thread(target=self._run, name="queue", daemon=True)
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving: asyncio.Task[None] | None = None
        self._at_work = False
        self._worker_id: int | None = None
        self._in_hand: set[int | None] = set()

    def start(self) -> None:
        self._thread.start()
        self._started.wait()
        self._watch.start()

    def stop(self) -> None:
        """A turn that hangs is left; another process takes it up, or this one's next start."""
        self._watch.stop()
        if self._loop and self._serving:
            self._loop.call_soon_threadsafe(self._serving.cancel)
            self._thread.join(2 * _STOP_SECONDS)

    def defer(self, connection: Connection, conversation_id: str) -> None:
        job = self._storing.configure_task(
            TURN,
            queue=QUEUE,
            lock=conversation_id,
            connection=connection.connection.driver_connection,
        )
        try:
            job.defer(conversation_id=conversation_id)
        except ConnectorException as error:
            raise StorageUnavailable(f"a job could not be stored: {error.__cause__}") from error

    def wake(self, conversation_id: str, seq: int) -> None:
        """The queue tells its workers itself."""
        self._waits.note(conversation_id, seq)

    def parts(self) -> Mapping[str, Callable[[], bool]]:
        return {"queue": lambda: self._at_work}

    def _defer_forgotten(self, waiting: Mapping[str, tuple[int, int]]) -> None:
        if not waiting:
            return
        with writing(self._sessions) as session:
            if not session.scalar(select(func.pg_try_advisory_xact_lock(_ADVISORY_LOCK))):
                return
            forgotten = session.scalars(_WITHOUT_JOB).all()
            for conversation_id in forgotten:
                self.defer(session.connection(), conversation_id)
        if forgotten:
            _log.warning("queue.found_without_job conversations=%s", len(forgotten))

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        """Until it is cancelled; whatever fails is begun again."""
        self._loop = asyncio.get_running_loop()
        self._serving = asyncio.current_task()
        threads = DaemonThreads(self._workers, "turns")
        notifying = asyncio.create_task(self._notifications.run())
        self._started.set()
        try:
            while True:
                await self._work(threads)
                await asyncio.sleep(_AGAIN_SECONDS)
        except asyncio.CancelledError:
            return
        finally:
            await _end(notifying)
            threads.stop()

    async def _work(self, threads: DaemonThreads) -> None:
        app = make_app(self._connection, partial(self._turn, threads), self._measures)
        own: asyncio.Task[None] | None = None
        try:
            # Tried out first: a pool that meets no database asks again after longer and longer.
            await (await OwnTransactions.connect(**self._connection)).close()
            await app.open_async()
            await self._let_go(app)
            own = asyncio.create_task(self._take_back_own(app))
            self._at_work = True
            await app.run_worker_async(
                concurrency=self._workers, shutdown_graceful_timeout=_STOP_SECONDS
            )
        except (ConnectorException, OperationalError):
            _log.warning("queue.storage_unavailable")
        except Exception as error:
            log_failure("queue.failed", error)
        finally:
            self._at_work = False
            if own:
                await _end(own)
            await app.close_async()

    async def _turn(
        self, threads: DaemonThreads, context: JobContext, *, conversation_id: str
    ) -> None:
        """One job. Raises Postponed, which the queue answers with another try after a pause."""
        self._worker_id = context.job.worker_id
        self._in_hand.add(context.job.id)
        try:
            await threads.run(partial(self._take_all, conversation_id))
        finally:
            self._in_hand.discard(context.job.id)

    async def _let_go(self, app: App) -> None:
        """Give up what this process's worker before had in hand, which ended with its database."""
        if self._worker_id is not None:
            await app.job_manager.unregister_worker(self._worker_id)
            self._worker_id = None

    async def _take_back_own(self, app: App) -> None:
        """Find jobs whose end the database did not hear of; they would stay in this worker's hand.

        Only after a second look, for a job is in nobody's hand for a moment as it begins and ends.
        """
        suspected: set[int | None] = set()
        while True:
            await asyncio.sleep(_AGAIN_SECONDS)
            if self._worker_id is None:
                continue
            try:
                jobs = await app.job_manager.list_jobs_async(
                    task=TURN, status="doing", worker_id=self._worker_id
                )
                lost = {job.id: job for job in jobs if job.id not in self._in_hand}
                for number in suspected & lost.keys():
                    await take_back(app.job_manager, lost[number])
            except ConnectorException:
                continue
            suspected = set(lost)

    def _take_all(self, conversation_id: str) -> None:
        while self._turns.take_next(conversation_id):
            pass


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel it once and let it close what it holds; a second time would cut that short."""
    task.cancel()
    await asyncio.wait([task])
