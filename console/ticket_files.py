"""Staff put files on a ticket for colleagues or on its return, or send them to the customer."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from fastapi import APIRouter, BackgroundTasks, Request
from fastapi.responses import RedirectResponse, Response

from aftercare.attachments.kept import Kept
from aftercare.attachments.on_tickets import digests_on, names_of, put_on_ticket, take_off_ticket
from aftercare.errors import NotAllowed
from aftercare.handover.changes import WithSomebodyElse, Written, write_beside
from aftercare.privacy.masking import mask_for_storing
from aftercare.returns.pictures import add_pictures
from aftercare.solved import can_be_reached
from aftercare.staff.roles import CONVERSATIONS
from aftercare.tables.attachments import FileUse
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.history import Actor, EventKind, record
from console.access import Visit, find_ticket, open_change, open_form_visit
from console.desk import desk_of
from console.forms import Form
from console.pages import go, link
from console.returns_work import refused_pictures
from console.sent_files import FilesRefused, keeping, read_description
from console.ticket_page import Draft, carry_out, ticket_page
from console.uploads import FilesForm, SentFiles

router = APIRouter()

#: The value of the choice for whom the files are.
CUSTOMER = "customer"
_PLACE = "staff-files-title"
_FORM_ID = re.compile(r"[0-9a-f-]{36}")
#: Puts stored files on record, and says whether it did.
_Deed = Callable[[Visit, Sequence[Kept]], bool]


class _NoChat(NotAllowed):
    """The ticket came out of no conversation, or of one that the customer cannot open any more."""


@router.post("/tickets/{number}/files", name="add_ticket_files")
def add_ticket_files(
    request: Request, number: str, sent: SentFiles, afterwards: BackgroundTasks
) -> Response:
    """Put files on the ticket, which customers never see, or send them in the ticket's chat."""
    desk, text = desk_of(request), sent.fields.get("text", "").strip()
    masked = mask_for_storing(desk.sessions, text) if desk.settings.mask_numbers else text
    for_customer = sent.fields.get("for") == CUSTOMER
    draft = Draft(message=text, shows=read_description(desk, sent), for_customer=for_customer)
    conversation_id = ""
    try:
        if for_customer:
            conversation_id = _send(request, number, sent, masked, draft.shows)
        else:
            _put(request, number, sent, masked, draft.shows)
    except FilesRefused as error:
        return _refused(request, number, draft, "files", error.words)
    except WithSomebodyElse as error:
        return _refused(request, number, draft, "with_colleague", error.name)
    except _NoChat:
        return _refused(request, number, draft, "no_chat")
    except NotAllowed:
        return _refused(request, number, draft, "not_allowed")
    path = link(request, "ticket", {"saved": "sent" if for_customer else "files"}, number=number)
    if conversation_id:
        afterwards.add_task(desk.hub.messages, conversation_id)
    return RedirectResponse(f"{path}#{_PLACE}", status_code=303, background=afterwards)


@router.post("/tickets/{number}/return/files", name="add_return_files")
def add_return_files(request: Request, number: str, sent: SentFiles) -> Response:
    """Put pictures of the goods that came back on file."""
    shows = read_description(desk_of(request), sent)

    def deed(visit: Visit, kept: Sequence[Kept]) -> bool:
        ticket = find_ticket(visit, number, to_change=True)
        add_pictures(
            visit.session, ticket, kept, description=shows, staff=visit.staff, now=visit.now
        )
        return True

    try:
        _carry_out(request, sent, deed, _known(request, number, sent, FileUse.INSPECTION))
    except FilesRefused as error:
        return refused_pictures(request, number, sent.fields, error.words)
    except NotAllowed:
        return refused_pictures(request, number, sent.fields)
    return go(request, "ticket_return", {"saved": "pictures"}, number=number)


