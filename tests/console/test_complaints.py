"""Staff see a complaint through, from the receipt to its end, and count what came of all."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select

from aftercare.catalogue.load import load_catalogue
from aftercare.complaints.cases import acknowledge
from aftercare.complaints.investigating import Findings, assess, investigate
from aftercare.conversations import lock_conversation
from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.migrate import migrate
from aftercare.settings import Settings
from aftercare.staff.roles import Role
from aftercare.tables.complaints import ComplaintCase, ComplaintStatus, Severity
from aftercare.tables.conversations import ChatSession
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket
from aftercare.tickets.history import DESK, Actor
from tests.conftest import NOW
from tests.console.browsers import (
    Clock,
    Response,
    TestClient,
    form_token,
    open_browser,
    sign_in,
)
from tests.factories import make_conversation, make_staff, make_ticket
from tests.postgresql import own_database, wait_for_waiting

Post = Callable[..., Response]
PROPOSAL = {"offer": "apology", "words": "We are sorry.", "valid_until": "2026-03-16"}


@pytest.fixture
def number(database: SessionFactory) -> str:
    """A complaint out of a chat that its customer can still open."""
    with writing(database) as session:
        make_conversation(session, id="c-1")
        session.add(
            ChatSession(
                token_hash="0" * 64,
                conversation_id="c-1",
                created_at=NOW,
                expires_at=NOW + timedelta(days=90),
            )
        )
        return make_ticket(
            session,
            service_id="complaint",
            conversation_id="c-1",
            description="Nobody answers, I go to court.",
            records={"wanted": "refund", "amount": "350.00 BRL"},
        ).number


@pytest.fixture
def path(number: str) -> str:
    return f"/console/tickets/{number}/complaint"


def _case(database: SessionFactory) -> ComplaintCase:
    with reading(database) as session:
        case = session.scalars(select(ComplaintCase)).one()
        assert case.proposals is not None and case.actions is not None
        return case


def _told(browser: TestClient) -> int:
    """How often the bot was asked to speak."""
    return len(browser.app.state.desk.engine.deferred)  # type: ignore[attr-defined]


def _bring_on(database: SessionFactory) -> None:
    """Investigated by Rita."""
    with writing(database) as session:
        ticket = session.scalars(select(Ticket)).one()
        rita = session.scalars(select(Staff).where(Staff.name == "Rita Prado")).one()
        by = Actor.of(rita)
        acknowledge(session, ticket, by=DESK, now=NOW)
        assess(session, ticket, Severity.HIGH, "", by=by, now=NOW)
        investigate(session, ticket, Findings("Not read.", "delay", rita.id), by=by, now=NOW)


def _manager(settings: Settings, database: SessionFactory, clock: Clock) -> Callable[..., Response]:
    """A colleague's own browser: sends a form."""
    with writing(database) as session:
        make_staff(session, name="Max", email="max@marulho.example", role=Role.MANAGER)
    browser = open_browser(settings, database, clock)
    assert sign_in(browser, email="max@marulho.example").status_code == 303

    def send(path: str, **fields: str) -> Response:
        return browser.post(path, data={"csrf": form_token(browser), **fields})

    return send


