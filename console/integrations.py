"""The pages about other systems: who is told of events, what was sent, and who may ask the API."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select

from aftercare.errors import NotFound
from aftercare.exchange.tokens import LIFETIMES, SCOPES, is_living, known_scopes, make_token, revoke
from aftercare.staff.roles import INTEGRATIONS
from aftercare.tables.exchange import (
    ApiToken,
    DeliveryState,
    WebhookDelivery,
    WebhookSubscription,
)
from aftercare.webhooks.addresses import LONGEST_URL, AddressRefused, address_rule, check_url
from aftercare.webhooks.events import EVENTS, note_test
from aftercare.webhooks.subscriptions import (
    Wish,
    change,
    change_secret,
    find_subscription,
    known_events,
    newest_deliveries,
    send_again,
    subscribe,
    unsubscribe,
)
from console.access import Visit, open_change, open_form_visit, open_visit
from console.forms import Form
from console.pages import go
from console.systems_pages import show_systems

router = APIRouter()

_LARGEST_ID = 2**31 - 1
_LONGEST_DESCRIPTION = 200
_LONGEST_NAME = 100
_SHOWN_DELIVERIES = 50
#: What each event means, for people who choose among them.
EVENT_WORDS = {
    "ticket.opened": "A ticket was opened",
    "ticket.changed": "Anything of a ticket changed",
    "ticket.resolved": "A ticket was resolved",
    "ticket.closed": "A ticket was closed",
    "conversation.handover_asked": "A customer waits for a person",
    "conversation.handover_taken": "A person took a conversation over",
    "satisfaction.answered": "A customer said how satisfied they are",
    "complaint.proposed": "A customer was offered something for a complaint",
    "complaint.accepted": "A customer accepted what was offered",
    "complaint.contested": "A customer contested what was offered",
    "complaint.closed": "A complaint was closed",
}


@router.get("/integrations", name="integrations")
def show_integrations(request: Request) -> Response:
    with open_visit(request, INTEGRATIONS) as visit:
        return _page(request, visit)


@router.post("/integrations/webhooks", name="add_webhook")
def add_webhook(request: Request, form: Form) -> Response:
    wish = _read_wish(request, form)
    with open_change(request, form, INTEGRATIONS) as visit:
        if isinstance(wish, str):
            return _page(request, visit, status=422, problem=wish, filled=form)
        number = subscribe(visit.session, wish, visit.now).id
    return go(request, "webhook", {"saved": "added"}, number=number)


@router.get("/integrations/webhooks/{number:int}", name="webhook")
def show_webhook(request: Request, number: int) -> Response:
    with open_visit(request, INTEGRATIONS) as visit:
        return _webhook_page(request, visit, number)


@router.post("/integrations/webhooks/{number:int}", name="change_webhook")
def change_webhook(request: Request, number: int, form: Form) -> Response:
    wish = _read_wish(request, form)
    with open_change(request, form, INTEGRATIONS) as visit:
        if isinstance(wish, str):
            return _webhook_page(request, visit, number, status=422, problem=wish, filled=form)
        change(_find(visit, number), wish, active=form.get("active") == "yes")
    return go(request, "webhook", {"saved": "changed"}, number=number)


@router.post("/integrations/webhooks/{number:int}/secret", name="change_webhook_secret")
def change_webhook_secret(request: Request, number: int, form: Form) -> Response:
    with open_change(request, form, INTEGRATIONS) as visit:
        change_secret(_find(visit, number), visit.now)
    return go(request, "webhook", {"saved": "secret"}, number=number)


@router.post("/integrations/webhooks/{number:int}/test", name="test_webhook")
def test_webhook(request: Request, number: int, form: Form) -> Response:
    with open_change(request, form, INTEGRATIONS) as visit:
        note_test(visit.session, _find(visit, number), visit.now)
    return go(request, "webhook", {"saved": "test"}, number=number)


@router.post("/integrations/webhooks/{number:int}/remove", name="remove_webhook")
def remove_webhook(request: Request, number: int, form: Form) -> Response:
    with open_change(request, form, INTEGRATIONS) as visit:
        if form.get("sure") != "yes":
            return _webhook_page(
                request,
                visit,
                number,
                status=422,
                problem="Say first that you are sure. Nothing was removed.",
            )
        unsubscribe(visit.session, _find(visit, number))
    return go(request, "integrations", {"saved": "removed"})


@router.post("/integrations/deliveries/{number:int}/again", name="send_delivery_again")
def send_delivery_again(request: Request, number: int, form: Form) -> Response:
    with open_change(request, form, INTEGRATIONS) as visit:
        delivery = send_again(visit.session, min(number, _LARGEST_ID), visit.now)
        subscription = delivery.subscription_id
    return go(request, "webhook", {"saved": "again"}, number=subscription)


@router.post("/integrations/tokens", name="add_token")
def add_token(request: Request, form: Form) -> Response:
    """The page with the new token is the only one that ever shows it."""
    days = form.get("days", "")
    with open_change(request, form, INTEGRATIONS) as visit:
        try:
            made = make_token(
                visit.session,
                name=form.get("name", ""),
                scopes=known_scopes(form),
                days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
                staff=visit.staff,
                now=visit.now,
            )
        except ValueError:
            return _page(
                request,
                visit,
                status=422,
                problem="Give the token a name, and tick at least one thing that it may do.",
                filled=form,
            )
        return _page(request, visit, status=201, made=made.secret)


@router.post("/integrations/tokens/{number:int}/revoke", name="revoke_token")
def revoke_token(request: Request, number: int, form: Form) -> Response:
    with open_change(request, form, INTEGRATIONS) as visit:
        revoke(visit.session, min(number, _LARGEST_ID), visit.now)
    return go(request, "integrations", {"saved": "revoked"})


def _read_wish(request: Request, form: dict[str, str]) -> Wish | str:
    """What the form asks for, or what is wrong with it.

    The name of a server is looked up, which takes a while: nobody who writes waits for it, and
    nobody without the role makes the desk look.
    """
    with open_form_visit(request, form, INTEGRATIONS) as visit:
        rule = address_rule(visit.desk.settings)
    events = known_events(form)
    if not events:
        return "Tick at least one event."
    try:
        url = check_url(form.get("url", ""), rule)
    except AddressRefused as refused:
        return str(refused)
    return Wish(url, form.get("description", "").strip()[:_LONGEST_DESCRIPTION], events)


def _find(visit: Visit, number: int) -> WebhookSubscription:
    if number > _LARGEST_ID:
        raise NotFound("no such subscription")
    return find_subscription(visit.session, number)


def _page(
    request: Request,
    visit: Visit,
    *,
    status: int = 200,
    problem: str = "",
    made: str = "",
    filled: dict[str, str] | None = None,
) -> Response:
    subscriptions = visit.session.scalars(
        select(WebhookSubscription).order_by(WebhookSubscription.id)
    ).all()
    tokens = visit.session.scalars(select(ApiToken).order_by(ApiToken.id.desc())).all()
    return _show(
        request,
        "integrations.html",
        status=status,
        subscriptions=subscriptions,
        counts=_counts(visit),
        tokens=[(token, is_living(token, visit.now)) for token in tokens],
        scopes=SCOPES,
        lifetimes=LIFETIMES,
        problem=problem,
        made=made,
        filled=filled or {},
        longest_name=_LONGEST_NAME,
    )


def _counts(visit: Visit) -> dict[tuple[int, str], int]:
    """How many deliveries of each subscription wait or were given up."""
    rows = visit.session.execute(
        select(WebhookDelivery.subscription_id, WebhookDelivery.state, func.count())
        .where(WebhookDelivery.state != DeliveryState.DELIVERED)
        .group_by(WebhookDelivery.subscription_id, WebhookDelivery.state)
    )
    return {(subscription, state): count for subscription, state, count in rows}


def _webhook_page(
    request: Request,
    visit: Visit,
    number: int,
    *,
    status: int = 200,
    problem: str = "",
    filled: dict[str, str] | None = None,
) -> Response:
    subscription = _find(visit, number)
    kept = {
        "url": subscription.url,
        "description": subscription.description,
        **dict.fromkeys(subscription.events, "yes"),
        **({"active": "yes"} if subscription.active else {}),
    }
    return _show(
        request,
        "webhook.html",
        status=status,
        subscription=subscription,
        deliveries=newest_deliveries(visit.session, subscription, _SHOWN_DELIVERIES),
        problem=problem,
        filled=filled if filled is not None else kept,
    )


def _show(request: Request, template: str, **values: Any) -> Response:
    return show_systems(
        request,
        template,
        events=EVENTS,
        event_words=EVENT_WORDS,
        longest_url=LONGEST_URL,
        longest_description=_LONGEST_DESCRIPTION,
        **values,
    )
