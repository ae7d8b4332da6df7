"""A visit is booked once, moved, cancelled and ended; on either database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aftercare.catalogue.files import read_catalogue
from aftercare.database import SessionFactory, writing
from aftercare.errors import NotAllowed
from aftercare.settings import PROJECT_ROOT
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tables.visits import ServiceArea, Technician, Visit, VisitClaim, VisitStatus
from aftercare.tickets.life import Actor
from aftercare.visits.booking import (
    Choice,
    NothingFree,
    book,
    booked_visit,
    cancel,
    finish,
    next_choices,
    settle_site,
)
from aftercare.visits.resources import put_resources, read_resources
from aftercare.visits.technicians import Profile, add_absence, in_the_way, save_technician
from tests.aftercare.visits.conftest import NOW, only_technician, visited_ticket
from tests.postgresql import BOTH

BY = Actor("Rita Prado")
WEDNESDAY = Choice(date(2026, 11, 25), "morning")
ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def session(company: SessionFactory) -> Iterator[Session]:
    """Celso alone at work; nothing of it is kept."""
    with company() as session:
        session.connection(execution_options={"write": True})
        only_technician(session)
        yield session
        session.rollback()


def _claims(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(VisitClaim)) or 0


def _kinds(ticket: Ticket) -> list[str]:
    return [event.kind for event in ticket.events]


@BOTH
def test_booking_claims_its_quarters_and_tells_the_history(session: Session) -> None:
    ticket = visited_ticket(session)
    visit = book(session, ticket, WEDNESDAY, by=BY, now=NOW)
    assert visit.starts_at == datetime(2026, 11, 25, 8, 30, tzinfo=ZONE)
    assert visit.ends_at - visit.starts_at == timedelta(hours=2)
    assert _claims(session) == 8
    event = ticket.events[-1]
    assert (event.kind, event.actor) == ("visit_booked", "Rita Prado")
    assert event.note == (
        "Wednesday, 25 November, morning (08:00 to 12:00): Celso Arruda, 08:30 to 10:30."
    )


@BOTH
def test_ticket_has_one_visit_to_come_and_moving_it_frees_its_time(session: Session) -> None:
    ticket, other = visited_ticket(session), visited_ticket(session)
    first = book(session, ticket, WEDNESDAY, by=BY, now=NOW)
    again = book(session, ticket, WEDNESDAY, by=BY, now=NOW)
    assert (again.id, again.sequence) == (first.id, 0)
    with pytest.raises(NothingFree):
        book(session, other, WEDNESDAY, by=BY, now=NOW)
    moved = book(session, ticket, Choice(WEDNESDAY.day, "afternoon"), by=BY, now=NOW)
    assert (moved.id, moved.sequence) == (first.id, 1)
    assert _claims(session) == 8
    assert book(session, other, WEDNESDAY, by=BY, now=NOW).status == VisitStatus.BOOKED
    assert _kinds(ticket)[-2:] == ["visit_booked", "visit_moved"]


@BOTH
def test_same_quarter_of_a_technician_cannot_be_written_twice(session: Session) -> None:
    visit = book(session, visited_ticket(session), WEDNESDAY, by=BY, now=NOW)
    session.add(
        VisitClaim(technician_id=visit.technician_id, at=visit.starts_at, visit_id=visit.id)
    )
    with pytest.raises(IntegrityError):
        session.flush()


@BOTH
def test_claim_that_stands_in_the_way_is_as_good_as_a_visit(session: Session) -> None:
    """Where two were weighed at once after all, the second one finds the claim."""
    blocked = book(session, visited_ticket(session), WEDNESDAY, by=BY, now=NOW)
    blocked.starts_at -= timedelta(days=30)
    blocked.ends_at -= timedelta(days=30)
    session.flush()
    with pytest.raises(NothingFree):
        book(session, visited_ticket(session), WEDNESDAY, by=BY, now=NOW)


@BOTH
def test_cancelled_visit_frees_its_time(session: Session) -> None:
    ticket = visited_ticket(session)
    visit = book(session, ticket, WEDNESDAY, by=BY, now=NOW)
    cancel(session, visit, by=BY, now=NOW, note="The customer is away.")
    assert (_claims(session), booked_visit(session, ticket)) == (0, None)
    assert ticket.events[-1].note.endswith("The customer is away.")
    with pytest.raises(NotAllowed):
        cancel(session, visit, by=BY, now=NOW)
    assert book(session, ticket, WEDNESDAY, by=BY, now=NOW).id != visit.id


@BOTH
def test_visit_is_ended_once_it_has_begun_and_another_one_can_follow(session: Session) -> None:
    ticket = visited_ticket(session)
    visit = book(session, ticket, WEDNESDAY, by=BY, now=NOW)
    with pytest.raises(NotAllowed):
        finish(session, visit, done=True, by=BY, now=NOW)
    later = NOW + timedelta(days=3)
    finish(session, visit, done=False, by=BY, now=later)
    assert visit.status == VisitStatus.MISSED
    second = Choice(date(2026, 12, 1), "morning")
    assert book(session, ticket, second, by=BY, now=later).id != visit.id


@BOTH
def test_notice_is_kept(session: Session) -> None:
    ticket = visited_ticket(session)
    for day in (NOW.date(), NOW.date() - timedelta(days=3)):
        with pytest.raises(NothingFree):
            book(session, ticket, Choice(day, "afternoon"), by=BY, now=NOW)
    assert all(slot.starts_at >= NOW for slot in next_choices(session, ticket, NOW, 3))


@BOTH
def test_closed_ticket_and_service_without_visits_take_none(session: Session) -> None:
    closed = visited_ticket(session)
    closed.status = TicketStatus.CLOSED
    session.flush()
    complaint = visited_ticket(session, service_id="complaint")
    for ticket in (closed, complaint):
        with pytest.raises(NotAllowed):
            book(session, ticket, WEDNESDAY, by=BY, now=NOW)
    assert next_choices(session, complaint, NOW, 3) == []


@BOTH
def test_day_that_the_customer_prefers_is_where_it_begins(session: Session) -> None:
    records = {
        "product": "brisa-a12",
        "address": "Rua A 1, 01310-100",
        "preferred_date": "2026-12-03",
    }
    ticket = visited_ticket(session, records=records)  # type: ignore[arg-type]
    assert next_choices(session, ticket, NOW, 1)[0].day == date(2026, 12, 3)


@BOTH
def test_only_who_is_skilled_and_there_comes(session: Session) -> None:
    ticket = visited_ticket(session)
    technician = session.scalars(select(Technician).where(Technician.active)).one()
    technician.skills = ["installation", "washing_machine"]
    session.flush()
    assert next_choices(session, ticket, NOW, 1) == []
    technician.skills = ["installation", "air_conditioner"]
    add_absence(session, technician, date(2026, 11, 23), date(2026, 11, 29), "Course")
    assert next_choices(session, ticket, NOW, 1)[0].day == date(2026, 11, 30)


@BOTH
def test_days_off_tell_which_visits_are_in_the_way(session: Session) -> None:
    visit = book(session, visited_ticket(session), WEDNESDAY, by=BY, now=NOW)
    technician = session.get_one(Technician, visit.technician_id)
    assert in_the_way(session, technician) == []
    assert add_absence(session, technician, WEDNESDAY.day, WEDNESDAY.day, "") == [visit]


@BOTH
@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("Rua Harmonia 12, 05435-000", "sao_paulo"),
        ("Av. Brasil 5, Campinas, 13050010", "campinas"),
        ("Rua Campinas 12, Santo André", "abc"),
        ("Rua das Figueiras 3, santo andre", "abc"),
        ("Rua de Campinas 3, São Paulo, 09010-160", "abc"),
    ],
)
def test_area_follows_from_postal_code_or_town(session: Session, address: str, area: str) -> None:
    ticket = visited_ticket(session, address)
    site = settle_site(session, ticket)
    assert site and site.area_id == area


@BOTH
def test_address_elsewhere_has_no_area_until_somebody_names_it(session: Session) -> None:
    ticket = visited_ticket(session, "12 Harbour Street, 1300-148 Lisboa")
    assert settle_site(session, ticket) is None
    site = settle_site(session, ticket, area_id="campinas")
    assert site and site.area.name == "Campinas"
    with pytest.raises(NotAllowed):
        settle_site(session, ticket, area_id="nowhere")


@BOTH
@pytest.mark.parametrize(
    "change",
    [
        {"name": " "},
        {"skills": ()},
        {"skills": ("juggling",)},
        {"home": "nowhere"},
        {"areas": ()},
        {"week": {"mon": "9-17"}},
        {"week": {"mon": "13:00-17:00 08:00-12:00"}},
    ],
)
def test_profile_that_makes_no_sense_is_refused(
    session: Session, change: dict[str, object]
) -> None:
    values = {
        "name": "Ana",
        "skills": ("repair",),
        "home": "abc",
        "areas": ("abc",),
        "week": {"mon": "08:00-12:00 13:00-17:00"},
    }
    assert save_technician(session, None, Profile(**values)).id  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        save_technician(session, None, Profile(**{**values, **change}))  # type: ignore[arg-type]


@BOTH
def test_file_overrides_areas_and_never_technicians(company: SessionFactory) -> None:
    folder = PROJECT_ROOT / "catalogue"
    files = read_catalogue(folder)
    with writing(company) as session:
        technician = session.scalars(
            select(Technician).where(Technician.key == "renata-saldanha")
        ).one()
        technician.name = "Renata S."
        session.get_one(ServiceArea, "campinas").name = "Elsewhere"
        session.flush()
        put_resources(session, read_resources(folder, files), files, NOW)
        assert technician.name == "Renata S."
        assert session.get_one(ServiceArea, "campinas").name == "Campinas"
        assert session.scalar(select(func.count()).select_from(Visit)) is not None
        technician.name = "Renata Saldanha"
