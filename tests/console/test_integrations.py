"""The pages about other systems and about records as files: administrators only."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from html import unescape

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.exchange.tokens import find_token
from aftercare.exchange.under_way import UnderWay, note
from aftercare.settings import Settings
from aftercare.tables.conversations import Customer
from aftercare.tables.exchange import (
    DataTransfer,
    DeliveryState,
    WebhookDelivery,
    WebhookSubscription,
)
from aftercare.tables.staff import Staff
from tests.console.browsers import Response, TestClient, form_token
from tests.factories import make_customer

HOOK = "http://127.0.0.1:9/in"
CSV = "name;email\nEva;eva@mail.example\n"
PAGES = ("integrations", "exchange")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"webhook_networks": "127.0.0.0/8"})


@pytest.fixture
def admin(browser: TestClient, database: SessionFactory) -> TestClient:
    with writing(database) as session:
        session.scalars(select(Staff)).one().role = "admin"
    return browser


@pytest.fixture
def hook(admin: TestClient, post: Callable[..., Response]) -> str:
    """The path of a subscription's page."""
    answer = post("/console/integrations/webhooks", url=HOOK, **{"ticket.opened": "yes"})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


@pytest.fixture
def upload(admin: TestClient) -> Callable[..., Response]:
    def send(content: str | bytes, kind: str = "customers", **fields: str) -> Response:
        answer: Response = admin.post(
            "/console/exchange/import",
            data={"csrf": form_token(admin), "kind": kind, **fields},
            files={"file": ("people.csv", content, "text/csv")},
        )
        return answer

    return send


def text_of(answer: Response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def count(database: SessionFactory, table: type) -> int:
    with reading(database) as session:
        return len(session.scalars(select(table)).all())


# Who may -------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["agent", "manager"])
def test_pages_are_for_administrators(
    browser: TestClient, database: SessionFactory, post: Callable[..., Response], role: str
) -> None:
    with writing(database) as session:
        session.scalars(select(Staff)).one().role = role
    assert "Other systems" not in browser.get("/console/").text
    for page in PAGES:
        assert browser.get(f"/console/{page}").status_code == 403
    wanted = {"url": HOOK, "name": "Shop", "days": "30", "tickets:read": "yes"}
    for path in ("integrations/webhooks", "integrations/tokens", "exchange/everything"):
        assert post(f"/console/{path}", **wanted).status_code == 403
    assert count(database, WebhookSubscription) == count(database, DataTransfer) == 0


def test_nothing_happens_without_the_forms_token(
    admin: TestClient, database: SessionFactory
) -> None:
    for path in ("integrations/webhooks", "integrations/tokens", "exchange/everything"):
        assert admin.post(f"/console/{path}", data={"url": HOOK}).status_code == 403
    files = {"file": ("x.csv", CSV, "text/csv")}
    answer = admin.post("/console/exchange/import", data={"kind": "customers"}, files=files)
    assert answer.status_code == 403
    assert count(database, DataTransfer) == 0


# Webhooks ------------------------------------------------------------------------


def test_address_is_added_shown_changed_and_removed(
    admin: TestClient, hook: str, database: SessionFactory, post: Callable[..., Response]
) -> None:
    page = text_of(admin.get(f"{hook}?saved=added"))
    assert HOOK in page and "whsec_" in page and "Nothing was sent yet" in page
    assert HOOK in text_of(admin.get("/console/integrations"))
    changed = post(hook, url=HOOK, description="ERP", **{"ticket.closed": "yes"})
    assert changed.status_code == 303
    with reading(database) as session:
        found = session.scalars(select(WebhookSubscription)).one()
    assert (found.description, found.events, found.active) == ("ERP", ["ticket.closed"], False)
    post(f"{hook}/secret")
    with reading(database) as session:
        renewed = session.scalars(select(WebhookSubscription)).one()
    assert renewed.previous_secret == found.secret != renewed.secret
    assert post(f"{hook}/remove").status_code == 422
    assert post(f"{hook}/remove", sure="yes").status_code == 303
    assert admin.get(hook).status_code == 404


def test_wrong_address_is_refused_with_the_reason_and_what_was_typed(
    admin: TestClient, database: SessionFactory, post: Callable[..., Response]
) -> None:
    for url, events, reason in (
        ("http://10.0.0.1/", {"ticket.opened": "yes"}, "private network"),
        ("nonsense", {"ticket.opened": "yes"}, "no web address"),
        (HOOK, {}, "at least one event"),
    ):
        answer = post("/console/integrations/webhooks", url=url, **events)
        assert answer.status_code == 422 and reason in text_of(answer)
        assert url in answer.text
    assert count(database, WebhookSubscription) == 0


def test_test_is_sent_and_sent_again(
    admin: TestClient,
    hook: str,
    database: SessionFactory,
    post: Callable[..., Response],
    now: datetime,
) -> None:
    post(hook, url=HOOK, active="yes", **{"ticket.opened": "yes"})
    post(f"{hook}/test")
    with writing(database) as session:
        delivery = session.scalars(select(WebhookDelivery)).one()
        delivery.state, delivery.reason = DeliveryState.DEAD, "HTTP 500"
        delivery.settled_at, delivery.attempts = now, 10
    page = text_of(admin.get(hook))
    assert "webhook.test" in page and "Given up" in page and "HTTP 500" in page
    assert post(f"/console/integrations/deliveries/{delivery.id}/again").status_code == 303
    with reading(database) as session:
        again = session.scalars(select(WebhookDelivery)).one()
    assert (again.state, again.attempts) == (DeliveryState.WAITING, 0)
    assert post("/console/integrations/deliveries/999999999999/again").status_code == 404


# Tokens --------------------------------------------------------------------------


def test_token_is_shown_once_and_revoked(
    admin: TestClient, database: SessionFactory, post: Callable[..., Response], now: datetime
) -> None:
    made = post("/console/integrations/tokens", name="Shop", days="30", **{"tickets:read": "yes"})
    assert made.status_code == 201
    [secret] = re.findall(r"aft_[\w-]{30,}", made.text)
    with reading(database) as session:
        token = find_token(session, secret, now)
    assert token is not None and token.scopes == ["tickets:read"]
    page = admin.get("/console/integrations")
    assert "Shop" in page.text and secret not in page.text
    assert post(f"/console/integrations/tokens/{token.id}/revoke").status_code == 303
    with reading(database) as session:
        assert find_token(session, secret, now) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"name": " ", "days": "30", "tickets:read": "yes"},
        {"name": "Shop", "days": "30"},
        {"name": "Shop", "days": "9999", "tickets:read": "yes"},
        {"name": "Shop", "days": "x", "everything": "yes"},
    ],
)
def test_token_without_name_scope_or_end_is_refused(
    admin: TestClient, post: Callable[..., Response], fields: dict[str, str]
) -> None:
    answer = post("/console/integrations/tokens", **fields)
    assert answer.status_code == 422 and "aft_" not in answer.text


