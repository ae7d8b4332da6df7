"""The widget as a person meets it: opens, writes, presses, reads."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

_WORDS = {
    "en": {"box": "Your message", "send": "Send", "log": "Conversation"},
    "pt": {"box": "A sua mensagem", "send": "Enviar", "log": "Conversa"},
}


class Widget:
    def __init__(self, page: Page, address: str, language: str = "en") -> None:
        self.page = page
        self.address = f"{address}/?lang={language}"
        self.words = _WORDS[language]

    @property
    def launcher(self) -> Locator:
        return self.page.locator("aftercare-chat").get_by_role("button").first

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def box(self) -> Locator:
        return self.panel.get_by_label(self.words["box"])

    @property
    def log(self) -> Locator:
        return self.panel.get_by_role("log")

    @property
    def bubbles(self) -> Locator:
        return self.log.locator(".message.bot")

    def open(self) -> None:
        """Open page and panel and wait for the bot's greeting."""
        self.page.goto(self.address)
        self.launcher.click()
        expect(self.bubbles.first).to_contain_text("Marulho")

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def press(self, title: str) -> None:
        self.panel.get_by_role("button", name=title).last.click()

    def hears(self, *texts: str) -> None:
        """Wait until the last thing the bot said holds these texts."""
        for text in texts:
            expect(self.bubbles.last).to_contain_text(text)
