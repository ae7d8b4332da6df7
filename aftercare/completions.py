"""What is done when all records of an intake are there: a ticket, an answer, a status."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aftercare.answers import Answers
from aftercare.database import SessionFactory, writing
from aftercare.errors import StorageUnavailable
from aftercare.intake.dialogue import Intake
from aftercare.intake.state import CONFIRMATION, Memory
from aftercare.log import log_failure
from aftercare.replies import Reply
from aftercare.talk import Talk, Turn
from aftercare.tickets import NewTicket, open_ticket, prove_and_find
from aftercare.wording import show_date

_PROOFS_ALLOWED = 3


class Completions:
    """One method for each kind of completion in aftercare/catalogue/files.py."""

    def __init__(
        self,
        sessions: SessionFactory,
        answers: Answers,
        clock: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._answers = answers
        self._clock = clock

    def complete(self, intake: Intake, talk: Talk) -> Turn:
        """End the intake in the way of its service; a failure to store leaves it standing."""
        kinds = {
            "open_ticket": self._open_ticket,
            "answer_from_manual": self._answer_from_manual,
            "answer_warranty": self._answer_warranty,
            "tell_status": self._tell_status,
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
                number = open_ticket(session, new, self._clock()).number
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
            "answer_within": self._answers.answer_within(talk.language),
        }
        intake.memory.question = intake.memory.answer = None
        intake.memory.tried, intake.memory.unanswered = [], False
        reachable = new.email or new.phone
        if reachable:
            intake.memory.ticket, intake.memory.ticket_contact = number, reachable
        response = "utter_ticket_opened" if reachable else "utter_feedback_stored"
        return Turn(None, intake.memory, [Reply(response, values)])

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
        reply = self._answers.warranty(product, records.get("purchase_date"), talk)
        return Turn(None, intake.memory, [reply])

    def _tell_status(self, intake: Intake, talk: Talk) -> Turn:
        memory, records = intake.memory, intake.state.records
        if memory.failed_proofs >= _PROOFS_ALLOWED:
            return Turn(None, memory, [Reply("utter_ticket_not_found_too_often")])
        number = records["ticket_number"]
        with writing(self._sessions) as session:
            ticket = prove_and_find(session, number, proof=records["proof"], now=self._clock())
            if ticket:
                changed = self._answers.local_day(ticket.updated_at)
                values = {
                    "number": ticket.number,
                    "service": ticket.service.name[talk.language],
                    "changed": show_date(changed, talk.language),
                }
                status = ticket.status
        if ticket is None:
            memory.failed_proofs += 1
            return Turn(None, memory, [Reply("utter_ticket_not_found", {"number": number})])
        memory.failed_proofs = 0
        return Turn(None, memory, [Reply(f"utter_ticket_status_{status}", values)])


def _note(memory: Memory) -> str:
    """What colleagues should know before they read the ticket."""
    lines = ["Told of danger: read this first."] if memory.warned else []
    if memory.tried:
        lines.append(f"Tried from the manual and did not help: {'; '.join(memory.tried)}.")
    return "\n".join(lines)
