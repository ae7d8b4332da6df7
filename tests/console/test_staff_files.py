"""Staff send files to customers and put them on tickets and returns; nothing unsafe is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.handover.changes import Written, reply, take
from aftercare.settings import Settings
from aftercare.tables.attachments import Attachment, TicketFile
from aftercare.tables.conversations import ChatSession, Message, Sender
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketEvent, TicketStatus
from aftercare.tickets.history import EventKind
from tests.conftest import settings_in
from tests.console.browsers import Clock, Response, TestClient, form_token, open_browser, sign_in
from tests.factories import make_conversation, make_message, make_staff, make_ticket
from tests.sample_files import HTML, PDF, PLACE, image

Send = Callable[..., Response]
PHOTO = ("hose.jpg", image(size=(90, 60)))
SHEET = ("sheet.pdf", PDF)
CARD = "4111 1111 1111 1111"


@pytest.fixture
def send(browser: TestClient) -> Send:
    """Sends a form with files."""

    def send(path: str, *files: tuple[str, bytes], script: bool = False, **fields: str) -> Response:
        return browser.post(
            f"/console{path}",
            data={"csrf": form_token(browser), "id": str(uuid4()), **fields},
            files=[("files", (name, content, "image/jpeg")) for name, content in files],
            headers={"Accept": "application/json"} if script else {},
        )

    return send


@pytest.fixture
def talk(database: SessionFactory, clock: Clock) -> str:
    """A conversation that Rita has, and that the customer can still open."""
    with writing(database) as session:
        conversation = make_conversation(session, at=clock())
        session.add(
            ChatSession(
                token_hash="0" * 64,
                conversation_id=conversation.id,
                created_at=clock(),
                expires_at=clock() + timedelta(days=30),
            )
        )
        make_message(session, conversation, "It leaks", at=clock())
        take(session, conversation.id, session.scalars(select(Staff)).one(), clock())
        return conversation.id


@pytest.fixture
def number(database: SessionFactory, talk: str) -> str:
    """A ticket out of that conversation."""
    with writing(database) as session:
        return make_ticket(session, conversation_id=talk).number


def stored(settings: Settings) -> list[bytes]:
    return [file.read_bytes() for file in settings.var_dir.glob("attachments/*/*")]


def sent(database: SessionFactory) -> list[tuple[str, list[tuple[str, str]]]]:
    """What staff said: the words, and name and description of each file."""
    with reading(database) as session:
        said = session.scalars(select(Message).where(Message.sender == Sender.STAFF))
        return [
            (one.text, [(file.name, file.description) for file in one.attachments]) for one in said
        ]


def on_tickets(database: SessionFactory) -> list[tuple[str, str, str]]:
    with reading(database) as session:
        found = session.scalars(select(TicketFile).order_by(TicketFile.position))
        return [(one.name, one.used_for, one.description) for one in found]


# In a conversation ---------------------------------------------------------------------


@pytest.mark.parametrize("script", [False, True])
def test_files_go_with_an_answer_and_are_made_safe(
    send: Send, database: SessionFactory, settings: Settings, talk: str, script: bool
) -> None:
    answer = send(
        f"/conversations/{talk}/reply",
        PHOTO,
        SHEET,
        script=script,
        text="Pull here",
        description=f"The hose,  card {CARD}",
    )
    assert answer.status_code == (201 if script else 303), answer.text
    ((text, files),) = sent(database)
    assert text == "Pull here"
    assert [name for name, _ in files] == ["hose.jpg", "sheet.pdf"]
    assert files[0][1].startswith("The hose, card ") and CARD not in files[0][1]
    assert files[1][1] == ""
    assert len(stored(settings)) == 2
    assert not any(PLACE.encode() in content for content in stored(settings))


def test_transcript_shows_the_picture_with_its_words(
    send: Send, browser: TestClient, talk: str
) -> None:
    send(f"/conversations/{talk}/reply", PHOTO, text="", description="The <hose>")
    page = browser.get(f"/console/conversations/{talk}").text
    found = re.search(r'<img src="(/console/files/\w+)" alt="The &lt;hose&gt;"', page)
    assert found
    assert browser.get(found[1]).headers["Content-Type"] == "image/jpeg"


def test_same_form_sent_again_keeps_its_files_once(
    send: Send, database: SessionFactory, settings: Settings, talk: str
) -> None:
    key = str(uuid4())
    for _ in range(2):
        answer = send(f"/conversations/{talk}/reply", PHOTO, id=key, text="Here")
        assert answer.status_code == 303
    assert len(sent(database)) == len(stored(settings)) == 1


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("page.jpg", HTML)], "of a kind that is not taken"),
        ([("broken.jpg", PHOTO[1][:300])], "cannot be read"),
        ([("empty.jpg", b"")], "is empty"),
        ([("big.pdf", PDF + bytes(200_001))], "larger than 1 MB"),
        ([SHEET] * 6, "at most 5 files"),
    ],
)
def test_file_that_is_not_taken_is_told_and_the_words_stay(
    database: SessionFactory,
    clock: Clock,
    settings: Settings,
    talk: str,
    files: list[tuple[str, bytes]],
    words: str,
) -> None:
    small = settings_in(settings.var_dir, max_file_bytes=200_000)
    browser = open_browser(small, database, clock)
    sign_in(browser)
    form = {"csrf": form_token(browser), "id": str(uuid4())}
    for accept in ("text/html", "application/json"):
        answer = browser.post(
            f"/console/conversations/{talk}/reply",
            data={**form, "text": "Look <here>", "description": "A hose"},
            files=[("files", (name, content, "image/jpeg")) for name, content in files],
            headers={"Accept": accept},
        )
        assert answer.status_code == 409
        if accept == "text/html":
            assert words in answer.text
            assert "Look &lt;here&gt;</textarea>" in answer.text
            assert 'value="A hose"' in answer.text
        else:
            assert words in answer.json()["words"]
    assert sent(database) == [] == stored(settings)


def test_nothing_is_stored_for_who_does_not_have_the_conversation(
    send: Send, database: SessionFactory, clock: Clock, settings: Settings, talk: str
) -> None:
    with writing(database) as session:
        rita = session.scalars(select(Staff)).one().id
        bruno = make_staff(session, name="Bruno", email="bruno@marulho.example")
        take(session, talk, bruno, clock(), over_from=rita)
    answer = send(f"/conversations/{talk}/reply", PHOTO, text="Here")
    assert (answer.status_code, "Bruno has this conversation" in answer.text) == (409, True)
    assert sent(database) == [] == stored(settings)


@pytest.mark.parametrize(("field", "value"), [("csrf", "wrong"), ("role", "guest")])
def test_files_of_who_may_not_are_not_looked_at(
    send: Send,
    database: SessionFactory,
    settings: Settings,
    talk: str,
    field: str,
    value: str,
) -> None:
    fields = {"text": "Here"}
    if field == "csrf":
        fields[field] = value
    else:
        with writing(database) as session:
            session.scalars(select(Staff)).one().role = value
    assert send(f"/conversations/{talk}/reply", PHOTO, **fields).status_code == 403
    assert stored(settings) == []


def test_desk_that_takes_no_files_offers_no_place_for_them(
    database: SessionFactory, clock: Clock, settings: Settings, talk: str, number: str
) -> None:
    browser = open_browser(settings_in(settings.var_dir, max_files=0), database, clock)
    sign_in(browser)
    for place in (f"conversations/{talk}", f"tickets/{number}"):
        assert 'type="file"' not in browser.get(f"/console/{place}").text


# On a ticket ---------------------------------------------------------------------------


def test_files_for_colleagues_stay_out_of_the_chat(
    send: Send, browser: TestClient, database: SessionFactory, number: str
) -> None:
    answer = send(
        f"/tickets/{number}/files", PHOTO, SHEET, description="The hose", text=f"Card {CARD}"
    )
    assert answer.status_code == 303
    assert on_tickets(database) == [
        ("hose.jpg", "note", "The hose"),
        ("sheet.pdf", "note", ""),
    ]
    assert sent(database) == []
    page = browser.get(f"/console/tickets/{number}").text
    assert "added files: hose.jpg, sheet.pdf" in page
    assert 'alt="The hose"' in page
    assert CARD not in page
    assert "Files of the customer" not in page


def test_same_file_is_put_on_a_ticket_once(
    send: Send, database: SessionFactory, settings: Settings, number: str
) -> None:
    for _ in range(2):
        assert send(f"/tickets/{number}/files", PHOTO).status_code == 303
    assert len(on_tickets(database)) == len(stored(settings)) == 1


def test_files_for_the_customer_are_said_in_the_chat(
    send: Send, browser: TestClient, database: SessionFactory, number: str, talk: str
) -> None:
    heard: list[str] = []
    browser.app.state.desk.hub.messages = heard.append  # type: ignore[attr-defined]
    answer = send(
        f"/tickets/{number}/files",
        PHOTO,
        **{"for": "customer", "text": "Your report", "description": "The hose"},
    )
    assert answer.status_code == 303, answer.text
    assert sent(database) == [("Your report", [("hose.jpg", "The hose")])]
    assert heard == [talk]
    with reading(database) as session:
        ticket = session.scalars(select(Ticket)).one()
        file = session.scalars(select(Attachment)).one()
        assert (file.ticket_id, file.staff_id is not None) == (ticket.id, True)
        kinds = session.scalars(select(TicketEvent.kind).order_by(TicketEvent.id)).all()
    assert kinds[-1] == EventKind.FILE_SENT
    page = browser.get(f"/console/tickets/{number}").text
    assert "sent the customer files: hose.jpg" in page
    assert "Files of the customer" not in page


def test_colleague_who_talks_with_the_customer_is_not_interrupted(
    send: Send,
    database: SessionFactory,
    clock: Clock,
    settings: Settings,
    number: str,
    talk: str,
) -> None:
    with writing(database) as session:
        rita = session.scalars(select(Staff)).one().id
        bruno = make_staff(session, name="Bruno", email="bruno@marulho.example")
        take(session, talk, bruno, clock(), over_from=rita)
        reply(session, talk, bruno, Written("Hello", str(uuid4())), clock())
    answer = send(f"/tickets/{number}/files", PHOTO, **{"for": "customer", "text": "Your <report>"})
    assert answer.status_code == 409
    assert "Bruno has the conversation" in answer.text
    assert "Your &lt;report&gt;</textarea>" in answer.text
    assert [text for text, _ in sent(database)] == ["Hello"]
    assert stored(settings) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [({}, "choose at least one file"), ({"for": "customer"}, "choose at least one file")],
)
def test_form_without_a_file_is_told(
    send: Send, number: str, fields: dict[str, str], words: str
) -> None:
    answer = send(f"/tickets/{number}/files", **fields)
    assert (answer.status_code, words in answer.text) == (409, True)


def test_ticket_without_a_chat_offers_no_way_to_the_customer(
    send: Send, browser: TestClient, database: SessionFactory, settings: Settings
) -> None:
    with writing(database) as session:
        number = make_ticket(session).number
    assert 'value="customer"' not in browser.get(f"/console/tickets/{number}").text
    answer = send(f"/tickets/{number}/files", PHOTO, **{"for": "customer"})
    assert (answer.status_code, "has no chat" in answer.text) == (409, True)
    assert stored(settings) == []


def test_nothing_is_sent_into_a_chat_that_nobody_can_open(
    send: Send, database: SessionFactory, settings: Settings, number: str
) -> None:
    with writing(database) as session:
        session.execute(delete(ChatSession))
    answer = send(f"/tickets/{number}/files", PHOTO, **{"for": "customer", "text": "Your report"})
    assert (answer.status_code, "has no chat" in answer.text) == (409, True)
    assert "Your report" in answer.text
    assert (sent(database), stored(settings)) == ([], [])


def test_closed_ticket_takes_nothing(
    send: Send, browser: TestClient, database: SessionFactory, settings: Settings, number: str
) -> None:
    with writing(database) as session:
        session.scalars(select(Ticket)).one().status = TicketStatus.CLOSED
    assert 'type="file"' not in browser.get(f"/console/tickets/{number}").text
    for whom in ("colleagues", "customer"):
        answer = send(f"/tickets/{number}/files", PHOTO, **{"for": whom})
        assert answer.status_code == 409
    assert stored(settings) == []


def test_file_is_removed_for_good_and_leaves_its_name(
    send: Send, browser: TestClient, database: SessionFactory, settings: Settings, number: str
) -> None:
    send(f"/tickets/{number}/files", PHOTO)
    with reading(database) as session:
        file = session.scalars(select(TicketFile.id)).one()
    path = f"/console/tickets/{number}/files/{file}/remove"
    form = {"csrf": form_token(browser)}
    assert browser.post(path, data=form).status_code == 303
    assert stored(settings) == []
    assert "removed the file hose.jpg" in browser.get(f"/console/tickets/{number}").text
    assert browser.post(path, data=form).status_code == 404
    assert browser.get(f"/console/files/{file}").status_code == 404


# On a return ---------------------------------------------------------------------------


def test_pictures_of_returned_goods_stand_on_return_and_ticket(
    send: Send, browser: TestClient, database: SessionFactory, settings: Settings
) -> None:
    records = {"product": "mare-w900", "reason": "defective", "description": "It leaks."}
    with writing(database) as session:
        number = make_ticket(session, service_id="return", records=records).number
    path = f"/tickets/{number}/return"
    early = send(f"{path}/files", PHOTO, description="A <scratch>")
    assert (early.status_code, "taken from their receipt" in early.text) == (409, True)
    assert stored(settings) == []
    for deed in ("authorise", "receive"):
        browser.post(f"/console{path}/{deed}", data={"csrf": form_token(browser)})
    assert "choose at least one file" in send(f"{path}/files").text
    assert send(f"{path}/files", PHOTO, description="A <scratch>").status_code == 303
    assert on_tickets(database) == [("hose.jpg", "inspection", "A <scratch>")]
    for place in (path, f"/tickets/{number}"):
        assert 'alt="A &lt;scratch&gt;"' in browser.get(f"/console{place}").text