def test_complaint_is_seen_through_and_the_customer_told(
    browser: TestClient, post: Post, path: str, number: str, database: SessionFactory
) -> None:
    ticket = f"/console/tickets/{number}"
    assert "Work on the complaint" in browser.get(ticket).text
    answer = post(f"{path}/acknowledge", note="By phone too")
    assert "The assistant tells the customer" in browser.get(answer.headers["location"]).text
    assert _told(browser) == 1
    page = browser.get(path).text
    assert "The desk proposes <b>high</b>" in page
    assert "It is about R$350.00: medium" in page and "(court)" in page
    assert post(f"{path}/assess", severity="high").status_code == 303
    found = {"findings": "The mail was not read.", "cause": "delay", "responsible": "1"}
    assert post(f"{path}/investigate", **found).status_code == 303
    refund = PROPOSAL | {"offer": "refund", "cost": "123,45"}
    assert post(f"{path}/propose", **refund).status_code == 303
    assert _told(browser) == 2
    (proposal,) = _case(database).proposals
    assert (proposal.cost_minor, proposal.told_at) == (12_345, NOW)
    assert post(f"{path}/answer", proposal="1", agrees="yes").status_code == 303
    change = {"what": "Read the mail twice a day", "person": "1", "due_on": "2026-04-01"}
    assert post(f"{path}/actions", **change).status_code == 303
    action = _case(database).actions[0].id
    assert post(f"{path}/actions/{action}").status_code == 303
    assert post(f"{path}/close", outcome="accepted", refund="123.45").status_code == 303
    case = _case(database)
    assert (case.status, case.outcome, case.refund_minor) == ("closed", "accepted", 12_345)
    page = browser.get(path).text
    assert "Accepted by the customer" in page and "R$123.45" in page
    history = browser.get(ticket).text
    for line in (
        "acknowledged the complaint",
        "assessed the complaint as high",
        "proposed to the customer: a refund",
        "accepted the proposal: a refund",
        "closed the complaint: accepted by the customer",
    ):
        assert line in history


def test_line_of_steps_tells_by_words_what_is_done(
    browser: TestClient, path: str, number: str, database: SessionFactory
) -> None:
    _bring_on(database)
    for page in (browser.get(path).text, browser.get(f"/console/tickets/{number}").text):
        steps = re.findall(r'class="(done|current|ahead)"( aria-current="step")?>', page)
        assert [state for state, _ in steps] == ["done"] * 4 + ["current"] + ["ahead"] * 2
        assert [bool(current) for _, current in steps] == [False] * 4 + [True] + [False] * 2
        assert page.count(", current step") == 1


def test_ticket_says_what_the_complaint_lacks(
    browser: TestClient, post: Post, number: str, database: SessionFactory
) -> None:
    path = f"/console/tickets/{number}"
    answer = post(f"{path}/status", to="resolved", seen="new")
    assert answer.status_code == 409
    for lack in ("Root cause of the complaint", "Outcome of the complaint"):
        assert lack in answer.text


