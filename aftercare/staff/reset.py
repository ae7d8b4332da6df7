"""Gives a staff member a new random password: `python -m aftercare.staff.reset EMAIL`."""

from __future__ import annotations

import sys

from sqlalchemy import select

from aftercare.database import open_engine, open_sessions, writing
from aftercare.settings import settings
from aftercare.staff.sessions import reset_password
from aftercare.tables.staff import Staff


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: make staff-password EMAIL=someone@example.com", file=sys.stderr)
        return 2
    email = arguments[0].strip().lower()
    with writing(open_sessions(open_engine(settings()))) as session:
        staff = session.scalar(select(Staff).where(Staff.email == email))
        if staff is None:
            print(f"There is no staff member with the address {email}.", file=sys.stderr)
            return 1
        password = reset_password(session, staff)
    print(f"New password of {email}, shown only now: {password}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