# Records as files ----------------------------------------------------------------


def test_file_is_tried_out_and_then_taken(
    admin: TestClient,
    database: SessionFactory,
    upload: Callable[..., Response],
    post: Callable[..., Response],
) -> None:
    tried = upload(CSV)
    assert tried.status_code == 303
    path = tried.headers["location"]
    page = text_of(admin.get(path))
    assert "people.csv" in page and "New 1" in page and "Nothing is written yet" in page
    assert count(database, Customer) == 0
    assert post(f"{path}/apply").status_code == 303
    assert "All of it is taken" in text_of(admin.get(f"{path}?saved=yes"))
    assert count(database, Customer) == 1
    again = post(f"{path}/apply")
    assert again.status_code == 409 and "Nothing was taken" in text_of(again)
    assert "people.csv" in text_of(admin.get("/console/exchange"))


def test_large_file_is_taken_in_while_the_page_tells_how_far_it_is(
    admin: TestClient,
    settings: Settings,
    database: SessionFactory,
    upload: Callable[..., Response],
    post: Callable[..., Response],
) -> None:
    rows = "".join(f"Eva,eva{n}@mail.example,{n}-{'x' * 90}\n" for n in range(2000))
    path = upload(f"name,email,external_id\n{rows}").headers["location"]
    number = int(path.rpartition("/")[2])
    note(settings, number, UnderWay(1250, 2000))
    page = admin.get(f"{path}?saved=yes")
    assert "It is being taken in: 1,250 of 2,000 lines are read" in text_of(page)
    assert "All of it is taken" not in text_of(page) and "Take the records in" not in page.text
    assert page.headers["refresh"] == "2"
    # Another click does not begin anew what somebody is at.
    assert post(f"{path}/apply").status_code == 303 and count(database, Customer) == 0
    note(settings, number, UnderWay(problem="line 3, email: belongs to another"))
    stopped = admin.get(path)
    assert "Nothing was taken" in text_of(stopped) and "line 3, email" in text_of(stopped)
    assert "refresh" not in stopped.headers and "Take the records in" in stopped.text
    assert post(f"{path}/apply").status_code == 303
    assert "All of it is taken" in text_of(admin.get(f"{path}?saved=yes"))
    assert count(database, Customer) == 2000


def test_large_file_that_cannot_be_taken_any_more_tells_why(
    admin: TestClient,
    database: SessionFactory,
    upload: Callable[..., Response],
    post: Callable[..., Response],
) -> None:
    rows = "".join(f"Eva,eva{n}@mail.example,{n}-{'x' * 90}\n" for n in range(2000))
    path = upload(f"name,email,external_id\n{rows}").headers["location"]
    with writing(database) as session:
        make_customer(session, email="eva7@mail.example", external_id="another")
    assert post(f"{path}/apply").status_code == 303
    page = text_of(admin.get(f"{path}?saved=yes"))
    assert "Nothing was taken" in page and "line 9, email" in page
    assert count(database, Customer) == 1


def test_mistakes_are_listed_by_line_and_column(
    database: SessionFactory, upload: Callable[..., Response]
) -> None:
    answer = upload("name;email\n<b>Eva</b>;nobody\n")
    assert answer.status_code == 422
    assert "2 email is no e-mail address" in text_of(answer)
    assert count(database, Customer) == 0


def test_unusable_files_are_refused_with_a_sentence(upload: Callable[..., Response]) -> None:
    for content, kind, reason in (
        (b"PK\x03\x04\x00", "customers", "no text"),
        ("colour\nred\n", "customers", "no column"),
        (CSV, "everything", "Choose a file"),
        (CSV, "x", "Choose a file"),
        ("", "customers", "Choose a file"),
    ):
        answer = upload(content, kind)
        assert answer.status_code == 422 and reason in text_of(answer), reason


def test_all_records_are_handed_out_and_it_is_noted(
    admin: TestClient, database: SessionFactory, post: Callable[..., Response]
) -> None:
    answer = post("/console/exchange/everything")
    assert answer.headers["content-type"] == "application/zip"
    assert "staff.csv" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    with reading(database) as session:
        noted = session.scalars(select(DataTransfer)).one()
    assert (noted.kind, noted.actor) == ("everything", "Rita Prado")
    assert "All records, handed out" in text_of(admin.get("/console/exchange"))


def test_unknown_transfers_are_not_found(admin: TestClient, post: Callable[..., Response]) -> None:
    assert admin.get("/console/exchange/99").status_code == 404
    assert post("/console/exchange/99/apply").status_code == 404
