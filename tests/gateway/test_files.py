"""Messages with files: taken once, bounded, shown again, opened by nobody but who may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from uuid import uuid4

import jwt
import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import func, select

from aftercare.attachments.cleaning import remove_strays
from aftercare.attachments.taking import open_files
from aftercare.database import SessionFactory, reading
from aftercare.settings import Settings
from aftercare.tables.attachments import Attachment
from aftercare.tables.conversations import Message
from gateway.bot import GiveUp, Turn, TurnResult
from tests.clamav import ClamAvStandIn, running_clamav
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import TestClient, Visit, new_visit
from tests.postgresql import BOTH
from tests.sample_files import EICAR, HTML, MP4, PDF, PLACE, SVG, image


def send(visit: Visit, *files: tuple[str, bytes], text: str | None = None, key: str = "") -> Any:
    data = {"id": key or str(uuid4())}
    if text is not None:
        data["text"] = text
    return visit.post(
        data=data, files=[("files", (name, content, "image/jpeg")) for name, content in files]
    )


def stored(settings: Settings) -> list[bytes]:
    return [file.read_bytes() for file in settings.var_dir.glob("attachments/*/*")]


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def shown(visit: Visit, seq: int) -> dict[str, Any]:
    return next(message for message in visit.messages() if message["seq"] == seq)


def path_of(attachment: dict[str, Any]) -> str:
    address: str = attachment["url"]
    assert address.startswith("http://127.0.0.1:8080/files/")
    return address.removeprefix("http://127.0.0.1:8080")


@BOTH
def test_message_with_files_is_stored_and_shown(idle_visit: Visit, settings: Settings) -> None:
    answer = send(idle_visit, ("leak.jpg", image(size=(90, 60))), ("a.pdf", PDF), text="It leaks")
    assert answer.status_code == 202, answer.text
    message = shown(idle_visit, answer.json()["seq"])
    assert message["text"] == "It leaks"
    photo, document = message["attachments"]
    assert (photo["name"], photo["type"]) == ("leak.jpg", "image/jpeg")
    assert (photo["width"], photo["height"]) == (90, 60)
    assert document.keys() == {"id", "name", "type", "size", "url"}
    assert (document["name"], document["type"], document["size"]) == (
        "a.pdf",
        "application/pdf",
        len(PDF),
    )
    assert len(stored(settings)) == 2


def test_photo_is_shown_without_its_place_and_safely(idle_visit: Visit) -> None:
    answer = send(idle_visit, ("leak.jpg", image()))
    photo = shown(idle_visit, answer.json()["seq"])["attachments"][0]
    opened = idle_visit.client.get(path_of(photo))
    assert opened.status_code == 200
    assert opened.headers["Content-Type"] == "image/jpeg"
    assert opened.headers["Content-Disposition"].startswith('inline; filename="leak.jpg"')
    assert int(opened.headers["Content-Length"]) == photo["size"] == len(opened.content)
    assert opened.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in opened.headers["Content-Security-Policy"]
    assert PLACE.encode() not in opened.content
    with Image.open(BytesIO(opened.content)) as picture:
        assert picture.size == (60, 40)


@pytest.mark.parametrize(("name", "content"), [("bill é.pdf", PDF), ("clip.mp4", MP4)])
def test_all_others_are_downloads(idle_visit: Visit, name: str, content: bytes) -> None:
    answer = send(idle_visit, (name, content))
    file = shown(idle_visit, answer.json()["seq"])["attachments"][0]
    opened = idle_visit.client.get(path_of(file))
    assert opened.content == content
    assert opened.headers["Content-Disposition"].startswith("attachment; ")
    assert "\r" not in opened.headers["Content-Disposition"]


@BOTH
def test_same_id_again_is_the_same_message(
    idle_visit: Visit, settings: Settings, sessions: SessionFactory
) -> None:
    key, photo = str(uuid4()), image()
    first = send(idle_visit, ("a.jpg", photo), text="Look", key=key)
    again = send(idle_visit, ("a.jpg", photo), text="Look", key=key)
    assert (
        (first.status_code, first.json())
        == (again.status_code, again.json())
        == (202, {"id": key, "seq": 2})
    )
    for other in (
        send(idle_visit, ("a.jpg", image(size=(9, 9))), text="Look", key=key),
        send(idle_visit, ("a.jpg", photo), text="Another", key=key),
        send(idle_visit, ("a.jpg", photo), ("b.jpg", photo), text="Look", key=key),
        idle_visit.post({"id": key, "text": "Look"}),
    ):
        assert refusal(other) == (409, "id_reused")
    assert len(stored(settings)) == 1
    with reading(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Attachment)) == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", (422, "file_empty")),
        (HTML, (415, "file_type_not_taken")),
        (SVG, (415, "file_type_not_taken")),
        (b"MZ" + bytes(100), (415, "file_type_not_taken")),
        (b"\xff\xd8\xff\xe0" + HTML, (422, "file_damaged")),
        (PDF + bytes(70_000), (413, "file_too_large")),
    ],
)
def test_bad_file_is_refused_and_nothing_is_kept(
    make_app: Callable[..., FastAPI],
    settings: Settings,
    sessions: SessionFactory,
    content: bytes,
    expected: tuple[int, str],
) -> None:
    visit = new_visit(TestClient(make_app(max_file_bytes=65_536)))
    answer = send(visit, ("good.jpg", image()), ("bad.jpg", content), text="Look")
    assert refusal(answer) == expected
    assert answer.json()["error"]["message"].endswith(".")
    assert stored(settings) == []
    with reading(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_form_of_another_shape_is_refused(idle_visit: Visit, settings: Settings) -> None:
    photo = ("a.jpg", image(), "image/jpeg")
    key = {"id": str(uuid4())}
    cases: list[tuple[dict[str, Any], tuple[int, str]]] = [
        ({"data": key, "files": [("files", photo)] * 6}, (422, "too_many_files")),
        ({"data": key, "files": [("files", photo)] * 60}, (400, "not_multipart")),
        ({"data": key, "files": {"photo": photo}}, (422, "unknown_field")),
        ({"data": {**key, "button": "1-a"}, "files": {"files": photo}}, (422, "unknown_field")),
        ({"files": {"files": photo}}, (422, "invalid_id")),
        ({"data": {"id": "1"}, "files": {"files": photo}}, (422, "invalid_id")),
        ({"data": {**key, "text": "x" * 2001}, "files": {"files": photo}}, (422, "text_too_long")),
        (
            {"data": {**key, "text": "x" * 20_000}, "files": {"files": photo}},
            (400, "not_multipart"),
        ),
        ({"data": {**key, "text": "a\x00"}, "files": {"files": photo}}, (422, "not_text")),
    ]
    for request, expected in cases:
        assert refusal(idle_visit.post(**request)) == expected, request.get("data")
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x\r\nbroken", b"--x\r\n\r\n\r\n--x--"):
        answer = idle_visit.post(content=body, headers=headers)
        assert answer.status_code in (400, 422), answer.text
    answer = idle_visit.post(content=b"", headers={"Content-Type": "multipart/form-data"})
    assert refusal(answer) == (400, "not_multipart")
    assert stored(settings) == []


def test_whole_message_is_bounded(make_app: Callable[..., FastAPI]) -> None:
    visit = new_visit(TestClient(make_app(max_files=1, max_file_bytes=65_536)))
    answer = send(visit, ("a.pdf", PDF + bytes(200_000)))
    assert refusal(answer) == (413, "too_large")
    assert "131072" in answer.json()["error"]["message"]
    # Only the call that takes files has the wider bound.
    answer = visit.client.post("/chat/v1/sessions", files={"files": ("a.pdf", PDF + bytes(70_000))})
    assert refusal(answer) == (413, "too_large")


def test_desk_may_take_no_files(make_app: Callable[..., FastAPI]) -> None:
    visit = new_visit(TestClient(make_app(max_files=0)))
    assert refusal(send(visit, ("a.jpg", image()))) == (415, "unsupported_media_type")


def test_stranger_cannot_send_files(idle_visit: Visit, settings: Settings) -> None:
    idle_visit.headers = {"Authorization": "Bearer wrong"}
    assert refusal(send(idle_visit, ("a.jpg", image()))) == (401, "session_invalid")
    assert stored(settings) == []


def test_too_many_uploads_are_held_off(make_app: Callable[..., FastAPI]) -> None:
    visit = new_visit(TestClient(make_app(limit_uploads="1/hour")))
    assert send(visit, ("a.jpg", image())).status_code == 202
    answer = send(visit, ("b.jpg", image()))
    assert refusal(answer) == (429, "too_many_uploads")
    assert int(answer.headers["Retry-After"]) > 1
    visit.say("Text is still taken")


def test_refused_message_takes_its_files_back(
    make_app: Callable[..., FastAPI], settings: Settings
) -> None:
    visit = new_visit(TestClient(make_app(limit_messages="1/hour")))
    visit.say("First")
    assert refusal(send(visit, ("a.jpg", image()))) == (429, "too_many_messages")
    assert stored(settings) == []


@pytest.fixture
def clamav() -> Iterator[ClamAvStandIn]:
    with running_clamav() as running:
        yield running


def test_scanner_is_heard(
    make_app: Callable[..., FastAPI], settings: Settings, clamav: ClamAvStandIn
) -> None:
    visit = new_visit(TestClient(make_app(virus_scanner=clamav.address)))
    assert send(visit, ("a.pdf", PDF)).status_code == 202
    assert refusal(send(visit, ("a.pdf", PDF + EICAR))) == (422, "file_infected")
    clamav.answer_with(b"stream: ERROR\0")
    answer = send(visit, ("a.pdf", PDF))
    assert refusal(answer) == (503, "scanner_unavailable")
    assert "Retry-After" in answer.headers
    assert stored(settings) == [PDF]


def test_full_disk_is_told_and_keeps_nothing(idle_visit: Visit, settings: Settings) -> None:
    (settings.var_dir / "attachments").write_text("no folder")
    assert refusal(send(idle_visit, ("a.pdf", PDF))) == (503, "files_unavailable")
    assert [message["seq"] for message in idle_visit.messages()] == []


# Links ---------------------------------------------------------------------------


@pytest.fixture
def link(idle_visit: Visit) -> str:
    seq = send(idle_visit, ("a.pdf", PDF)).json()["seq"]
    return path_of(shown(idle_visit, seq)["attachments"][0])


def test_link_needs_no_token_and_ends(
    idle_client: TestClient, clock: SteeredClock, link: str
) -> None:
    clock.pass_by(minutes=59)
    assert idle_client.get(link).content == PDF
    clock.pass_by(minutes=1)
    assert refusal(idle_client.get(link)) == (410, "link_expired")
    page = idle_client.get(link, headers={"Accept": "text/html"})
    assert page.status_code == 410
    assert "This link has expired" in page.text


def test_forged_links_open_nothing(idle_client: TestClient, link: str) -> None:
    token = link.removeprefix("/files/")
    head, claims, signature = token.split(".")
    known = jwt.decode(token, options={"verify_signature": False})
    later = {**known, "exp": known["exp"] + 10_000_000}
    forged = [
        "x",
        "a" * 5000,
        f"{head}.{claims}.",
        f"{head}.{claims}.{signature[:-2]}AA",
        jwt.encode(later, "test-secret" * 3, algorithm="HS256"),
        jwt.encode(later, None, algorithm="none"),
        f"{head}.{jwt.encode(later, 'k' * 32).split('.')[1]}.{signature}",
    ]
    for one in forged:
        assert refusal(idle_client.get(f"/files/{one}")) == (404, "not_found"), one


def test_link_of_another_conversation_opens_nothing(
    idle_client: TestClient, idle_visit: Visit, link: str
) -> None:
    other = new_visit(idle_client)
    desk = idle_client.app.state.desk  # type: ignore[attr-defined]
    known = jwt.decode(link.removeprefix("/files/"), options={"verify_signature": False})
    stolen = Attachment(id=known["sub"], conversation_id=other.conversation_id)
    answer = idle_client.get(path_of({"url": desk.links.url(stolen.id, stolen.conversation_id)}))
    assert refusal(answer) == (404, "not_found")
    assert all(not message["attachments"] for message in other.messages())


def test_file_that_is_gone_is_not_found(
    idle_client: TestClient, settings: Settings, link: str
) -> None:
    next(settings.var_dir.glob("attachments/*/*")).unlink()
    assert refusal(idle_client.get(link)) == (404, "not_found")


# What the bot is told -------------------------------------------------------------


def test_bot_is_told_of_a_message_that_is_only_files(visit: Visit, bot: FakeBot) -> None:
    send(visit, ("a.jpg", image()), text="  ")
    visit.wait_for("You said: /attach_files")
    send(visit, ("a.jpg", image()), text="It leaks")
    visit.wait_for("You said: It leaks")
    assert bot.turns[-1].payload is None


def test_files_that_get_no_answer_are_told_of(visit: Visit, bot: FakeBot) -> None:
    def refuse(_turn: Turn) -> TurnResult:
        raise GiveUp("refused_400")

    bot.answer = refuse
    send(visit, ("a.jpg", image()))
    visit.wait_for("I am sorry, your message “📎” could not be answered")


def test_customer_cannot_type_what_the_gateway_tells(visit: Visit, bot: FakeBot) -> None:
    visit.say("/attach_files")
    visit.wait_for("You said: /attach_files")
    assert bot.turns[-1].payload is None


# Strays -----------------------------------------------------------------------------


def test_only_files_of_no_message_are_removed(
    idle_visit: Visit, settings: Settings, sessions: SessionFactory, clock: SteeredClock
) -> None:
    send(idle_visit, ("a.pdf", PDF))
    store = open_files(settings).store
    store.put("f" * 32, BytesIO(b"left"), 4, "application/pdf")
    files = list(settings.var_dir.glob("attachments/*/*"))
    assert len(files) == 2
    before = min(file.stat().st_mtime for file in files)
    clock.now = clock.now.fromtimestamp(before + 60, clock.now.tzinfo)
    assert remove_strays(sessions, store, clock()) == 0
    clock.pass_by(hours=2)
    assert remove_strays(sessions, store, clock()) == 1
    assert stored(settings) == [PDF]