@pytest.mark.parametrize(
    ("act", "form", "status", "said", "kept"),
    [
        ("assess", {"severity": "low", "why": ""}, 422, "write why you decide otherwise", ""),
        ("assess", {"severity": "x", "why": "My why"}, 409, "choose a severity", "My why"),
        ("investigate", {"findings": "My words"}, 409, "findings need a root cause", "My words"),
        ("propose", PROPOSAL | {"offer": ""}, 409, "Choose what is offered", "We are sorry."),
        ("propose", PROPOSAL | {"offer": "refund"}, 422, "need an amount", "We are sorry."),
        ("propose", PROPOSAL | {"valid_until": "x"}, 409, "a day that is still", "We are sorry."),
        ("propose", PROPOSAL | {"cost": "abc"}, 409, "write amounts as 1299.00", "abc"),
        (
            "propose",
            PROPOSAL | {"offer": "goodwill", "cost": "1000.01"},
            409,
            "only a manager proposes",
            "1000.01",
        ),
        ("close", {"outcome": "accepted", "told": "My words"}, 409, "fits how", "My words"),
        ("close", {"outcome": "unfounded", "hours": "12"}, 422, "write the reason", "12"),
        ("actions", {"what": "My words", "person": "1", "due_on": "2026-01-01"}, 409,
         "by which day", "My words"),
        ("answer", {"proposal": "1", "agrees": "yes"}, 409, "has changed since", ""),
        ("take-back", {"proposal": "1", "why": "So."}, 409, "has changed since", ""),
        ("told", {}, 409, "not open any more", ""),
        ("acknowledge", {}, 409, "acknowledged the complaint already", ""),
        ("reopen", {"why": "So."}, 409, "Nothing was reopened", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    post: Post,
    path: str,
    database: SessionFactory,
    act: str,
    form: dict[str, str],
    status: int,
    said: str,
    kept: str,
) -> None:
    _bring_on(database)
    answer = post(f"{path}/{act}", **form)
    assert answer.status_code == status
    assert said in answer.text and kept in answer.text
    case = _case(database)
    assert (case.status, len(case.proposals)) == (ComplaintStatus.INVESTIGATED, 0)


def test_contested_proposal_is_made_by_another_person(
    browser: TestClient,
    post: Post,
    path: str,
    settings: Settings,
    database: SessionFactory,
    clock: Clock,
) -> None:
    manager = _manager(settings, database, clock)
    _bring_on(database)
    assert post(f"{path}/propose", **PROPOSAL).status_code == 303
    contest = {"proposal": "1", "agrees": "no", "reason": "Too little."}
    assert post(f"{path}/answer", **contest).status_code == 303
    page = browser.get(path).text
    assert "Another person makes this proposal: Max." in page
    assert "Propose it" not in page and "Too little." in page
    refused = post(f"{path}/propose", **PROPOSAL)
    assert refused.status_code == 409
    assert "another person than before" in refused.text
    assert manager(f"{path}/propose", **PROPOSAL).status_code == 303
    assert [one.level for one in _case(database).proposals] == [1, 2]


def test_of_two_with_the_same_page_the_second_is_told_and_keeps_the_words(
    browser: TestClient,
    post: Post,
    path: str,
    settings: Settings,
    database: SessionFactory,
    clock: Clock,
) -> None:
    manager = _manager(settings, database, clock)
    _bring_on(database)
    found = re.search(r'name="seen" value="([^"]+)"', browser.get(path).text)
    assert found
    mine = {"findings": "Mine.", "cause": "delay", "seen": found[1]}
    clock.pass_by(minutes=1)
    assert manager(f"{path}/investigate", **mine | {"findings": "Max's."}).status_code == 303
    second = post(f"{path}/investigate", **mine)
    assert second.status_code == 409
    assert "has changed since you opened this page" in second.text and "Mine." in second.text
    assert _case(database).findings == "Max's."
    assert post(f"{path}/propose", **PROPOSAL).status_code == 303
    late = manager(f"{path}/propose", **PROPOSAL | {"words": "Max's words."})
    assert late.status_code == 409
    assert "another proposal may be open by now" in late.text


def test_customer_without_a_chat_is_told_by_staff(
    browser: TestClient, post: Post, path: str, database: SessionFactory
) -> None:
    with writing(database) as session:
        session.delete(session.scalars(select(ChatSession)).one())
    _bring_on(database)
    answer = post(f"{path}/propose", **PROPOSAL)
    page = browser.get(answer.headers["location"]).text
    assert "Tell the customer yourself" in page and "does not know of it yet" in page
    assert _case(database).proposals[0].told_at is None
    assert _told(browser) == 0
    assert post(f"{path}/told").status_code == 303
    assert _case(database).proposals[0].told_at == NOW


def test_list_has_the_gravest_first_and_filters(
    browser: TestClient, number: str, database: SessionFactory, clock: Clock
) -> None:
    with writing(database) as session:
        low = make_ticket(session, service_id="complaint", product_id="mare-w700").number
        danger = make_ticket(session, service_id="complaint", danger=True).number
        repair = make_ticket(session).number
        rita = session.scalars(select(Staff)).one().id
        of_low = session.scalars(select(Ticket).where(Ticket.number == low)).one().id
        case = session.scalars(select(ComplaintCase).where(ComplaintCase.ticket_id == of_low)).one()
        case.responsible_id = rita
    page = browser.get("/console/complaints").text
    places = [page.index(f"/tickets/{one}/complaint") for one in (danger, number, low)]
    assert places == sorted(places)
    assert repair not in page

    def shown(query: str) -> set[str]:
        text = browser.get(f"/console/complaints?{query}").text
        return {one for one in (danger, number, low) if f"/tickets/{one}/complaint" in text}

    assert shown("severity=critical") == {danger}
    assert shown("whose=mine") == {low}
    assert shown("product=mare-w700") == {low}
    assert shown("status=received") == {danger, number, low}
    assert shown("status=closed") == set()
    assert shown("status=all") == {danger, number, low}


def test_manager_adds_a_cause_and_others_cannot(
    browser: TestClient,
    post: Post,
    settings: Settings,
    database: SessionFactory,
    clock: Clock,
) -> None:
    names = {"en": "Packaging", "pt": "Embalagem"}
    causes = "/console/complaints/causes"
    assert "Add a cause" not in browser.get(causes).text
    assert post(causes, **names).status_code == 403
    manager = _manager(settings, database, clock)
    assert manager(causes, **names).status_code == 303
    assert "Embalagem" in browser.get(causes).text
    refused = manager(causes, en="Weather", pt="")
    assert refused.status_code == 422
    assert 'value="Weather"' in refused.text


def test_figures_tell_causes_outcomes_days_and_the_plans_measure(
    browser: TestClient, post: Post, path: str, database: SessionFactory
) -> None:
    figures = "/console/complaints/figures"
    assert "Nobody complained" in browser.get(f"{figures}?to=2026-01-01").text
    _bring_on(database)
    assert "None was answered yet" in browser.get(figures).text
    post(f"{path}/propose", **PROPOSAL)
    post(f"{path}/answer", proposal="1", agrees="yes")
    post(f"{path}/close", outcome="accepted", goods="10.00", hours="20.00")
    page = browser.get(figures).text
    assert "100% (1 of 1 that were answered or expired)" in page
    assert "The plan aims at 80%" in page
    assert "R$30.00" in page
    assert "Delay in our process" in page and "Accepted by the customer" in page
    assert "Nobody complained" in browser.get(f"{figures}?cause=misuse").text


def test_other_tickets_have_no_complaint(browser: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        repair = make_ticket(session).number
    assert browser.get(f"/console/tickets/{repair}/complaint").status_code == 404
    assert "Work on the complaint" not in browser.get(f"/console/tickets/{repair}").text


def test_double_with_an_open_proposal_is_not_merged(
    browser: TestClient, post: Post, database: SessionFactory
) -> None:
    with writing(database) as session:
        double, into = (
            make_ticket(session, service_id="complaint", email="joana@mail.example")
            for _ in range(2)
        )
        rita = session.scalars(select(Staff)).one()
        by = Actor.of(rita)
        acknowledge(session, double, by=DESK, now=NOW)
        assess(session, double, Severity.LOW, "So.", by=by, now=NOW)
        investigate(session, double, Findings("Not read.", "delay", rita.id), by=by, now=NOW)
        numbers = (double.number, into.number)
    path = f"/console/tickets/{numbers[0]}/complaint"
    assert post(f"{path}/propose", **PROPOSAL).status_code == 303
    merge = f"/console/tickets/{numbers[1]}/merge"
    answer = post(merge, double=numbers[0])
    assert answer.status_code == 409
    assert "take the proposal back first" in answer.text
    assert post(f"{path}/take-back", proposal="1", why="The same.").status_code == 303
    assert post(merge, double=numbers[0]).status_code == 303


@pytest.mark.postgresql
@pytest.mark.xdist_group("postgresql")
def test_work_on_a_complaint_holds_its_chat_before_its_ticket(
    settings: Settings, clock: Clock
) -> None:
    with own_database() as url, ExitStack() as stack:
        engine = open_engine(settings.model_copy(update={"database_url": url}))
        stack.callback(engine.dispose)
        migrate(engine)
        sessions = open_sessions(engine)
        with writing(sessions) as session:
            load_catalogue(session, settings.catalogue_dir, NOW)
            make_staff(session)
            make_conversation(session, id="c-1")
            ticket = make_ticket(session, service_id="complaint", conversation_id="c-1")
            ticket_id, path = ticket.id, f"/console/tickets/{ticket.number}/complaint/acknowledge"
        browser = open_browser(settings, sessions, clock)
        assert sign_in(browser).status_code == 303
        form = {"csrf": form_token(browser)}
        with ThreadPoolExecutor() as pool:
            with writing(sessions) as session:
                # A colleague's reply in the chat begins so, and then notes the answer on tickets.
                lock_conversation(session, "c-1")
                answer = pool.submit(browser.post, path, data=form)
                wait_for_waiting(sessions)
                session.get_one(Ticket, ticket_id, with_for_update={"nowait": True})
            assert answer.result(30).status_code == 303
