"""The rule that weighs tickets, from draft to list, and what a ticket shows of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.evaluation.versions import current_rule, draft_rule
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketStatus
from tests.console.browsers import Response, TestClient
from tests.factories import make_ticket

ROW = re.compile(r'class="number" href="/console/tickets/([^"?]+)"')
INPUT = re.compile(r'<input id="(\w+)" name="\1"[^>]* value="([^"]*)"')
SEEN = re.compile(r'name="seen" value="([^"]+)"')


@pytest.fixture
def manager(browser: TestClient, database: SessionFactory) -> TestClient:
    with writing(database) as session:
        session.scalars(select(Staff)).one().role = "manager"
    return browser


def fields(manager: TestClient) -> dict[str, str]:
    """The fields of the rule's form as they stand on the page."""
    found = dict(INPUT.findall(manager.get("/console/evaluation").text))
    found.pop("find", None)
    return found


def only_price(manager: TestClient) -> dict[str, str]:
    weights = {"weight_feature": "0", "weight_importance": "0", "weight_time": "0"}
    return {**fields(manager), **weights, "weight_price": "100"}


def numbers(browser: TestClient, query: str) -> list[str]:
    return ROW.findall(browser.get(f"/console/tickets{query}").text)


# What a ticket shows -----------------------------------------------------------


