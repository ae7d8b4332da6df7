"""`python -m aftercare.evaluation`: weighs the tickets that the rule in force has not weighed."""

from __future__ import annotations

import sys

from aftercare.database import open_engine, open_sessions, reading
from aftercare.errors import StorageUnavailable
from aftercare.evaluation.versions import current_rule
from aftercare.evaluation.weighing import count_left, weigh_left
from aftercare.settings import settings


def main() -> int:
    sessions = open_sessions(open_engine(settings()))
    try:
        with reading(sessions) as session:
            version, left = current_rule(session).version, count_left(session)
        print(f"{left} tickets to weigh by version {version} of the rule")
        done = weigh_left(sessions, lambda done: print(f"{done} of {left}", flush=True))
    except StorageUnavailable as error:
        print(
            f"The database cannot be reached ({error}). What was weighed stays; run this again.",
            file=sys.stderr,
        )
        return 1
    print(f"{done} tickets weighed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
