"""Staff plan visits, end them, look after technicians and the stock of parts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.staff import Staff
from aftercare.tables.stock import StockItem
from aftercare.tables.tickets import Ticket
from aftercare.tables.visits import Technician, Visit, VisitSite, VisitStatus
from aftercare.visits.booking import booked_visit, settle_site
from tests.console.browsers import Clock, Response, TestClient, sign_in
from tests.factories import make_conversation, make_ticket

Post = Callable[..., Response]


@pytest.fixture
def number(database: SessionFactory) -> str:
    """An installation out of a chat, at an address in São Paulo."""
    with writing(database) as session:
        make_conversation(session, id="c-1")
        ticket = make_ticket(
            session,
            service_id="installation",
            product_id="brisa-a12",
            conversation_id="c-1",
            records={"product": "brisa-a12", "address": "Rua Harmonia 12, 05435-000"},
        )
        settle_site(session, ticket)
        return ticket.number


@pytest.fixture
def manager(database: SessionFactory) -> None:
    with writing(database) as session:
        session.scalars(select(Staff)).one().role = "manager"


def _times(browser: TestClient, number: str) -> list[str]:
    page = browser.get(f"/console/tickets/{number}/visit").text
    return re.findall(r'name="time" value="([^"]+)"', page)


def _visit(database: SessionFactory, number: str) -> Visit | None:
    with reading(database) as session:
        return booked_visit(session, session.query(Ticket).filter_by(number=number).one())


def _engine(browser: TestClient) -> list[str]:
    """The conversations in which the bot was asked to speak."""
    deferred: list[str] = browser.app.state.desk.engine.deferred  # type: ignore[attr-defined]
    return deferred


def test_time_is_booked_moved_and_cancelled_and_the_customer_told(
    browser: TestClient, post: Post, number: str, database: SessionFactory
) -> None:
    first, second = _times(browser, number)[:2]
    path = f"/console/tickets/{number}/visit"
    assert post(f"{path}/book", time=first, tell="yes").status_code == 303
    booked = _visit(database, number)
    assert booked
    assert _engine(browser) == ["c-1"]
    page = browser.get(f"/console/tickets/{number}").text
    assert "Visit and parts" in page and "booked a visit" in page
    assert post(f"{path}/book", time=second).status_code == 303
    moved = _visit(database, number)
    assert moved and (moved.id, moved.sequence) == (booked.id, 1)
    assert post(f"{path}/cancel", tell="yes").status_code == 409
    assert post(f"{path}/cancel", note="The van broke down", tell="yes").status_code == 303
    assert _visit(database, number) is None
    assert _engine(browser) == ["c-1", "c-1"]


def test_time_that_was_taken_is_told(
    browser: TestClient, post: Post, number: str, database: SessionFactory
) -> None:
    time = _times(browser, number)[0]
    with writing(database) as session:
        for technician in session.scalars(select(Technician)):
            technician.active = False
    answer = post(f"/console/tickets/{number}/visit/book", time=time)
    assert answer.status_code == 409
    assert "has just been taken" in answer.text
    assert _visit(database, number) is None


@pytest.mark.parametrize("time", ["", "x", "2026-03-05 morning", "2026-03-05 morning x"])
def test_form_that_names_no_time_books_nothing(
    post: Post, number: str, time: str, database: SessionFactory
) -> None:
    assert post(f"/console/tickets/{number}/visit/book", time=time).status_code == 409
    assert _visit(database, number) is None


def test_address_settles_the_area_or_asks_for_it(
    post: Post, number: str, database: SessionFactory
) -> None:
    path = f"/console/tickets/{number}/visit/site"
    assert post(path, address="Rua A 1, Campinas").status_code == 303
    with reading(database) as session:
        assert session.scalars(select(VisitSite.area_id)).one() == "campinas"
    answer = post(path, address="Rua B 2, Lugarejo")
    assert answer.status_code == 422
    assert "Choose the area" in answer.text and "Lugarejo" in answer.text
    assert post(path, address="Rua B 2, Lugarejo", area="abc").status_code == 303
    assert post(path, address=" ").status_code == 409


def test_customer_is_asked_to_choose_in_the_chat(
    browser: TestClient, post: Post, number: str
) -> None:
    assert post(f"/console/tickets/{number}/visit/invite").status_code == 303
    assert _engine(browser) == ["c-1"]


def test_diary_shows_the_visit_and_it_is_ended_once_begun(
    browser: TestClient, post: Post, number: str, database: SessionFactory, clock: Clock
) -> None:
    post(f"/console/tickets/{number}/visit/book", time=_times(browser, number)[0])
    visit = _visit(database, number)
    assert visit
    day = visit.starts_at.date().isoformat()
    for span in ("week", "day"):
        page = browser.get(f"/console/visits?day={day}&span={span}").text
        assert number in page and "Rua Harmonia 12" in page
    refused = post(f"/console/visits/{visit.key}/end", deed="done")
    assert refused.status_code == 409
    clock.pass_by(hours=30)
    sign_in(browser)
    assert post(f"/console/visits/{visit.key}/end", deed="missed", note="Bell").status_code == 303
    with reading(database) as session:
        assert session.get_one(Visit, visit.id).status == VisitStatus.MISSED


@pytest.mark.parametrize(
    "query", ["day=x", "day=9999-12-31", "span=year", "technician=99999999999"]
)
def test_diary_takes_any_address(browser: TestClient, query: str) -> None:
    assert browser.get(f"/console/visits?{query}").status_code == 200


def test_parts_are_reserved_used_and_too_many_refused(
    browser: TestClient, post: Post, number: str, database: SessionFactory
) -> None:
    with reading(database) as session:
        item = session.scalars(select(StockItem).where(StockItem.part == "indoor_fan_motor")).one()
    path = f"/console/tickets/{number}/parts"
    assert post(path, item=str(item.id), quantity="2").status_code == 303
    answer = post(path, item=str(item.id), quantity="1")
    assert answer.status_code == 409
    assert "only 0 of this part are free" in answer.text
    used = re.search(r"/parts/(\d+)", browser.get(f"/console/tickets/{number}/visit").text)
    assert used
    assert post(f"{path}/{used[1]}", deed="use").status_code == 303
    assert post(f"{path}/{used[1]}", deed="use").status_code == 409
    with reading(database) as session:
        left = session.get_one(StockItem, item.id)
        assert (left.on_hand, left.reserved) == (0, 0)


def test_part_of_another_product_is_refused(
    post: Post, number: str, database: SessionFactory
) -> None:
    with reading(database) as session:
        item = session.scalars(select(StockItem).where(StockItem.product_id == "mare-w900")).first()
        assert item
    assert (
        post(f"/console/tickets/{number}/parts", item=str(item.id), quantity="1").status_code == 409
    )


def test_stock_is_received_and_counted(
    browser: TestClient, post: Post, database: SessionFactory
) -> None:
    with reading(database) as session:
        item = session.scalars(select(StockItem).where(StockItem.part == "battery")).one()
    path = f"/console/stock/{item.id}"
    assert "Stock of parts" in browser.get("/console/stock").text
    assert post(path, deed="receive", quantity="4", note="Order 17").status_code == 303
    assert post(path, deed="count", quantity="9").status_code == 303
    assert post(path, deed="count", quantity="-1").status_code == 409
    assert post(path, deed="receive", quantity="0").status_code == 409
    page = browser.get(path).text
    assert "Order 17" in page and "+4" in page and "-1" in page
    assert post("/console/stock", part="mare-w900/inlet_hose").status_code == 303
    assert post("/console/stock", part="mare-w900/wings").status_code == 404


def test_technicians_are_for_managers(browser: TestClient) -> None:
    assert browser.get("/console/technicians").status_code == 403
    assert browser.get("/console/technicians/new").status_code == 403


@pytest.mark.usefixtures("manager")
def test_manager_adds_and_changes_a_technician(
    browser: TestClient, post: Post, database: SessionFactory
) -> None:
    fields = {
        "name": "Ana Prates",
        "home": "abc",
        "area-abc": "yes",
        "skill-repair": "yes",
        "skill-washing_machine": "yes",
        "mon": "08:00-12:00 13:00-17:00",
    }
    refused = post("/console/technicians/new", **{**fields, "mon": "all day"})
    assert refused.status_code == 422
    assert "Write hours like" in refused.text and "Ana Prates" in refused.text
    added = post("/console/technicians/new", **fields)
    assert added.status_code == 303
    path = added.headers["location"].partition("?")[0]
    assert post(path, deed="absence", first="2026-03-09").status_code == 303
    assert post(path, deed="absence", first="2026-03-09", last="2026-03-01").status_code == 422
    with reading(database) as session:
        ana = session.scalars(select(Technician).where(Technician.name == "Ana Prates")).one()
        assert ana.week == {"mon": ["08:00-12:00", "13:00-17:00"]}
        assert [one.first_day.isoformat() for one in ana.absences] == ["2026-03-09"]
        absence, feed = ana.absences[0].id, ana.feed_key
    assert post(path, deed="remove", absence=str(absence)).status_code == 303
    assert post(path, deed="feed").status_code == 303
    assert post(path, deed="save", **{**fields, "left": "yes"}).status_code == 303
    page = browser.get(path).text
    assert feed not in page and "/visits/feeds/" in page
    assert "Ana Prates" in browser.get("/console/technicians").text
    with reading(database) as session:
        ana = session.scalars(select(Technician).where(Technician.name == "Ana Prates")).one()
        assert (ana.active, ana.absences) == (False, [])


def test_visits_are_downloaded_as_a_calendar(
    browser: TestClient, post: Post, number: str, database: SessionFactory
) -> None:
    post(f"/console/tickets/{number}/visit/book", time=_times(browser, number)[0])
    visit = _visit(database, number)
    assert visit
    answer = browser.get(f"/console/technicians/{visit.technician_id}/visits.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert number in answer.text
    assert browser.get("/console/technicians/999/visits.ics").status_code == 404
