"""Complaints in the chat: the receipt, what is proposed, and the customer's answer to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, object_session

from aftercare.asked import Question, ask, leaves_out, said_last, wants_something_else
from aftercare.clocks.plan import read_plan
from aftercare.complaints.answering import accept, contest, give_reason, note_late_answer
from aftercare.complaints.cases import acknowledge, case_of
from aftercare.complaints.plan import read_complaint_plan
from aftercare.complaints.proposing import MONEY, open_proposal
from aftercare.complaints.words import show_moment
from aftercare.database import SessionFactory, writing
from aftercare.errors import NotAllowed, NotFound, StaleEdit
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.intake.words import words_of
from aftercare.postbacks import Handler
from aftercare.replies import Reply
from aftercare.returns.words import show_money
from aftercare.tables.complaints import (
    ComplaintCase,
    ComplaintOutcome,
    ComplaintProposal,
    ComplaintStatus,
    Offer,
    ProposalStatus,
)
from aftercare.tables.tickets import Ticket
from aftercare.talk import Talk
from aftercare.tickets.customer_acts import customer_of, find_own
from aftercare.tickets.history import DESK
from aftercare.wording import show_date, show_day_end

#: What a postback of the announcements names (aftercare/complaints/announcing.py), and buttons.
TOLD, ACCEPT, CONTEST = "complaint_told", "complaint_accept", "complaint_contest"
#: Names of the questions in the memory (aftercare/asked.py).
AGREED, WHY_NOT = "complaint_agreed", "complaint_why_not"
#: What is told beside proposals, which are named by their number.
RECEIVED, EXHAUSTED, UNFOUNDED, REMINDER = "received", "exhausted", "unfounded", "reminder"
_OFFERS: Mapping[str, str] = {
    Offer.EXPLANATION: "utter_complaint_offer_explanation",
    Offer.APOLOGY: "utter_complaint_offer_apology",
    Offer.REPAIR: "utter_complaint_offer_repair",
    Offer.REPLACEMENT: "utter_complaint_offer_replacement",
    Offer.REFUND: "utter_complaint_offer_refund",
    Offer.GOODWILL: "utter_complaint_offer_goodwill",
    Offer.OTHER: "utter_complaint_offer_other",
}
#: What a proposal is told with, and the question that is asked after it.
_PROPOSING = (*_OFFERS.values(), "utter_complaint_ask_answer", "utter_complaint_ask_agreed")
_OUTDATED = Reply("utter_button_outdated")
#: A yes of more words may hold a condition, a no of more words tells why.
_SHORT = 4
_SURE = 0.6
#: A bare no is heard sooner than a yes: it binds nobody, and somebody looks at it again.
_LIKELY = 0.45


class ComplaintTalk:
    """One method for each button. `memory` is changed in place. Raises StorageUnavailable."""

    def __init__(self, sessions: SessionFactory, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock
        self.questions: dict[str, Question] = {
            AGREED: Agreed(self, sessions),
            WHY_NOT: WhyNot(self),
        }

    def handlers(self) -> dict[str, Handler]:
        """What buttons and announcements ask for, by name (aftercare/postbacks.py)."""
        return {TOLD: self._tell, ACCEPT: self.accept, CONTEST: self.contest}

    def accept(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """The customer agrees; `of` is "<ticket number>/<proposal>"."""
        memory.asked = None

        def answer(session: Session, ticket: Ticket, number: int) -> list[Reply]:
            who, now = customer_of(ticket), self._clock()
            try:
                accept(session, ticket, number, by=who, now=now)
            except StaleEdit:
                return self._too_late(session, ticket, number, talk, agrees=True)
            return [Reply("utter_complaint_accepted", _number(ticket))]

        return self._answer(of, memory, talk, answer)

    def contest(self, of: str, memory: Memory, talk: Talk, reason: str = "") -> list[Reply]:
        """The customer does not agree: it goes on at once, then they are asked why."""
        memory.asked = None

        def answer(session: Session, ticket: Ticket, number: int) -> list[Reply]:
            who, now = customer_of(ticket), self._clock()
            try:
                case = contest(session, ticket, number, by=who, now=now, reason=reason)
            except StaleEdit:
                return self._too_late(session, ticket, number, talk, agrees=False)
            replies = self._further(session, case, talk)
            if not reason:
                ask(memory, WHY_NOT, of)
                replies.append(Reply("utter_complaint_ask_why_not"))
            return replies

        return self._answer(of, memory, talk, answer)

    def explain(self, of: str, words: str, memory: Memory, talk: Talk) -> list[Reply]:
        """Keep why the customer does not agree."""

        def answer(session: Session, ticket: Ticket, number: int) -> list[Reply]:
            who = customer_of(ticket)
            give_reason(session, ticket, number, words, by=who, now=self._clock())
            return [Reply("utter_complaint_reason_noted", _number(ticket))]

        return self._answer(of, memory, talk, answer)

    def _tell(self, of: str, memory: Memory, talk: Talk) -> list[Reply]:
        """`of`: a number and what is told; nothing where it is not so any more."""
        number, _, what = of.partition(" ")
        kind, _, count = what.partition("/")
        with writing(self._sessions) as session:
            case = self._case(session, number, memory, talk)
            if case is None:
                return []
            if kind == RECEIVED:
                return received_replies(session, case.ticket, talk, self._clock())
            if kind == EXHAUSTED and case.status == ComplaintStatus.EXHAUSTED:
                return self._further(session, case, talk)
            if kind == UNFOUNDED and case.outcome == ComplaintOutcome.UNFOUNDED:
                words = Reply("utter_complaint_words", {"words": case.told})
                return [Reply("utter_complaint_unfounded", _number(case.ticket)), words]
            proposal = open_proposal(case)
            if proposal is None or str(proposal.number) != count:
                return []
            ask(memory, AGREED, _of(case.ticket, proposal))
            first = [Reply("utter_complaint_reminder", _number(case.ticket))]
            return [*(first if kind == REMINDER else []), *proposal_replies(case, proposal, talk)]

    def _further(self, session: Session, case: ComplaintCase, talk: Talk) -> list[Reply]:
        """What happens after a proposal was contested."""
        number = _number(case.ticket)
        if case.status != ComplaintStatus.EXHAUSTED:
            due, zone = case.due_at, _zone(session, case.ticket)
            if due is None or zone is None:
                return [Reply("utter_complaint_contested", number)]
            by = show_day_end(due.astimezone(zone), self._clock(), talk.language)
            return [Reply("utter_complaint_contested_until", {**number, "answer_by": by})]
        bodies = [
            f"{getattr(body.name, talk.language)}: {getattr(body.what, talk.language)} "
            f"{body.address}"
            for body in read_complaint_plan(session).bodies()
        ]
        replies = [Reply("utter_complaint_exhausted", number)]
        if bodies:
            replies.append(Reply("utter_complaint_bodies", {"bodies": "\n\n".join(bodies)}))
        return replies

    def _too_late(
        self, session: Session, ticket: Ticket, number: int, talk: Talk, *, agrees: bool
    ) -> list[Reply]:
        """What is said to an answer that comes when the proposal is not open any more."""
        case = case_of(session, ticket)
        proposal = next((p for p in case.proposals if p.number == number), None) if case else None
        if proposal is None:
            return [_OUTDATED]
        # The same turn may be worked a second time.
        if proposal.status == ProposalStatus.ACCEPTED and agrees:
            return [Reply("utter_complaint_accepted", _number(ticket))]
        if proposal.status == ProposalStatus.CONTESTED and not agrees and case:
            return self._further(session, case, talk)
        if proposal.status == ProposalStatus.EXPIRED and agrees:
            note_late_answer(session, ticket, by=customer_of(ticket), now=self._clock())
            return [Reply("utter_complaint_too_late", _number(ticket))]
        if proposal.status == ProposalStatus.TAKEN_BACK:
            return [Reply("utter_complaint_taken_back", _number(ticket))]
        return [Reply("utter_complaint_answered", _number(ticket))]

    def _answer(
        self,
        of: str,
        memory: Memory,
        talk: Talk,
        answer: Callable[[Session, Ticket, int], list[Reply]],
    ) -> list[Reply]:
        """Answer about a proposal that the conversation's customer may know of.

        What was proposed for a ticket that was merged is over: the other's numbers mean others.
        """
        number, _, count = of.partition("/")
        if not (count.isascii() and count.isdigit() and len(count) < 6):
            return [_OUTDATED]
        with writing(self._sessions) as session, suppress(NotFound, NotAllowed):
            ticket = find_own(session, number, talk.conversation_id, memory.proved)
            if ticket.number == number:
                return answer(session, ticket, int(count))
        return [_OUTDATED]

    def _case(
        self, session: Session, number: str, memory: Memory, talk: Talk
    ) -> ComplaintCase | None:
        try:
            ticket = find_own(session, number, talk.conversation_id, memory.proved)
        except NotFound:
            return None
        return case_of(session, ticket) if ticket.number == number else None


class Agreed:
    """Hears whether the customer agrees: a short yes, or any no.

    Only while the proposal is what was said last: a yes to anything else would bind nobody.
    """

    def __init__(self, complaints: ComplaintTalk, sessions: SessionFactory) -> None:
        self._complaints = complaints
        self._sessions = sessions

    def hear(self, of: str, said: Understood, memory: Memory, talk: Talk) -> list[Reply] | None:
        """The answer; one that cannot be read as such is asked about once."""
        of, _, asked_again = of.partition(" ")
        if said.pressed:
            return None  # its own buttons are postbacks: this "yes" belongs to something else
        if not said_last(self._sessions, talk, *_PROPOSING):
            return None
        short = len(words_of(said.text)) <= _SHORT
        sure = said.confidence >= _SURE
        if said.intent == "deny" and (sure or (short and said.confidence >= _LIKELY)):
            return self._complaints.contest(of, memory, talk, "" if short else said.text)
        if said.intent == "affirm" and sure and short:
            return self._complaints.accept(of, memory, talk)
        yes_but = said.intent == "affirm" and not short
        unclear = yes_but or (short and (not sure or said.intent in ("affirm", "inform")))
        if asked_again or not unclear:
            return None
        ask(memory, AGREED, f"{of} again")
        return self.again(of, talk)

    def again(self, of: str, talk: Talk) -> list[Reply]:
        """The question with its buttons."""
        proposal = of.partition(" ")[0]
        number = proposal.partition("/")[0]
        return [Reply("utter_complaint_ask_agreed", {"number": number, "proposal": proposal})]


class WhyNot:
    """Hears why the customer does not agree: any words that are no clear wish of their own."""

    def __init__(self, complaints: ComplaintTalk) -> None:
        self._complaints = complaints

    def hear(self, of: str, said: Understood, memory: Memory, talk: Talk) -> list[Reply] | None:
        """The reason in the customer's words; they may leave it out."""
        if leaves_out(said):
            return [Reply("utter_complaint_no_reason", {"number": of.partition("/")[0]})]
        if wants_something_else(said):
            return None
        return self._complaints.explain(of, said.text, memory, talk)

    def again(self, of: str, talk: Talk) -> list[Reply]:
        """The question once more."""
        return [Reply("utter_complaint_ask_why_not")]


