"""Takes customers' messages into the database, once each.

As in gateway/store.py, the statements of every message are built once and go past the ORM.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from secrets import compare_digest
from typing import cast

from sqlalchemy import BindParameter, Connection, Table, bindparam, insert, select
from sqlalchemy.orm import Session

from aftercare.attachments.kept import Kept
from aftercare.attachments.tying import ONLY_FILES
from aftercare.conversations import hold, keep, next_seq
from aftercare.tables.attachments import Attachment
from aftercare.tables.conversations import Message, MessageState, Sender
from aftercare.tables.handover import Handover, HandoverState
from gateway.trouble import ApiError

_id: BindParameter[str] = bindparam("conversation_id")
#: Read once the conversation is held: the message, where its id came before, and who has the
#: conversation.
_KNOWN = select(
    select(Message.id)
    .where(Message.conversation_id == _id, Message.client_id == bindparam("client_id"))
    .scalar_subquery(),
    select(Handover.state)
    .where(Handover.conversation_id == _id, Handover.state != HandoverState.OVER)
    .scalar_subquery(),
)
_TAKE = insert(cast(Table, Message.__table__))
_ATTACH = insert(cast(Table, Attachment.__table__))


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


def take_message(
    connection: Connection,
    conversation_id: str,
    client_id: str,
    said: Said,
    now: datetime,
    kept: Sequence[Kept] = (),
) -> Taken:
    """Store a message with its files, or find it where its id came before.

    Raises ApiError: `id_reused` (409) for other content, `unknown_button` (422).
    """
    conversation = hold(connection, conversation_id)
    asked = {"conversation_id": conversation_id, "client_id": client_id}
    earlier, handover = connection.execute(_KNOWN, asked).one()
    if said.button is None:
        text = said.text or ""
        payload = ONLY_FILES if said.digests and not text else None
    else:
        text, payload = _offered(connection, conversation_id, said.button)
    if earlier is not None:
        return _taken_before(connection, earlier, (text, payload, said.digests))
    seq = next_seq(conversation, now)
    for_bot = handover != HandoverState.WITH_PERSON
    stored = connection.execute(
        _TAKE,
        {
            "conversation_id": conversation_id,
            "seq": seq,
            "sender": Sender.CUSTOMER,
            "text": text,
            "payload": payload,
            "at": now,
            "state": MessageState.RECEIVED if for_bot else MessageState.DONE,
            "client_id": client_id,
        },
    )
    if kept:
        number = stored.inserted_primary_key[0] if stored.inserted_primary_key else None
        its = {"conversation_id": conversation_id, "message_id": number, "created_at": now}
        files = [asdict(file) | its | {"position": place} for place, file in enumerate(kept)]
        connection.execute(_ATTACH, files)
    keep(connection, conversation)
    return Taken(seq, True, for_bot)


def _taken_before(
    connection: Connection, number: int, said: tuple[str, str | None, tuple[str, ...]]
) -> Taken:
    """Where the message came before. Raises ApiError where it had other content."""
    with Session(connection) as session:
        earlier = session.get_one(Message, number)
        digests = tuple(file.digest for file in earlier.attachments)
    if (earlier.text, earlier.payload, digests) != said:
        raise ApiError(
            409,
            "id_reused",
            "This id was used for another message. Send the new message with a new id.",
        )
    return Taken(earlier.seq, new=False)


def _offered(connection: Connection, conversation_id: str, button_id: str) -> tuple[str, str]:
    """Title and payload of a button that the bot offered in this very conversation."""
    seq = button_id.partition("-")[0]
    if button_id.isascii() and seq.isdigit() and len(seq) < 10:
        buttons = connection.scalar(
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
