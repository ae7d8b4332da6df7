"""Brings the database to the newest schema (`make migrate`) and writes new migrations."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from aftercare.database import open_engine
from aftercare.queue_schema import migrate_queue
from aftercare.settings import Settings, settings


def migration_config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    return config


def migrate(engine: Engine) -> None:
    """Run every migration that the database has not had; harmless when there is none.

    PostgreSQL gets the tables of the queue as well, which works the turns there.
    """
    command.upgrade(migration_config(engine), "head")
    if engine.dialect.name == "postgresql":
        migrate_queue(engine)


def write_migration(message: str) -> None:
    """Write a migration for what the tables have and the migrations do not (`make migration`).

    It is compared on a throw-away database, and numbered after the last one.
    """
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Settings(database_url=f"sqlite:///{folder}/compared.db"))
        migrate(engine)
        config = migration_config(engine)
        last = ScriptDirectory.from_config(config).get_current_head() or "0"
        command.revision(config, message=message, rev_id=f"{int(last) + 1:04}", autogenerate=True)
        engine.dispose()


def main(arguments: list[str]) -> None:
    if arguments:
        write_migration(" ".join(arguments))
        return
    settings().var_dir.mkdir(parents=True, exist_ok=True)
    migrate(open_engine(settings()))


if __name__ == "__main__":
    main(sys.argv[1:])