def test_ticket_shows_score_shares_and_why(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        ticket = make_ticket(
            session, records={"part": "mare-w900/drain", "purchase_date": "2025-08-14"}
        )
    page = unescape(browser.get(f"/console/tickets/{ticket.number}").text)
    # 35 % of 100, 25 % of 100, 25 % of 60, 15 % of 80.
    assert "87.0 of 100 points" in page
    assert '<span class="status priority-urgent">Urgent</span>' in page
    assert "Draining, rated 5 of 5" in page
    assert "Rated 5 of 5" in page
    assert "In warranty: bought 200 days before the ticket" in page
    assert "R$3,299.00" in page
    assert "100 × 35 %" in page
    assert '<rect class="filling" width="15.0" height="10"/>' in page


def test_ticket_says_what_is_unknown(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        ticket = make_ticket(session, service_id="feedback", product_id=None)
    page = browser.get(f"/console/tickets/{ticket.number}").text
    assert "No feature is on file" in page
    assert "The day of purchase is not on file" in page
    assert page.count("The ticket is about no product") == 2
    assert page.count("Unknown, so it counts 50 points") == 4


def test_what_staff_learn_is_weighed_anew(
    browser: TestClient, database: SessionFactory, post: Callable[..., Response]
) -> None:
    with writing(database) as session:
        ticket = make_ticket(session, service_id="complaint")
    path = f"/console/tickets/{ticket.number}"
    answer = post(f"{path}/evaluation", feature="drain", bought="2026-02-20", unused="")
    assert answer.status_code == 303
    page = unescape(browser.get(answer.headers["location"]).text)
    assert "Early life: bought 10 days before the ticket, within the first 90" in page
    assert "Draining, rated 5 of 5" in page
    assert "67.0 points (high) → 93.2 points (urgent)" in page
    assert post(f"{path}/evaluation", unused="yes").status_code == 303
    assert "It failed before it was first used" in browser.get(path).text


@pytest.mark.parametrize(
    "wrong", [{"feature": "wings"}, {"bought": "2030-01-01"}, {"bought": "yesterday"}]
)
def test_impossible_facts_change_nothing(
    database: SessionFactory, post: Callable[..., Response], wrong: dict[str, str]
) -> None:
    with writing(database) as session:
        ticket = make_ticket(session)
    answer = post(f"/console/tickets/{ticket.number}/evaluation", **wrong)
    assert answer.status_code == 422
    assert "Nothing was saved" in answer.text
    with reading(database) as session:
        assert len(session.get_one(Ticket, ticket.id).events) == 1


# The list in the order of work ---------------------------------------------------


def test_open_tickets_come_in_the_order_of_work(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        low = make_ticket(session, product_id=None, service_id="feedback").number
        high = make_ticket(session, records={"part": "mare-w900/drain"}).number
        again = make_ticket(session, product_id=None, service_id="feedback").number
        danger = make_ticket(session, product_id=None, service_id="feedback", danger=True).number
        make_ticket(session, status=TicketStatus.CLOSED, danger=True)
    assert numbers(browser, "?status=open") == [danger, high, low, again]
    assert numbers(browser, "?status=new") == [danger, high, low, again]
    assert numbers(browser, "?status=open&order=newest") == [danger, again, high, low]
    assert numbers(browser, "?status=open&priority=normal") == [low, again]
    assert numbers(browser, "?status=new&safety=danger") == [danger]
    assert "most urgent first" in browser.get("/console/tickets?status=open").text


def test_pages_in_the_order_of_work_lose_and_double_nothing(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        made = [
            make_ticket(session, product_id=product).number
            for product in ("mare-w900", "aroma-c200") * 29
        ]
    first = browser.get("/console/tickets?status=open").text
    seen, page = ROW.findall(first), first
    while found := re.search(r'rel="next" href="([^"]+)"', page):
        page = browser.get(unescape(found[1])).text
        seen += ROW.findall(page)
    assert sorted(seen) == sorted(made)
    assert seen == made[0::2] + made[1::2]
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back
    assert ROW.findall(browser.get(unescape(back[1])).text) == seen[25:50]


def test_danger_nobody_has_begun_is_told_on_every_page(
    browser: TestClient, database: SessionFactory
) -> None:
    assert "danger" not in browser.get("/console/conversations").text
    with writing(database) as session:
        ticket = make_ticket(session, danger=True)
        make_ticket(session, danger=True, status=TicketStatus.IN_PROGRESS)
    page = browser.get("/console/conversations").text
    assert "1 new ticket tells of danger. Begin it now." in page
    assert 'href="/console/tickets?status=new&amp;safety=danger"' in page
    page = browser.get("/console/tickets?status=open").text
    assert page.count('<span class="status danger-mark">Safety: danger told</span>') == 2
    with writing(database) as session:
        session.get_one(Ticket, ticket.id).status = TicketStatus.IN_PROGRESS
    assert "tells of danger" not in browser.get("/console/conversations").text


# The rule ------------------------------------------------------------------------


def test_rule_is_for_managers(browser: TestClient, post: Callable[..., Response]) -> None:
    for path in ("", "/trial", "/progress", "/versions/1"):
        assert browser.get(f"/console/evaluation{path}").status_code == 403
    for path in ("draft", "draft/drop", "switch-on", "weigh"):
        assert post(f"/console/evaluation/{path}").status_code == 403
    assert "/console/evaluation" not in browser.get("/console/tickets").text


def test_rule_is_drafted_tried_and_switched_on(
    manager: TestClient, database: SessionFactory, post: Callable[..., Response]
) -> None:
    with writing(database) as session:
        dear = make_ticket(session, product_id="mare-w900", records={"part": "mare-w900/steam"})
        cheap = make_ticket(
            session, product_id="vento-r50", records={"purchase_date": "2026-03-01"}
        )
        done = make_ticket(session, status=TicketStatus.CLOSED)
    answer = post("/console/evaluation/draft", comment="Prices first", **only_price(manager))
    assert answer.status_code == 303
    page = manager.get(answer.headers["location"]).text
    assert "The draft is saved. It counts for no ticket yet" in page
    assert "Prices first" in page
    assert fields(manager)["weight_price"] == "100"
    trial = manager.get("/console/evaluation/trial").text
    assert "Tried on the newest 3 tickets" in trial
    seen = SEEN.search(trial)
    assert seen
    assert post("/console/evaluation/switch-on", seen=seen[1]).status_code == 422
    with reading(database) as session:
        assert current_rule(session).version == 1
    answer = post("/console/evaluation/switch-on", seen=seen[1], sure="yes")
    assert answer.headers["location"] == "/console/evaluation/progress"
    page = manager.get("/console/evaluation/progress").text
    assert "Every open ticket is weighed by version 2." in page
    with reading(database) as session:
        assert current_rule(session).comment == "Prices first"
        weighed = {key: session.get_one(Ticket, key) for key in (dear.id, cheap.id, done.id)}
        assert [one.rule_version for one in weighed.values()] == [2, 2, 1]
        assert weighed[dear.id].score == 8000
    page = manager.get("/console/evaluation").text
    assert "In force: version 2" in page
    assert "Version 1</a>" in page
    old = manager.get("/console/evaluation/versions/1").text
    assert "The rule that the desk came with." in old
    assert manager.get("/console/evaluation/versions/99").status_code == 404


def test_draft_that_changed_after_the_trial_is_not_switched_on(
    manager: TestClient, database: SessionFactory, post: Callable[..., Response]
) -> None:
    post("/console/evaluation/draft", **only_price(manager))
    for seen in ("2020-01-01T00:00:00+00:00", "2020-01-01", "nonsense", ""):
        answer = post("/console/evaluation/switch-on", seen=seen, sure="yes")
        assert answer.status_code == 409
        assert "somebody has changed it since" in answer.text
    with reading(database) as session:
        assert current_rule(session).version == 1


def test_draft_can_be_dropped(
    manager: TestClient, database: SessionFactory, post: Callable[..., Response]
) -> None:
    assert manager.get("/console/evaluation/trial").status_code == 404
    post("/console/evaluation/draft", **fields(manager))
    assert "Drop the draft" in manager.get("/console/evaluation").text
    assert post("/console/evaluation/draft/drop").status_code == 303
    with reading(database) as session:
        assert draft_rule(session) is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weight_price": "16"}, "The weights add up to 101 %, not to 100 %"),
        ({"feature_3": ""}, "Affected feature, 3: Input should be a valid integer"),
        ({"phase_early_life": "101"}, "Phases, Early life: Input should be less than"),
        ({"below_2": "100"}, "Each price band ends above the one before it"),
        ({"below_2": "a lot"}, "“a lot” is no amount; write it like 1500.00"),
        ({"below_2": "1500.001"}, "finer than the currency's smallest unit"),
        ({"below_2": "1e999999"}, "“1e999999” is no amount"),
        ({"band_urgent": "10"}, "Urgent begins above high, and high above normal"),
        ({"currency": "reais"}, "Currency: String should match pattern"),
    ],
)
def test_fields_that_make_no_rule_are_told_and_kept(
    manager: TestClient,
    database: SessionFactory,
    post: Callable[..., Response],
    change: dict[str, str],
    told: str,
) -> None:
    answer = post("/console/evaluation/draft", comment="my words", **{**fields(manager), **change})
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert told in page
    assert "my words" in page
    (name, value), *_ = change.items()
    assert dict(INPUT.findall(answer.text))[name] == value
    with reading(database) as session:
        assert draft_rule(session) is None
