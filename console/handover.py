"""Staff take a conversation, answer in it, and hand it back to the bot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from fastapi import APIRouter, BackgroundTasks, Request
from fastapi.responses import JSONResponse, Response

from aftercare.errors import AftercareError
from aftercare.handover.changes import (
    WithSomebodyElse,
    WithTheBot,
    Written,
    hand_back,
    reply,
    take,
)
from aftercare.handover.queue import read_standing
from aftercare.privacy.masking import mask_for_storing
from aftercare.staff.roles import CONVERSATIONS
from console.access import Visit, find_conversation, open_change, open_form_visit
from console.conversations import Draft, conversation_page
from console.desk import desk_of
from console.forms import Form
from console.pages import go
from console.sent_files import FilesRefused, keeping, read_description
from console.uploads import FilesForm, SentFiles

router = APIRouter()

_FORM_ID = re.compile(r"[0-9a-f-]{36}")
_PROBLEM_STATUS = 409


class _Refused(AftercareError):
    """What was pressed cannot be done; the page says why."""

    def __init__(self, problem: str, name: str = "", words: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.name = name
        self.words = words


@router.post("/conversations/{conversation_id}/take", name="take_conversation")
def take_conversation(
    request: Request, conversation_id: str, form: Form, afterwards: BackgroundTasks
) -> Response:
    over_from = form.get("over_from", "")
    try:
        with _changing(request, form) as visit:
            take(
                visit.session,
                find_conversation(visit, conversation_id).id,
                visit.staff,
                visit.now,
                over_from=int(over_from) if over_from.isascii() and over_from.isdigit() else None,
            )
    except _Refused as error:
        return _refused_page(request, conversation_id, error)
    afterwards.add_task(desk_of(request).hub.messages, conversation_id)
    answer = go(request, "conversation", conversation_id=conversation_id)
    answer.background = afterwards
    return answer


@router.post("/conversations/{conversation_id}/hand-back", name="hand_back_conversation")
def hand_back_conversation(
    request: Request, conversation_id: str, form: Form, afterwards: BackgroundTasks
) -> Response:
    desk = desk_of(request)
    try:
        with _changing(request, form) as visit:
            found = find_conversation(visit, conversation_id).id
            seq = hand_back(visit.session, found, visit.staff, visit.now)
            desk.engine.defer(visit.session.connection(), conversation_id)
    except _Refused as error:
        return _refused_page(request, conversation_id, error)
    afterwards.add_task(desk.hub.messages, conversation_id)
    afterwards.add_task(desk.engine.wake, conversation_id, seq)
    answer = go(request, "conversation", conversation_id=conversation_id)
    answer.background = afterwards
    return answer


@router.post("/conversations/{conversation_id}/reply", name="send_reply")
def send_reply(
    request: Request, conversation_id: str, sent: SentFiles, afterwards: BackgroundTasks
) -> Response:
    """The page again, or for the page's own script what became of it and the next form's id."""
    desk, form = desk_of(request), sent.fields
    text, shows = form.get("text", "").strip(), read_description(desk, sent)
    by_script = request.headers.get("accept", "").startswith("application/json")
    try:
        stored = mask_for_storing(desk.sessions, text) if desk.settings.mask_numbers else text
        if sent.files:
            # Before any of them is looked at: nothing is stored for whoever may not.
            with open_form_visit(request, form, CONVERSATIONS) as visit:
                _check_reply(visit, conversation_id, sent)
        with keeping(desk, sent) as files, _changing(request, form) as visit:
            found = _check_reply(visit, conversation_id, sent)
            written = Written(stored, form["id"], files.files, shows)
            files.used = reply(visit.session, found, visit.staff, written, visit.now).new
    except (_Refused, FilesRefused) as error:
        refused = _Refused("files", words=error.words) if isinstance(error, FilesRefused) else error
        if by_script:
            told = {"problem": refused.problem, "name": refused.name, "words": refused.words}
            return JSONResponse(told, _PROBLEM_STATUS)
        return _refused_page(request, conversation_id, refused, text, shows)
    afterwards.add_task(desk.hub.messages, conversation_id)
    answer: Response = (
        JSONResponse({"next_id": str(uuid4())}, 201)
        if by_script
        else go(request, "conversation", conversation_id=conversation_id)
    )
    answer.background = afterwards
    return answer


@router.post("/conversations/{conversation_id}/typing", name="tell_typing")
def tell_typing(request: Request, conversation_id: str, form: Form) -> Response:
    """Show the customer that somebody writes; nothing of it is stored."""
    with open_form_visit(request, form, CONVERSATIONS) as visit:
        standing = read_standing(visit.session, conversation_id, visit.now)
        if standing and standing.staff_id == visit.staff.id:
            desk_of(request).hub.person_types(conversation_id, "staff")
    return Response(status_code=204)


def _check_reply(visit: Visit, conversation_id: str, sent: FilesForm) -> str:
    """The conversation's id, where the form holds an answer. Raises NotFound, _Refused."""
    found, text = find_conversation(visit, conversation_id).id, sent.fields.get("text", "").strip()
    if len(text) > visit.desk.settings.max_message_characters or not (text or sent.files):
        raise _Refused("too_long" if text else "empty")
    if not _FORM_ID.fullmatch(sent.fields.get("id", "")):
        raise _Refused("wrong_id")
    return found


@contextmanager
def _changing(request: Request, form: Form) -> Iterator[Visit]:
    try:
        with open_change(request, form, CONVERSATIONS) as visit:
            yield visit
    except WithSomebodyElse as error:
        raise _Refused("somebody_else", error.name) from error
    except WithTheBot as error:
        raise _Refused("with_bot") from error


def _refused_page(
    request: Request, conversation_id: str, error: _Refused, text: str = "", shows: str = ""
) -> Response:
    return conversation_page(
        request,
        conversation_id,
        Draft(text=text, problem=error.problem, name=error.name, words=error.words, shows=shows),
        status=_PROBLEM_STATUS,
    )
