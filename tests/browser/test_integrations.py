"""An administrator takes records in, hands all of them out, and lets other systems in."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import func, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.exchange.tokens import find_token
from aftercare.settings import Settings
from aftercare.tables.conversations import Customer
from aftercare.webhooks.addresses import address_rule
from aftercare.webhooks.delivering import Deliverer
from aftercare.webhooks.sending import Sender
from tests.browser.console import check_page, notice, served_console, sign_in
from tests.conftest import NOW
from tests.factories import make_staff

#: Nobody listens there.
HOOK = "http://127.0.0.1:9/hook"
LONG = "customer-with-a-very-long-address-that-no-phone-shows-in-a-line@subsidiary.mail.example"
GOOD = FilePayload(
    name="clientes de março.csv",
    mimeType="text/csv",
    buffer=f"nome;e-mail\nJosé Conceição;{LONG}\nRui;rui@mail.example\n".encode("cp1252"),
)
WRONG = FilePayload(
    name="wrong.csv",
    mimeType="text/csv",
    buffer=f"name,email\n<b>Eva</b>,nobody\n,{LONG}\nRui,rui@mail.example\n".encode(),
)


@dataclass(frozen=True)
class Desk:
    console: str
    sessions: SessionFactory
    settings: Settings

    def deliver(self) -> None:
        """What the gateway does every two seconds."""
        sender = Sender(address_rule(self.settings))
        assert Deliverer(self.sessions, sender, lambda: NOW).deliver() == 1

    def customers(self) -> int:
        with reading(self.sessions) as session:
            return session.scalar(select(func.count()).select_from(Customer)) or 0


@pytest.fixture
def desk(settings: Settings, stocked_sessions: SessionFactory) -> Iterator[Desk]:
    settings = settings.model_copy(update={"webhook_networks": "127.0.0.0/8"})
    with writing(stocked_sessions) as session:
        make_staff(session, role="admin")
    with served_console(settings, stocked_sessions) as address:
        yield Desk(address, stocked_sessions, settings)


def try_out(page: Page, file: FilePayload) -> None:
    page.get_by_label("What it holds").select_option("customers")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Try it out").click()


def take_in_and_hand_out(page: Page, desk: Desk) -> None:
    sign_in(page, f"{desk.console}/exchange")
    check_page(page)
    page.get_by_text("Columns of customers").click()
    check_page(page)
    try_out(page, WRONG)
    mistakes = page.get_by_role("alert").get_by_role("row")
    expect(mistakes.nth(1)).to_contain_text(re.compile(r"2\s+email\s+is no e-mail address"))
    expect(mistakes.nth(2)).to_contain_text(re.compile(r"3\s+name\s+is empty"))
    expect(mistakes).to_have_count(3)
    check_page(page)
    assert desk.customers() == 0

    try_out(page, GOOD)
    expect(page.get_by_role("heading", level=1)).to_contain_text("clientes de março.csv")
    facts = page.locator("dl.facts")
    expect(facts).to_contain_text(re.compile(r"New\s*2"))
    check_page(page)
    assert desk.customers() == 0
    page.get_by_role("button", name="Take the records in").click()
    expect(notice(page)).to_have_text("All of it is taken.")
    expect(page.get_by_role("button", name="Take the records in")).to_have_count(0)
    check_page(page)
    assert desk.customers() == 2

    page.get_by_role("link", name="Records as files").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all records").click()
    assert download.value.suggested_filename.startswith("aftercare-2026")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert LONG in archive.read("customers.csv").decode("utf-8-sig")
        assert "Left out:" in archive.read("README.txt").decode()
    page.reload()
    lately = page.get_by_role("region", name="Lately").get_by_role("row")
    for words in ("All records, handed out", "Done", "Refused"):
        expect(lately.filter(has_text=words)).not_to_have_count(0)
    check_page(page)


def let_a_system_in(page: Page, desk: Desk) -> None:
    sign_in(page, f"{desk.console}/integrations")
    check_page(page)
    form = page.get_by_role("form", name="Let another system in")
    form.get_by_label("Name of the system").fill("Shop")
    for scope in ("products:write", "customers:write", "owned:read"):
        form.get_by_label(re.compile(rf"\({scope}\)")).check()
    form.get_by_label("How long").select_option("90")
    form.get_by_role("button", name="Make a token").click()
    secret = page.get_by_role("status").locator("code").inner_text()
    check_page(page)
    with reading(desk.sessions) as session:
        token = find_token(session, secret, NOW)
    assert token is not None
    assert token.scopes == ["products:write", "customers:write", "owned:read"]
    page.goto(f"{desk.console}/integrations")
    expect(page.get_by_role("main")).not_to_contain_text(secret)
    page.get_by_role("button", name="Revoke Shop").click()
    expect(notice(page)).to_have_text("The token opens nothing any more.")
    expect(page.get_by_role("row").filter(has_text="Shop")).to_contain_text("Revoked")
    check_page(page)
    with reading(desk.sessions) as session:
        assert find_token(session, secret, NOW) is None


def tell_an_address(page: Page, desk: Desk) -> None:
    sign_in(page, f"{desk.console}/integrations")
    form = page.get_by_role("form", name="Tell another address")
    form.get_by_label("Address", exact=True).fill(HOOK)
    form.get_by_label("What it is for").fill("ERP")
    form.get_by_role("button", name="Add the address").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick at least one event")
    # What was typed is still there.
    expect(form.get_by_label("Address", exact=True)).to_have_value(HOOK)
    form.get_by_label(re.compile(r"\(ticket\.opened\)")).check()
    form.get_by_role("button", name="Add the address").click()
    expect(notice(page)).to_contain_text("The address is added")
    expect(page.get_by_role("main")).to_contain_text("Nothing was sent yet")
    check_page(page)
    page.get_by_text("Show the secret").click()
    expect(page.get_by_text(re.compile("^whsec_"))).to_be_visible()

    page.get_by_role("button", name="Send a test").click()
    expect(notice(page)).to_contain_text("A test is on its way")
    desk.deliver()
    page.reload()
    sent = page.get_by_role("region", name="What was sent").get_by_role("row").nth(1)
    expect(sent).to_contain_text(re.compile(r"webhook\.test"))
    expect(sent).to_contain_text(re.compile("Waiting, next at"))
    expect(sent.get_by_role("cell").nth(3)).to_contain_text("1")
    check_page(page)
    sent.get_by_role("button", name="Send now").click()
    expect(notice(page)).to_contain_text("It is on its way again")
    desk.deliver()

    page.goto(f"{desk.console}/integrations")
    expect(page.get_by_role("row").filter(has_text=HOOK)).to_contain_text("ERP")
    check_page(page)
    page.get_by_role("link", name=HOOK).click()
    page.get_by_label(re.compile("I am sure")).check()
    page.get_by_role("button", name="Remove the address").click()
    expect(notice(page)).to_have_text("The address is told of nothing more.")


def test_records_come_in_and_go_out_on_a_desk(page: Page, desk: Desk) -> None:
    take_in_and_hand_out(page, desk)


def test_records_come_in_and_go_out_on_a_phone(phone: Page, desk: Desk) -> None:
    take_in_and_hand_out(phone, desk)


def test_token_is_made_and_revoked_on_a_desk(page: Page, desk: Desk) -> None:
    let_a_system_in(page, desk)


def test_token_is_made_and_revoked_on_a_phone(phone: Page, desk: Desk) -> None:
    let_a_system_in(phone, desk)


def test_address_is_told_of_events_on_a_desk(page: Page, desk: Desk) -> None:
    tell_an_address(page, desk)


def test_address_is_told_of_events_on_a_phone(phone: Page, desk: Desk) -> None:
    tell_an_address(phone, desk)
