"""The pages about conversations: the list and the transcript."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aftercare.tables.conversations import Conversation, Message
from console.access import Visit, find_conversation, open_visit
from console.conversation_list import NAMES, fetch_conversations
from console.filters import read_filters
from console.formats import language_name, plain_name
from console.pages import show
from console.paging import read_place
from console.text_search import distinct_values
from console.transcript import read_transcript

router = APIRouter()


@router.get("/conversations", name="conversations")
def list_conversations(request: Request) -> Response:
    filters = read_filters(request, NAMES)
    with open_visit(request) as visit:
        page = fetch_conversations(visit, filters, read_place(request, str))
        choices = _choices(visit)
    return show(
        request,
        "conversations.html",
        area="conversations",
        page=page,
        filters=filters,
        choices=choices,
    )


@router.get("/conversations/{conversation_id}", name="conversation")
def show_conversation(request: Request, conversation_id: str) -> Response:
    with open_visit(request) as visit:
        transcript = read_transcript(visit.session, find_conversation(visit, conversation_id))
    return show(request, "conversation.html", area="conversations", transcript=transcript)


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
