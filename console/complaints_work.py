"""What staff do with a complaint: acknowledge, assess, investigate, propose, close, learn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aftercare.announcements import Announcements
from aftercare.complaints.announcing import hold_chat, tell_of_complaint, tell_of_proposal
from aftercare.complaints.answering import accept, contest
from aftercare.complaints.cases import acknowledge, case_of
from aftercare.complaints.chat import EXHAUSTED, RECEIVED, UNFOUNDED
from aftercare.complaints.closing import CauseNeeded, Costs, ReasonNeeded, close, reopen
from aftercare.complaints.investigating import (
    Findings,
    WhyNeeded,
    add_action,
    assess,
    finish_action,
    investigate,
)
from aftercare.complaints.proposing import (
    AmountNeeded,
    Draft,
    SomebodyElse,
    TooMuchMoney,
    currency_of,
    note_told,
    propose,
    take_back,
)
from aftercare.errors import NotAllowed, NotFound, StaleEdit
from aftercare.exchange.cells import read_money
from aftercare.tables.complaints import (
    ComplaintCase,
    ComplaintOutcome,
    ComplaintProposal,
    ComplaintStatus,
    Offer,
    Severity,
)
from aftercare.tables.tickets import Ticket
from aftercare.ticket_numbers import read_number
from aftercare.tickets.history import Actor
from console import complaints_words as words
from console.access import Visit, find_ticket, open_change, open_visit
from console.complaints_view import read_complaint
from console.forms import Form, query_value
from console.pages import go, show
from console.ticket_page import LONGEST_NOTE, read_note

router = APIRouter()

#: Does it, and gives what the customer is told now: a proposal, or a name of what has happened.
_Deed = Callable[[Visit, Ticket], ComplaintProposal | str | None]
#: Refusals that are told in words of their own, and their HTTP status.
_REFUSALS: tuple[tuple[type[Exception], str, int], ...] = (
    (StaleEdit, "stale", 409),
    (SomebodyElse, "somebody_else", 409),
    (TooMuchMoney, "too_much", 409),
    (AmountNeeded, "amount", 422),
    (WhyNeeded, "why", 422),
    (CauseNeeded, "cause", 422),
    (ReasonNeeded, "reason", 422),
)


@router.get("/tickets/{number}/complaint", name="ticket_complaint")
def show_complaint(request: Request, number: str) -> Response:
    """The page of the ticket's complaint."""
    return _page(request, number, saved=query_value(request, "saved"))


@router.post("/tickets/{number}/complaint/acknowledge", name="acknowledge_complaint")
def acknowledge_it(request: Request, number: str, form: Form) -> Response:
    """The customer is told number, date and by when they hear next."""
    note = read_note(request, form)

    def deed(visit: Visit, ticket: Ticket) -> str:
        acknowledge(visit.session, ticket, by=Actor.of(visit.staff), now=visit.now, note=note)
        return RECEIVED

    return _carry_out(request, number, form, deed, "acknowledged", "not_acknowledged")


@router.post("/tickets/{number}/complaint/assess", name="assess_complaint")
def assess_it(request: Request, number: str, form: Form) -> Response:
    """Decide how serious it is."""
    why = read_note(request, form, "why")

    def deed(visit: Visit, ticket: Ticket) -> None:
        _check_seen(ticket, form)
        severity = _chosen(form, "severity", Severity)
        assess(visit.session, ticket, severity, why, by=Actor.of(visit.staff), now=visit.now)

    return _carry_out(request, number, form, deed, "assessed", "not_assessed")


@router.post("/tickets/{number}/complaint/investigate", name="investigate_complaint")
def investigate_it(request: Request, number: str, form: Form) -> Response:
    """Keep who is responsible, what was found and the root cause."""
    found = read_note(request, form, "findings")

    def deed(visit: Visit, ticket: Ticket) -> None:
        _check_seen(ticket, form)
        findings = Findings(found, form.get("cause") or None, _person(form, "responsible"))
        investigate(visit.session, ticket, findings, by=Actor.of(visit.staff), now=visit.now)

    return _carry_out(request, number, form, deed, "investigated", "not_investigated")


