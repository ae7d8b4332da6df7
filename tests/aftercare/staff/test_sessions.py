from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, writing
from aftercare.settings import Settings
from aftercare.staff.passwords import is_password
from aftercare.staff.sessions import (
    FAILURE_WINDOW,
    FAILURES_ALLOWED,
    FAILURES_OF_ADDRESS_ALLOWED,
    SignedIn,
    TooManyFailures,
    add_first_staff,
    current_session,
    fitting_hash,
    reset_password,
    sign_in,
    sign_out,
)
from aftercare.tables.staff import SignInFailure, Staff, StaffSession
from tests.factories import PASSWORD, make_staff


class Door:
    """Signs in with Rita's data unless told otherwise."""

    def __init__(self, session: Session, settings: Settings, now: datetime) -> None:
        self.session, self.settings, self.now = session, settings, now

    def try_in(
        self,
        email: str = "rita@marulho.example",
        password: str = PASSWORD,
        address: str = "192.0.2.1",
    ) -> SignedIn | None:
        return self.enter(self.check(email, password, address), email, address)

    def check(
        self,
        email: str = "rita@marulho.example",
        password: str = PASSWORD,
        address: str = "192.0.2.1",
    ) -> str | None:
        return fitting_hash(
            self.session, email=email, password=password, address=address, now=self.now
        )

    def enter(
        self,
        fitting: str | None,
        email: str = "rita@marulho.example",
        address: str = "192.0.2.1",
    ) -> SignedIn | None:
        signed_in = sign_in(
            self.session,
            email=email,
            fitting=fitting,
            address=address,
            settings=self.settings,
            now=self.now,
        )
        self.session.flush()
        return signed_in

    def present(self, token: str, after: timedelta = timedelta()) -> StaffSession | None:
        return current_session(self.session, token, settings=self.settings, now=self.now + after)


@pytest.fixture
def door(sessions: SessionFactory, settings: Settings, now: datetime):
    with writing(sessions) as session:
        make_staff(session)
        yield Door(session, settings, now)


def _count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_right_password_opens_a_session_that_only_its_token_finds(door: Door) -> None:
    signed_in = door.try_in(email=" Rita@Marulho.example ")
    assert signed_in and signed_in.staff.name == "Rita Prado"
    found = door.present(signed_in.token)
    assert found and found.staff_id == signed_in.staff.id
    assert door.present(signed_in.token[:-1]) is None
    assert door.present("") is None


def test_token_itself_is_not_stored(door: Door) -> None:
    signed_in = door.try_in()
    assert signed_in
    stored = door.session.scalars(select(StaffSession)).one()
    assert signed_in.token not in (stored.token_hash, stored.csrf_token)


@pytest.mark.parametrize(
    ("email", "password"),
    [("rita@marulho.example", "wrong"), ("nobody@marulho.example", PASSWORD), ("", "")],
)
def test_wrong_name_or_password_opens_nothing_and_is_counted(
    door: Door, email: str, password: str
) -> None:
    assert door.try_in(email=email, password=password) is None
    assert _count(door.session, StaffSession) == 0
    assert _count(door.session, SignInFailure) == 1


def test_right_guess_among_many_at_the_same_time_is_not_listened_to(door: Door) -> None:
    fitting = door.check()
    assert fitting
    for _ in range(FAILURES_ALLOWED):
        assert door.enter(None) is None
    with pytest.raises(TooManyFailures):
        door.enter(fitting)


def test_password_that_was_changed_meanwhile_opens_nothing(door: Door) -> None:
    fitting = door.check()
    reset_password(door.session, door.session.scalars(select(Staff)).one())
    assert door.enter(fitting) is None


def test_barred_staff_cannot_sign_in_and_their_sessions_end(door: Door) -> None:
    signed_in = door.try_in()
    assert signed_in
    signed_in.staff.active = False
    door.session.flush()
    assert door.present(signed_in.token) is None
    assert door.try_in() is None


def test_session_ends_after_its_hours_even_when_used(door: Door, settings: Settings) -> None:
    signed_in = door.try_in()
    assert signed_in
    hours = timedelta(hours=settings.staff_session_hours)
    stored = door.session.scalars(select(StaffSession)).one()
    stored.last_seen_at = door.now + hours - timedelta(minutes=1)
    assert door.present(signed_in.token, hours - timedelta(seconds=1))
    assert door.present(signed_in.token, hours) is None


def test_session_ends_when_nobody_uses_it(door: Door, settings: Settings) -> None:
    signed_in = door.try_in()
    assert signed_in
    idle = timedelta(minutes=settings.staff_idle_minutes)
    assert door.present(signed_in.token, idle - timedelta(seconds=1))
    assert door.present(signed_in.token, idle) is None


def test_sessions_that_are_over_are_removed_at_the_next_sign_in(
    door: Door, settings: Settings
) -> None:
    assert door.try_in()
    door.now += timedelta(hours=settings.staff_session_hours, seconds=1)
    assert door.try_in()
    assert _count(door.session, StaffSession) == 1


def test_signing_out_ends_this_session_only(door: Door) -> None:
    first, second = door.try_in(), door.try_in()
    assert first and second
    sign_out(door.session, first.token)
    assert door.present(first.token) is None
    assert door.present(second.token)


def test_stranger_who_guesses_cannot_lock_the_owner_out(door: Door) -> None:
    for _ in range(FAILURES_ALLOWED):
        assert door.try_in(password="guess", address="192.0.2.7") is None
    with pytest.raises(TooManyFailures):
        door.try_in(address="192.0.2.7")
    assert door.try_in(address="198.51.100.7")


def test_guessing_many_accounts_from_one_address_is_stopped(door: Door) -> None:
    for count in range(FAILURES_OF_ADDRESS_ALLOWED):
        assert door.try_in(email=f"staff{count}@marulho.example", password="guess") is None
    with pytest.raises(TooManyFailures):
        door.try_in()
    assert door.try_in(address="198.51.100.7")


def test_door_opens_again_when_the_window_is_over(door: Door) -> None:
    for _ in range(FAILURES_ALLOWED):
        door.try_in(password="guess")
    door.now += FAILURE_WINDOW
    assert door.try_in()
    assert _count(door.session, SignInFailure) in (0, FAILURES_ALLOWED)


def test_one_failure_less_than_allowed_still_lets_in(door: Door) -> None:
    for _ in range(FAILURES_ALLOWED - 1):
        door.try_in(password="guess")
    assert door.try_in()


def test_first_staff_is_added_once_with_a_password_that_works(
    sessions: SessionFactory, settings: Settings, now: datetime
) -> None:
    with writing(sessions) as session:
        password = add_first_staff(session, email="admin@aftercare.example", now=now)
        assert password
        session.flush()
        assert add_first_staff(session, email="second@aftercare.example", now=now) is None
        admin = session.scalars(select(Staff)).one()
        assert (admin.email, admin.role) == ("admin@aftercare.example", "admin")
        assert is_password(password, admin.password_hash)


def test_new_password_replaces_the_old_and_ends_every_session(door: Door) -> None:
    signed_in = door.try_in()
    assert signed_in
    password = reset_password(door.session, signed_in.staff)
    door.session.flush()
    door.session.expire_all()
    assert door.present(signed_in.token) is None
    assert door.try_in() is None
    assert door.try_in(password=password)
