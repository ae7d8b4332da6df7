"""One run: own programs, own database, customers and killers side by side, then the verdict."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from aftercare.catalogue.load import load_and_index
from aftercare.database import SessionFactory, open_engine, open_sessions
from aftercare.errors import StorageUnavailable
from aftercare.migrate import migrate
from aftercare.settings import PROJECT_ROOT, Settings
from tests.chaos.cluster import own_cluster
from tests.chaos.customers import Customer, Talked
from tests.chaos.killer import Killer, Victim
from tests.chaos.verdict import Verdict, judge, unanswered
from tests.stack import free_port, running, stack_programs, stack_settings

#: How long the desk gets to answer what waits after the last kill.
_REST_SECONDS = 120.0
_TELL_SECONDS = 30.0
_LOOK_SECONDS = 0.1
#: Rasa's record normally keeps ten turns; here all are wanted, to see that each was done once.
_ALL_TURNS = 1000


@dataclass(frozen=True)
class Plan:
    """What a run is made of; `life_seconds` is how long a healthy program works on average.

    At least it is as long as all programs take to start.
    """

    engine: str
    messages: int = 20_000
    conversations: int = 500
    life_seconds: float = 20.0
    #: The last messages are sent when every program was killed so often.
    least_kills: int = 5
    #: Whether the killing goes on to the end, whatever was sent. Otherwise kills wait for messages
    #: as messages wait for kills, and the last messages pass in peace.
    kills_go_on: bool = True
    at_once: int = 16
    seed: int = 1


@dataclass(frozen=True)
class Report:
    seconds: float
    kills: dict[str, int]
    other_ends: dict[str, int]
    #: Calls of customers that failed or were refused and were made again.
    tries: int
    verdict: Verdict


def run(plan: Plan, folder: Path, say: Callable[[str], None]) -> Report:
    """Raises NoPostgresql where that is the engine and no server can be started here."""
    with ExitStack() as stack:
        settings = stack_settings(folder)
        victims: list[Victim] = []
        ports: list[int] = []
        if plan.engine == "postgresql":
            cluster = stack.enter_context(own_cluster())
            settings = settings.model_copy(update={"database_url": cluster.url})
            victims, ports = [cluster], [free_port()]
        programs = stack_programs(settings, ports, _endpoints(folder))
        with _sessions(settings, prepare=True):
            pass
        began = time.monotonic()
        stack.enter_context(running(programs.values()))
        # Where starts take long, a short life would leave no moment in which all of them work.
        life = max(plan.life_seconds, time.monotonic() - began)
        addresses = [f"http://127.0.0.1:{port}" for port in (settings.port, *ports)]
        killer = Killer([*victims, *programs.values()], plan.seed, life)
        started = time.monotonic()
        talks = _storm(plan, addresses, killer, say)
        seconds = time.monotonic() - started
        with _sessions(settings) as sessions:
            _come_to_rest(sessions)
            for program in programs.values():
                program.stop()
            verdict = judge(sessions, folder / "tracker.db", talks)
    tries = sum(talked.tries for talked in talks)
    return Report(seconds, killer.kills, killer.other_ends, tries, verdict)


def _endpoints(folder: Path) -> Path:
    """The project's own file, with a record that is not shortened."""
    endpoints = yaml.safe_load((PROJECT_ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    endpoints["tracker_store"]["kept_turns"] = _ALL_TURNS
    path = folder / "endpoints.yml"
    path.write_text(yaml.safe_dump(endpoints), encoding="utf-8")
    return path


@contextmanager
def _sessions(settings: Settings, *, prepare: bool = False) -> Iterator[SessionFactory]:
    engine = open_engine(settings)
    sessions = open_sessions(engine)
    if prepare:
        migrate(engine)
        load_and_index(sessions, settings, datetime.now(UTC))
    yield sessions
    engine.dispose()


class Pace:
    """Spreads the messages over the kills: in each part of a run there is somebody to hurt."""

    def __init__(self, plan: Plan, killer: Killer, over: threading.Event) -> None:
        self._each = plan.messages / (plan.least_kills + 1)
        self._plan = plan
        self._killer = killer
        self._over = over
        self._lock = threading.Lock()
        self._sent = 0

    def wait(self) -> None:
        """Until one more message may be sent."""
        with self._lock:
            self._sent += 1
            number = self._sent
        while (kills := self._killer.fewest()) < self._plan.least_kills:
            if number <= self._each * (kills + 1) or self._over.wait(_LOOK_SECONDS):
                return

    def kills_due(self) -> int:
        """How often everybody may have been killed after what was sent so far."""
        return min(self._plan.least_kills, int(self._sent // self._each) + 1)


def _storm(
    plan: Plan, addresses: list[str], killer: Killer, say: Callable[[str], None]
) -> list[Talked]:
    """All conversations, while everything is killed; returns when all programs work again."""
    each, more = divmod(plan.messages, plan.conversations)
    over = threading.Event()
    pace = Pace(plan, killer, over)

    def talk(number: int) -> Talked:
        customer = Customer(addresses, number, plan.seed, pace.wait, over)
        return customer.talk(each + (number < more))

    talks: list[Talked] = []
    told = time.monotonic()
    pool = ThreadPoolExecutor(plan.at_once)
    killer.start(None if plan.kills_go_on else pace.kills_due)
    try:
        for done in as_completed(pool.submit(talk, n) for n in range(plan.conversations)):
            talks.append(done.result())
            if time.monotonic() - told > _TELL_SECONDS:
                told = time.monotonic()
                say(f"{len(talks)} of {plan.conversations} conversations, {killer.kills}")
    finally:
        over.set()
        pool.shutdown(cancel_futures=True)
        killer.stop()
    return talks


def _come_to_rest(sessions: SessionFactory) -> None:
    """Wait until nothing waits for an answer; the verdict names what still does."""
    deadline = time.monotonic() + _REST_SECONDS
    while time.monotonic() < deadline:
        try:
            if not unanswered(sessions):
                return
        except StorageUnavailable:
            continue
        time.sleep(0.2)