@router.post("/tickets/{number}/complaint/propose", name="propose_to_customer")
def propose_it(request: Request, number: str, form: Form) -> Response:
    """Propose something to the customer."""
    told = read_note(request, form, "words")

    def deed(visit: Visit, ticket: Ticket) -> ComplaintProposal:
        draft = Draft(
            _chosen(form, "offer", Offer),
            told,
            _day(form, "valid_until"),
            _amount(form, "cost", currency_of(visit.session, ticket)),
        )
        return propose(
            visit.session,
            ticket,
            draft,
            staff=visit.staff,
            limit=visit.desk.settings.refund_limit,
            today=visit.desk.today().date(),
            now=visit.now,
        )

    return _carry_out(request, number, form, deed, "proposed", "not_proposed")


@router.post("/tickets/{number}/complaint/told", name="note_proposal_told")
def note_it_told(request: Request, number: str, form: Form) -> Response:
    """A colleague has told the customer, because the assistant could not."""

    def deed(visit: Visit, ticket: Ticket) -> None:
        note_told(visit.session, ticket, by=Actor.of(visit.staff), now=visit.now)

    return _carry_out(request, number, form, deed, "told", "not_told")


@router.post("/tickets/{number}/complaint/take-back", name="take_proposal_back")
def take_it_back(request: Request, number: str, form: Form) -> Response:
    """Take the open proposal back before the customer answers."""
    note = read_note(request, form, "why")

    def deed(visit: Visit, ticket: Ticket) -> None:
        by = Actor.of(visit.staff)
        take_back(visit.session, ticket, _number(form, "proposal"), note, by=by, now=visit.now)

    return _carry_out(request, number, form, deed, "taken_back", "not_taken_back")


@router.post("/tickets/{number}/complaint/answer", name="note_complaint_answer")
def note_answer(request: Request, number: str, form: Form) -> Response:
    """The customer answered outside of the chat: by phone, in a letter, at the counter."""
    reason = read_note(request, form, "reason")

    def deed(visit: Visit, ticket: Ticket) -> str | None:
        by, proposal = Actor.of(visit.staff), _number(form, "proposal")
        agrees = {"yes": True, "no": False}.get(form.get("agrees", ""))
        if agrees is None:
            raise NotAllowed("the form answers neither yes nor no")
        if agrees:
            accept(visit.session, ticket, proposal, by=by, now=visit.now)
            return None
        case = contest(visit.session, ticket, proposal, by=by, now=visit.now, reason=reason)
        return EXHAUSTED if case.status == ComplaintStatus.EXHAUSTED else None

    return _carry_out(request, number, form, deed, "answered", "not_answered")


@router.post("/tickets/{number}/complaint/close", name="close_complaint")
def close_it(request: Request, number: str, form: Form) -> Response:
    """Close the complaint with what came of it."""
    told = read_note(request, form, "told")

    def deed(visit: Visit, ticket: Ticket) -> str | None:
        outcome = _chosen(form, "outcome", ComplaintOutcome)
        currency = currency_of(visit.session, ticket)
        refund, goodwill, goods, hours = (
            _amount(form, name, currency) or 0 for name in ("refund", "goodwill", "goods", "hours")
        )
        costs = Costs(refund, goodwill, goods, hours)
        close(visit.session, ticket, outcome, costs, words=told, staff=visit.staff, now=visit.now)
        return UNFOUNDED if outcome is ComplaintOutcome.UNFOUNDED else None

    return _carry_out(request, number, form, deed, "closed", "not_closed")


@router.post("/tickets/{number}/complaint/reopen", name="reopen_complaint")
def reopen_it(request: Request, number: str, form: Form) -> Response:
    """Take a closed complaint up again."""
    note = read_note(request, form, "why")

    def deed(visit: Visit, ticket: Ticket) -> None:
        reopen(visit.session, ticket, note, by=Actor.of(visit.staff), now=visit.now)

    return _carry_out(request, number, form, deed, "reopened", "not_reopened")


