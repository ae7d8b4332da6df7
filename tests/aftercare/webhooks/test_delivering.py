"""Events are written with the change, delivered in order, tried again, and never twice at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotFound
from aftercare.handover.changes import ask_for_person
from aftercare.tables.exchange import DeliveryState, WebhookDelivery, WebhookSubscription
from aftercare.tables.tickets import TicketStatus
from aftercare.tickets.history import DESK, EventKind
from aftercare.tickets.life import put_status
from aftercare.webhooks.delivering import PAUSES, Deliverer
from aftercare.webhooks.events import EVENTS, note_test
from aftercare.webhooks.sending import Outcome
from aftercare.webhooks.signing import signature_headers
from aftercare.webhooks.subscriptions import (
    CHANGE_OVER,
    Wish,
    change,
    change_secret,
    find_subscription,
    known_events,
    remove_old_deliveries,
    send_again,
    subscribe,
    unsubscribe,
)
from tests.conftest import NOW
from tests.factories import AT, make_conversation, make_ticket
from tests.postgresql import BOTH

URL = "https://hooks.example/in"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class FakeSender:
    """Notes what it would have sent; answers what the test says."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.sent: list[tuple[str, str, dict[str, str]]] = []
        self.at_work: set[str] = set()
        self.clashes = 0
        self._lock = threading.Lock()

    def send(self, url: str, body: str, headers: dict[str, str]) -> Outcome:
        with self._lock:
            self.clashes += url in self.at_work
            self.at_work.add(url)
            self.sent.append((url, body, headers))
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        threading.Event().wait(0.002)
        with self._lock:
            self.at_work.discard(url)
        return Outcome(status)

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _, body, _ in self.sent]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _, _, headers in self.sent]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def systems(company: SessionFactory) -> Iterator[SessionFactory]:
    """The company, told of nothing yet."""
    with writing(company) as session:
        session.execute(delete(WebhookDelivery))
        session.execute(delete(WebhookSubscription))
    yield company


def subscribed(sessions: SessionFactory, *events: str, url: str = URL) -> int:
    with writing(sessions) as session:
        return subscribe(session, Wish(url, "the shop", events or EVENTS), NOW).id


def asked_for_tests(sessions: SessionFactory, subscription: int, count: int) -> None:
    with writing(sessions) as session:
        found = find_subscription(session, subscription)
        for _ in range(count):
            note_test(session, found, NOW)


def deliveries(sessions: SessionFactory) -> list[WebhookDelivery]:
    with reading(sessions) as session:
        return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


# What is written -----------------------------------------------------------------


@BOTH
def test_life_of_a_ticket_is_told_in_order_and_names_nobody(
    systems: SessionFactory, clock: Clock
) -> None:
    subscribed(systems)
    with writing(systems) as session:
        ticket = make_ticket(
            session,
            service_id="feedback",
            description="Secret words",
            email="joana@mail.example",
            records={"rating": "5", "description": "Secret words"},
        )
        for to in (TicketStatus.IN_PROGRESS, TicketStatus.RESOLVED, TicketStatus.CLOSED):
            put_status(session, ticket, to, EventKind.STATUS, by=DESK, note="Call Joana", now=NOW)
    sender = FakeSender(204)
    assert Deliverer(systems, sender, clock).deliver() == 4
    assert sender.types == ["ticket.opened", "ticket.changed", "ticket.resolved", "ticket.closed"]
    told = json.loads(sender.sent[0][1])
    assert told["data"]["number"] == ticket.number and told["data"]["status"] == "new"
    assert told["timestamp"].endswith("+00:00")
    for _, body, _ in sender.sent:
        assert not any(word in body for word in ("Secret", "Joana", "joana", "mail.example"))
    assert Deliverer(systems, sender, clock).deliver() == 0


def test_only_what_was_subscribed_to_is_written(systems: SessionFactory) -> None:
    subscribed(systems, "ticket.closed")
    off = subscribed(systems)
    with writing(systems) as session:
        change(find_subscription(session, off), Wish(URL, "", EVENTS), active=False)
        make_ticket(session)
    assert deliveries(systems) == []


def test_event_goes_with_the_change_that_is_rolled_back(systems: SessionFactory) -> None:
    subscribed(systems)
    with pytest.raises(RuntimeError), writing(systems) as session:
        make_ticket(session)
        raise RuntimeError
    assert deliveries(systems) == []


def test_wish_for_a_person_is_an_event(systems: SessionFactory) -> None:
    subscribed(systems, "conversation.handover_asked")
    with writing(systems) as session:
        conversation = make_conversation(session)
        ask_for_person(session, conversation.id, NOW)
        ask_for_person(session, conversation.id, NOW)
    [told] = deliveries(systems)
    assert json.loads(told.body)["data"] == {
        "conversation": conversation.id,
        "channel": "website",
    }


def test_unknown_events_are_left_out() -> None:
    assert known_events(["ticket.closed", "ticket.opened", "x"]) == (
        "ticket.opened",
        "ticket.closed",
    )


# Deliveries ----------------------------------------------------------------------


