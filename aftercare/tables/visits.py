"""Visits: who can come where and when, what was agreed with the customer, and what is taken."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftercare.tables.base import Base, one_of
from aftercare.tables.tickets import Ticket


class VisitStatus(StrEnum):
    BOOKED = "booked"
    DONE = "done"
    MISSED = "missed"  # the technician came and could not do the work: nobody at home
    CANCELLED = "cancelled"


# The migration has the same words: SQLite uses the index where a query has them too.
_IS_BOOKED = text("status = 'booked'")


class ServiceArea(Base):
    """Where technicians go: the places that belong to it, its zone, and how far it is to others."""

    __tablename__ = "service_areas"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    # Beginnings of postal codes, digits only; names of towns.
    postcodes: Mapped[list[str]] = mapped_column(JSON)
    towns: Mapped[list[str]] = mapped_column(JSON)
    time_zone: Mapped[str] = mapped_column(String(60))
    # Whose public holidays are kept: codes of ISO 3166, empty for none.
    country: Mapped[str] = mapped_column(String(2))
    subdivision: Mapped[str] = mapped_column(String(6))
    # Minutes on the way by area, its own among them; one that is not named is too far.
    travel: Mapped[dict[str, int]] = mapped_column(JSON)
    # An area that left the catalogue stays for its visits.
    active: Mapped[bool]


class AppointmentWindow(Base):
    """A part of the day that customers are promised, local to the area; times like 08:00."""

    __tablename__ = "appointment_windows"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    begins: Mapped[str] = mapped_column(String(5))
    ends: Mapped[str] = mapped_column(String(5))
    active: Mapped[bool]


class Technician(Base):
    """Who visits customers: a colleague or somebody from outside."""

    __tablename__ = "technicians"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    # The name in resources.yml; null for one who was added in the console.
    key: Mapped[str | None] = mapped_column(String(60), unique=True)
    # The login of a colleague who has one.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # Ids of services and of product categories.
    skills: Mapped[list[str]] = mapped_column(JSON)
    # Where each working day begins, and the areas that are served.
    home_area_id: Mapped[str] = mapped_column(ForeignKey("service_areas.id"))
    areas: Mapped[list[str]] = mapped_column(JSON)
    # Stretches of each weekday like {"mon": ["08:00-17:00"]}, local to the home area.
    week: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    # Opens the calendar feed to whoever holds it.
    feed_key: Mapped[str] = mapped_column(String(40), unique=True)
    active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)

    home_area: Mapped[ServiceArea] = relationship()
    absences: Mapped[list[Absence]] = relationship(
        cascade="all, delete-orphan", order_by="Absence.first_day"
    )


class Absence(Base):
    """Days on which a technician does not work, the last one included."""

    __tablename__ = "technician_absences"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="days_in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))


class VisitSite(Base):
    """Where a ticket's visit goes."""

    __tablename__ = "visit_sites"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    area_id: Mapped[str] = mapped_column(ForeignKey("service_areas.id"))
    address: Mapped[str] = mapped_column(Text)

    area: Mapped[ServiceArea] = relationship()


class Visit(Base):
    """An appointment: the work of a technician, and the window that the customer was promised."""

    __tablename__ = "visits"
    __table_args__ = (
        one_of("status", VisitStatus),
        CheckConstraint("ends_at > starts_at", name="times_in_order"),
        CheckConstraint("window_ends_at > window_begins_at", name="window_in_order"),
        Index("ix_visits_technician_id_starts_at", "technician_id", "starts_at"),
        Index("ix_visits_status_starts_at", "status", "starts_at"),
        # A ticket has one visit to come; a further one is booked when that is over.
        Index(
            "ix_visits_one_booked",
            "ticket_id",
            unique=True,
            sqlite_where=_IS_BOOKED,
            postgresql_where=_IS_BOOKED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # What links and calendars know it by.
    key: Mapped[str] = mapped_column(String(40), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    area_id: Mapped[str] = mapped_column(ForeignKey("service_areas.id"))
    window_id: Mapped[str] = mapped_column(ForeignKey("appointment_windows.id"))
    status: Mapped[str] = mapped_column(String(20))
    # The work itself, without the way.
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    window_begins_at: Mapped[datetime]
    window_ends_at: Mapped[datetime]
    # How often it was changed: calendars take the newest.
    sequence: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    booked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    # Null until the customer was reminded of this time.
    reminded_at: Mapped[datetime | None]
    # Whether the customer chose it, not the desk.
    by_customer: Mapped[bool] = mapped_column(server_default=false(), default=False)

    ticket: Mapped[Ticket] = relationship()
    technician: Mapped[Technician] = relationship()
    area: Mapped[ServiceArea] = relationship()
    window: Mapped[AppointmentWindow] = relationship()


class VisitClaim(Base):
    """A quarter of an hour of a technician that a booked visit has: nobody else gets it."""

    __tablename__ = "visit_claims"

    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"), index=True)
