"""What staff do with a return: authorise or refuse it, receive the goods, inspect, decide."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aftercare.announcements import Announcements
from aftercare.attachments.on_tickets import LONGEST_DESCRIPTION
from aftercare.errors import NotAllowed, NotFound
from aftercare.exchange.cells import read_money
from aftercare.returns.announcing import tell_of_return
from aftercare.returns.cases import authorise, case_of, receive, refuse
from aftercare.returns.deciding import (
    DISPOSITIONS,
    Decision,
    Findings,
    NotForRestock,
    NothingToRefund,
    approve,
    decide,
    inspect,
    is_proposed,
)
from aftercare.returns.label import draw_label, label_of
from aftercare.returns.refunds import paid_for
from aftercare.tables.returns import Condition, Disposition, Outcome, ReturnCase
from aftercare.tables.tickets import Ticket
from aftercare.tickets.life import Actor
from console import returns_words as words
from console.access import Visit, find_ticket, open_change, open_visit
from console.desk import desk_of
from console.forms import Form, query_value
from console.pages import go, show
from console.returns_view import read_return, terms_of
from console.sent_files import TAKEN, accepted
from console.ticket_page import LONGEST_NOTE, Draft, read_note

router = APIRouter()

#: Does it, and gives the case of which the customer is told; None where nothing is told yet.
_Deed = Callable[[Visit, Ticket], ReturnCase | None]


class _NoAddress(NotAllowed):
    """company.yml does not say where goods go."""


@router.get("/tickets/{number}/return", name="ticket_return")
def show_return(request: Request, number: str) -> Response:
    """The page of the ticket's return."""
    return _page(request, number, saved=query_value(request, "saved"))


