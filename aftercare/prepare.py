"""Makes the database ready for a start: newest schema, catalogue, search index, first staff login.

Prints `email password` when it made the first login, and nothing else on standard output.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from aftercare.catalogue.load import load_catalogue
from aftercare.database import open_engine, open_sessions, writing
from aftercare.errors import CatalogueError
from aftercare.guidance.index import build_index
from aftercare.migrate import migrate
from aftercare.settings import settings
from aftercare.staff.sessions import FIRST_EMAIL, add_first_staff


def main() -> int:
    settings().var_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings())
    migrate(engine)
    sessions = open_sessions(engine)
    now = datetime.now(UTC)
    try:
        with writing(sessions) as session:
            load_catalogue(session, settings().catalogue_dir, now)
    except CatalogueError as error:
        print(f"The catalogue has a mistake, nothing was changed: {error}", file=sys.stderr)
        return 1
    build_index(sessions, settings().var_dir)
    with writing(sessions) as session:
        password = add_first_staff(session, email=FIRST_EMAIL, now=now)
    if password:
        print(FIRST_EMAIL, password)
    return 0


if __name__ == "__main__":
    sys.exit(main())
