"""Takes customers' messages into the database, once each, and reads a conversation out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from secrets import compare_digest

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from aftercare.attachments.kept import Kept
from aftercare.attachments.tying import ONLY_FILES
from aftercare.conversations import lock_conversation, next_seq
from aftercare.errors import NotFound
from aftercare.handover.queue import Standing, is_with_person, read_standing
from aftercare.tables.attachments import Attachment
from aftercare.tables.conversations import Conversation, Message, MessageState, Sender
from gateway.trouble import ApiError

PAGE_MESSAGES = 200


@dataclass(frozen=True)
class Said:
    """What a customer typed, or the button that was pressed; `digests` of the files with it."""

    text: str | None
    button: str | None
    digests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taken:
    """`for_bot`: whether the bot has to answer; not while a person has the conversation."""

    seq: int
    new: bool
    for_bot: bool = False


@dataclass(frozen=True)
class Page:
    """Messages in order, and whether there may be more behind them; `standing` of now."""

    language: str
    standing: Standing | None
    messages: tuple[Message, ...]
    full: bool


def take_message(
    session: Session,
    conversation_id: str,
    client_id: str,
    said: Said,
    now: datetime,
    kept: Sequence[Kept] = (),
) -> Taken:
    """Store a message with its files, or find it where its id came before.

    Raises ApiError: `id_reused` (409) for other content, `unknown_button` (422).
    """
    conversation = lock_conversation(session, conversation_id)
    earlier = session.scalar(
        select(Message).where(
            Message.conversation_id == conversation_id, Message.client_id == client_id
        )
    )
    if said.button is None:
        text = said.text or ""
        payload = ONLY_FILES if said.digests and not text else None
    else:
        text, payload = _offered(session, conversation_id, said.button)
    if earlier:
        digests = tuple(file.digest for file in earlier.attachments)
        if (earlier.text, earlier.payload, digests) != (text, payload, said.digests):
            raise ApiError(
                409,
                "id_reused",
                "This id was used for another message. Send the new message with a new id.",
            )
        return Taken(earlier.seq, new=False)
    seq = next_seq(conversation, now)
    for_bot = not is_with_person(session, conversation_id)
    session.add(
        Message(
            conversation_id=conversation_id,
            seq=seq,
            sender=Sender.CUSTOMER,
            text=text,
            payload=payload,
            at=now,
            state=MessageState.RECEIVED if for_bot else MessageState.DONE,
            client_id=client_id,
            attachments=[
                Attachment(
                    **asdict(file), conversation_id=conversation_id, position=place, created_at=now
                )
                for place, file in enumerate(kept)
            ],
        )
    )
    return Taken(seq, new=True, for_bot=for_bot)


def read_page(session: Session, conversation_id: str, after: int, now: datetime) -> Page:
    """What was said after a number. Raises NotFound when the conversation is gone."""
    language = session.scalar(
        select(Conversation.language).where(Conversation.id == conversation_id)
    )
    if language is None:
        raise NotFound("there is no such conversation")
    statement = (
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.seq > after,
            Message.sender != Sender.SYSTEM,
        )
        .order_by(Message.seq)
        .limit(PAGE_MESSAGES)
        .options(joinedload(Message.attachments))
    )
    messages = session.scalars(statement).unique().all()
    standing = read_standing(session, conversation_id, now)
    return Page(language, standing, tuple(messages), len(messages) == PAGE_MESSAGES)


def _offered(session: Session, conversation_id: str, button_id: str) -> tuple[str, str]:
    """Title and payload of a button that the bot offered in this very conversation."""
    seq = button_id.partition("-")[0]
    if button_id.isascii() and seq.isdigit() and len(seq) < 10:
        buttons = session.scalar(
            select(Message.buttons).where(
                Message.conversation_id == conversation_id,
                Message.seq == int(seq),
                Message.sender != Sender.CUSTOMER,
            )
        )
        for button in buttons or []:
            if compare_digest(button["id"].encode(), button_id.encode()):
                return button["title"], button["payload"]
    raise ApiError(
        422,
        "unknown_button",
        "This button was not offered in this conversation. Use a button of the last messages, "
        "or send text.",
    )
