"""Makes the database ready for a start: schema, catalogue, search index, scores, first login.

Prints `email password` when it made the first login, and nothing else on standard output.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from aftercare.catalogue.load import load_and_index
from aftercare.database import open_engine, open_sessions, writing
from aftercare.errors import CatalogueError
from aftercare.evaluation.weighing import weigh_left
from aftercare.migrate import migrate
from aftercare.settings import settings
from aftercare.staff.sessions import FIRST_EMAIL, add_first_staff


def main() -> int:
    _keep_private(settings().var_dir)
    engine = open_engine(settings())
    migrate(engine)
    sessions = open_sessions(engine)
    now = datetime.now(UTC)
    try:
        load_and_index(sessions, settings(), now)
    except CatalogueError as error:
        print(f"The catalogue has a mistake, nothing was changed: {error}", file=sys.stderr)
        return 1
    weigh_left(sessions)
    with writing(sessions) as session:
        password = add_first_staff(session, email=FIRST_EMAIL, now=now)
    if password:
        print(FIRST_EMAIL, password)
    return 0


def _keep_private(folder: Path) -> None:
    """Let the owner alone read the databases, Rasa's included: they hold what customers wrote."""
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db*"):
        file.chmod(0o600)


if __name__ == "__main__":
    sys.exit(main())