@router.post("/tickets/{number}/complaint/actions", name="add_complaint_action")
def add_it(request: Request, number: str, form: Form) -> Response:
    """Note what is changed so that it does not happen again."""
    what = read_note(request, form, "what")

    def deed(visit: Visit, ticket: Ticket) -> None:
        add_action(
            visit.session,
            ticket,
            what,
            staff_id=_person(form, "person"),
            due_on=_day(form, "due_on"),
            today=visit.desk.today().date(),
            by=Actor.of(visit.staff),
            now=visit.now,
        )

    return _carry_out(request, number, form, deed, "action", "not_added")


@router.post("/tickets/{number}/complaint/actions/{action:int}", name="finish_complaint_action")
def finish_it(request: Request, number: str, action: int, form: Form) -> Response:
    """Note that it is changed."""

    def deed(visit: Visit, ticket: Ticket) -> None:
        finish_action(visit.session, ticket, action, by=Actor.of(visit.staff), now=visit.now)

    return _carry_out(request, number, form, deed, "action_done", "not_finished")


def _carry_out(
    request: Request, number: str, form: Form, deed: _Deed, saved: str, problem: str
) -> Response:
    """Do it in one transaction, tell the customer, and show the page, or say why it cannot be."""
    told, wanted = False, None
    try:
        with open_change(request, form) as visit:
            announcements = Announcements(visit.desk.engine)
            hold_chat(visit.session, Ticket.number == read_number(number))
            ticket = find_ticket(visit, number, to_change=True)
            wanted = deed(visit, ticket)
            if isinstance(wanted, ComplaintProposal):
                told = tell_of_proposal(visit.session, announcements, ticket, wanted, visit.now)
            elif wanted is not None:
                told = tell_of_complaint(visit.session, announcements, ticket, wanted, visit.now)
    except (NotAllowed, StaleEdit) as error:
        for kind, name, status in _REFUSALS:
            if isinstance(error, kind):
                return _page(request, number, problem=name, form=form, status=status)
        return _page(request, number, problem=problem, form=form, status=409)
    announcements.send()
    heard = "" if wanted is None else "yes" if told else "no"
    return go(request, "ticket_complaint", {"saved": saved, "told": heard}, number=number)


def _page(
    request: Request,
    number: str,
    *,
    saved: str = "",
    problem: str = "",
    form: Form | None = None,
    status: int = 200,
) -> Response:
    with open_visit(request) as visit:
        ticket = find_ticket(visit, number)
        view = read_complaint(visit, ticket, _case(visit, ticket))
    return show(
        request,
        "complaints_case.html",
        status=status,
        area="complaints",
        one=view,
        typed=form or {},
        saved=saved,
        told=query_value(request, "told"),
        problem=problem,
        severities=words.options(words.SEVERITIES),
        severity_names=words.SEVERITIES,
        offers=words.options(words.OFFERS),
        longest_note=LONGEST_NOTE,
    )


def _case(visit: Visit, ticket: Ticket) -> ComplaintCase:
    """Raises NotFound for a ticket that is no complaint."""
    case = case_of(visit.session, ticket)
    if case is None:
        raise NotFound("the ticket is no complaint")
    return case


def _check_seen(ticket: Ticket, form: Form) -> None:
    """Raises StaleEdit where the form was made before the ticket's last change."""
    seen = form.get("seen", "")
    if seen and seen != ticket.updated_at.isoformat():
        raise StaleEdit(f"ticket {ticket.number} was changed since")


def _chosen[Value: StrEnum](form: Form, name: str, values: type[Value]) -> Value:
    try:
        return values(form.get(name, ""))
    except ValueError as error:
        raise NotAllowed(f"the form chooses no {name}") from error


def _day(form: Form, name: str) -> date:
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError as error:
        raise NotAllowed(f"the form names no day in {name}") from error


def _number(form: Form, name: str) -> int:
    text = form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotAllowed(f"the form names no number in {name}")
    return int(text)


def _person(form: Form, name: str) -> int | None:
    return _number(form, name) if form.get(name) else None


def _amount(form: Form, name: str, currency: str) -> int | None:
    """In minor units; None for an empty field. Raises NotAllowed for what is no amount."""
    text = form.get(name, "").strip()
    if not text:
        return None
    amount = read_money(text, currency) if currency else None
    if amount is None:
        raise NotAllowed(f"what stands in {name} is no amount")
    return amount
