"""The pages about conversations: the list, and one of them with what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aftercare.attachments.on_tickets import LONGEST_DESCRIPTION
from aftercare.handover.queue import read_standing
from aftercare.staff.roles import CONVERSATIONS
from aftercare.tables.conversations import Conversation, Customer, Message
from aftercare.tables.tickets import Ticket
from console.access import Visit, find_conversation, open_visit
from console.conversation_list import NAMES, fetch_conversations
from console.desk import desk_of
from console.filters import WORDS, read_filters
from console.formats import language_name, plain_name
from console.forms import query_value
from console.pages import show
from console.paging import read_place
from console.sent_files import TAKEN, accepted
from console.text_search import distinct_values, stops_short
from console.trainings import trainings_of
from console.transcript import read_transcript

router = APIRouter()


@dataclass(frozen=True)
class Draft:
    """What a staff member wrote that was not sent, why, and the name of who is in the way."""

    text: str = ""
    problem: str = ""
    name: str = ""
    words: str = ""
    """Why, where it is about the files."""
    shows: str = ""
    """What the pictures show."""


@router.get("/conversations", name="conversations")
def list_conversations(request: Request) -> Response:
    filters = read_filters(request, NAMES)
    with open_visit(request) as visit:
        page = fetch_conversations(visit, filters, read_place(request, str))
        choices = _choices(visit)
        cut = stops_short(visit.session, filters.get(WORDS), Message, Customer, Ticket)
    return show(
        request,
        "conversations.html",
        cut=cut,
        area="conversations",
        page=page,
        filters=filters,
        choices=choices,
    )


@router.get("/conversations/{conversation_id}", name="conversation")
def show_conversation(request: Request, conversation_id: str) -> Response:
    return conversation_page(request, conversation_id)


@router.get("/conversations/{conversation_id}/news", name="conversation_news")
def show_news(request: Request, conversation_id: str) -> Response:
    """What the open page shows anew: the lines after one that it names, and who has it."""
    after = query_value(request, "after", 10)
    with open_visit(request, by_itself=True) as visit:
        values = _values(visit, conversation_id, int(after) if after.isdecimal() else 0)
    return show(request, "_conversation_news.html", draft=Draft(), **values)


def conversation_page(
    request: Request, conversation_id: str, draft: Draft | None = None, *, status: int = 200
) -> Response:
    """The page, with a draft of this staff member where one could not be sent."""
    with open_visit(request) as visit:
        values = _values(visit, conversation_id)
    return show(
        request,
        "conversation.html",
        status=status,
        area="conversations",
        draft=draft or Draft(),
        longest_reply=desk_of(request).settings.max_message_characters,
        longest_description=LONGEST_DESCRIPTION,
        takes_files=accepted(desk_of(request)),
        taken=TAKEN,
        **values,
    )


def _values(visit: Visit, conversation_id: str, after: int = 0) -> dict[str, Any]:
    conversation = find_conversation(visit, conversation_id)
    return {
        "transcript": read_transcript(visit.session, conversation, after),
        "after": after,
        "trainings": trainings_of(visit, conversation.id),
        "standing": read_standing(visit.session, conversation.id, visit.now),
        "staff_id": visit.staff.id,
        "may_take": visit.staff.role in CONVERSATIONS,
        "form_id": str(uuid4()),
    }


def _choices(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in each filter: value and name."""
    channels = distinct_values(visit.session, Conversation.channel)
    languages = distinct_values(visit.session, Conversation.language)
    intents = distinct_values(visit.session, Message.intent)
    return {
        "channel": [(channel, plain_name(channel)) for channel in channels],
        "language": [(language, language_name(language)) for language in languages],
        "intent": [(intent, intent) for intent in intents],
        "ticket": [("with", "With a ticket")],
        "error": [("with", "With an error")],
    }
