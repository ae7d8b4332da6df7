"""The question how it went, as the chat asks it: by buttons, a number or words, and then why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from aftercare.asked import Question, ask, leaves_out, wants_something_else
from aftercare.database import SessionFactory, writing
from aftercare.errors import NotFound
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.intake.words import words_of
from aftercare.replies import Reply
from aftercare.satisfaction.reading import read_rating
from aftercare.satisfaction.surveys import UNHAPPY, give_reason, open_survey, rate, survey_of
from aftercare.tables.satisfaction import Survey
from aftercare.tables.tickets import Ticket
from aftercare.talk import Talk
from aftercare.tickets.customer_acts import find_own

#: Names of the questions in the memory (aftercare/asked.py).
HOW, WHY = "how_it_went", "why_so"
_SHORT = 3
_SURE = 0.6
#: What says that a message tells of a product and not of the service.
_OF_PRODUCTS = ("product", "product_category", "symptom", "error_code", "ticket_number")


class SurveyTalk:
    """Asks after a ticket is closed. `memory` is changed in place."""

    def __init__(self, sessions: SessionFactory, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock
        self.questions: dict[str, Question] = {HOW: HowItWent(self), WHY: WhySo(self)}

    def begin(self, session: Session, ticket: Ticket, memory: Memory, talk: Talk) -> list[Reply]:
        """The question after this ticket; empty where it is not to be asked."""
        survey = open_survey(session, ticket, talk.conversation_id, talk.language, self._clock())
        if survey is None:
            return []
        ask(memory, HOW, ticket.number)
        return [Reply("utter_ask_rating", {"number": ticket.number})]

    def press(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """A pressed rating; `of` is "<ticket number>/<rating>"."""
        number, _, rating = of.partition("/")
        memory.asked = None
        if rating not in ("1", "2", "3", "4", "5"):
            return [Reply("utter_button_outdated")]
        return self.rate(number, int(rating), "", memory, talk)

    def rate(self, number: str, rating: int, words: str, memory: Memory, talk: Talk) -> list[Reply]:
        """Keep the rating and ask why, unless the words tell it already."""
        with writing(self._sessions) as session:
            survey = self._survey(session, number, memory, talk)
            if survey is None:
                return [Reply("utter_button_outdated")]
            if not rate(session, survey, rating, self._clock()):
                return [Reply("utter_rating_kept")]
            if words:
                give_reason(session, survey, words)
        unhappy = rating <= UNHAPPY
        if words:
            return [Reply("utter_reason_thanks_sorry" if unhappy else "utter_reason_thanks")]
        ask(memory, WHY, number)
        return [Reply("utter_rating_sorry" if unhappy else "utter_rating_thanks")]

    def explain(self, number: str, words: str, memory: Memory, talk: Talk) -> list[Reply]:
        """Keep why the customer rated so; without words only thank them."""
        if words:
            with writing(self._sessions) as session:
                survey = self._survey(session, number, memory, talk)
                if survey is not None and survey.rating is not None:
                    give_reason(session, survey, words)
        return [Reply("utter_reason_thanks")]

    def _survey(self, session: Session, number: str, memory: Memory, talk: Talk) -> Survey | None:
        try:
            ticket = find_own(session, number, talk.conversation_id, memory.proved)
        except NotFound:
            return None
        return survey_of(session, ticket)


class HowItWent:
    """Hears a rating; a short answer that gives none is asked about once."""

    def __init__(self, surveys: SurveyTalk) -> None:
        self._surveys = surveys

    def hear(self, of: str, said: Understood, memory: Memory, talk: Talk) -> list[Reply] | None:
        """The number or words of a rating; None where it is another wish."""
        number, _, asked_again = of.partition("/")
        if leaves_out(said):
            return [Reply("utter_rating_left_out")]
        if said.pressed or any(said.first(name) for name in _OF_PRODUCTS):
            return None
        rating = read_rating(said.text)
        if rating:
            words = said.text if rating.tells_why else ""
            return self._surveys.rate(number, rating.stars, words, memory, talk)
        unclear = said.confidence < _SURE or said.intent in ("inform", "affirm")
        if asked_again or not unclear or len(words_of(said.text)) > _SHORT:
            return None
        ask(memory, HOW, f"{number}/again")
        return [Reply("utter_rating_not_read", {"number": number})]

    def again(self, of: str, talk: Talk) -> list[Reply]:
        """The question with its buttons."""
        return [Reply("utter_ask_rating", {"number": of.partition("/")[0]})]


class WhySo:
    """Hears why: any words that are no clear wish of their own."""

    def __init__(self, surveys: SurveyTalk) -> None:
        self._surveys = surveys

    def hear(self, of: str, said: Understood, memory: Memory, talk: Talk) -> list[Reply] | None:
        """The reason in the customer's words; they may leave it out."""
        if leaves_out(said):
            return self._surveys.explain(of, "", memory, talk)
        if wants_something_else(said) or said.intent == "greet":
            return None
        return self._surveys.explain(of, said.text, memory, talk)

    def again(self, of: str, talk: Talk) -> list[Reply]:
        """The question once more."""
        return [Reply("utter_ask_why")]
