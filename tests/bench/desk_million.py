"""Prints how quick the console is over a million tickets: `make bench-desk`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from aftercare.catalogue.load import load_catalogue
from aftercare.database import open_engine, open_sessions, writing
from aftercare.migrate import migrate
from aftercare.progress import ProgressBar
from aftercare.settings import PROJECT_ROOT, Settings
from tests.bench.desk import ENGINES
from tests.bench.desk_fill import fill
from tests.bench.desk_pages import page_figures, weighing_figure
from tests.bench.figures import Figure, machine, print_figures
from tests.chaos.cluster import NoPostgresql, own_cluster

TICKETS = 1_000_000
#: As many calls of each page; the figures are of all of them.
CALLS = 40
#: PostgreSQL's manual advises a quarter of the memory; this is that of a machine with 8 GB.
_SHARED_BUFFERS = "2GB"


@dataclass(frozen=True)
class Plan:
    engine: str = ENGINES[0]
    tickets: int = TICKETS
    calls: int = CALLS


@contextmanager
def filled_desk(plan: Plan, figures: list[Figure]) -> Iterator[tuple[Settings, Engine]]:
    """The sample company with so many tickets; what that took is added to the figures.

    Raises NoPostgresql where that is the engine and no server can be started here.
    """
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="aftercare-bench-"))
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            var_dir=Path(folder),
            catalogue_dir=PROJECT_ROOT / "catalogue",
            private_secret="bench",
        )
        if plan.engine == "postgresql":
            cluster = opened.enter_context(own_cluster(_SHARED_BUFFERS))
            settings = settings.model_copy(update={"database_url": cluster.url})
        engine = open_engine(settings)
        opened.callback(engine.dispose)
        migrate(engine)
        began = datetime.now(UTC)
        with writing(open_sessions(engine)) as session:
            load_catalogue(session, settings.catalogue_dir, began)
        with ProgressBar("Writing tickets", sys.stderr) as bar:
            fill(engine, plan.tickets, began, bar)
        took = (datetime.now(UTC) - began).total_seconds()
        figures.append(Figure(f"Filling with {plan.tickets:,} tickets", took, "s", digits=0))
        yield settings, engine


def measure(plan: Plan) -> list[Figure]:
    """Every figure of docs/benchmarks/desk.md. Raises NoPostgresql."""
    figures: list[Figure] = []
    with filled_desk(plan, figures) as (settings, engine):
        figures += page_figures(settings, engine, plan.calls)
        figures.append(weighing_figure(engine))
    return figures


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0])
    parser.add_argument("--tickets", type=int, default=TICKETS)
    given = parser.parse_args(arguments)
    print(f"Before: {machine()}", file=sys.stderr)
    try:
        figures = measure(Plan(given.engine, given.tickets))
    except NoPostgresql as error:
        print(f"Not run on PostgreSQL: {error}", file=sys.stderr)
        return 1
    command = f"make bench-desk ENGINE={given.engine} TICKETS={given.tickets}"
    print_figures(command, figures)
    return 0 if all(figure.reached is not False for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