def acknowledge_in_chat(session: Session, ticket: Ticket, talk: Talk, now: datetime) -> list[Reply]:
    """Tell number, date and by when the customer hears next, as soon as the complaint is there.

    Nothing for a ticket that is none.
    """
    case = case_of(session, ticket)
    if case is None:
        return []
    if case.status == ComplaintStatus.RECEIVED:
        acknowledge(session, ticket, by=DESK, now=now)
    return received_replies(session, ticket, talk, now)


def received_replies(session: Session, ticket: Ticket, talk: Talk, now: datetime) -> list[Reply]:
    """The receipt as it is told, in the time of the place whose business hours count."""
    case, zone = case_of(session, ticket), _zone(session, ticket)
    if case is None or zone is None:
        return []
    values = {**_number(ticket), "received": show_moment(case.received_at, zone, talk.language)}
    if case.due_at is None:
        return [Reply("utter_complaint_received", values)]
    by = show_day_end(case.due_at.astimezone(zone), now, talk.language)
    return [Reply("utter_complaint_received_until", {**values, "answer_by": by})]


def proposal_replies(case: ComplaintCase, proposal: ComplaintProposal, talk: Talk) -> list[Reply]:
    """What is offered, in what words, and until when the customer can answer."""
    values = _number(case.ticket)
    if proposal.offer in MONEY and proposal.cost_minor is not None and proposal.currency:
        values["amount"] = show_money(proposal.cost_minor, proposal.currency, talk.language)
    return [
        Reply(_OFFERS[proposal.offer], values),
        Reply("utter_complaint_words", {"words": proposal.words}),
        Reply(
            "utter_complaint_ask_answer",
            {
                "proposal": _of(case.ticket, proposal),
                "day": show_date(proposal.valid_until, talk.language),
            },
        ),
    ]


def complaint_in_status(ticket: Ticket, talk: Talk) -> list[Reply]:
    """What the customer is to answer, beside the ticket's own status."""
    session = object_session(ticket)
    case = case_of(session, ticket) if session else None
    proposal = open_proposal(case) if case else None
    return proposal_replies(case, proposal, talk) if case and proposal else []


def _zone(session: Session, ticket: Ticket) -> ZoneInfo | None:
    clocks = read_plan(session)
    return clocks.hours_of(ticket.region).zone if clocks else None


def _number(ticket: Ticket) -> dict[str, str]:
    return {"number": ticket.number}


def _of(ticket: Ticket, proposal: ComplaintProposal) -> str:
    return f"{ticket.number}/{proposal.number}"
