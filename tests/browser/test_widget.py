"""The widget by keyboard, on a phone, after a reload, and for assistive technology."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.widget import Widget
from tests.stack import Stack

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}


def test_history_is_there_after_a_reload(stack: Stack, page: Page) -> None:
    chat = Widget(page, stack.settings.site_url)
    chat.open()
    chat.say("are you a robot?")
    chat.hears("computer program")
    page.reload()
    if not chat.panel.is_visible():
        chat.launcher.click()
    expect(chat.log).to_contain_text("are you a robot?")
    expect(chat.log).to_contain_text("computer program")


def test_everything_works_by_keyboard(stack: Stack, page: Page) -> None:
    chat = Widget(page, stack.settings.site_url)
    page.goto(chat.address)
    chat.launcher.focus()
    page.keyboard.press("Enter")
    expect(chat.box).to_be_focused()
    expect(chat.bubbles.first).to_contain_text("Marulho")
    page.keyboard.type("hello")
    page.keyboard.press("Enter")
    expect(chat.bubbles).to_have_count(2)
    page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    expect(chat.launcher).to_be_focused()


def test_typed_markup_and_commands_stay_text(stack: Stack, page: Page) -> None:
    chat = Widget(page, stack.settings.site_url)
    chat.open()
    chat.say('/restart <img src=x onerror="alert(1)">')
    expect(chat.bubbles).to_have_count(2)
    expect(chat.log).to_contain_text('/restart <img src=x onerror="alert(1)">')
    assert chat.log.locator("img").count() == 0


def test_panel_fills_a_small_phone_without_sideways_scrolling(stack: Stack, phone: Page) -> None:
    chat = Widget(phone, stack.settings.site_url, "pt")
    chat.open()
    box = chat.panel.bounding_box()
    assert box
    assert box["width"] >= 355
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("language", ["en", "pt"])
def test_axe_finds_nothing_in_the_open_panel(stack: Stack, page: Page, language: str) -> None:
    chat = Widget(page, stack.settings.site_url, language)
    chat.open()
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


def test_long_answer_is_shown_from_its_beginning(stack: Stack, page: Page) -> None:
    chat = Widget(page, stack.settings.site_url)
    chat.open()
    chat.say("how do I descale the coffee machine?")
    chat.hears("Descaling the machine")
    expect(chat.panel.get_by_role("button", name="It worked")).to_be_attached()
    page.wait_for_function(
        """() => {
            const root = document.querySelector('aftercare-chat').shadowRoot;
            const log = root.querySelector('[role=log]').getBoundingClientRect();
            const last = [...root.querySelectorAll('.message.bot')].at(-1).getBoundingClientRect();
            return last.top >= log.top && last.top < log.top + 120;
        }"""
    )


def test_every_answer_of_the_last_turn_can_be_pressed(stack: Stack, page: Page) -> None:
    chat = Widget(page, stack.settings.site_url)
    chat.open()
    chat.say("I want to return my W900")
    chat.hears("reason")
    chat.say("and I want to complain about your rude technician")
    expect(chat.bubbles.nth(3)).to_contain_text("Complaint")
    change = chat.panel.get_by_role("button", name="Complaint", exact=True)
    expect(change).to_be_visible()
    expect(chat.panel.get_by_role("group")).to_have_count(2)
    change.click()
    expect(chat.bubbles).to_have_count(7)
    expect(change).to_have_count(0)


def test_pressing_an_answer_brings_no_keyboard_up_on_a_phone(stack: Stack, phone: Page) -> None:
    chat = Widget(phone, stack.settings.site_url, "pt")
    chat.open()
    expect(chat.log).to_be_focused()
    chat.press("Outros assuntos")
    expect(chat.bubbles).to_have_count(2)
    expect(chat.log).to_be_focused()
