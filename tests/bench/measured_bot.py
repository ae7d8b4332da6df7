"""A bot that is being measured: its starts, its turns, its memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from aftercare.catalogue.load import load_and_index
from aftercare.database import open_engine, open_sessions
from aftercare.migrate import migrate
from tests.bench.bot_turns import (
    WITH_ACTION,
    WITHOUT_ACTION,
    TurnTaker,
    long_conversation,
    timed_turns,
    turns_per_second,
)
from tests.stack import Program, running_stack, stack_settings

CLIENTS = 8
#: The turns of a long conversation, of which the last fifty count.
LONG = 200
_STARTS = 3
#: Seconds. The stock bot takes over a minute where other work goes on.
_START_AT_MOST = 300
_RATE_SECONDS = 3.0


@dataclass
class MeasuredBot:
    """One bot, and everything that was measured of it: seconds to start, milliseconds, MB."""

    name: str
    program: Program
    #: How customers reach it.
    channel: type[TurnTaker] = TurnTaker
    start_seconds: list[float] = field(default_factory=list)
    parse: list[float] = field(default_factory=list)
    parse_p95: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    action: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    after_start: float = 0.0
    after_turns: float = 0.0
    proportional: float = 0.0
    peak: float = 0.0

    def connect(self) -> TurnTaker:
        address = urlsplit(self.program.health)
        return self.channel(f"{address.scheme}://{address.netloc}")

    def measure_start(self) -> None:
        """Leaves the bot running and warm: the first turns after a start are slower."""
        for _ in range(_STARTS):
            self.program.stop()
            started = time.monotonic()
            self.program.start()
            self.program.wait_until_healthy(_START_AT_MOST)
            self.start_seconds.append(time.monotonic() - started)
        self.after_start = self._resident("VmRSS")
        timed_turns(self.connect, WITHOUT_ACTION, 20)
        timed_turns(self.connect, WITH_ACTION, 10)

    def measure_round(self) -> None:
        self.plain += timed_turns(self.connect, WITHOUT_ACTION, 20)
        self.action += timed_turns(self.connect, WITH_ACTION, 20)
        self.late += long_conversation(self.connect, LONG)[-50:]
        before = self._processor_seconds()
        rate = turns_per_second(self.connect, CLIENTS, _RATE_SECONDS)
        self.rates.append(rate)
        # Tells how many turns a second there would be on a machine without other work.
        self.work.append((self._processor_seconds() - before) * 1000 / (rate * _RATE_SECONDS))

    def measure_memory(self) -> None:
        """In MB; `proportional` counts pages that are shared with other processes in part."""
        self.after_turns, self.peak = self._resident("VmRSS"), self._resident("VmHWM")
        self.proportional = self._process.memory_full_info().pss / 1e6

    def _resident(self, kind: str) -> float:
        """VmRSS is the memory now, VmHWM the most so far."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        line = next(line for line in status.splitlines() if line.startswith(f"{kind}:"))
        return int(line.split()[1]) * 1024 / 1e6

    @property
    def _process(self) -> psutil.Process:
        assert self.program.process is not None
        return psutil.Process(self.program.process.pid)

    def _processor_seconds(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def actions_for_bots(folder: Path) -> Iterator[Program]:
    """An action server on a database in the folder, and this checkout's bot, not started yet."""
    settings = stack_settings(folder)
    engine = open_engine(settings)
    migrate(engine)
    load_and_index(open_sessions(engine), settings, datetime.now(UTC))
    engine.dispose()
    with running_stack(settings) as stack:
        stack.programs["web"].stop()
        stack.programs["bot"].stop()
        yield stack.programs["bot"]
