"""Holds the conversations written in this folder's YAML files with the real bot.

They check names of responses, the record that is asked for and the ticket that is written, not the
wording. A file is one service in one language: <service>.<language>.yml. A turn has one of:

- `say`: what the customer types; {number} in it stands for the number or code spoken last,
- `press`: a part of the title of a button of the last answer,
- `leave: true`: the customer comes back in a new conversation, which knows nothing of the first,
- `resolve: true`: staff resolve the ticket spoken last, and the desk announces it in the chat,
- `propose: true`: staff propose something for the complaint spoken last, likewise,
- `remind: <product>`: a customer for whom the website vouches has a piece that is due for
  maintenance, and the desk reminds them of it,
- `offer_reminders: true`: the desk asks, after the ticket spoken last, whether to remind;

and any of `expect` (names of all responses), `asks` and `not_asked` (a record of the service, or
of the service that `of` names), `source` (path of the quoted section) and `language`. `ticket` is
what the first conversation has put on file at the end; without it there must be none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from aftercare.catalogue.files import read_catalogue
from aftercare.database import open_engine, open_sessions, reading, writing
from aftercare.maintenance.chat import ASK, REMIND
from aftercare.maintenance.plans import hold_plan
from aftercare.ownership.registering import Particulars, register
from aftercare.postbacks import payload
from aftercare.settings import PROJECT_ROOT
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Conversation as StoredConversation
from aftercare.tables.ownership import OwnedSource
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.ticket_talk import SOLVED
from aftercare.tickets.history import DESK, EventKind
from aftercare.tickets.life import put_status
from tests.conversations.complaints import propose_for
from tests.conversations.talk import Conversation, Said, begin_conversation
from tests.factories import make_customer
from tests.stack import Stack

HERE = Path(__file__).parent
KINDS = {"happy_path", "correction", "digression", "cancel", "out_of_scope", "handoff", "other"}


def _read(path: Path) -> Any:
    # Every value is a string: a customer's "no" is the word, not false.
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)["conversations"]  # noqa: S506


def _written() -> list[Any]:
    cases = []
    for path in sorted(HERE.glob("*.yml")):
        for conversation in _read(path):
            language = path.stem.split(".")[1]
            name = f"{path.stem}: {conversation['name']}"
            cases.append(pytest.param(language, conversation, id=name))
    return cases


@pytest.mark.parametrize(("language", "conversation"), _written())
def test_conversation(stack: Stack, language: str, conversation: dict[str, Any]) -> None:
    assert conversation["kind"] in KINDS
    first = talk = _arrive(stack, language)
    spoken = ""
    for number, turn in enumerate(conversation["turns"], start=1):
        if turn.get("leave"):
            talk = _arrive(stack, language)
            continue
        if "resolve" in turn:
            said = talk.say("", _resolve(stack, spoken))
        elif "propose" in turn:
            said = talk.say("", propose_for(stack, spoken))
        elif "remind" in turn:
            said = talk.say("", _remind(stack, talk, turn["remind"]))
        elif "offer_reminders" in turn:
            said = talk.say("", payload(ASK, spoken))
        elif "press" in turn:
            said = talk.press(turn["press"])
        else:
            said = talk.say(turn["say"].replace("{number}", spoken))
        spoken = _ticket_number(said) or spoken
        service = turn.get("of", conversation["service"])
        where = f"turn {number}, {turn.get('say') or turn.get('press')!r}: {said.understood}"
        if "expect" in turn:
            assert said.responses == turn["expect"], where
        if "asks" in turn:
            asked = _question(service, turn["asks"], language)
            assert asked in said.text, f"{where}: {said.text}"
        if "source" in turn:
            sources = [source["path"] for reply in said.replies for source in reply["sources"]]
            assert sources == [turn["source"]], where
        if "language" in turn:
            assert said.language == turn["language"], where
        if "not_asked" in turn:
            assert _question(service, turn["not_asked"], language) not in said.text
        assert said.error_id is None, where
        if "utter_ticket_opened" in turn.get("expect", []):
            assert _ticket_number(said)
    _check_ticket(stack, first, language, conversation.get("ticket"))


def _question(service_id: str, field: str, language: str) -> str:
    """The beginning of a record's question, up to its first placeholder."""
    for service in read_catalogue(PROJECT_ROOT / "catalogue").services:
        if service.id == service_id:
            for record in service.records:
                if record.field == field:
                    question: str = getattr(record.ask, language)
                    return question.split("{")[0]
    raise AssertionError(f"service {service_id} has no record {field}")


def _arrive(stack: Stack, language: str) -> Conversation:
    talk = begin_conversation(stack, language)
    talk.say("greet", f'/greet{{"language": "{language}"}}')
    return talk


def _resolve(stack: Stack, number: str) -> str:
    """Resolve the ticket as staff do; the payload of what the desk announces."""
    with writing(open_sessions(open_engine(stack.settings))) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        now = ticket.created_at
        put_status(session, ticket, TicketStatus.RESOLVED, EventKind.STATUS, by=DESK, now=now)
    return payload(SOLVED, number)


def _remind(stack: Stack, talk: Conversation, product: str) -> str:
    """Let a customer own a piece that is due; the payload of what the desk announces."""
    with writing(open_sessions(open_engine(stack.settings))) as session:
        chat, now = session.get_one(StoredConversation, talk.id), datetime.now(UTC)
        if chat.customer is None:
            email = f"{talk.id}@letterbox.example"
            chat.customer, chat.identified = make_customer(session, email=email), True
        owned = register(
            session,
            chat.customer,
            session.get_one(Product, product),
            Particulars(bought_on=now.date() - timedelta(days=400)),
            source=OwnedSource.IMPORT,
            by=DESK,
            now=now,
        )
        hold_plan(session, owned.id, now)
        return payload(REMIND, str(owned.id))


def _ticket_number(said: Said) -> str:
    """The number in an answer that tells of a ticket just opened, or the code of a training."""
    telling = {"utter_ticket_opened", "utter_feedback_stored", "utter_training_paused_with_code"}
    if not telling.intersection(said.responses):
        return ""
    found = re.search(r"\b[A-Z0-9]{3}-[A-Z0-9]{4}\b", said.text)
    return found.group() if found else ""


def _check_ticket(
    stack: Stack, talk: Conversation, language: str, expected: dict[str, Any] | None
) -> None:
    with reading(open_sessions(open_engine(stack.settings))) as session:
        mine = session.scalars(select(Ticket).where(Ticket.conversation_id == talk.id)).all()
        if expected is None:
            assert mine == []
            return
        assert len(mine) == 1
        ticket = mine[0]
        records = {record.field: record.value for record in ticket.records}
        assert ticket.service_id == expected["service"]
        assert ticket.language == expected.get("language", language)
        if "product" in expected:
            assert ticket.product_id == expected["product"]
        for field, value in expected.get("records", {}).items():
            assert records[field] == value
        assert ticket.events[0].kind == "opened"
