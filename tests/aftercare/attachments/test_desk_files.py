"""The desk ties files to tickets as intakes begin and end."""

from __future__ import annotations

from aftercare.attachments.tying import of_ticket
from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.conversations import Conversation, MessageState
from aftercare.tables.tickets import Ticket
from tests.desks import YES, Caller
from tests.factories import make_attachment, make_message


def send(sessions: SessionFactory, name: str, *, in_work: bool = False) -> None:
    state = MessageState.RECEIVED if in_work else MessageState.DONE
    with writing(sessions) as session:
        talk = session.get_one(Conversation, "c-1")
        make_attachment(session, make_message(session, talk, "", state=state), name=name)


def files_of(sessions: SessionFactory, number: str) -> list[str]:
    with reading(sessions) as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        return [file.name for file in of_ticket(session, ticket)]


def test_two_intakes_of_a_conversation_keep_their_files_apart(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    send(stocked_sessions, "before.jpg")
    joana.want("request_repair")
    send(stocked_sessions, "during.jpg")
    joana.answer_all().say(YES)
    repair = joana.values["number"]
    send(stocked_sessions, "addition.jpg")
    send(stocked_sessions, "complaint.jpg", in_work=True)
    joana.want("file_complaint").answer_all().say(YES)
    complaint = joana.values["number"]
    assert repair != complaint
    assert files_of(stocked_sessions, repair) == ["before.jpg", "during.jpg", "addition.jpg"]
    assert files_of(stocked_sessions, complaint) == ["complaint.jpg"]
