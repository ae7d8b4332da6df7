"""Nothing is shown or changed without a sign-in, a form token and the security headers."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import update

from aftercare.database import SessionFactory, reading, writing
from aftercare.live import Hub
from aftercare.settings import Settings
from aftercare.staff.roles import Role
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketStatus
from console.app import ROUTERS, create_console
from tests.conftest import NOW
from tests.console.browsers import Clock, TestClient, form_token, sign_in
from tests.factories import make_conversation, make_ticket
from tests.fakes import FakeEngine

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
OPEN_TO_ALL = {"sign_in", "send_sign_in"}
CLOSED = [route for route in ROUTES if route.name not in OPEN_TO_ALL]


#: What stands in an address and is no number.
PLACES = {"service_id": "repair", "part": "requirements", "field": "product"}


def path_of(route: APIRoute, number: str = "K4F-7M2C", conversation_id: str = "none") -> str:
    places = PLACES | {"number": number, "conversation_id": conversation_id}
    path = re.sub(r"\{(\w+):int\}", "1", route.path)
    return "/console" + re.sub(r"\{(\w+)\}", lambda place: places.get(place[1], "none"), path)


def every(routes: list[APIRoute], *methods: str) -> list[object]:
    return [
        pytest.param(method, route, id=f"{method} {route.name}")
        for route in routes
        for method in sorted(route.methods)
        if method in methods
    ]


def test_the_application_has_no_other_pages(settings: Settings, sessions: SessionFactory) -> None:
    app = create_console(settings, sessions, lambda: NOW, Hub(), FakeEngine())
    assert len(app.routes) == len(ROUTERS) + 1
    assert {route.name for route in ROUTES} == {
        "start",
        "conversations",
        "conversation",
        "conversation_news",
        "conversation_events",
        "take_conversation",
        "hand_back_conversation",
        "send_reply",
        "tell_typing",
        "queue",
        "queue_pulse",
        "change_availability",
        "trainings",
        "tickets",
        "ticket",
        "change_ticket_status",
        "correct_evaluation",
        "evaluation",
        "evaluation_version",
        "save_rule_draft",
        "drop_rule_draft",
        "evaluation_trial",
        "switch_rule_on",
        "evaluation_progress",
        "weigh_tickets",
        "answers",
        "gaps",
        "change_gap",
        "personal_data",
        "find_person",
        "export_person",
        "erase_person",
        "receipt",
        "manuals",
        "import_manual",
        "manual_import",
        "manual",
        "publish_manual",
        "remove_manual",
        "manual_section",
        "correct_section",
        "manual_figure",
        "search",
        "file",
        "sign_in",
        "send_sign_in",
        "sign_out",
        "new_ticket",
        "open_ticket",
        "withdraw_ticket",
        "assign_ticket",
        "tick_step",
        "fill_in_record",
        "add_note",
        "merge_ticket",
        "follow_ticket",
        "teams",
        "make_team",
        "change_team",
        "people",
        "change_person",
        "add_ticket_files",
        "remove_ticket_file",
        "add_return_files",
        "change_ticket_region",
        "customers",
        "customer",
        "add_owned",
        "correct_owned",
        "prove_purchase",
        "recalls",
        "maintenance",
        "maintenance_plan",
        "change_maintenance",
        "change_reminders",
        "satisfaction",
        "follow_ups",
        "settle_follow_up",
        "returns",
        "return_figures",
        "return_figures_file",
        "ticket_return",
        "return_label",
        "authorise_return",
        "refuse_return",
        "receive_return",
        "inspect_return",
        "decide_return",
        "approve_return",
        "complaints",
        "complaint_figures",
        "complaint_causes",
        "add_complaint_cause",
        "ticket_complaint",
        "acknowledge_complaint",
        "assess_complaint",
        "investigate_complaint",
        "propose_to_customer",
        "note_proposal_told",
        "take_proposal_back",
        "note_complaint_answer",
        "close_complaint",
        "reopen_complaint",
        "add_complaint_action",
        "finish_complaint_action",
        "visits",
        "visits_file",
        "end_visit",
        "ticket_visit",
        "settle_visit_site",
        "book_visit",
        "cancel_visit",
        "invite_to_visit",
        "reserve_part",
        "settle_part",
        "technicians",
        "new_technician",
        "technician",
        "add_technician",
        "change_technician",
        "stock",
        "begin_stock",
        "stock_item",
        "change_stock",
        "integrations",
        "add_webhook",
        "webhook",
        "change_webhook",
        "change_webhook_secret",
        "test_webhook",
        "remove_webhook",
        "send_delivery_again",
        "add_token",
        "revoke_token",
        "exchange",
        "check_import",
        "transfer",
        "apply_import",
        "export_everything",
        "services",
        "service",
        "service_preview",
        "service_version",
        "drop_service_draft",
        "put_service_in_force",
        "put_service_again",
        "edit_service",
        "save_service",
        "edit_service_record",
        "save_service_record",
    }


@pytest.mark.parametrize(("method", "route"), every(CLOSED, "GET", "POST"))
def test_page_needs_a_sign_in(
    stranger: TestClient, database: SessionFactory, method: str, route: APIRoute
) -> None:
    with writing(database) as session:
        number = make_ticket(session).number
        conversation_id = make_conversation(session).id
    answer = stranger.request(method, path_of(route, number, conversation_id), data={})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/sign-in")
    assert answer.text == ""


@pytest.mark.parametrize("token", [None, "", "wrong", "ü", "x" * 500])
@pytest.mark.parametrize(("method", "route"), every(CLOSED, "POST"))
def test_form_without_the_right_token_changes_nothing(
    browser: TestClient, database: SessionFactory, method: str, route: APIRoute, token: str | None
) -> None:
    with writing(database) as session:
        ticket = make_ticket(session)
        # Whose role has every page, so that nothing but the token is wrong.
        session.execute(update(Staff).values(role=Role.ADMIN))
    form = {"to": "in_progress", "seen": "new"} | ({} if token is None else {"csrf": token})
    answer = browser.request(method, path_of(route, ticket.number), data=form)
    assert answer.status_code == 403
    assert "load the page again, and send the form once more" in answer.text
    assert browser.get("/console/").status_code == 200
    with reading(database) as session:
        assert session.get_one(Ticket, ticket.id).status == TicketStatus.NEW


def test_token_of_an_earlier_session_is_worthless(browser: TestClient) -> None:
    earlier = form_token(browser)
    sign_in(browser)
    assert browser.post("/console/sign-out", data={"csrf": earlier}).status_code == 403


def test_a_form_of_another_kind_has_no_token(browser: TestClient) -> None:
    answer = browser.post("/console/sign-out", json={"csrf": form_token(browser)})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/conversations/unknown",
        "/conversations/a%00b",
        "/tickets/K4F-7M2C",
        "/tickets/nonsense",
        "/tickets/%00",
        "/nowhere",
        "/static/nothing.css",
        "/static/../app.py",
    ],
)
def test_unknown_is_a_page_that_says_so(browser: TestClient, path: str) -> None:
    answer = browser.get(f"/console{path}")
    assert answer.status_code == 404
    assert "This page does not exist" in answer.text
    assert 'href="/console/static/console.css"' in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/conversations", 200),
        ("/tickets", 200),
        ("/search?find=K4F-7M2C", 404),
        ("/search?find=leak", 303),
        ("/sign-in", 303),
        ("/nowhere", 404),
        ("/static/console.css", 200),
        ("/static/nothing.css", 404),
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_every_answer_carries_the_security_headers(
    stranger: TestClient, path: str, status: int, signed_in: bool
) -> None:
    if signed_in:
        sign_in(stranger)
    answer = stranger.get(f"/console{path}")
    assert answer.status_code == status or not signed_in
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
        "connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    static = path == "/static/console.css"
    assert answer.headers["cache-control"] == ("no-cache" if static else "no-store")


def test_pages_hold_no_inline_script_or_style(
    browser: TestClient, database: SessionFactory, clock: Clock
) -> None:
    with writing(database) as session:
        conversation = make_conversation(session)
        number = make_ticket(session, conversation_id=conversation.id).number
    for path in (
        "/",
        "/conversations",
        f"/conversations/{conversation.id}",
        "/tickets",
        f"/tickets/{number}",
        "/personal-data",
    ):
        page = browser.get(f"/console{path}").text
        # Only what comes from a file, which the content policy lets run.
        assert re.findall(r"<script[^>]*>", page) == re.findall(
            r'<script type="module" src="/console/static/[^"]*"[^>]*>', page
        )
        assert re.findall(r">([^<]+)</script>", page) == []
        assert "<style" not in page
        assert " style=" not in page
        assert not re.search(r"<[^>]* on[a-z]+=", page)
