"""The pages about customers: the list, one customer with products and history, the recalls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Select, or_, select

from aftercare.errors import NotAllowed, NotFound
from aftercare.ownership.recalls import affected_by, open_tickets_of
from aftercare.ownership.registering import (
    Particulars,
    correct,
    prove,
    register,
    retire,
    take_back,
)
from aftercare.serials import normalise
from aftercare.tables.attachments import Attachment
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Conversation, Customer
from aftercare.tables.ownership import OwnedProduct, OwnedSource, Recall
from aftercare.tables.tickets import Ticket
from aftercare.tables.training import Training
from aftercare.tickets.history import Actor
from console.access import (
    LARGEST_ID,
    Visit,
    find_customer,
    find_ticket,
    open_change,
    open_visit,
    seen_conversations,
    seen_customers,
    seen_tickets,
    seen_trainings,
)
from console.filters import WORDS, Filters, read_filters
from console.formats import english
from console.forms import Form, query_value
from console.maintenance_view import WAYS, channels, consents_of, plans_of
from console.owned_view import owned_of
from console.pages import go, show
from console.paging import fetch_page, read_place
from console.text_search import mentions, stops_short

router = APIRouter()

_MOST_SHOWN = 20
_MOST_AFFECTED = 500
_FEWEST_OF_A_SERIAL = 4
_TEXTS = ("serial", "seller", "order_number")
_DAYS = ("bought_on", "delivered_on", "installed_on")
_BLANK = dict.fromkeys((*_TEXTS, *_DAYS), "")


@dataclass(frozen=True)
class RecallView:
    recall: Recall
    ranges: tuple[str, ...]
    owned: tuple[OwnedProduct, ...]
    more: bool
    """Whether more are registered than are shown."""
    tickets: tuple[str, ...]


@router.get("/customers", name="customers")
def list_customers(request: Request) -> Response:
    """Newest first; found by name, e-mail address, phone or serial number."""
    filters = read_filters(request, ())
    with open_visit(request) as visit:
        page = fetch_page(
            visit.session,
            _found(visit, filters),
            read_place(request, int),
            Customer.created_at,
            Customer.id,
        )
        cut = stops_short(visit.session, filters.get(WORDS), Customer)
    return show(request, "customers.html", area="customers", page=page, filters=filters, cut=cut)


@router.get("/customers/{customer_id:int}", name="customer")
def show_customer(request: Request, customer_id: int) -> Response:
    """Products with their warranty, tickets, conversations and trainings."""
    return _page(request, customer_id, saved=query_value(request, "saved"))


@router.post("/customers/{customer_id:int}/products", name="add_owned")
def add_owned(request: Request, customer_id: int, form: Form) -> Response:
    """Register a product that the customer owns."""
    try:
        told = _read(form)
        with open_change(request, form) as visit:
            product = visit.session.get(Product, form.get("product", ""))
            if product is None:
                raise NotAllowed("the form names no product")
            register(
                visit.session,
                find_customer(visit, customer_id),
                product,
                told,
                source=OwnedSource.CONSOLE,
                by=Actor.of(visit.staff),
                now=visit.now,
            )
    except NotAllowed as error:
        return _page(request, customer_id, problem=str(error), typed={**form, "piece": "new"})
    return go(request, "customer", {"saved": "added"}, customer_id=customer_id)


@router.post("/owned/{owned_id:int}", name="correct_owned")
def correct_owned(request: Request, owned_id: int, form: Form) -> Response:
    """Correct what is on file of a piece, or note that the customer has it no longer."""
    customer_id = 0
    try:
        with open_change(request, form) as visit:
            owned = _find_owned(visit, owned_id)
            customer_id = owned.customer_id
            by = Actor.of(visit.staff)
            match form.get("do"):
                case "retire":
                    retire(visit.session, owned, by=by, now=visit.now)
                case "take_back":
                    take_back(visit.session, owned, by=by, now=visit.now)
                case _:
                    correct(visit.session, owned, _read(form), by=by, now=visit.now)
    except NotAllowed as error:
        typed = {**form, "piece": str(owned_id)}
        return _page(request, customer_id, problem=str(error), typed=typed)
    return go(request, "customer", {"saved": "changed"}, customer_id=customer_id)


@router.post("/tickets/{number}/proof", name="prove_purchase")
def prove_purchase(request: Request, number: str, form: Form) -> Response:
    """Mark a file of the ticket or its conversation as the proof of purchase of its piece."""
    with open_change(request, form) as visit:
        ticket = find_ticket(visit, number, to_change=True)
        owned = _find_owned(visit, ticket.owned_product_id or 0)
        file = visit.session.get(Attachment, form.get("file", ""))
        of_ticket = file is not None and (
            file.ticket_id == ticket.id
            or (ticket.conversation_id and file.conversation_id == ticket.conversation_id)
        )
        if file is None or not of_ticket:
            raise NotFound("no such file of this ticket")
        prove(visit.session, owned, file, by=Actor.of(visit.staff), now=visit.now)
    return go(request, "ticket", {"saved": "proof"}, number=number)


@router.get("/recalls", name="recalls")
def list_recalls(request: Request) -> Response:
    """The recalls of the catalogue, and who owns a product that is called back."""
    with open_visit(request) as visit:
        found = visit.session.scalars(
            select(Recall).where(Recall.active).order_by(Recall.published_on.desc(), Recall.id)
        )
        recalls = [_recall(visit, one) for one in found]
        return show(request, "recalls.html", area="customers", recalls=recalls)


def _page(
    request: Request,
    customer_id: int,
    *,
    saved: str = "",
    problem: str = "",
    typed: dict[str, str] | None = None,
) -> Response:
    with open_visit(request) as visit:
        customer = find_customer(visit, customer_id)
        tickets = seen_tickets(visit).where(Ticket.customer_id == customer_id)
        talks = seen_conversations(visit).where(Conversation.customer_id == customer_id)
        trained = seen_trainings(visit).where(Training.customer_id == customer_id)
        values: dict[str, Any] = {
            "customer": customer,
            "owned": owned_of(visit, customer_id),
            "plans": plans_of(visit, customer_id),
            "consents": consents_of(visit, customer_id),
            "consent_ways": WAYS,
            "reminder_channels": channels(),
            "products": [
                (one.id, f"{english(one.name)} ({one.model})")
                for one in visit.session.scalars(
                    select(Product).where(Product.active).order_by(Product.category_id, Product.id)
                )
            ],
            "tickets": _newest(visit, tickets.order_by(Ticket.id.desc())),
            "talks": _newest(visit, talks.order_by(Conversation.started_at.desc())),
            "trainings": _newest(visit, trained.order_by(Training.id.desc())),
        }
        return show(
            request,
            "customer.html",
            status=422 if problem else 200,
            area="customers",
            saved=saved,
            problem=problem,
            blank=_BLANK,
            typed=_BLANK | (typed or {}),
            **values,
        )


def _newest[Row](visit: Visit, statement: Select[Row]) -> list[Row]:
    return list(visit.session.scalars(statement.limit(_MOST_SHOWN)))


def _found(visit: Visit, filters: Filters) -> Select[Customer]:
    statement = seen_customers(visit)
    words = filters.get(WORDS)
    if not words:
        return statement
    fits = [mentions(visit.session, Customer, words)]
    digits = "".join(filter(str.isdigit, words))
    if len(digits) >= _FEWEST_OF_A_SERIAL:
        # Phones are kept without the blanks and brackets that people write.
        fits.append(mentions(visit.session, Customer, digits, Customer.phone))
        owners = select(OwnedProduct.customer_id).where(
            mentions(visit.session, OwnedProduct, normalise(words))
        )
        fits.append(Customer.id.in_(owners))
    return statement.where(or_(*fits))


def _find_owned(visit: Visit, owned_id: int) -> OwnedProduct:
    """A piece, held against others. Raises NotFound."""
    owned = visit.session.scalar(
        select(OwnedProduct)
        .where(OwnedProduct.id == min(owned_id, LARGEST_ID))
        .with_for_update(of=OwnedProduct)
    )
    if owned is None:
        raise NotFound("no such owned product")
    find_customer(visit, owned.customer_id)
    return owned


def _read(form: dict[str, str]) -> Particulars:
    """Raises NotAllowed for what is no day."""
    try:
        values: dict[str, Any] = {
            name: date.fromisoformat(form[name]) if form.get(name, "").strip() else None
            for name in _DAYS
        }
    except ValueError as error:
        raise NotAllowed("a day is not written like 2026-03-02") from error
    values |= {name: form.get(name, "") for name in _TEXTS}
    return Particulars(**values)


def _recall(visit: Visit, recall: Recall) -> RecallView:
    owned = list(islice(affected_by(visit.session, recall), _MOST_AFFECTED + 1))
    ranges = (*_written(recall.serials), *(f"made in {one}" for one in _written(recall.made)))
    return RecallView(
        recall,
        ranges,
        tuple(owned[:_MOST_AFFECTED]),
        len(owned) > _MOST_AFFECTED,
        tuple(open_tickets_of(visit.session, recall)),
    )


def _written(ranges: Iterable[list[str]]) -> list[str]:
    return [f"{low} to {high}" for low, high in ranges]