def test_failure_is_tried_again_under_the_same_id_after_longer_and_longer_pauses(
    systems: SessionFactory, clock: Clock
) -> None:
    asked_for_tests(systems, subscribed(systems), 1)
    sender = FakeSender(500)
    deliverer = Deliverer(systems, sender, clock)
    for pause in PAUSES:
        assert deliverer.deliver() == 1
        assert deliverer.deliver() == 0
        [waiting] = deliveries(systems)
        assert pause <= waiting.due_at - clock.now <= pause * 1.2
        clock.now += pause * 1.2
    assert deliverer.deliver() == 1
    clock.now += timedelta(days=30)
    assert deliverer.deliver() == 0
    [dead] = deliveries(systems)
    assert (dead.state, dead.attempts, dead.reason) == ("dead", len(PAUSES) + 1, "HTTP 500")
    assert len(set(sender.ids)) == 1


def test_one_failure_does_not_hold_up_what_follows(systems: SessionFactory, clock: Clock) -> None:
    asked_for_tests(systems, subscribed(systems), 3)
    sender = FakeSender(503, 200)
    deliverer = Deliverer(systems, sender, clock)
    assert deliverer.deliver() == 1
    assert deliverer.deliver() == 2
    clock.now += timedelta(seconds=7)
    assert deliverer.deliver() == 1
    assert sender.ids[0] == sender.ids[3]
    assert [one.state for one in deliveries(systems)] == ["delivered"] * 3


def test_receiver_that_is_gone_is_told_nothing_more(systems: SessionFactory, clock: Clock) -> None:
    number = subscribed(systems)
    asked_for_tests(systems, number, 2)
    sender = FakeSender(410)
    deliverer = Deliverer(systems, sender, clock)
    assert deliverer.deliver() + deliverer.deliver() == 1
    with reading(systems) as session:
        stopped = find_subscription(session, number)
    assert not stopped.active and "410" in (stopped.stopped_reason or "")


def test_dead_delivery_is_sent_again_on_request(systems: SessionFactory, clock: Clock) -> None:
    number = subscribed(systems)
    asked_for_tests(systems, number, 1)
    sender = FakeSender(410, 200)
    Deliverer(systems, sender, clock).deliver()
    with writing(systems) as session:
        change(find_subscription(session, number), Wish(URL, "", EVENTS), active=True)
        send_again(session, deliveries(systems)[0].id, clock.now)
    assert Deliverer(systems, sender, clock).deliver() == 1
    assert sender.ids[0] == sender.ids[1]
    [again] = deliveries(systems)
    assert (again.state, again.attempts) == ("delivered", 1)
    with writing(systems) as session, pytest.raises(NotFound):
        send_again(session, again.id + 1, clock.now)


def test_both_secrets_sign_while_they_change_over(systems: SessionFactory, clock: Clock) -> None:
    number = subscribed(systems)
    with writing(systems) as session:
        found = find_subscription(session, number)
        old = found.secret
        change_secret(found, clock.now)
        new = found.secret
    sender = FakeSender(200)
    for expected in ([new, old], [new]):
        asked_for_tests(systems, number, 1)
        Deliverer(systems, sender, clock).deliver()
        _, body, headers = sender.sent[-1]
        stamp = int(clock.now.timestamp())
        assert headers == signature_headers(expected, headers["webhook-id"], stamp, body)
        clock.now += CHANGE_OVER


@BOTH
def test_processes_at_work_together_send_each_delivery_once(systems: SessionFactory) -> None:
    numbers = [subscribed(systems, url=f"https://hooks.example/{n}") for n in range(3)]
    for number in numbers:
        asked_for_tests(systems, number, 8)
    sender = FakeSender(200)
    programs = [Deliverer(systems, sender, Clock()) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            list(pool.map(Deliverer.deliver, programs))
    assert len(sender.ids) == len(set(sender.ids)) == 24
    assert sender.clashes == 0
    for number in numbers:
        ours = f"/{numbers.index(number)}"
        sent = [headers["webhook-id"] for url, _, headers in sender.sent if url.endswith(ours)]
        stored = [one.event_id for one in deliveries(systems) if one.subscription_id == number]
        assert sent == stored


def test_claim_of_a_killed_process_ends(systems: SessionFactory, clock: Clock) -> None:
    number = subscribed(systems)
    asked_for_tests(systems, number, 1)
    with writing(systems) as session:
        find_subscription(session, number).claimed_until = clock.now + timedelta(seconds=60)
    sender = FakeSender(200)
    assert Deliverer(systems, sender, clock).deliver() == 0
    clock.now += timedelta(seconds=61)
    assert Deliverer(systems, sender, clock).deliver() == 1


@BOTH
def test_subscription_and_old_deliveries_can_be_removed(
    systems: SessionFactory, clock: Clock
) -> None:
    number = subscribed(systems)
    asked_for_tests(systems, number, 2)
    Deliverer(systems, FakeSender(200, 500), clock).deliver()
    assert remove_old_deliveries(systems, NOW + timedelta(seconds=1)) == 1
    [left] = deliveries(systems)
    assert left.state == DeliveryState.WAITING
    with writing(systems) as session:
        unsubscribe(session, find_subscription(session, number))
    assert deliveries(systems) == []


def test_factories_open_tickets_without_subscribers(systems: SessionFactory) -> None:
    """Nothing is kept for nobody."""
    with writing(systems) as session:
        make_ticket(session, at=AT)
    assert deliveries(systems) == []
