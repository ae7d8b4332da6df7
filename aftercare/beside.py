"""What is asked or told beside an intake and in the middle of one: a call of the desk for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from aftercare.answers import Answers
from aftercare.attachments.tying import open_ticket_of
from aftercare.catalogue.files import CompanyFile
from aftercare.catalogue.snapshot import CatalogueReader
from aftercare.database import SessionFactory, reading, writing
from aftercare.guidance.answers import Guidance
from aftercare.intake.digressions import FREE_TEXT
from aftercare.intake.fields import told_part
from aftercare.intake.keywords import service_by_fault, service_by_keyword
from aftercare.intake.state import IntakeState, Memory
from aftercare.intake.understood import FALLBACK, Understood
from aftercare.intake.wishes import FURTHER_WISH, between, remember_wish, tells_by_number
from aftercare.intake.words import words_of
from aftercare.ownership.known import day_for
from aftercare.ownership.talk import WarrantyTalk
from aftercare.replies import Button, Reply
from aftercare.safety import words_of_danger
from aftercare.tables.tickets import TicketStatus
from aftercare.talk import Talk
from aftercare.tickets.customer_acts import add_to_ticket, find_own
from aftercare.training.beside import wants_training
from aftercare.training.hearing import REQUEST_TRAINING
from aftercare.verdicts import Verdicts

_REPAIR = "repair"
#: What the bot takes "actually no, I want it repaired" for.
_CHANGING = frozenset({"correct", "deny", "inform", FALLBACK})
_SHORT = 12
_TELLING = 4


class QuestionsBeside:
    """The part of the desk that answers without an intake."""

    def __init__(
        self,
        sessions: SessionFactory,
        guidance: Guidance,
        company: CompanyFile,
        clock: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._catalogue = CatalogueReader(sessions)
        self._company = company
        self._clock = clock
        self._answers = Answers(guidance, company, clock)
        self._verdicts = Verdicts(sessions, self._answers, clock)
        self._warranty = WarrantyTalk(sessions, self._answers.today)

    def answer_usage(
        self, said: Understood, state: IntakeState | None, memory: Memory, talk: Talk
    ) -> list[Reply]:
        """Quote the manual for a question asked in the middle of something else."""
        if wants_training(said):
            remember_wish(memory, said)
            return [Reply("utter_training_later")]
        product = self._product_meant(said, state, memory)
        if product is None:
            return [Reply("utter_manual_which_product")]
        section = said.first("section")
        if section:
            replies = [self._answers.section(section.value, product, talk)]
        else:
            question = said.text_without("product", "product_category")
            replies = [self._answers.from_manual(question, product, talk)]
            memory.searched = question
        self._verdicts.note(replies, memory, talk, product=product)
        return replies

    def service_meant(self, said: Understood) -> str | None:
        """The intent of the service that a message is for, also where it names no wish."""
        catalogue = self._catalogue.newest()
        if wants_training(said):
            return REQUEST_TRAINING
        if said.intent in catalogue.service_by_intent:
            return said.intent
        if said.intent == FALLBACK:
            choices = between(said, catalogue)
            if choices or said.first(FURTHER_WISH):
                return choices[0] if choices else said.ranking[0][0]
        return (
            tells_by_number(said, catalogue)
            or service_by_keyword(said, catalogue)
            or service_by_fault(said, catalogue)
        )

    def take_verdict(self, said: Understood, memory: Memory, talk: Talk) -> list[Reply]:
        """Hear whether the section that was quoted last helped."""
        return self._verdicts.take(said, memory, talk)

    def answer_waiting_time(self, talk: Talk) -> list[Reply]:
        """Tell within what time a person answers."""
        return [self._answers.waiting_time(talk)]

    def take_files(self, state: IntakeState | None, talk: Talk) -> list[Reply]:
        """A message that is nothing but files: say to which ticket they go, or ask what for."""
        if state:
            return [Reply("utter_files_kept")]
        with reading(self._sessions) as session:
            number = open_ticket_of(session, talk.conversation_id)
        if number and self._awaited(number, talk):
            return [Reply("utter_added", {"number": number})]
        if number:
            return [Reply("utter_files_with_ticket", {"number": number})]
        return [Reply("utter_files_what_for")]

    def take_up_remark(self, said: Understood, memory: Memory, talk: Talk) -> list[Reply]:
        """Something told outside of an intake: "no, it's the W700" asks the last question again."""
        if self._endangered(said, memory):
            return [Reply("utter_safety_first"), Reply("utter_safety_next")]
        catalogue = self._catalogue.newest()
        nothing = "utter_not_understood" if said.intent == FALLBACK else "utter_what_next"
        named = said.all("product")
        service = catalogue.services.get(memory.question_service or "")
        memory.undecided = said.to_json() if len(words_of(said.text)) >= _TELLING else None
        again = service and named and len(words_of(said.text)) <= _SHORT
        if not service or not again or named[-1].value not in catalogue.products:
            return [Reply(nothing)]
        memory.product = named[-1].value
        if service.completion == "answer_from_manual" and memory.searched:
            replies = [self._answers.from_manual(memory.searched, memory.product, talk)]
            self._verdicts.note(replies, memory, talk)
            return replies
        if service.completion == "answer_warranty":
            bought = day_for(memory, memory.product)
            meant = catalogue.products[memory.product]
            return self._warranty.answer(meant, bought, None, memory, talk)
        return [Reply(nothing)]

    def answer_warranty(
        self, said: Understood, state: IntakeState | None, memory: Memory, talk: Talk
    ) -> list[Reply]:
        """Tell the warranty term of the product that is being talked about."""
        catalogue = self._catalogue.newest()
        product = self._product_meant(said, state, memory)
        if product is None:
            return [Reply("utter_warranty_which_product")]
        present = state.records if state else {}
        bought = present.get("purchase_date") if product == present.get("product") else None
        told = told_part(said)
        part = told.by_product.get(product) if told else None
        return self._warranty.answer(catalogue.products[product], bought, part, memory, talk)

    def note_other_wish(
        self, said: Understood, state: IntakeState, memory: Memory, talk: Talk
    ) -> list[Reply]:
        """Another service was asked for: offer to change over, the present intake stays."""
        if wants_training(said):
            return self.answer_usage(replace(said, intent="ask_usage"), state, memory, talk)
        catalogue = self._catalogue.newest()
        service = catalogue.service_by_intent.get(said.intent)
        if service is None or service.id == state.service:
            return []
        remember_wish(memory, said)
        name = service.name[talk.language]
        return [
            Reply(
                "utter_other_wish",
                {"service": name, "present": catalogue.services[state.service].name[talk.language]},
                (Button(name, "switch_service", {"service": said.intent}),),
            )
        ]

    def offer_repair_instead(
        self, said: Understood, state: IntakeState, memory: Memory, talk: Talk
    ) -> list[Reply]:
        """ "No, I want it repaired": offer to change over from a service that repairs nothing."""
        catalogue = self._catalogue.newest()
        repair = catalogue.intent_of_sign("error_code")
        service = catalogue.services.get(state.service)
        if service is None or repair is None:
            return []
        told = any(one.field == state.asking and one.kind in FREE_TEXT for one in service.records)
        changes = said.intent in _CHANGING and said.wished() == [_REPAIR] and not said.pressed
        has = any(one.id == _REPAIR for record in service.records for one in record.choices)
        if told or has or not changes:
            return []
        return self.note_other_wish(replace(said, intent=repair), state, memory, talk)

    def _awaited(self, number: str, talk: Talk) -> bool:
        """Whether the ticket waited for the customer: then the files let work go on."""
        with writing(self._sessions) as session:
            ticket = find_own(session, number, talk.conversation_id)
            waited = ticket.status == TicketStatus.WAITING
            if waited:
                add_to_ticket(session, ticket, "", talk.conversation_id, self._clock())
        return waited

    def _endangered(self, said: Understood, memory: Memory) -> bool:
        """Whether the message tells of danger for the first time in the conversation."""
        if memory.warned or said.pressed:
            return False
        memory.warned = bool(words_of_danger(said.text, self._company.safety_words))
        return memory.warned

    def _product_meant(
        self, said: Understood, state: IntakeState | None, memory: Memory
    ) -> str | None:
        named = said.first("product")
        candidates = (
            named.value if named else None,
            state.records.get("product") if state else None,
            memory.product,
        )
        products = self._catalogue.newest().products
        return next((product for product in candidates if product in products), None)
