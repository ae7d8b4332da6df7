"""The whole desk on a database of its own with the sample company, to be measured."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from aftercare.catalogue.load import load_and_index
from aftercare.database import open_engine, open_sessions
from aftercare.migrate import migrate
from aftercare.settings import Settings
from tests.chaos.cluster import own_cluster
from tests.stack import Stack, running_stack, stack_settings

ENGINES = ("sqlite", "postgresql")


@contextmanager
def running_desk(engine: str = "sqlite") -> Iterator[Stack]:
    """Raises NoPostgresql where that is the engine and no server can be started here."""
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="aftercare-bench-"))
        # As patient as a desk at work.
        usual = {
            name: Settings.model_fields[name].default
            for name in ("database_timeout", "delay_notice_after")
        }
        settings = stack_settings(Path(folder)).model_copy(update=usual)
        if engine == "postgresql":
            cluster = opened.enter_context(own_cluster())
            settings = settings.model_copy(update={"database_url": cluster.url})
        database = open_engine(settings)
        migrate(database)
        load_and_index(open_sessions(database), settings, datetime.now(UTC))
        database.dispose()
        yield opened.enter_context(running_stack(settings))
