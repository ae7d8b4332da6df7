"""Adds a member of staff with a new password: `python -m aftercare.staff.add EMAIL NAME ROLE`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError

from aftercare.database import open_engine, open_sessions, writing
from aftercare.settings import settings
from aftercare.staff.roles import Role
from aftercare.staff.sessions import add_staff

USAGE = f"""usage: make staff-add EMAIL=someone@example.com NAME="Ann Lee" ROLE={"|".join(Role)}
An agent works tickets and conversations; a manager also imports manuals and hands out or erases a
person's data; so does an admin."""
_LONGEST_NAME = 200


def main(arguments: list[str]) -> int:
    if len(arguments) != 3 or arguments[2] not in list(Role):
        print(USAGE, file=sys.stderr)
        return 2
    email, name, role = (argument.strip() for argument in arguments)
    try:
        # Addresses inside a company need not exist in the world's DNS.
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        print(f"{email} is no e-mail address: {error}", file=sys.stderr)
        return 1
    if not 0 < len(name) <= _LONGEST_NAME:
        print(f"A name of 1 to {_LONGEST_NAME} letters is needed.", file=sys.stderr)
        return 1
    now = datetime.now(UTC)
    try:
        with writing(open_sessions(open_engine(settings()))) as session:
            password = add_staff(session, email=email, name=name, role=Role(role), now=now)
    except IntegrityError:
        print(
            f"{email} is a member of staff already. "
            f"`make staff-password EMAIL={email}` gives a new password.",
            file=sys.stderr,
        )
        return 1
    print(f"Password of {email}, shown only now: {password}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
