"""Returns in the chat: the number and the label, what came, what was decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import object_session

from aftercare.database import SessionFactory, writing
from aftercare.errors import NotFound
from aftercare.intake.state import Memory
from aftercare.postbacks import Handler
from aftercare.replies import Reply, Source
from aftercare.returns.cases import REASON, RETURN_SERVICE, case_of
from aftercare.returns.files import ReturnsFile
from aftercare.returns.words import show_money
from aftercare.tables.returns import Outcome, ReturnCase, ReturnStatus
from aftercare.tables.tickets import Ticket
from aftercare.talk import Talk
from aftercare.tickets.customer_acts import find_own
from aftercare.tickets.opening import NewTicket
from aftercare.wording import show_date

#: Where the gateway hands out labels, by the return's number (gateway/labels.py).
RETURNS = "/returns/"
#: What a postback of the announcements names (aftercare/returns/announcing.py), and a button.
TOLD, LABEL = "return_told", "return_label"
#: Reasons of which a photo tells something.
_TO_BE_SEEN = frozenset({"defective", "damaged"})
_OUTDATED = Reply("utter_button_outdated")
_POSTAGE: Mapping[str, str] = {
    "company": "utter_return_postage_paid",
    "customer": "utter_return_postage_due",
}
_DECIDED: Mapping[str, str] = {
    Outcome.REPAIR: "utter_return_repair",
    Outcome.REPLACE: "utter_return_replace",
    Outcome.REFUND: "utter_return_refund",
    Outcome.REFUSE: "utter_return_not_accepted",
    Outcome.SCRAP: "utter_return_scrap",
}


class ReturnTalk:
    """One method for each button; without `terms` the company takes no goods back."""

    def __init__(self, sessions: SessionFactory, terms: ReturnsFile | None) -> None:
        self._sessions = sessions
        self._terms = terms

    def handlers(self) -> dict[str, Handler]:
        """What buttons and announcements ask for, by name (aftercare/postbacks.py)."""
        return {TOLD: self._tell, LABEL: self._label}

    def _tell(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """`of`: a number and the status that is told; nothing where it is another one by now."""
        number, _, status = of.partition(" ")

        def answer(case: ReturnCase) -> list[Reply]:
            return self._news(case, talk) if case.status == status else []

        return self._with_case(number, memory, talk, answer) or []

    def _label(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """`of`: a ticket's number."""

        def answer(case: ReturnCase) -> list[Reply]:
            sent_back = case.status in (ReturnStatus.AUTHORISED, ReturnStatus.EXPIRED)
            return (
                self._authorised(case, talk) if sent_back else return_in_status(case.ticket, talk)
            )

        return self._with_case(of, memory, talk, answer) or [_OUTDATED]

    def _with_case(
        self,
        number: str,
        memory: Memory,
        talk: Talk,
        answer: Callable[[ReturnCase], list[Reply]],
    ) -> list[Reply]:
        """Answer about a return that the conversation's customer may know of."""
        with writing(self._sessions) as session:
            try:
                ticket = find_own(session, number, talk.conversation_id, memory.proved)
            except NotFound:
                return []
            case = case_of(session, ticket)
            return answer(case) if case else []

    def _news(self, case: ReturnCase, talk: Talk) -> list[Reply]:
        if case.status == ReturnStatus.AUTHORISED:
            return self._authorised(case, talk)
        if case.status == ReturnStatus.REFUSED:
            return [Reply("utter_return_refused", _number(case)), *_reason(case)]
        return return_in_status(case.ticket, talk)

    def _authorised(self, case: ReturnCase, talk: Talk) -> list[Reply]:
        if self._terms is None or case.rma is None or case.send_by is None:
            return []
        values = {
            **_number(case),
            "rma": case.rma,
            "address": ", ".join(self._terms.address),
            "send_by": show_date(case.send_by, talk.language),
        }
        return [
            Reply("utter_return_authorised", values, sources=_label_source(case, talk)),
            Reply(_POSTAGE[self._terms.postage], _number(case)),
        ]


def photo_wished(new: NewTicket) -> list[Reply]:
    """Ask for a photo where a return that was just opened tells of something to be seen."""
    shown = new.service_id == RETURN_SERVICE and new.records.get(REASON) in _TO_BE_SEEN
    return [Reply("utter_return_photo")] if shown else []


def return_in_status(ticket: Ticket, talk: Talk) -> list[Reply]:
    """Where the return of a ticket stands, beside the ticket's own status."""
    session = object_session(ticket)
    case = case_of(session, ticket) if session else None
    if case is None:
        return []
    values = _number(case)
    if case.status == ReturnStatus.AUTHORISED and case.rma and case.send_by:
        values |= {"rma": case.rma, "send_by": show_date(case.send_by, talk.language)}
        label = _label_source(case, talk)
        return [Reply("utter_return_status_authorised", values, sources=label)]
    if case.status == ReturnStatus.EXPIRED and case.rma:
        return [Reply("utter_return_expired", values | {"rma": case.rma})]
    if case.status in (ReturnStatus.RECEIVED, ReturnStatus.INSPECTED):
        return [Reply("utter_return_received", values)]
    if case.status == ReturnStatus.SETTLED and case.outcome:
        if case.refund_minor is not None and case.currency:
            values["amount"] = show_money(case.refund_minor, case.currency, talk.language)
        return [Reply(_DECIDED[case.outcome], values), *_reason(case)]
    return []


def _reason(case: ReturnCase) -> list[Reply]:
    reasons = [case.deduction_reason, case.told]
    words = " ".join(reason for reason in reasons if reason)
    return [Reply("utter_return_reason", {"words": words})] if words else []


def _number(case: ReturnCase) -> dict[str, str]:
    return {"number": case.ticket.number}


def _label_source(case: ReturnCase, talk: Talk) -> tuple[Source, ...]:
    name = case.ticket.service.name
    title = name.get(talk.language) or next(iter(name.values()))
    return (Source(title, f"RMA {case.rma}", f"{RETURNS}{case.rma}"),)
