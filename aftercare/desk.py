"""The desk as the bot sees it: one call per message of an intake, one per question beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from aftercare.answers import Answers
from aftercare.attachments.tying import open_ticket_of, settle_earlier, waits_for_ticket
from aftercare.catalogue.files import CompanyFile, read_company
from aftercare.catalogue.snapshot import Catalogue, CatalogueReader
from aftercare.completions import Completions
from aftercare.customers import vouched_for
from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.errors import NotFound
from aftercare.guidance.answers import Guidance
from aftercare.guidance.index import GuidanceIndex
from aftercare.intake.dialogue import DIGRESSIONS, Intake, Step, Verdict
from aftercare.intake.filing import REMEMBERED
from aftercare.intake.next_wish import Begin, NextWish
from aftercare.intake.state import IntakeState, Memory, follow_catalogue
from aftercare.intake.understood import FALLBACK, Understood
from aftercare.intake.wishes import (
    FURTHER_WISH,
    apart,
    between,
    drop_wish,
    explained,
    remember_wish,
    tells_by_number,
)
from aftercare.intake.words import words_of
from aftercare.replies import Button, Reply
from aftercare.safety import words_of_danger
from aftercare.settings import Settings
from aftercare.talk import Talk, Turn
from aftercare.wording import show_value

#: The wish that no intake may hold up.
PERSON = "request_human"
_VERY_SURE = 0.75
_LIKELY = 0.45
_SHORT = 12
_TELLING = 4


class Desk:
    """Holds what the answers need: database, catalogue, manuals, clock."""

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
        self._answers = Answers(guidance, company, clock)
        self._completions = Completions(sessions, self._answers, clock)

    # Intakes ----------------------------------------------------------------

    def begin(self, service_intent: str, said: Understood, memory: Memory, talk: Talk) -> Turn:
        """Start the intake of the service that an intent stands for.

        Raises NotFound for an intent without a service, StorageUnavailable.
        """
        catalogue = self._catalogue.newest()
        service = catalogue.service_by_intent.get(service_intent)
        if service is None:
            raise NotFound(f"no service for intent {service_intent}")
        section = said.first("section")
        product = said.first("product")
        if said.pressed and section and product:
            reply = self._answers.section(section.value, product.value, talk)
            return self._and_next(Turn(None, memory, [reply]), talk)
        if said.pressed and memory.undecided:
            said = explained(Understood.from_json(memory.undecided), service_intent, said)
        choices = between(said, catalogue)
        # Who opened a ticket a moment ago most likely asks about that one.
        if choices and not (memory.ticket and choices[0] == "check_ticket_status"):
            memory.undecided, memory.choices = said.to_json(), list(choices)
            return self._warned(said, memory, self.ask_again(memory, talk))
        memory.undecided, memory.choices, memory.offered = None, [], False
        with reading(self._sessions) as session:
            memory.known = vouched_for(session, talk.conversation_id) | memory.known
            files_wait = waits_for_ticket(session, talk.conversation_id)
        if files_wait:
            with writing(self._sessions) as session:
                settle_earlier(session, talk.conversation_id)
        if said.ranking and said.ranking[0][0] == service_intent:
            said = replace(said, intent=service_intent)  # too unlikely for Rasa to call it so
        own, further = apart(said, service_intent)
        drop_wish(memory, service_intent)
        for wish in further:
            remember_wish(memory, wish)
        intake = self._intake(catalogue, IntakeState(service.id), memory, talk)
        return self._warned(said, memory, self._turn(intake, intake.begin(own), talk))

    def switch(self, service_intent: str, state: IntakeState, memory: Memory, talk: Talk) -> Turn:
        """Leave an intake for another service; what both need is taken along."""
        catalogue = self._catalogue.newest()
        service = catalogue.service_by_intent.get(service_intent)
        if service is None:
            raise NotFound(f"no service for intent {service_intent}")
        if not follow_catalogue(state, catalogue):
            return self.begin(
                service_intent, Understood("", service_intent, pressed=True), memory, talk
            )
        said = drop_wish(memory, service_intent) or Understood("", service_intent, pressed=True)
        old = catalogue.services[state.service]
        kinds = {
            old.record(name).kind: value
            for name, value in state.records.items()
            if not old.record(name).choices
        }
        fresh = IntakeState(service.id, category=state.category)
        if said.first("product") or said.first("product_category"):
            kinds.pop("product", None)
        for record in service.records:
            if record.kind in kinds:
                fresh.records[record.field] = kinds[record.kind]
        if service.intent == PERSON:
            told = summary_for_person(catalogue, state, talk.language)
            fresh.records.update({"description": told} if told else {})
        intake = self._intake(catalogue, fresh, memory, talk)
        return self._turn(intake, intake.begin(said), talk)

    def take(self, said: Understood, state: IntakeState, memory: Memory, talk: Talk) -> Turn:
        """Read a message as an answer within an intake."""
        catalogue = self._catalogue.newest()
        if not follow_catalogue(state, catalogue):
            return Turn(None, memory, [Reply("utter_service_withdrawn")])
        intake = self._intake(catalogue, state, memory, talk)
        own, further = apart(said, intake.service.intent)
        for wish in further:
            remember_wish(memory, wish)
        step = intake.take(own)
        if step.verdict is Verdict.DIGRESSION and asks_for_person(said):
            return self.switch(PERSON, state, memory, talk)  # nobody has to ask for it twice
        return self._warned(said, memory, self._turn(intake, step, talk))

    def resume(self, state: IntakeState, memory: Memory, talk: Talk) -> Turn:
        """Ask again what was being asked."""
        catalogue = self._catalogue.newest()
        if not follow_catalogue(state, catalogue):
            return Turn(None, memory, [Reply("utter_service_withdrawn")])
        intake = self._intake(catalogue, state, memory, talk)
        return self._turn(intake, intake.resume(), talk)

    def service_meant(self, said: Understood) -> str | None:
        """The intent of the service that a message is for, also where it names no wish."""
        catalogue = self._catalogue.newest()
        if said.intent in catalogue.service_by_intent:
            return said.intent
        if said.intent == FALLBACK:
            choices = between(said, catalogue)
            if choices or said.first(FURTHER_WISH):
                return choices[0] if choices else said.ranking[0][0]
        return tells_by_number(said)

    # Which wish is taken up -------------------------------------------------

    def ask_again(self, memory: Memory, talk: Talk) -> Turn:
        """Ask again which of two wishes is meant, or whether to go on with the next one."""
        return Turn(None, memory, self._next_wish(memory, talk).ask())

    def decide(self, said: Understood, memory: Memory, talk: Talk) -> Turn:
        """Read a message as the answer to which wish is taken up."""
        answer = self._next_wish(memory, talk).read(said)
        if isinstance(answer, Begin):
            turn = self.begin(answer.intent, answer.said, memory, talk)
            for wish in answer.later:
                remember_wish(memory, wish)
            return turn
        if answer is not None:
            return Turn(None, memory, answer)
        return self._take_something_else(said, memory, talk)

    def _take_something_else(self, said: Understood, memory: Memory, talk: Talk) -> Turn:
        """A message that does not answer the question about the next wish."""
        sure = said.pressed or said.confidence >= _LIKELY
        wanted = said.first("service") if said.intent == "switch_service" else None
        intent = tells_by_number(said) or (wanted.value if wanted else said.intent)
        if intent in self._catalogue.newest().service_by_intent and (sure or intent != said.intent):
            if intent == PERSON and memory.undecided:
                said = explained(Understood.from_json(memory.undecided), intent, said)
            return self.begin(intent, replace(said, ranking=()), memory, talk)
        if sure and said.intent in DIGRESSIONS:
            return Turn(None, memory, digression=True)
        undecided = bool(memory.choices)
        memory.choices, memory.offered = [], False
        remark = self.take_up_remark(said, memory, talk)
        if undecided or remark[0].response in ("utter_not_understood", "utter_what_next"):
            return Turn(None, memory, remark)
        return self._and_next(Turn(None, memory, remark), talk)

    def _and_next(self, turn: Turn, talk: Talk) -> Turn:
        """Where an intake is over, offer to go on with the next wish that the customer told."""
        if turn.state is None and not turn.digression:
            turn.replies.extend(self._next_wish(turn.memory, talk).offer())
        return turn

    def _next_wish(self, memory: Memory, talk: Talk) -> NextWish:
        return NextWish(self._catalogue.newest(), memory, talk.language)

    # Questions beside an intake ---------------------------------------------

    def answer_usage(
        self, said: Understood, state: IntakeState | None, memory: Memory, talk: Talk
    ) -> list[Reply]:
        """Quote the manual for a question asked in the middle of something else."""
        product = self._product_meant(said, state, memory)
        if product is None:
            return [Reply("utter_manual_which_product")]
        section = said.first("section")
        if section:
            return [self._answers.section(section.value, product, talk)]
        question = said.text_without("product", "product_category")
        return [self._answers.from_manual(question, product, talk)]

    def answer_waiting_time(self, talk: Talk) -> list[Reply]:
        """Tell within what time a person answers."""
        return [self._answers.waiting_time(talk)]

    def take_files(self, state: IntakeState | None, talk: Talk) -> list[Reply]:
        """A message that is nothing but files: say to which ticket they go, or ask what for."""
        if state:
            return [Reply("utter_files_kept")]
        with reading(self._sessions) as session:
            number = open_ticket_of(session, talk.conversation_id)
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
            return [self._answers.from_manual(memory.searched, memory.product, talk)]
        if service.completion == "answer_warranty":
            return [self._answers.warranty(catalogue.products[memory.product], memory.bought, talk)]
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
        return [self._answers.warranty(catalogue.products[product], bought, talk)]

    def note_other_wish(
        self, said: Understood, state: IntakeState, memory: Memory, talk: Talk
    ) -> list[Reply]:
        """Another service was asked for: offer to change over, the present intake stays."""
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

    # Completing an intake ---------------------------------------------------

    def _turn(self, intake: Intake, step: Step, talk: Talk) -> Turn:
        if step.verdict is Verdict.DIGRESSION:
            return Turn(intake.state, intake.memory, digression=True)
        if step.verdict is Verdict.CANCELLED:
            return self._and_next(Turn(None, intake.memory, step.replies), talk)
        if step.verdict is Verdict.ASK:
            return Turn(intake.state, intake.memory, step.replies)
        done = self._completions.complete(intake, talk)
        return self._and_next(Turn(done.state, done.memory, step.replies + done.replies), talk)

    # Parts ------------------------------------------------------------------

    def _endangered(self, said: Understood, memory: Memory) -> bool:
        """Whether the message tells of danger for the first time in the conversation."""
        if memory.warned or said.pressed:
            return False
        memory.warned = bool(words_of_danger(said.text, self._company.safety_words))
        return memory.warned

    def _warned(self, said: Understood, memory: Memory, turn: Turn) -> Turn:
        if self._endangered(said, memory):
            turn.replies.insert(0, Reply("utter_safety_first"))
        return turn

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

    def _intake(
        self, catalogue: Catalogue, state: IntakeState, memory: Memory, talk: Talk
    ) -> Intake:
        return Intake(catalogue, state, memory, self._answers.today(), talk.language)


def asks_for_person(said: Understood) -> bool:
    """Whether the message is nothing but that wish; in a long one it may be part of a story."""
    if said.intent != PERSON or said.pressed:
        return said.intent == PERSON
    return said.confidence >= _VERY_SURE and len(words_of(said.text)) <= _SHORT


def summary_for_person(catalogue: Catalogue, state: IntakeState, language: str) -> str:
    """What an unfinished intake holds, for the colleague who goes on with it."""
    service = catalogue.services[state.service]
    told = [
        f"{record.label[language]}: "
        + show_value(record, state.records[record.field], catalogue, language)
        for record in service.records
        if record.field in state.records and record.kind not in REMEMBERED
    ]
    return f"{service.name[language]}. " + "; ".join(told) if told else ""


def open_desk(settings: Settings, clock: Callable[[], datetime]) -> Desk:
    """The desk on the configured database, catalogue and index."""
    sessions = open_sessions(open_engine(settings))
    guidance = Guidance(sessions, GuidanceIndex(settings.var_dir))
    return Desk(sessions, guidance, read_company(settings.catalogue_dir), clock)
