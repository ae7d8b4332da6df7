"""A conversation in which a customer sent a photo and a bill, with their contents in the store."""

from __future__ import annotations

import io

from aftercare.attachments.stores import open_store
from aftercare.attachments.tying import ONLY_FILES
from aftercare.database import SessionFactory, writing
from aftercare.settings import Settings
from tests.factories import make_attachment, make_conversation, make_message, make_ticket
from tests.sample_files import PDF

#: Ids of the files, and of their conversation.
PHOTO_ID, BILL_ID, TALK_ID = "a" * 32, "b" * 32, "talk"


def make_talk_with_files(
    sessions: SessionFactory,
    settings: Settings,
    photo: bytes,
    size: tuple[int, int],
    name: str = "leak.jpg",
) -> str:
    """The number of the ticket that came out of it."""
    store = open_store(settings)
    with writing(sessions) as session:
        talk = make_conversation(session, id=TALK_ID)
        message = make_message(session, talk, "", payload=ONLY_FILES)
        make_attachment(
            session,
            message,
            id=PHOTO_ID,
            name=name,
            media_type="image/jpeg",
            size=len(photo),
            width=size[0],
            height=size[1],
        )
        make_attachment(session, message, id=BILL_ID, position=1, name="bill.pdf", size=len(PDF))
        number = make_ticket(session, conversation_id=TALK_ID).number
    store.put(PHOTO_ID, io.BytesIO(photo), len(photo), "image/jpeg")
    store.put(BILL_ID, io.BytesIO(PDF), len(PDF), "application/pdf")
    return number
