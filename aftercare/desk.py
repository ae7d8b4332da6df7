"""The desk as the bot sees it: one call per message of an intake, one per question beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aftercare.catalogue.files import CompanyFile, read_company
from aftercare.catalogue.snapshot import Catalogue, CatalogueReader
from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.errors import GuidanceUnavailable, NotFound, StorageUnavailable, new_error_id
from aftercare.guidance.answers import Guidance
from aftercare.guidance.index import GuidanceIndex
from aftercare.intake.dialogue import Intake, Step, Verdict
from aftercare.intake.filing import REMEMBERED
from aftercare.intake.state import CONFIRMATION, IntakeState, Memory
from aftercare.intake.understood import Understood
from aftercare.intake.words import words_of
from aftercare.log import log_error
from aftercare.replies import Button, Reply
from aftercare.settings import Settings
from aftercare.tickets import NewTicket, find_for_customer, open_ticket
from aftercare.warranty import covered_until
from aftercare.wording import show_date, show_value

#: The wish that no intake may hold up.
PERSON = "request_human"
_PROOFS_ALLOWED = 3
_SHORT = 12
_TELLING = 4


@dataclass(frozen=True)
class Talk:
    """The conversation that a message belongs to."""

    conversation_id: str
    channel: str
    language: str


@dataclass
class Turn:
    """What is to be said and remembered. `state` is None when the intake is over."""

    state: IntakeState | None
    memory: Memory
    replies: list[Reply] = field(default_factory=list)
    digression: bool = False


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
        self._guidance = guidance
        self._company = company
        self._clock = clock

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
            reply = self._section(section.value, product.value, talk)
            return Turn(None, memory, [reply])
        intake = self._intake(catalogue, IntakeState(service.id), memory, talk)
        return self._turn(intake, intake.begin(said), talk)

    def switch(self, service_intent: str, state: IntakeState, memory: Memory, talk: Talk) -> Turn:
        """Leave an intake for another service; what both need is taken along."""
        catalogue = self._catalogue.newest()
        service = catalogue.service_by_intent.get(service_intent)
        if service is None:
            raise NotFound(f"no service for intent {service_intent}")
        old = catalogue.services[state.service]
        kinds = {
            old.record(name).kind: value
            for name, value in state.records.items()
            if not old.record(name).choices
        }
        fresh = IntakeState(
            service.id,
            category=state.category,
            other_wishes=[wish for wish in state.other_wishes if wish != service.id],
        )
        for record in service.records:
            if record.kind in kinds:
                fresh.records[record.field] = kinds[record.kind]
        if service.intent == PERSON:
            told = summary_for_person(catalogue, state, talk.language)
            fresh.records.update({"description": told} if told else {})
        intake = self._intake(catalogue, fresh, memory, talk)
        return self._turn(intake, intake.begin(Understood("", service_intent, pressed=True)), talk)

    def take(self, said: Understood, state: IntakeState, memory: Memory, talk: Talk) -> Turn:
        """Read a message as an answer within an intake."""
        intake = self._intake(self._catalogue.newest(), state, memory, talk)
        step = intake.take(said)
        if step.verdict is Verdict.DIGRESSION and asks_for_person(said):
            return self.switch(PERSON, state, memory, talk)  # nobody has to ask for it twice
        return self._turn(intake, step, talk)

    def resume(self, state: IntakeState, memory: Memory, talk: Talk) -> Turn:
        """Ask again what was being asked."""
        intake = self._intake(self._catalogue.newest(), state, memory, talk)
        return self._turn(intake, intake.resume(), talk)

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
            return [self._section(section.value, product, talk)]
        return [self._answer(said.text, product, talk)]

    def answer_waiting_time(self) -> list[Reply]:
        """Tell within how many working days a person answers."""
        return [Reply("utter_waiting_time", {"answer_days": str(self._company.answer_days)})]

    def take_up_remark(self, said: Understood, memory: Memory, talk: Talk) -> list[Reply]:
        """Something told outside of an intake: "no, it's the W700" asks the last question again."""
        catalogue = self._catalogue.newest()
        nothing = "utter_not_understood" if said.intent == "nlu_fallback" else "utter_what_next"
        named = said.all("product")
        service = catalogue.services.get(memory.question_service or "")
        memory.unclear = said.text if len(words_of(said.text)) >= _TELLING else None
        again = service and named and len(words_of(said.text)) <= _SHORT
        if not service or not again or named[-1].value not in catalogue.products:
            return [Reply(nothing)]
        memory.product = named[-1].value
        if service.completion == "answer_from_manual" and memory.question:
            return [self._answer(memory.question, memory.product, talk)]
        if service.completion == "answer_warranty":
            return [self._warranty(catalogue, memory.product, memory.bought, talk)]
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
        return [self._warranty(catalogue, product, bought, talk)]

    def note_other_wish(self, said: Understood, state: IntakeState, talk: Talk) -> list[Reply]:
        """Another service was asked for: offer to change over, the present intake stays."""
        catalogue = self._catalogue.newest()
        service = catalogue.service_by_intent.get(said.intent)
        if service is None or service.id == state.service:
            return []
        if service.id not in state.other_wishes:
            state.other_wishes.append(service.id)
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
            return Turn(None, intake.memory, step.replies)
        if step.verdict is Verdict.ASK:
            return Turn(intake.state, intake.memory, step.replies)
        complete = {
            "open_ticket": self._open_ticket,
            "answer_from_manual": self._answer_from_manual,
            "answer_warranty": self._answer_warranty,
            "tell_status": self._tell_status,
        }[intake.service.completion]
        done = complete(intake, talk)
        return Turn(done.state, done.memory, step.replies + done.replies)

    def _open_ticket(self, intake: Intake, talk: Talk) -> Turn:
        state, service = intake.state, intake.service
        by_kind = {service.record(name).kind: value for name, value in state.records.items()}
        contact = by_kind.get("contact", "")
        new = NewTicket(
            intake_key=state.key,
            service_id=service.id,
            product_id=by_kind.get("product"),
            conversation_id=talk.conversation_id,
            channel=talk.channel,
            language=talk.language,
            description=by_kind.get("description", ""),
            name=by_kind.get("name"),
            email=by_kind.get("email") or (contact if "@" in contact else None),
            phone=by_kind.get("phone") or (contact if contact and "@" not in contact else None),
            records=dict(state.records),
        )
        try:
            with writing(self._sessions) as session:
                number = open_ticket(session, new, self._clock()).number
        except StorageUnavailable as error:
            # The intake stays where it is: nothing has to be said twice.
            error_id = new_error_id()
            log_error("ticket_not_stored", error_id, error, conversation_id=talk.conversation_id)
            state.asking = CONFIRMATION
            return Turn(
                state, intake.memory, [Reply("utter_storage_trouble", {"error_id": error_id})]
            )
        values = {
            "number": number,
            "service": service.name[talk.language],
            "answer_days": str(self._company.answer_days),
        }
        intake.memory.question = None
        reachable = new.email or new.phone
        if reachable:
            intake.memory.ticket, intake.memory.ticket_contact = number, reachable
        response = "utter_ticket_opened" if reachable else "utter_feedback_stored"
        return Turn(
            None, intake.memory, [Reply(response, values), *self._other_wishes(intake, talk)]
        )

    def _other_wishes(self, intake: Intake, talk: Talk) -> list[Reply]:
        services = [
            intake.catalogue.services[wish]
            for wish in intake.state.other_wishes
            if wish in intake.catalogue.services
        ]
        if not services:
            return []
        buttons = tuple(Button(service.name[talk.language], service.intent) for service in services)
        return [Reply("utter_other_wish_now", buttons=buttons)]

    def _answer_from_manual(self, intake: Intake, talk: Talk) -> Turn:
        question = intake.state.records["question"]
        intake.memory.question, intake.memory.question_service = question, intake.service.id
        return Turn(
            None,
            intake.memory,
            [self._answer(question, intake.state.records["product"], talk)],
        )

    def _answer_warranty(self, intake: Intake, talk: Talk) -> Turn:
        records = intake.state.records
        intake.memory.bought = records.get("purchase_date")
        intake.memory.question_service = intake.service.id
        reply = self._warranty(
            intake.catalogue, records["product"], records.get("purchase_date"), talk
        )
        return Turn(None, intake.memory, [reply])

    def _tell_status(self, intake: Intake, talk: Talk) -> Turn:
        memory, records = intake.memory, intake.state.records
        if memory.failed_proofs >= _PROOFS_ALLOWED:
            return Turn(None, memory, [Reply("utter_ticket_not_found_too_often")])
        try:
            with reading(self._sessions) as session:
                ticket = find_for_customer(
                    session, records["ticket_number"], proof=records["proof"]
                )
                values = {
                    "number": ticket.number,
                    "service": ticket.service.name[talk.language],
                    "changed": show_date(self._local_day(ticket.updated_at), talk.language),
                }
                status = ticket.status
        except NotFound:
            memory.failed_proofs += 1
            return Turn(
                None,
                memory,
                [Reply("utter_ticket_not_found", {"number": records["ticket_number"]})],
            )
        memory.failed_proofs = 0
        return Turn(None, memory, [Reply(f"utter_ticket_status_{status}", values)])

    # Parts ------------------------------------------------------------------

    def _answer(self, question: str, product: str, talk: Talk) -> Reply:
        try:
            return self._guidance.answer(question, product=product, language=talk.language)
        except GuidanceUnavailable as error:
            return _guidance_trouble(error, talk)

    def _section(self, anchor: str, product: str, talk: Talk) -> Reply:
        return self._guidance.section(anchor, product=product, language=talk.language)

    def _warranty(
        self, catalogue: Catalogue, product_id: str, bought: str | None, talk: Talk
    ) -> Reply:
        product = catalogue.products[product_id]
        values = {
            "product": product.name[talk.language],
            "months": str(product.warranty_months),
        }
        if bought is None:
            return Reply("utter_warranty_term", values)
        until = covered_until(date.fromisoformat(bought), product.warranty_months)
        values["until"] = show_date(until, talk.language)
        covered = until >= self._local_day(self._clock())
        return Reply("utter_warranty_in_force" if covered else "utter_warranty_over", values)

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
        return Intake(catalogue, state, memory, self._local_day(self._clock()), talk.language)

    def _local_day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self._company.business_hours.time_zone)).date()


def asks_for_person(said: Understood) -> bool:
    """Whether the message is nothing but that wish; in a long one it may be part of a story."""
    return said.intent == PERSON and (said.pressed or len(words_of(said.text)) <= _SHORT)


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


def _guidance_trouble(error: GuidanceUnavailable, talk: Talk) -> Reply:
    error_id = new_error_id()
    log_error("guidance_unavailable", error_id, error, conversation_id=talk.conversation_id)
    return Reply("utter_manual_unavailable", {"error_id": error_id})


def open_desk(settings: Settings, clock: Callable[[], datetime]) -> Desk:
    """The desk on the configured database, catalogue and index."""
    sessions = open_sessions(open_engine(settings))
    guidance = Guidance(sessions, GuidanceIndex(settings.var_dir))
    return Desk(sessions, guidance, read_company(settings.catalogue_dir), clock)
