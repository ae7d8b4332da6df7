"""The list of tickets: each filter, the words, the pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, writing
from aftercare.tables.tickets import TicketStatus
from tests.console.browsers import TestClient
from tests.factories import AT, make_ticket

ROW = re.compile(r'href="/console/tickets/(?!new")([^"?]+)"')
NEXT = re.compile(r'rel="next" href="([^"]+)"')


def listed(browser: TestClient, query: str = "") -> list[str]:
    answer = browser.get(f"/console/tickets{query}")
    assert answer.status_code == 200
    return ROW.findall(answer.text)


def fill(session: Session) -> None:
    old = make_ticket(
        session,
        at=AT - timedelta(days=2),
        language="pt",
        service_id="complaint",
        description="A ÁGUA vaza",
        name="Álvaro Reis",
        email="reis@mail.example",
        phone="+5500000001",
    )
    old.number = "K4F-7M2C"
    mid = make_ticket(
        session, at=AT - timedelta(days=1), product_id="vento-r50", status=TicketStatus.WAITING
    )
    mid.number = "MID"
    new = make_ticket(
        session, service_id="feedback", product_id=None, status=TicketStatus.CLOSED, email=None
    )
    new.number = "NEW"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["NEW", "MID", "K4F-7M2C"]),
        ("?status=new", ["K4F-7M2C"]),
        ("?status=waiting", ["MID"]),
        ("?status=open", ["K4F-7M2C", "MID"]),
        ("?status=open&order=newest", ["MID", "K4F-7M2C"]),
        ("?status=nonsense", []),
        ("?service=complaint", ["K4F-7M2C"]),
        ("?service=feedback", ["NEW"]),
        ("?product=vento-r50", ["MID"]),
        ("?language=pt", ["K4F-7M2C"]),
        ("?from=2026-03-01", ["NEW", "MID"]),
        ("?to=2026-03-01", ["MID", "K4F-7M2C"]),
        ("?from=2026-03-01&to=2026-03-01", ["MID"]),
        ("?q=%C3%A1gua+VAZA", ["K4F-7M2C"]),
        ("?q=4f-7", ["K4F-7M2C"]),
        ("?q=K4F7M2C", ["K4F-7M2C"]),
        ("?q=%C3%81LVARO", ["K4F-7M2C"]),
        ("?q=reis@", ["K4F-7M2C"]),
        ("?q=5500000001", ["K4F-7M2C"]),
        ("?q=zebra", []),
        ("?status=open&product=vento-r50&language=en", ["MID"]),
    ],
)
def test_filters(
    browser: TestClient, database: SessionFactory, query: str, expected: list[str]
) -> None:
    with writing(database) as session:
        fill(session)
    assert listed(browser, query) == expected


def test_days_are_those_of_the_company(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        number = make_ticket(session, at=datetime(2026, 3, 2, 2, 30, tzinfo=UTC)).number
    assert listed(browser, "?to=2026-03-01") == [number]
    assert listed(browser, "?from=2026-03-02") == []


def test_row_names_service_product_status_and_language(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        fill(session)
    page = browser.get("/console/tickets?status=waiting").text
    assert "Repair" in page
    assert "(R50)" in page
    assert '<span class="status waiting">Waiting for customer</span>' in page
    page = browser.get("/console/tickets?language=pt").text
    assert '<span lang="pt" dir="auto">A ÁGUA vaza</span>' in page


def test_set_filters_can_be_taken_off_one_by_one(browser: TestClient) -> None:
    page = browser.get("/console/tickets?status=open&product=vento-r50").text
    assert 'href="/console/tickets?product=vento-r50"' in page
    assert 'href="/console/tickets?status=open"' in page
    assert '<option value="vento-r50" selected>' in page


def test_pages_lose_and_double_nothing(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        numbers = [
            make_ticket(session, at=AT - timedelta(minutes=place // 7)).number
            for place in range(57)
        ]
    address, seen = "/console/tickets?status=new", []
    while address:
        page = browser.get(address).text
        seen.append(ROW.findall(page))
        found = NEXT.search(page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert [len(rows) for rows in seen] == [25, 25, 7]
    assert sorted(chain.from_iterable(seen)) == sorted(numbers)


@pytest.mark.parametrize("key", ["x", "-1", "99999999999999999999", "1e3"])
def test_mangled_place_shows_the_newest(
    browser: TestClient, database: SessionFactory, key: str
) -> None:
    with writing(database) as session:
        fill(session)
    query = {"older_than": f"{AT.isoformat()}~{key}"}
    assert len(ROW.findall(browser.get("/console/tickets", params=query).text)) == 3


def test_empty_list_says_what_to_do(browser: TestClient) -> None:
    assert "There is no ticket yet" in browser.get("/console/tickets").text
    assert "Remove a filter" in browser.get("/console/tickets?status=closed").text


def test_hostile_words_stay_words(browser: TestClient, database: SessionFactory) -> None:
    evil = "<script>alert(1)</script>"
    with writing(database) as session:
        make_ticket(session, description=evil, name=evil)
    for query in ({}, {"q": evil}, {"status": evil}):
        page = browser.get("/console/tickets", params=query).text
        assert "<script>" not in page
        assert "&lt;script&gt;" in page
