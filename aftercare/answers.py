"""Answers that need no ticket: from the manuals, about the warranty, about waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aftercare.catalogue.files import CompanyFile
from aftercare.catalogue.snapshot import ProductView
from aftercare.errors import GuidanceUnavailable
from aftercare.guidance.answers import Guidance
from aftercare.log import log_failure
from aftercare.replies import Reply
from aftercare.talk import Talk
from aftercare.warranty import covered_until
from aftercare.wording import show_date


class Answers:
    def __init__(
        self, guidance: Guidance, company: CompanyFile, clock: Callable[[], datetime]
    ) -> None:
        self._guidance = guidance
        self._company = company
        self._clock = clock

    def from_manual(self, question: str, product: str, talk: Talk) -> Reply:
        """The section that answers, or what can be offered instead."""
        return self._guided(
            talk,
            lambda: self._guidance.answer(question, product=product, language=talk.language),
        )

    def section(self, anchor: str, product: str, talk: Talk) -> Reply:
        """The section that the customer chose."""
        return self._guided(
            talk,
            lambda: self._guidance.section(anchor, product=product, language=talk.language),
        )

    def warranty(self, product: ProductView, bought: str | None, talk: Talk) -> Reply:
        """The term, and where the day of purchase is known, until when it lasts."""
        values = {
            "product": product.name[talk.language],
            "months": str(product.warranty_months),
        }
        if bought is None:
            return Reply("utter_warranty_term", values)
        until = covered_until(date.fromisoformat(bought), product.warranty_months)
        values["until"] = show_date(until, talk.language)
        covered = until >= self.today()
        return Reply("utter_warranty_in_force" if covered else "utter_warranty_over", values)

    def waiting_time(self, talk: Talk) -> Reply:
        """Within what time a person answers."""
        return Reply("utter_waiting_time", {"answer_within": self.answer_within(talk.language)})

    def answer_within(self, language: str) -> str:
        """The time within which a person answers, as the company words it."""
        return str(getattr(self._company.answer_within, language))

    def today(self) -> date:
        return self.local_day(self._clock())

    def local_day(self, moment: datetime) -> date:
        """The day that it is at the company's place."""
        return moment.astimezone(ZoneInfo(self._company.business_hours.time_zone)).date()

    def _guided(self, talk: Talk, ask: Callable[[], Reply]) -> Reply:
        try:
            return ask()
        except GuidanceUnavailable as error:
            error_id = log_failure(
                "guidance_unavailable", error, conversation_id=talk.conversation_id
            )
            return Reply("utter_manual_unavailable", {"error_id": error_id})
