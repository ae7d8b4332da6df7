"""Opens a ticket by hand: for a customer who phones, writes a letter or stands at the counter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from email_validator import EmailNotValidError, validate_email
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from aftercare.catalogue.entries import LANGUAGES
from aftercare.errors import NotAllowed
from aftercare.privacy.people import read_contact
from aftercare.tables.catalogue import Product, Service
from aftercare.tickets.opening import NewTicket, open_ticket
from console.access import Visit, open_change, open_visit
from console.formats import english, language_name
from console.forms import Form
from console.pages import go, show
from console.ticket_page import LONGEST_NOTE, read_note

router = APIRouter()

#: How a ticket that was opened by hand came in.
CHANNEL = "staff"
_LONGEST_NAME = 200
_OPENS_TICKETS = "open_ticket"
_CHOSEN = ("service", "product", "language", "danger")
_FIELDS = ("id", *_CHOSEN, "description", "name", "email", "phone")


class _Refused(NotAllowed):
    """`problem` is the sentence that the page shows."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@router.get("/tickets/new", name="new_ticket")
def ask_for_ticket(request: Request) -> Response:
    """The empty form."""
    return _page(request, {"id": str(uuid4())})


@router.post("/tickets/new", name="open_ticket")
def open_by_hand(request: Request, form: Form) -> Response:
    """Open the ticket and go there; the same form sent twice opens one."""
    description = read_note(request, form, "description")
    try:
        with open_change(request, form) as visit:
            ticket = open_ticket(visit.session, _read(visit, form, description), visit.now)
            number = ticket.number
    except _Refused as error:
        return _page(request, form, problem=error.problem, status=422)
    return go(request, "ticket", {"saved": "opened"}, number=number)


def _read(visit: Visit, form: Form, description: str) -> NewTicket:
    service = visit.session.get(Service, form.get("service", ""))
    if service is None or not service.active or service.completion != _OPENS_TICKETS:
        raise _Refused("Choose what the customer needs.")
    product = visit.session.get(Product, form.get("product", ""))
    if not description:
        raise _Refused("Write what the customer told.")
    email, phone = _email(form.get("email", "").strip()), _phone(form.get("phone", "").strip())
    name = " ".join(form.get("name", "").split())[:_LONGEST_NAME]
    values = {"product": product.id if product else "", "description": description, "name": name}
    values |= {"email": email or "", "phone": phone or "", "contact": email or phone or ""}
    return NewTicket(
        intake_key=_key(form),
        service_id=service.id,
        conversation_id=None,
        channel=CHANNEL,
        language=form.get("language", "") if form.get("language") in LANGUAGES else LANGUAGES[0],
        description=description,
        product_id=product.id if product else None,
        name=name,
        email=email,
        phone=phone,
        records={
            record.field: values[record.kind]
            for record in service.records
            if values.get(record.kind)
        },
        danger=form.get("danger") == "yes",
        opened_by=visit.staff.name,
        staff_id=visit.staff.id,
    )


def _email(written: str) -> str | None:
    if not written:
        return None
    try:
        # Addresses inside a company need not exist in the world's DNS.
        address = validate_email(written, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise _Refused(
            f"“{written}” is no e-mail address. Correct it, or leave it empty."
        ) from error
    return address.normalized.lower()


def _phone(written: str) -> str | None:
    if not written:
        return None
    number = read_contact(written)
    if number is None or "@" in number:
        raise _Refused(
            f"“{written}” is no phone number. Write it with its area code, or leave it empty."
        )
    return number


def _key(form: Form) -> str:
    try:
        return str(UUID(form.get("id", "")))
    except ValueError as error:
        raise _Refused("The form is damaged; open the page again.") from error


def _page(
    request: Request, form: Mapping[str, Any], *, problem: str = "", status: int = 200
) -> Response:
    with open_visit(request) as visit:
        services = visit.session.scalars(
            select(Service)
            .where(Service.active, Service.completion == _OPENS_TICKETS)
            .order_by(Service.position, Service.id)
        )
        products = visit.session.scalars(
            select(Product).where(Product.active).order_by(Product.category_id, Product.id)
        )
        choices = {
            "service": [(one.id, english(one.name)) for one in services],
            "product": [(one.id, f"{english(one.name)} ({one.model})") for one in products],
            "language": [(code, language_name(code)) for code in LANGUAGES],
        }
    return show(
        request,
        "ticket_new.html",
        status=status,
        area="tickets",
        form={name: form.get(name, "") for name in _FIELDS},
        choices=choices,
        longest_note=LONGEST_NOTE,
        longest_name=_LONGEST_NAME,
        problem=problem,
    )
