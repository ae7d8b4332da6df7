"""Answers that need no ticket: from the manuals, about waiting."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aftercare.catalogue.entries import LANGUAGES
from aftercare.catalogue.files import CompanyFile
from aftercare.errors import GuidanceUnavailable
from aftercare.guidance.answers import Guidance
from aftercare.log import log_failure
from aftercare.replies import Reply
from aftercare.talk import Talk

_IN_OTHER_LANGUAGE = {
    "utter_manual_answer": "utter_manual_answer_in_other_language",
    "utter_manual_answer_part": "utter_manual_answer_part_in_other_language",
}


class Answers:
    def __init__(
        self, guidance: Guidance, company: CompanyFile, clock: Callable[[], datetime]
    ) -> None:
        self._guidance = guidance
        self._company = company
        self._clock = clock

    def from_manual(self, question: str, product: str, talk: Talk) -> Reply:
        """The section that answers, or what can be offered instead.

        What the manual in the customer's language does not tell is quoted from the other one, if
        that tells it clearly.
        """
        return self._guided(talk, lambda: self._in_either(question, product, talk.language))

    def next_best(
        self, question: str, product: str, talk: Talk, *, without: Collection[str]
    ) -> Reply | None:
        """The next section after those that did not help, if one comes near."""
        try:
            return self._guidance.next_best(
                question, product=product, language=talk.language, without=without
            )
        except GuidanceUnavailable as error:
            log_failure("guidance_unavailable", error, conversation_id=talk.conversation_id)
            return None

    def section(self, anchor: str, product: str, talk: Talk, part: int = 0) -> Reply:
        """The section that the customer chose; `part` counts from 0 in a long one."""
        return self._guided(
            talk,
            lambda: self._section_in_either(anchor, product, talk.language, part),
        )

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

    def _in_either(self, question: str, product: str, language: str) -> Reply:
        own = self._guidance.answer(question, product=product, language=language)
        if own.response != "utter_manual_no_answer":
            return own
        for other in _others(language):
            found = self._guidance.answer(question, product=product, language=other)
            if found.quoted:
                return _in_other_language(found)
        return own

    def _section_in_either(self, anchor: str, product: str, language: str, part: int) -> Reply:
        own = self._guidance.section(anchor, product=product, language=language, part=part)
        if own.quoted:
            return own
        for other in _others(language):
            found = self._guidance.section(anchor, product=product, language=other, part=part)
            if found.quoted:
                return _in_other_language(found)
        return own

    def _guided(self, talk: Talk, ask: Callable[[], Reply]) -> Reply:
        try:
            return ask()
        except GuidanceUnavailable as error:
            error_id = log_failure(
                "guidance_unavailable", error, conversation_id=talk.conversation_id
            )
            return Reply("utter_manual_unavailable", {"error_id": error_id})


def _others(language: str) -> list[str]:
    return [other for other in LANGUAGES if other != language]


def _in_other_language(found: Reply) -> Reply:
    """A quote that says that it is not in the customer's language; no training goes on from it."""
    return replace(found, response=_IN_OTHER_LANGUAGE[found.response], buttons=())
