"""Makes the first staff login where there is none: prints `email password`, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from aftercare.database import open_engine, open_sessions, writing
from aftercare.settings import settings
from aftercare.staff.sessions import FIRST_EMAIL, add_first_staff


def main() -> None:
    sessions = open_sessions(open_engine(settings()))
    with writing(sessions) as session:
        password = add_first_staff(session, email=FIRST_EMAIL, now=datetime.now(UTC))
    if password:
        print(FIRST_EMAIL, password)


if __name__ == "__main__":
    main()
