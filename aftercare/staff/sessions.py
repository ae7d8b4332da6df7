"""Signing in and out: server-side sessions, known to the browser by a random token only."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.settings import Settings
from aftercare.staff.passwords import hash_password, is_password, random_password
from aftercare.staff.roles import Role
from aftercare.tables.staff import SignInFailure, Staff, StaffSession

#: Address of the login that is made at the first start.
FIRST_EMAIL = "admin@aftercare.example"
#: After so many failures within the window an account is closed for the address that they came
#: from, and for no other: who knows a colleague's e-mail address must not lock them out.
FAILURES_ALLOWED = 5
#: After so many, whatever the accounts, the address has to wait.
FAILURES_OF_ADDRESS_ALLOWED = 20
FAILURE_WINDOW = timedelta(minutes=5)


class TooManyFailures(NotAllowed):
    """Sign-in is closed for this network address until the window is over."""


@dataclass(frozen=True)
class SignedIn:
    """What the console needs of a new session; the token goes into the cookie and nowhere else."""

    token: str
    staff: Staff


def fitting_hash(
    session: Session, *, email: str, password: str, address: str, now: datetime
) -> str | None:
    """The stored hash that the password fits, None where it fits nobody's. Raises TooManyFailures.

    It takes a good tenth of a second on purpose: give it a session for reading, so that nobody
    who writes has to wait.
    """
    _require_few_failures(session, email, address, now)
    staff = _active_staff(session, email)
    stored = staff.password_hash if staff else None
    return stored if is_password(password, stored) else None


def sign_in(
    session: Session,
    *,
    email: str,
    fitting: str | None,
    address: str,
    settings: Settings,
    now: datetime,
) -> SignedIn | None:
    """A new session, or None where address or password is wrong. Raises TooManyFailures.

    `fitting` comes from fitting_hash. The failures are counted once more: of many guesses at the
    same time no more are listened to than one after the other.
    """
    _require_few_failures(session, email, address, now)
    staff = _active_staff(session, email)
    if fitting is None or staff is None or staff.password_hash != fitting:
        session.add(SignInFailure(email=_plain(email)[:254], address=address[:64], at=now))
        return None
    session.execute(delete(StaffSession).where(StaffSession.expires_at < now))
    session.execute(delete(SignInFailure).where(SignInFailure.at < now - FAILURE_WINDOW))
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_hash=_hash(token),
            staff_id=staff.id,
            csrf_token=secrets.token_urlsafe(32),
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=settings.staff_session_hours),
        )
    )
    return SignedIn(token, staff)


def current_session(
    session: Session, token: str, *, settings: Settings, now: datetime
) -> StaffSession | None:
    """The living session of this token; None where it is unknown, over, idle too long or barred."""
    found = session.get(StaffSession, _hash(token))
    if found is None or not found.staff.active or found.expires_at <= now:
        return None
    if found.last_seen_at <= now - timedelta(minutes=settings.staff_idle_minutes):
        return None
    return found


def sign_out(session: Session, token: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _hash(token)))


def add_first_staff(session: Session, *, email: str, now: datetime) -> str | None:
    """Where there is no staff yet, add an administrator and return the password, else None."""
    if session.scalar(select(Staff.id).limit(1)) is not None:
        return None
    return add_staff(session, email=email, name="Administrator", role=Role.ADMIN, now=now)


def add_staff(session: Session, *, email: str, name: str, role: Role, now: datetime) -> str:
    """Add a member of staff and return the password. Raises IntegrityError for a known address."""
    password = random_password()
    session.add(
        Staff(
            email=_plain(email),
            name=name,
            role=role,
            password_hash=hash_password(password),
            created_at=now,
        )
    )
    session.flush()
    return password


def reset_password(session: Session, staff: Staff) -> str:
    """A new random password; every session of this person ends."""
    password = random_password()
    staff.password_hash = hash_password(password)
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))
    return password


def _require_few_failures(session: Session, email: str, address: str, now: datetime) -> None:
    recent = session.scalars(
        select(SignInFailure.email).where(
            SignInFailure.address == address[:64], SignInFailure.at > now - FAILURE_WINDOW
        )
    ).all()
    if (
        recent.count(_plain(email)[:254]) >= FAILURES_ALLOWED
        or len(recent) >= FAILURES_OF_ADDRESS_ALLOWED
    ):
        raise TooManyFailures("too many failed sign-ins")


def _active_staff(session: Session, email: str) -> Staff | None:
    return session.scalar(select(Staff).where(Staff.email == _plain(email), Staff.active))


def _plain(email: str) -> str:
    return email.strip().lower()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
