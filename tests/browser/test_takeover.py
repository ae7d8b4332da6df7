"""The story of a takeover: a customer asks for a person, staff come, answer and hand back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_customers_and_staff import sign_in
from tests.browser.widget import Widget
from tests.stack import Stack


@pytest.fixture
def staff(browser: Browser, stack: Stack, staff_password: str) -> Iterator[Page]:
    """A staff member's browser, available; away again afterwards."""
    context = browser.new_context(viewport=DESKTOP, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(10_000)
    sign_in(page, stack, staff_password)
    switch = page.get_by_role("switch", name="I'm available")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    yield page
    page.goto(f"{stack.settings.site_url}/console/")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    context.close()


def picture(page: Page, name: str) -> None:
    """A picture to look at, where somebody asked for one."""
    folder = os.environ.get("AFTERCARE_TEST_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_customer_asks_for_a_person_who_answers_and_hands_back(
    stack: Stack, page: Page, staff: Page
) -> None:
    chat = Widget(page, stack.settings.site_url)
    chat.open()
    chat.say("need someone to install my new air conditioner")
    chat.hears("At which address?")
    chat.say("I want to talk to a person please")
    chat.hears("You are number 1 in the queue")
    expect(chat.panel).to_contain_text("Number 1 in the queue for a person.")
    picture(page, "widget-waiting")

    staff.get_by_role("link", name="Queue").click()
    expect(staff.get_by_role("navigation", name="Console")).to_contain_text("1")
    picture(staff, "console-queue")
    assert Axe().run(staff).response["violations"] == []
    staff.get_by_role("button", name="Take the conversation").click()
    expect(staff.get_by_role("main")).to_contain_text("You have this conversation since")
    expect(chat.panel).to_contain_text("You are talking with")
    assert Axe().run(staff).response["violations"] == []

    answer = staff.get_by_label("Answer to the customer")
    answer.press_sequentially("Good")
    expect(chat.panel.get_by_role("status").filter(has_text="is writing")).to_have_count(1)
    picture(page, "widget-staff-types")
    answer.press_sequentially(" morning, I look at it with you.")
    answer.press("Control+Enter")
    words = chat.log.locator(".message.staff")
    expect(words).to_contain_text("Good morning, I look at it with you.")
    expect(answer).to_have_value("")

    chat.box.press_sequentially("It is")
    expect(staff.get_by_text("The customer is writing")).to_be_visible()
    picture(staff, "console-customer-types")
    chat.say("It is for the bedroom")
    main = staff.get_by_role("main")
    expect(main.locator(".line.customer").last).to_contain_text("It is for the bedroom")
    heard = chat.bubbles.count()
    answer.fill("Then the small one fits: I have noted it.")
    staff.get_by_role("button", name="Send").click()
    expect(words.last).to_contain_text("the small one fits")
    assert chat.bubbles.count() == heard, "the bot is silent"
    picture(page, "widget-with-staff")
    staff.set_viewport_size(PHONE)
    picture(staff, "console-phone")
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not staff.evaluate(wide)
    staff.set_viewport_size(DESKTOP)
    picture(staff, "console-conversation")

    staff.get_by_role("button", name="Hand back to the bot").click()
    expect(main).to_contain_text("The bot has this conversation.")
    # The intake that was open is asked again where it stood.
    expect(chat.log).to_contain_text("You are back with the assistant")
    chat.hears("At which address?")
    expect(chat.panel.locator(".handling")).to_be_hidden()
    expect(main.locator(".line.step").last).to_contain_text("handed the conversation back")
    page.set_viewport_size(PHONE)
    picture(page, "widget-phone")
    chat.say("12 Harbour Street, Porto")
    chat.hears("Which day would suit you?")


def test_portuguese_customer_on_a_phone_would_rather_leave_a_message(
    stack: Stack, phone: Page, staff: Page
) -> None:
    chat = Widget(phone, stack.settings.site_url, "pt")
    chat.open()
    chat.say("quero falar com uma pessoa")
    chat.hears("Seu número na fila é 1")
    expect(chat.panel.locator(".handling")).to_contain_text("Número 1 na fila por uma pessoa.")
    picture(phone, "widget-pt-phone")
    chat.press("Prefiro deixar uma mensagem")
    chat.hears("Qual é o assunto")
    expect(chat.panel.locator(".handling")).to_be_hidden()
    staff.get_by_role("link", name="Queue").click()
    expect(staff.get_by_role("main")).to_contain_text("Nobody is waiting")