@router.get("/tickets/{number}/return/label.pdf", name="return_label")
def show_label(request: Request, number: str) -> Response:
    """The label, to be printed for customers who have no printer or no chat."""
    with open_visit(request) as visit:
        case, terms = _case(visit, find_ticket(visit, number)), terms_of(visit.desk)
        label = label_of(case, terms) if terms else None
    if label is None:
        raise NotFound("no label before the return is authorised")
    return Response(
        draw_label(label),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="RMA-{label.rma}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


@router.post("/tickets/{number}/return/authorise", name="authorise_return")
def authorise_it(request: Request, number: str, form: Form) -> Response:
    """Give the return its number and tell the customer how to send the goods."""
    note = read_note(request, form)

    def deed(visit: Visit, ticket: Ticket) -> ReturnCase:
        terms = terms_of(visit.desk)
        if terms is None:
            raise _NoAddress("company.yml has no section returns")
        return authorise(
            visit.session,
            ticket,
            terms,
            today=visit.desk.today().date(),
            by=Actor.of(visit.staff),
            now=visit.now,
            note=note,
        )

    return _carry_out(request, number, form, deed, "authorised", "not_authorised")


@router.post("/tickets/{number}/return/refuse", name="refuse_return")
def refuse_it(request: Request, number: str, form: Form) -> Response:
    """Refuse to take the goods back and tell the customer why."""
    told = read_note(request, form, "told")

    def deed(visit: Visit, ticket: Ticket) -> ReturnCase:
        return refuse(visit.session, ticket, told=told, by=Actor.of(visit.staff), now=visit.now)

    return _carry_out(request, number, form, deed, "refused", "not_refused")


@router.post("/tickets/{number}/return/receive", name="receive_return")
def receive_it(request: Request, number: str, form: Form) -> Response:
    """The goods are here."""
    note = read_note(request, form)

    def deed(visit: Visit, ticket: Ticket) -> ReturnCase:
        return receive(
            visit.session,
            ticket,
            by=Actor.of(visit.staff),
            now=visit.now,
            reopen_days=visit.desk.settings.reopen_days,
            note=note,
        )

    return _carry_out(request, number, form, deed, "received", "not_received")


@router.post("/tickets/{number}/return/inspect", name="inspect_return")
def inspect_it(request: Request, number: str, form: Form) -> Response:
    """Write down what was found."""
    found = read_note(request, form, "findings")

    def deed(visit: Visit, ticket: Ticket) -> None:
        findings = Findings(
            _chosen(form, "condition", Condition),
            _yes_or_no(form, "fault"),
            form.get("serial", ""),
            found,
        )
        inspect(visit.session, ticket, findings, by=Actor.of(visit.staff), now=visit.now)

    return _carry_out(request, number, form, deed, "inspected", "not_inspected")


@router.post("/tickets/{number}/return/decide", name="decide_return")
def decide_it(request: Request, number: str, form: Form) -> Response:
    """Settle the return, or propose it to a manager where much money is paid back."""
    told, reason = read_note(request, form, "told"), read_note(request, form, "deduction_reason")

    def deed(visit: Visit, ticket: Ticket) -> ReturnCase | None:
        outcome = _chosen(form, "outcome", Outcome)
        decision = Decision(
            outcome,
            _chosen(form, "disposition", Disposition),
            _deduction(ticket, form) if outcome is Outcome.REFUND else 0,
            reason,
            told,
        )
        case = decide(
            visit.session,
            ticket,
            decision,
            staff=visit.staff,
            limit=visit.desk.settings.refund_limit,
            now=visit.now,
        )
        return None if is_proposed(case) else case

    return _carry_out(request, number, form, deed, "decided", "not_decided")


@router.post("/tickets/{number}/return/approve", name="approve_return")
def approve_it(request: Request, number: str, form: Form) -> Response:
    """Settle the return as a colleague proposed."""

    def deed(visit: Visit, ticket: Ticket) -> ReturnCase:
        case = _case(visit, ticket)
        if form.get("seen", "") != str(case.refund_minor):
            raise NotAllowed("another amount is proposed by now")
        return approve(visit.session, ticket, staff=visit.staff, now=visit.now)

    return _carry_out(request, number, form, deed, "decided", "not_approved")


def refused_pictures(request: Request, number: str, form: Form, why: str = "") -> Response:
    """The page again, where pictures of the goods are not taken; `why` where it is about them."""
    problem = "files" if why else "no_pictures"
    return _page(request, number, problem=problem, why=why, form=form, status=409)


def _carry_out(
    request: Request, number: str, form: Form, deed: _Deed, saved: str, problem: str
) -> Response:
    """Do it in one transaction, tell the customer, and show the page, or say why it cannot be."""
    told = False
    try:
        with open_change(request, form) as visit:
            announcements = Announcements(visit.desk.engine)
            ticket = find_ticket(visit, number, to_change=True)
            case = deed(visit, ticket)
            if case is not None:
                told = tell_of_return(visit.session, announcements, case, visit.now)
    except _NoAddress:
        return _page(request, number, problem="no_address", form=form, status=409)
    except NotForRestock:
        return _page(request, number, problem="not_for_restock", form=form, status=422)
    except NothingToRefund:
        return _page(request, number, problem="nothing_to_refund", form=form, status=422)
    except NotAllowed:
        return _page(request, number, problem=problem, form=form, status=409)
    announcements.send()
    return go(
        request, "ticket_return", {"saved": saved, "told": "yes" if told else ""}, number=number
    )


def _page(
    request: Request,
    number: str,
    *,
    saved: str = "",
    problem: str = "",
    why: str = "",
    form: Form | None = None,
    status: int = 200,
) -> Response:
    with open_visit(request) as visit:
        ticket = find_ticket(visit, number)
        view = read_return(visit, ticket, _case(visit, ticket))
    return show(
        request,
        "returns_case.html",
        status=status,
        area="returns",
        one=view,
        typed=form or {},
        saved=saved,
        told=query_value(request, "told") == "yes",
        problem=problem,
        why=why,
        draft=Draft(shows=(form or {}).get("description", "")),
        takes_files=accepted(desk_of(request)),
        taken=TAKEN,
        longest_description=LONGEST_DESCRIPTION,
        conditions=words.options(words.CONDITIONS),
        outcomes=words.options(words.OUTCOMES),
        dispositions=words.options(words.DISPOSITIONS),
        fitting=[
            (words.OUTCOMES[outcome], [words.DISPOSITIONS[one] for one in sorted(into)])
            for outcome, into in DISPOSITIONS.items()
        ],
        names={**words.CONDITIONS, **words.OUTCOMES, **words.DISPOSITIONS},
        longest_note=LONGEST_NOTE,
    )


def _case(visit: Visit, ticket: Ticket) -> ReturnCase:
    """Raises NotFound for a ticket that is no return."""
    case = case_of(visit.session, ticket)
    if case is None:
        raise NotFound("the ticket is no return")
    return case


def _chosen[Value: StrEnum](form: Form, name: str, values: type[Value]) -> Value:
    try:
        return values(form.get(name, ""))
    except ValueError as error:
        raise NotAllowed(f"the form chooses no {name}") from error


def _yes_or_no(form: Form, name: str) -> bool:
    answer = {"yes": True, "no": False}.get(form.get(name, ""))
    if answer is None:
        raise NotAllowed(f"the form answers neither yes nor no to {name}")
    return answer


def _deduction(ticket: Ticket, form: Form) -> int:
    """In minor units of what was paid. Raises NotAllowed for what is no amount."""
    text, paid = form.get("deduction", "").strip(), paid_for(ticket)
    if not text or paid is None:
        return 0
    amount = read_money(text, paid.currency)
    if amount is None:
        raise NotAllowed("the deduction is no amount")
    return amount
