"""What is done when all records of an intake are there: a ticket, an answer, a status."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.answers import Answers
from aftercare.clocks.figures import answer_due
from aftercare.complaints.chat import acknowledge_in_chat
from aftercare.database import SessionFactory, writing
from aftercare.errors import NotFound, StorageUnavailable
from aftercare.intake.dialogue import Intake
from aftercare.intake.state import CONFIRMATION, DOUBLE, Memory
from aftercare.log import log_failure
from aftercare.ownership.talk import WarrantyTalk, piece_of_part
from aftercare.replies import Reply
from aftercare.returns.chat import photo_wished
from aftercare.tables.tickets import Ticket
from aftercare.talk import Talk, Turn
from aftercare.ticket_talk import TicketTalk
from aftercare.tickets.customer_acts import find_own
from aftercare.tickets.doubles import add_to, find_double
from aftercare.tickets.opening import NewTicket, open_ticket
from aftercare.visits.chat import VisitTalk
from aftercare.wording import show_day_end, show_within


class Completions:
    """One method for each kind of completion in aftercare/catalogue/service_files.py."""

    def __init__(
        self,
        sessions: SessionFactory,
        answers: Answers,
        clock: Callable[[], datetime],
        tickets: TicketTalk,
        visits: VisitTalk,
        warranty: WarrantyTalk,
    ) -> None:
        self._sessions = sessions
        self._answers = answers
        self._clock = clock
        self._tickets = tickets
        self._visits = visits
        self._warranty = warranty

    def complete(self, intake: Intake, talk: Talk) -> Turn:
        """End the intake in the way of its service; a failure to store leaves it standing."""
        kinds = {
            "open_ticket": self._open_ticket,
            "answer_from_manual": self._answer_from_manual,
            "answer_warranty": self._answer_warranty,
            "tell_status": self._tell_status,
            "add_to_ticket": self._add_to_ticket,
        }
        return kinds[intake.service.completion](intake, talk)

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
            note=_note(intake.memory),
            danger=intake.memory.warned,
        )
        try:
            with writing(self._sessions) as session:
                beside = self._double(session, new, intake, talk)
                if beside:
                    return beside
                ticket = open_ticket(session, new, self._clock())
                number, due = ticket.number, answer_due(session, ticket)
                receipt = acknowledge_in_chat(session, ticket, talk, self._clock())
        except StorageUnavailable as error:
            # The intake stays where it is: nothing has to be said twice.
            error_id = log_failure("ticket_not_stored", error, conversation_id=talk.conversation_id)
            state.asking = CONFIRMATION
            return Turn(
                state, intake.memory, [Reply("utter_storage_trouble", {"error_id": error_id})]
            )
        values = {
            "number": number,
            "service": service.name[talk.language],
            "answer_by": show_day_end(due, self._clock(), talk.language)
            if due
            else show_within(self._answers.answer_within(talk.language), talk.language),
        }
        intake.memory.question = intake.memory.answer = None
        intake.memory.tried, intake.memory.unanswered = [], False
        reachable = new.email or new.phone
        if reachable:
            intake.memory.ticket = number
        response = "utter_ticket_opened" if reachable else "utter_feedback_stored"
        times = self._visits.after_opening(number, talk)
        photo = photo_wished(new)
        replies = [Reply(response, values), *receipt, *times, *photo]
        return Turn(None, intake.memory, replies)

    def _double(self, session: Session, new: NewTicket, intake: Intake, talk: Talk) -> Turn | None:
        """Offer the open ticket about the same fault, or add to it; None where one is opened.

        Who tells of danger is never held up by the question.
        """
        state = intake.state
        if state.opens_new or new.danger:
            return None
        if state.opens_new is False:
            return self._add_to_double(session, intake, talk)
        # A turn that is worked again must not take the ticket that it wrote for another one.
        written = session.scalar(select(Ticket.id).where(Ticket.intake_key == new.intake_key))
        found = None if written else find_double(session, new)
        if found is None:
            return None
        state.double, state.asking = found.number, DOUBLE
        return Turn(state, intake.memory, [Reply("utter_double_found", {"number": found.number})])

    def _add_to_double(self, session: Session, intake: Intake, talk: Talk) -> Turn | None:
        """Put what was told on the open ticket; None where that is gone meanwhile."""
        state, memory = intake.state, intake.memory
        try:
            ticket = find_own(session, state.double, talk.conversation_id)
        except NotFound:
            return None
        words = state.records.get("description", "")
        add_to(session, ticket, words, state.records, talk.conversation_id, self._clock())
        memory.question = memory.answer = None
        memory.tried, memory.unanswered = [], False
        memory.ticket = ticket.number
        return Turn(None, memory, [Reply("utter_added", {"number": ticket.number})])

    def _answer_from_manual(self, intake: Intake, talk: Talk) -> Turn:
        memory, records = intake.memory, intake.state.records
        memory.question_service = intake.service.id
        question = memory.searched or records["question"]
        return Turn(None, memory, [self._answers.from_manual(question, records["product"], talk)])

    def _answer_warranty(self, intake: Intake, talk: Talk) -> Turn:
        records = intake.state.records
        intake.memory.bought = records.get("purchase_date")
        intake.memory.question_service = intake.service.id
        product = intake.catalogue.products[records["product"]]
        intake.memory.bought_product = product.id
        part = piece_of_part(product.id, records.get("part"))
        bought = records.get("purchase_date")
        replies = self._warranty.answer(product, bought, part, intake.memory, talk)
        return Turn(None, intake.memory, replies)

    def _tell_status(self, intake: Intake, talk: Talk) -> Turn:
        number, proof = _whose(intake)
        replies = self._tickets.tell_status(number, proof, intake.memory, talk)
        return Turn(None, intake.memory, replies)

    def _add_to_ticket(self, intake: Intake, talk: Talk) -> Turn:
        number, proof = _whose(intake)
        words = intake.state.records.get("description", "")
        replies = self._tickets.add(number, proof, words, intake.memory, talk)
        return Turn(None, intake.memory, replies)


def _whose(intake: Intake) -> tuple[str, str | None]:
    """The ticket's number, and the proof that it is the customer's where one was asked for."""
    return intake.state.records["ticket_number"], intake.state.records.get("proof")


def _note(memory: Memory) -> str:
    """What colleagues should know before they read the ticket."""
    lines = ["Told of danger: read this first."] if memory.warned else []
    if memory.tried:
        lines.append(f"Tried from the manual and did not help: {'; '.join(memory.tried)}.")
    return "\n".join(lines)