@router.post("/tickets/{number}/files/{file_id}/remove", name="remove_ticket_file")
def remove_ticket_file(request: Request, number: str, file_id: str, form: Form) -> Response:
    """Take a file that staff put there off the ticket, for good."""

    def deed(visit: Visit, ticket: Ticket) -> None:
        by = Actor.of(visit.staff)
        take_off_ticket(visit.session, ticket, file_id, by=by, now=visit.now)

    answer = carry_out(request, number, form, deed, saved="file_removed", place=_PLACE)
    if answer.status_code == 303:
        desk_of(request).files.drop_names([file_id])
    return answer


def _put(request: Request, number: str, sent: FilesForm, words: str, shows: str) -> None:
    """For colleagues. Raises FilesRefused, NotAllowed."""

    def deed(visit: Visit, kept: Sequence[Kept]) -> bool:
        put_on_ticket(
            visit.session,
            find_ticket(visit, number, to_change=True),
            kept,
            used_for=FileUse.NOTE,
            description=shows,
            staff=visit.staff,
            now=visit.now,
            note=words,
        )
        return True

    _carry_out(request, sent, deed, _known(request, number, sent, FileUse.NOTE))


def _send(request: Request, number: str, sent: FilesForm, words: str, shows: str) -> str:
    """In the chat of the ticket, whose id it gives.

    Raises FilesRefused, WithSomebodyElse, _NoChat, NotAllowed.
    """
    with open_form_visit(request, sent.fields, CONVERSATIONS) as visit:
        conversation_id = _chat_of(visit, find_ticket(visit, number))
    form_id = sent.fields.get("id", "")
    if not _FORM_ID.fullmatch(form_id):
        raise NotAllowed("the form has no id")
    if len(words) > desk_of(request).settings.max_message_characters:
        raise NotAllowed("the words are too long")

    def deed(visit: Visit, kept: Sequence[Kept]) -> bool:
        # The conversation is held before the ticket, as by whoever answers in it.
        written = Written(words, form_id, kept, shows, find_ticket(visit, number).id)
        told = write_beside(visit.session, conversation_id, visit.staff, written, visit.now)
        ticket = find_ticket(visit, number, to_change=True)
        _chat_of(visit, ticket)
        if told.new:
            record(
                visit.session,
                ticket,
                EventKind.FILE_SENT,
                by=Actor.of(visit.staff),
                now=visit.now,
                after=names_of(kept),
                note=words,
            )
        return told.new

    _carry_out(request, sent, deed, roles=CONVERSATIONS)
    return conversation_id


def _carry_out(
    request: Request,
    sent: FilesForm,
    deed: _Deed,
    known: Collection[str] = (),
    roles: Collection[str] | None = None,
) -> None:
    """Store the files that are not known, and do the deed with them in one transaction."""
    desk = desk_of(request)
    if not sent.files:
        raise FilesRefused("no_files", desk)
    with keeping(desk, sent, known) as stored:
        if stored.files:
            with open_change(request, sent.fields, roles) as visit:
                stored.used = deed(visit, stored.files)


def _known(request: Request, number: str, sent: FilesForm, used_for: FileUse) -> set[str]:
    """What need not be stored again. Nothing is looked at before this person may do the deed."""
    with open_form_visit(request, sent.fields) as visit:
        return digests_on(visit.session, find_ticket(visit, number), used_for)


def _chat_of(visit: Visit, ticket: Ticket) -> str:
    """Raises _NoChat, and NotAllowed where the ticket is closed."""
    if ticket.conversation_id is None:
        raise _NoChat("the ticket came out of no conversation")
    if not can_be_reached(visit.session, ticket.conversation_id, visit.now):
        raise _NoChat("the customer cannot open the conversation any more")
    if ticket.status == TicketStatus.CLOSED:
        raise NotAllowed(f"ticket {ticket.number} is closed: reopen it first")
    return ticket.conversation_id


def _refused(request: Request, number: str, draft: Draft, problem: str, why: str = "") -> Response:
    return ticket_page(request, number, replace(draft, problem=problem, why=why), status=409)
