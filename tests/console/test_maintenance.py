"""Staff see what is due, note what happened, and write down who wants reminders."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.maintenance.consent import all_consents
from aftercare.maintenance.deeds import leave_to_staff
from aftercare.ownership.registering import Particulars, register, retire
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Customer
from aftercare.tables.maintenance import MaintenanceDeed, MaintenanceItem, MaintenancePlan
from aftercare.tables.ownership import OwnedProduct, OwnedSource
from aftercare.tickets.history import DESK
from tests.aftercare.maintenance.conftest import ALL, P30, RITA, W900, Owner, make_owner
from tests.aftercare.maintenance.conftest import plan as plan_of
from tests.conftest import NOW
from tests.console.browsers import Response, TestClient
from tests.factories import make_customer

Post = Callable[..., Response]
LIST = "/console/maintenance"
#: The filter is due since the 20th of February.
FILTER = "Change the filter cartridge"


@pytest.fixture
def owner(database: SessionFactory) -> Owner:
    with writing(database) as session:
        return make_owner(session)


@pytest.fixture
def plan_id(database: SessionFactory, owner: Owner) -> int:
    with reading(database) as session:
        return session.scalars(select(MaintenancePlan.id)).one()


def item(database: SessionFactory, key: str = "filter") -> MaintenanceItem:
    with reading(database) as session:
        found = select(MaintenanceItem).where(MaintenanceItem.task_key == key)
        return session.scalars(found).one()


def products_listed(browser: TestClient, **query: str) -> list[str]:
    page = browser.get(LIST, params=query).text
    return re.findall(r'data-label="Product and work">([^<]*)', page)


def test_list_tells_who_what_since_when_and_whether_they_agreed(
    browser: TestClient, owner: Owner
) -> None:
    page = browser.get(LIST).text
    for told in ("Joana Lima", "(P30)", FILTER, "2025-11-20", "Overdue", "Not yet", "Wanted"):
        assert told in page, told
    assert f'href="/console/customers/{owner.customer}"' in page


def test_filters_find_overdue_coming_and_unreached(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        make_owner(session)
        # Its monthly work is due in two weeks, today, and not for a long time.
        make_owner(session, W900, bought=date(2026, 2, 16), agreed=None)
        make_owner(session, "aroma-c200", bought=date(2026, 2, 2), agreed=False)
        unreached = make_owner(session, "vento-r50", bought=date(2026, 1, 1))
        leave_to_staff(session, plan_of(session, unreached), ["filter_cleaning"], by=DESK, now=NOW)
        gone = make_owner(session)
        retire(session, session.get_one(OwnedProduct, gone.piece), by=RITA, now=NOW)
    listed = [one.split("(")[1].rstrip(")") for one in products_listed(browser)]
    assert listed == ["P30", "R50", "C200"]
    assert len(products_listed(browser, when="overdue")) == 2
    assert len(products_listed(browser, when="soon")) == 4
    assert len(products_listed(browser, product=P30)) == 1
    (one,) = products_listed(browser, reach="unreached")
    assert "R50" in one
    page = browser.get(LIST).text
    assert "Not wanted" in page and "By phone or mail" in page
    assert "Never said" in browser.get(LIST, params={"when": "soon"}).text


def test_long_list_is_paged_without_losing_or_doubling_any(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        for number in range(28):
            make_owner(session, bought=date(2025, 8, 1) + timedelta(days=number // 2))
    seen, path = [], LIST
    for _ in range(2):
        page = browser.get(path).text
        seen += re.findall(r"/console/maintenance/(\d+)\"", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert path == ""
    assert len(set(seen)) == 28


@pytest.mark.parametrize("place", ["nonsense", "2026-03-02~x", "2026-03-02T10:00:00+00:00~1", "~"])
def test_mangled_place_shows_the_first_page(browser: TestClient, owner: Owner, place: str) -> None:
    assert FILTER in browser.get(LIST, params={"older_than": place}).text


def test_done_is_noted_with_its_day_and_in_the_history(
    browser: TestClient, post: Post, plan_id: int, database: SessionFactory
) -> None:
    fields = {"do": "done", "item-filter": "1", "day": "2026-02-27"}
    answer = post(f"{LIST}/{plan_id}", **fields)
    assert answer.headers["location"] == f"{LIST}/{plan_id}?saved=yes"
    assert item(database).done_on == date(2026, 2, 27)
    page = browser.get(answer.headers["location"]).text
    assert "Saved." in page and "noted it as done (2026-02-27)" in page and "2026-08-27" in page
    assert 'data-label="Done" class="figure">1<' in browser.get(LIST).text


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [("list", "/console/maintenance?"), ("customer", "/console/customers/"), ("", LIST)],
)
def test_form_leads_back_to_where_it_stood(
    post: Post, plan_id: int, back: str, leads_to: str
) -> None:
    answer = post(f"{LIST}/{plan_id}", do="done", back=back, **{"item-filter": "1"})
    assert answer.headers["location"].startswith(leads_to)


def test_put_off_stop_go_on_and_told(
    browser: TestClient, post: Post, plan_id: int, database: SessionFactory
) -> None:
    path, chosen = f"{LIST}/{plan_id}", {"item-filter": "1"}
    assert post(path, do="put_off", day="2026-04-01", **chosen).status_code == 303
    assert item(database).put_off_until == date(2026, 4, 1)
    assert post(path, do="stop", **chosen).status_code == 303
    assert "Stopped" in browser.get(path).text
    assert post(path, do="resume", **chosen).status_code == 303
    assert item(database).stopped_at is None
    assert post(path, do="told").status_code == 303
    with reading(database) as session:
        told = session.scalars(select(MaintenanceDeed).order_by(MaintenanceDeed.id.desc())).first()
        assert told and (told.kind, told.items) == ("told_by_staff", ["sanitise", "grille"])
    assert "Not yet" not in browser.get(LIST).text


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"do": "done"}, "no item of the plan is chosen"),
        ({"do": "done", "item-nothing": "1"}, "the plan has no such item"),
        ({"do": "done", "item-filter": "1", "day": "2026-03-03"}, "is to come"),
        ({"do": "done", "item-filter": "1", "day": "yesterday"}, "not written like"),
        ({"do": "put_off", "item-filter": "1"}, "until which day"),
        ({"do": "put_off", "item-filter": "1", "day": "2026-03-02"}, "is not to come"),
        ({"do": "put_off", "item-filter": "1", "day": "2036-03-02"}, "more than three years"),
        ({"do": "juggle", "item-filter": "1"}, "does not say what happened"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_chosen_stays(
    post: Post, plan_id: int, database: SessionFactory, fields: dict[str, str], problem: str
) -> None:
    answer = post(f"{LIST}/{plan_id}", **fields)
    assert answer.status_code == 422
    assert problem in answer.text and "What you chose is still in the form" in answer.text
    if "item-filter" in fields:
        assert re.search(r'name="item-filter" value="1" checked', answer.text)
        assert not re.search(r'name="item-grille" value="1" checked', answer.text)
    with reading(database) as session:
        assert session.scalars(select(MaintenanceDeed)).all() == []


def test_told_needs_something_that_is_due(
    post: Post, plan_id: int, database: SessionFactory
) -> None:
    chosen = {f"item-{key}": "1" for key in ALL}
    assert post(f"{LIST}/{plan_id}", do="done", **chosen).status_code == 303
    assert post(f"{LIST}/{plan_id}", do="told").status_code == 422


@pytest.mark.parametrize("number", ["99", "9999999999999999999999"])
def test_plan_that_is_not_there(browser: TestClient, post: Post, number: str) -> None:
    assert browser.get(f"{LIST}/{number}").status_code == 404
    assert post(f"{LIST}/{number}", do="done").status_code == 404


# The customer's page ------------------------------------------------------------------


def test_customers_page_has_the_plan_and_its_form(browser: TestClient, owner: Owner) -> None:
    page = browser.get(f"/console/customers/{owner.customer}").text
    assert "Maintenance: next due 2025-11-20 (overdue)" in page
    assert FILTER in page and 'name="back" value="customer"' in page


def test_piece_that_was_just_registered_shows_its_plan(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        joana = make_customer(session)
        register(
            session,
            joana,
            session.get_one(Product, P30),
            Particulars(bought_on=date(2026, 3, 1)),
            source=OwnedSource.CONSOLE,
            by=RITA,
            now=NOW,
        )
    page = browser.get(f"/console/customers/{joana.id}").text
    assert "next due 2026-06-01" in page and "change_maintenance" not in page


def test_staff_write_down_and_withdraw_consent(
    browser: TestClient, post: Post, database: SessionFactory
) -> None:
    with writing(database) as session:
        joana = make_owner(session, agreed=None)
    path = f"/console/customers/{joana.customer}"
    assert "never said whether to be reminded" in browser.get(path).text
    form = {"channel": "website", "how": "phone"}
    answer = post(f"{path}/reminders", do="give", **form)
    assert answer.headers["location"] == f"{path}?saved=reminders"
    page = browser.get(path).text
    assert "Wanted (Website), said by phone" in page and "Rita Prado" in page
    assert post(f"{path}/reminders", do="withdraw", channel="website", how="mail").is_redirect
    with reading(database) as session:
        words = [(one.given, one.how) for one in all_consents(session, joana.customer)]
        assert words == [(False, "mail"), (True, "phone")]
        assert session.scalars(select(MaintenancePlan)).one().tell_on is None


@pytest.mark.parametrize(
    "changes",
    [{"do": ""}, {"how": ""}, {"how": "chat"}, {"how": "owl"}, {"channel": ""}, {"channel": "fax"}],
)
def test_consent_in_no_way_that_there_is_changes_nothing(
    post: Post, database: SessionFactory, changes: dict[str, str]
) -> None:
    with writing(database) as session:
        joana = make_customer(session).id
    form = {"do": "give", "channel": "website", "how": "phone", **changes}
    assert post(f"/console/customers/{joana}/reminders", **form).status_code == 400
    with reading(database) as session:
        assert all_consents(session, session.scalars(select(Customer.id)).one()) == []
