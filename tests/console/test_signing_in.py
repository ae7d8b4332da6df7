"""Signing in and out, and how long a session lives."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.settings import Settings
from aftercare.tables.staff import SignInFailure, Staff, StaffSession
from tests.console.browsers import Clock, Response, TestClient, form_token, open_browser, sign_in
from tests.factories import make_staff

COOKIE = "aftercare_console"


def leads_to_sign_in(answer: Response) -> bool:
    return answer.status_code == 303 and answer.headers["location"].startswith("/console/sign-in")


def count(sessions: SessionFactory, table: type) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_right_password_opens_the_overview(stranger: TestClient) -> None:
    answer = sign_in(stranger)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/"
    page = stranger.get("/console/")
    assert page.status_code == 200
    assert "Rita Prado" in page.text


def test_address_is_taken_in_any_case(stranger: TestClient) -> None:
    assert sign_in(stranger, email=" Rita@Marulho.EXAMPLE ").status_code == 303


@pytest.mark.parametrize(
    "form",
    [{"password": "wrong"}, {"email": "nobody@marulho.example"}, {"email": "", "password": ""}],
)
def test_wrong_sign_in_says_so_and_is_counted(
    stranger: TestClient, database: SessionFactory, form: dict[str, str]
) -> None:
    answer = sign_in(stranger, **form)
    assert answer.status_code == 401
    assert "E-mail address or password is wrong" in answer.text
    assert "set-cookie" not in answer.headers
    assert count(database, SignInFailure) == 1
    assert leads_to_sign_in(stranger.get("/console/"))


def test_typed_address_stays_and_password_does_not(stranger: TestClient) -> None:
    answer = sign_in(stranger, email='"><script>x', password="my-secret-guess")
    assert "<script>x" not in answer.text
    assert "&lt;script&gt;x" in answer.text
    assert "my-secret-guess" not in answer.text


def test_too_many_failures_close_the_door_for_the_right_password_too(
    stranger: TestClient, clock: Clock
) -> None:
    for _ in range(5):
        assert sign_in(stranger, password="wrong").status_code == 401
    answer = sign_in(stranger)
    assert answer.status_code == 429
    assert "Too many failed attempts. Wait 5 minutes" in answer.text
    assert answer.headers["retry-after"] == "300"
    assert leads_to_sign_in(stranger.get("/console/"))
    clock.pass_by(minutes=5, seconds=1)
    assert sign_in(stranger).status_code == 303


def test_inactive_staff_cannot_sign_in(stranger: TestClient, database: SessionFactory) -> None:
    with writing(database) as session:
        make_staff(session, email="old@marulho.example", active=False)
    assert sign_in(stranger, email="old@marulho.example").status_code == 401


def test_session_of_barred_staff_is_over_at_once(
    browser: TestClient, database: SessionFactory
) -> None:
    with writing(database) as session:
        session.scalars(select(Staff)).one().active = False
    assert leads_to_sign_in(browser.get("/console/"))


def test_idle_session_is_over(browser: TestClient, clock: Clock, settings: Settings) -> None:
    clock.pass_by(minutes=settings.staff_idle_minutes)
    assert leads_to_sign_in(browser.get("/console/"))


def test_work_keeps_a_session_from_being_idle(
    browser: TestClient, clock: Clock, settings: Settings
) -> None:
    for _ in range(3):
        clock.pass_by(minutes=settings.staff_idle_minutes - 1)
        assert browser.get("/console/tickets").status_code == 200


def test_session_expires_however_busy_it_is(
    browser: TestClient, clock: Clock, settings: Settings
) -> None:
    for _ in range(settings.staff_session_hours * 2 - 1):
        clock.pass_by(minutes=30)
        assert browser.get("/console/").status_code == 200
    clock.pass_by(minutes=30)
    assert leads_to_sign_in(browser.get("/console/"))


def test_after_sign_in_back_to_the_page_asked_for(stranger: TestClient) -> None:
    asked = stranger.get("/console/tickets?status=new&q=%C3%A1gua")
    assert leads_to_sign_in(asked)
    form = stranger.get(asked.headers["location"])
    assert 'name="next" value="/console/tickets?status=new&amp;q=%C3%A1gua"' in form.text
    answer = sign_in(stranger, next="/console/tickets?status=new&q=%C3%A1gua")
    assert answer.headers["location"] == "/console/tickets?status=new&q=%C3%A1gua"


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/console/",
        "//evil.example/console/",
        "/\\evil.example",
        "\\\\evil.example",
        "/console/\\evil",
        "/elsewhere",
        "javascript:alert(1)",
        "/console/\r\nSet-Cookie: a=b",
        " /console/",
        "",
    ],
)
def test_after_sign_in_never_to_a_foreign_page(stranger: TestClient, path: str) -> None:
    assert sign_in(stranger, next=path).headers["location"] == "/console/"


def test_every_sign_in_has_a_token_of_its_own(
    stranger: TestClient, database: SessionFactory
) -> None:
    sign_in(stranger)
    first = stranger.cookies[COOKIE]
    sign_in(stranger)
    second = stranger.cookies[COOKIE]
    assert first != second
    assert count(database, StaffSession) == 1
    stranger.cookies.clear()
    stranger.cookies.set(COOKIE, first)
    assert leads_to_sign_in(stranger.get("/console/"))


def test_a_planted_token_never_becomes_a_session(stranger: TestClient) -> None:
    stranger.cookies.set(COOKIE, "planted-by-somebody-else", domain="testserver.local", path="/")
    answer = sign_in(stranger)
    assert "planted" not in answer.headers["set-cookie"]
    stranger.cookies.clear()
    stranger.cookies.set(COOKIE, "planted-by-somebody-else")
    assert leads_to_sign_in(stranger.get("/console/"))


def test_database_holds_no_token(browser: TestClient, database: SessionFactory) -> None:
    with reading(database) as session:
        assert session.scalars(select(StaffSession)).one().token_hash != browser.cookies[COOKIE]


def test_cookie_is_kept_from_scripts_and_other_sites(stranger: TestClient) -> None:
    cookie = sign_in(stranger).headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
    assert flags == {"httponly", "path=/", "samesite=lax"}


def test_cookie_over_https_is_bound_to_the_host(
    settings: Settings, database: SessionFactory, clock: Clock
) -> None:
    secure = settings.model_copy(update={"secure_cookies": True})
    browser = open_browser(secure, database, clock, "https://testserver")
    cookie = sign_in(browser).headers["set-cookie"]
    assert cookie.startswith("__Host-aftercare=")
    flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
    assert flags == {"httponly", "path=/", "samesite=lax", "secure"}
    assert browser.get("/console/").status_code == 200


def test_sign_out_ends_the_session_on_the_server(
    browser: TestClient, database: SessionFactory
) -> None:
    token, csrf = browser.cookies[COOKIE], form_token(browser)
    answer = browser.post("/console/sign-out", data={"csrf": csrf})
    assert leads_to_sign_in(answer)
    assert "You are signed out" in browser.get(answer.headers["location"]).text
    assert COOKIE not in browser.cookies
    assert count(database, StaffSession) == 0
    browser.cookies.set(COOKIE, token)
    assert leads_to_sign_in(browser.get("/console/"))


def test_another_website_cannot_send_the_sign_in_form(stranger: TestClient) -> None:
    answer = stranger.post(
        "/console/sign-in",
        data={"email": "rita@marulho.example", "password": "x"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_who_is_signed_in_needs_no_sign_in_page(browser: TestClient) -> None:
    assert browser.get("/console/sign-in").headers["location"] == "/console/"
