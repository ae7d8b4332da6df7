"""Customers see what staff send them: live, after coming back, by links that expire."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any
from uuid import uuid4

from aftercare.attachments.on_tickets import put_on_ticket
from aftercare.attachments.taking import Upload
from aftercare.database import SessionFactory, writing
from aftercare.handover.changes import Written, write_beside
from aftercare.tables.attachments import FileUse
from tests.factories import make_staff, make_ticket
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import TestClient, Visit, code_of, new_visit
from tests.postgresql import BOTH
from tests.sample_files import PDF, PLACE, image

PHOTO = image(size=(90, 60))


def send(visit: Visit, sessions: SessionFactory, clock: SteeredClock) -> None:
    """Ana sends a photo and a sheet, as the console lets her."""
    desk = visit.client.app.state.desk  # type: ignore[attr-defined]
    files = (("hose.jpg", PHOTO), ("Anleitung é.pdf", PDF))
    kept = desk.files.keep(
        [Upload.of(name, io.BytesIO(content), len(content)) for name, content in files]
    )
    with writing(sessions) as session:
        ana = make_staff(session, name="Ana", email=f"{uuid4().hex}@marulho.example")
        written = Written("Pull here", str(uuid4()), kept, "The hose under the drum")
        write_beside(session, visit.conversation_id, ana, written, clock())
    desk.hub.messages(visit.conversation_id)


def last(visit: Visit) -> dict[str, Any]:
    return visit.messages()[-1]


@BOTH
def test_customer_is_shown_the_files_of_staff(
    idle_visit: Visit, sessions: SessionFactory, clock: SteeredClock
) -> None:
    send(idle_visit, sessions, clock)
    message = last(idle_visit)
    assert (message["from"], message["name"], message["text"]) == ("staff", "Ana", "Pull here")
    photo, sheet = message["attachments"]
    assert (photo["name"], photo["alt"]) == ("hose.jpg", "The hose under the drum")
    assert (sheet["name"], "alt" in sheet) == ("Anleitung é.pdf", False)
    path = photo["url"].removeprefix("http://127.0.0.1:8080")
    opened = idle_visit.client.get(path)
    assert opened.headers["Content-Type"] == "image/jpeg"
    assert PLACE.encode() not in opened.content
    clock.pass_by(minutes=24 * 60)
    assert code_of(idle_visit.client.get(path)) == (410, "link_expired")
    fresh = last(idle_visit)["attachments"][0]["url"]
    assert idle_visit.client.get(fresh.removeprefix("http://127.0.0.1:8080")).status_code == 200


def test_bot_keeps_the_conversation_and_hears_nothing_of_it(
    visit: Visit, sessions: SessionFactory, clock: SteeredClock, bot: FakeBot
) -> None:
    send(visit, sessions, clock)
    visit.say("thanks")
    visit.wait_for("You said: thanks")
    assert bot.heard == ["thanks"]


def test_file_for_colleagues_is_opened_by_no_link(
    idle_client: TestClient, stocked: SessionFactory, now: datetime
) -> None:
    """Not even by one that is signed."""
    visit = new_visit(idle_client)
    desk = visit.client.app.state.desk  # type: ignore[attr-defined]
    (kept,) = desk.files.keep([Upload.of("hose.jpg", io.BytesIO(PHOTO), len(PHOTO))])
    with writing(stocked) as session:
        ticket = make_ticket(session, conversation_id=visit.conversation_id)
        ana = make_staff(session, email="ana@marulho.example")
        put_on_ticket(
            session,
            ticket,
            [kept],
            used_for=FileUse.NOTE,
            description="",
            staff=ana,
            now=now,
        )
    link = desk.links.url(kept.id, visit.conversation_id)
    path = link.removeprefix("http://127.0.0.1:8080")
    assert code_of(visit.client.get(path)) == (404, "not_found")
