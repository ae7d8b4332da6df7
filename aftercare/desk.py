"""The desk as the bot sees it: one call per message of an intake, one per question beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from aftercare.asked import Asked
from aftercare.attachments.tying import settle_earlier
from aftercare.beside import QuestionsBeside
from aftercare.catalogue.files import CompanyFile, read_company
from aftercare.catalogue.snapshot import Catalogue, ServiceView
from aftercare.completions import Completions
from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.errors import NotFound
from aftercare.guidance.answers import Guidance
from aftercare.guidance.index import GuidanceIndex
from aftercare.handover.asking import People, wants_message
from aftercare.hours import Hours
from aftercare.intake.dialogue import Intake, Step, Verdict
from aftercare.intake.digressions import DIGRESSIONS
from aftercare.intake.keywords import fault_or_service, guessed, hardly_told
from aftercare.intake.next_wish import Begin, NextWish
from aftercare.intake.person import PERSON, asks_for_person, summary_for_person
from aftercare.intake.state import REMEDY, IntakeState, Memory, follow_catalogue
from aftercare.intake.understood import Understood
from aftercare.intake.wishes import (
    apart,
    between,
    drop_wish,
    explained,
    remember_wish,
    tells_by_number,
)
from aftercare.maintenance.chat import MaintenanceTalk
from aftercare.postbacks import INTENT as POSTBACK
from aftercare.postbacks import Postbacks
from aftercare.replies import Reply
from aftercare.returns.chat import ReturnTalk
from aftercare.settings import Settings
from aftercare.short_answers import NOTHING_ASKED, LastAnswer, button_meant, offer_told
from aftercare.tables.guidance import Outcome
from aftercare.talk import Talk, Turn
from aftercare.talker import on_file
from aftercare.ticket_talk import TicketTalk, note_own
from aftercare.tickets.customer_acts import own_tickets
from aftercare.training.beside import wants_training
from aftercare.training.trainer import Trainer
from aftercare.troubleshooting import Troubleshooting
from aftercare.visits.chat import VisitTalk

_LIKELY = 0.45


class Desk(QuestionsBeside):
    """Holds what the answers need: database, catalogue, manuals, clock."""

    def __init__(
        self,
        sessions: SessionFactory,
        guidance: Guidance,
        company: CompanyFile,
        clock: Callable[[], datetime],
        *,
        reopen_days: int = Settings.model_fields["reopen_days"].default,
    ) -> None:
        super().__init__(sessions, guidance, company, clock)
        self._troubleshooting = Troubleshooting(guidance, self._verdicts, company.safety_words)
        self._tickets = TicketTalk(sessions, self._answers, clock, reopen_days)
        self._visits = VisitTalk(sessions, clock)
        self._maintenance = MaintenanceTalk(sessions, clock)
        self._completions = Completions(
            sessions, self._answers, clock, self._tickets, self._visits, self._warranty
        )
        #: What was asked outside of an intake.
        self._asked = Asked(self._tickets.questions | self._maintenance.questions)
        #: Also for what is said beside a training.
        self.trainer = Trainer(sessions, guidance, self._answers, clock)
        self._people = People(sessions, Hours.of(company.business_hours), clock)
        returns = ReturnTalk(sessions, company.returns)
        #: What buttons ask and announcements begin, by the name of what is to be done.
        self.postbacks = Postbacks(
            {**self._tickets.handlers, **self._visits.handlers(), **returns.handlers()}
            | self._maintenance.handlers
        )

    # Intakes ----------------------------------------------------------------

    def begin(self, service_intent: str, said: Understood, memory: Memory, talk: Talk) -> Turn:
        """Start the intake of the service that an intent stands for.

        Raises NotFound for an intent without a service, StorageUnavailable.
        """
        catalogue = self._catalogue.newest()
        if wants_training(said):
            return Turn(None, memory, self.trainer.begin(said, memory, catalogue, talk))
        visit = self._visits.asked_to_move(said, talk)
        if visit:
            return self._and_next(Turn(None, memory, visit), talk)
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
        choices = between(said, catalogue) or fault_or_service(said, catalogue)
        # Who opened a ticket a moment ago most likely asks about that one.
        if choices and not (memory.ticket and choices[0] == "check_ticket_status"):
            memory.undecided, memory.choices = said.to_json(), list(choices)
            return self._warned(said, memory, self.ask_again(memory, talk))
        if not choices and (guessed(said, catalogue) or hardly_told(said, catalogue)):
            return self._warned(
                said,
                memory,
                Turn(None, memory, self._next_wish(memory, talk).propose(said, service)),
            )
        memory.undecided, memory.choices, memory.offered = None, [], False
        memory.asked = None
        talker = on_file(self._sessions, talk.conversation_id)
        memory.known, memory.owned = talker.known | memory.known, talker.owned
        self._note_own(service, memory, talk)
        if talker.files_wait and service.completion != "add_to_ticket":
            with writing(self._sessions) as session:
                settle_earlier(session, talk.conversation_id)
        if said.ranking and said.ranking[0][0] == service_intent:
            said = replace(said, intent=service_intent)  # too unlikely for Rasa to call it so
        own, further = apart(said, service_intent)
        drop_wish(memory, service_intent)
        for wish in further:
            remember_wish(memory, wish)
        first: list[Reply] = []
        if service_intent == PERSON:
            self._verdicts.settle(Outcome.PERSON, memory, talk)
            answer = self._people.answer(talk, message_wanted=wants_message(said))
            if answer.queued:
                return self._and_next(Turn(None, memory, [answer.reply]), talk)
            first = [answer.reply]
        fresh = self._maintenance.intake_for(said, service, memory, talk)
        intake = self._intake(catalogue, fresh, memory, talk)
        turn = self._turn(intake, intake.begin(own), talk, said)
        turn.replies[:0] = first
        return self._warned(said, memory, turn)

    def switch(
        self,
        service_intent: str,
        state: IntakeState,
        memory: Memory,
        talk: Talk,
        *,
        message_wanted: bool = False,
    ) -> Turn:
        """Leave an intake for another service; what both need is taken along.

        For a person who can come it stays open, unless a message is to be taken down instead.
        """
        catalogue = self._catalogue.newest()
        service = catalogue.service_by_intent.get(service_intent)
        if service is None:
            raise NotFound(f"no service for intent {service_intent}")
        if not follow_catalogue(state, catalogue):
            return self.begin(
                service_intent, Understood("", service_intent, pressed=True), memory, talk
            )
        self._note_own(service, memory, talk)
        first: list[Reply] = []
        if service_intent == PERSON:
            self._verdicts.settle(Outcome.PERSON, memory, talk)
            answer = self._people.answer(talk, message_wanted=message_wanted)
            if answer.queued:
                return Turn(state, memory, [answer.reply])
            first = [answer.reply]
        said = drop_wish(memory, service_intent) or Understood("", service_intent, pressed=True)
        old = catalogue.services[state.service]
        kinds = {
            old.record(name).kind: value
            for name, value in state.records.items()
            if not old.record(name).choices
        }
        fresh = self._maintenance.intake_for(said, service, memory, talk)
        fresh.category = state.category
        if said.first("product") or said.first("product_category"):
            kinds.pop("product", None)
        for record in service.records:
            if record.kind in kinds:
                fresh.records.setdefault(record.field, kinds[record.kind])
        if service.intent == PERSON:
            told = summary_for_person(catalogue, state, talk.language)
            fresh.records.update({"description": told} if told else {})
        intake = self._intake(catalogue, fresh, memory, talk)
        turn = self._turn(intake, intake.begin(said), talk, said)
        turn.replies[:0] = first
        return turn

    def take(self, said: Understood, state: IntakeState, memory: Memory, talk: Talk) -> Turn:
        """Read a message as an answer within an intake, or to what a button of its own asked."""
        if memory.asked:
            heard = self._asked.hear(said, memory, talk)
        else:
            heard = self.offer_repair_instead(said, state, memory, talk) or None
        if heard is not None:
            again = self.resume(state, memory, talk)
            again.replies[:0] = heard
            return self._warned(said, memory, again)
        catalogue = self._catalogue.newest()
        if not follow_catalogue(state, catalogue):
            return Turn(None, memory, [Reply("utter_service_withdrawn")])
        intake = self._intake(catalogue, state, memory, talk)
        own, further = apart(said, intake.service.intent)
        for wish in further:
            remember_wish(memory, wish)
        of_remedy = state.asking == REMEDY
        step = intake.take(own)
        if of_remedy or step.verdict is Verdict.SOLVED:
            self._troubleshooting.settle(intake, talk)
        if step.verdict is Verdict.DIGRESSION and asks_for_person(said):
            # Nobody has to ask for it twice.
            message = wants_message(said)
            return self.switch(PERSON, state, memory, talk, message_wanted=message)
        return self._warned(said, memory, self._turn(intake, step, talk, own))

    def resume(self, state: IntakeState, memory: Memory, talk: Talk) -> Turn:
        """Ask again what was being asked."""
        if memory.asked:
            return Turn(state, memory)
        catalogue = self._catalogue.newest()
        if not follow_catalogue(state, catalogue):
            return Turn(None, memory, [Reply("utter_service_withdrawn")])
        intake = self._intake(catalogue, state, memory, talk)
        return self._turn(intake, intake.resume(), talk, Understood("", ""))

    # What is said outside of an intake ---------------------------------------

    def take_short_answer(
        self, said: Understood, last: LastAnswer | None, memory: Memory, talk: Talk
    ) -> list[Reply]:
        """A typed yes, no or "cancel": the button of the last answer that it stands for.

        A service that is said yes to is offered in the memory; the form begins it.
        """
        meant = button_meant(said, last)
        if meant is None:
            nothing = [Reply(NOTHING_ASKED.get(said.intent, "utter_what_next"))]
            return self._visits.asked_to_move(said, talk) or nothing
        if meant.intent == POSTBACK:
            return self.postbacks.answer(meant, memory, talk)
        if meant.intent in self._catalogue.newest().service_by_intent:
            memory.wishes.insert(0, meant.to_json())
            memory.offered = True
            return []
        return self.take_verdict(meant, memory, talk)

    def hear_of_visit(
        self, said: Understood, last: LastAnswer | None, memory: Memory, talk: Talk
    ) -> list[Reply]:
        """Another time than those that were just offered, or than that of the booked visit."""
        meant = button_meant(said, last) or offer_told(said, last)
        if isinstance(meant, Reply):
            return [meant]
        if meant and meant.intent == POSTBACK:
            return self.postbacks.answer(meant, memory, talk)
        return self._visits.asked_to_move(said, talk)

    # Which wish is taken up -------------------------------------------------

    def ask_again(self, memory: Memory, talk: Talk) -> Turn:
        """Ask again what is asked outside of an intake: which wish is meant, or how it went."""
        if memory.asked:
            return Turn(None, memory, self._asked.again(memory, talk))
        return Turn(None, memory, self._next_wish(memory, talk).ask())

    def decide(self, said: Understood, memory: Memory, talk: Talk) -> Turn:
        """Read a message as the answer to what is asked outside of an intake."""
        if memory.asked:
            return self._hear_asked(said, memory, talk)
        answer = self._next_wish(memory, talk).read(said)
        if isinstance(answer, Begin):
            turn = self.begin(answer.intent, answer.said, memory, talk)
            for wish in answer.later:
                remember_wish(memory, wish)
            return turn
        if answer is not None:
            return Turn(None, memory, answer)
        return self._take_something_else(said, memory, talk)

    def _hear_asked(self, said: Understood, memory: Memory, talk: Talk) -> Turn:
        """Read a message as the answer to a question of the desk's own, or as another wish."""
        question = memory.asked
        heard = self._asked.hear(said, memory, talk)
        if heard is not None:
            return self._warned(said, memory, self._and_next(Turn(None, memory, heard), talk))
        sure = said.pressed or said.confidence >= _LIKELY
        services = self._catalogue.newest().service_by_intent
        if sure and said.intent in DIGRESSIONS and said.intent not in services:
            memory.asked = question  # "Are you a robot?" is answered, and then it is asked again
            return Turn(None, memory, digression=True)
        return self._take_something_else(said, memory, talk)

    def _take_something_else(self, said: Understood, memory: Memory, talk: Talk) -> Turn:
        """A message that does not answer the question about the next wish."""
        sure = said.pressed or said.confidence >= _LIKELY
        wanted = said.first("service") if said.intent == "switch_service" else None
        catalogue = self._catalogue.newest()
        intent = tells_by_number(said, catalogue) or (wanted.value if wanted else said.intent)
        if intent in catalogue.service_by_intent and (sure or intent != said.intent):
            if intent == PERSON and memory.undecided:
                said = explained(Understood.from_json(memory.undecided), intent, said)
            return self.begin(intent, replace(said, ranking=()), memory, talk)
        if sure and said.intent in DIGRESSIONS:
            return Turn(None, memory, digression=True)
        undecided = bool(memory.choices)
        memory.choices, memory.offered = [], False
        remark = self._visits.asked_to_move(said, talk) or self.take_up_remark(said, memory, talk)
        if undecided or remark[0].response in ("utter_not_understood", "utter_what_next"):
            return Turn(None, memory, remark)
        return self._and_next(Turn(None, memory, remark), talk)

    def _and_next(self, turn: Turn, talk: Talk) -> Turn:
        """Where an intake is over, offer to go on with the next wish that the customer told."""
        self._verdicts.note(turn.replies, turn.memory, talk)
        if turn.state is None and not turn.digression and not turn.memory.asked:
            turn.replies.extend(self._next_wish(turn.memory, talk).offer())
        return turn

    def _next_wish(self, memory: Memory, talk: Talk) -> NextWish:
        return NextWish(self._catalogue.newest(), memory, talk.language)

    # Training for use ---------------------------------------------------------

    def train(self, said: Understood, memory: Memory, talk: Talk, *, again: bool = False) -> Turn:
        """Read a message within a training; `again`: something else was answered before."""
        catalogue = self._catalogue.newest()
        if again:
            return Turn(None, memory, self.trainer.ask_again(memory, catalogue, talk))
        if self._endangered(said, memory):
            aside = self.trainer.set_aside(memory, catalogue, talk)
            replies = [Reply("utter_safety_first"), *aside, Reply("utter_safety_next")]
            return Turn(None, memory, replies)
        outcome = self.trainer.take(said, memory, catalogue, talk)
        if outcome.digression:
            return Turn(None, memory, digression=True)
        if outcome.wish:
            memory.stuck_at = outcome.told
            turn = self.begin(outcome.wish.intent, outcome.wish, memory, talk)
            memory.stuck_at = None
            turn.replies[:0] = outcome.replies
            return turn
        turn = Turn(None, memory, outcome.replies)
        return turn if memory.training else self._and_next(turn, talk)

    # Completing an intake ---------------------------------------------------

    def _turn(self, intake: Intake, step: Step, talk: Talk, said: Understood) -> Turn:
        if step.verdict is Verdict.DIGRESSION:
            return Turn(intake.state, intake.memory, digression=True)
        if step.verdict in (Verdict.CANCELLED, Verdict.SOLVED):
            return self._and_next(Turn(None, intake.memory, step.replies), talk)
        if step.verdict is Verdict.ASK:
            replies = self._troubleshooting.before_question(step.replies, intake, said, talk)
            recalls = self._warranty.recalls(intake, talk)
            return Turn(intake.state, intake.memory, recalls + replies)
        recalls = self._warranty.recalls(intake, talk)
        done = self._completions.complete(intake, talk)
        replies = recalls + step.replies + done.replies
        return self._and_next(Turn(done.state, done.memory, replies), talk)

    # Parts ------------------------------------------------------------------

    def _note_own(self, service: ServiceView, memory: Memory, talk: Talk) -> None:
        """Find the customer's tickets, where one of them is to be chosen."""
        if not any(record.kind == "ticket_number" for record in service.records):
            return
        with reading(self._sessions) as session:
            note_own(memory, own_tickets(session, talk.conversation_id), talk.language)

    def _warned(self, said: Understood, memory: Memory, turn: Turn) -> Turn:
        if self._endangered(said, memory):
            turn.replies.insert(0, Reply("utter_safety_first"))
        return turn

    def _intake(
        self, catalogue: Catalogue, state: IntakeState, memory: Memory, talk: Talk
    ) -> Intake:
        return Intake(catalogue, state, memory, self._answers.today(), talk.language)


def open_desk(settings: Settings, clock: Callable[[], datetime]) -> Desk:
    """The desk on the configured database, catalogue and index."""
    sessions = open_sessions(open_engine(settings))
    guidance = Guidance(sessions, GuidanceIndex(settings.var_dir))
    company = read_company(settings.catalogue_dir)
    return Desk(sessions, guidance, company, clock, reopen_days=settings.reopen_days)
