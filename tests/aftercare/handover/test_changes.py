"""Who has a conversation: every change of it, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest

from aftercare.attachments.kept import Kept
from aftercare.database import reading, writing
from aftercare.handover.changes import (
    Replied,
    WithSomebodyElse,
    WithTheBot,
    Written,
    ask_for_person,
    end_silence,
    end_wait,
    hand_back,
    leave_queue,
    reply,
    take,
    write_beside,
)
from aftercare.handover.notices import COME_BACK, LEAVE_MESSAGE
from aftercare.handover.queue import queue_figures, read_standing
from aftercare.privacy.erasure import remove_conversations
from aftercare.tables.attachments import Attachment
from aftercare.tables.conversations import Conversation, MessageState, Sender
from aftercare.tables.handover import HandoverState
from aftercare.tables.staff import Staff
from tests.aftercare.handover.conftest import Desk
from tests.factories import make_message
from tests.postgresql import BOTH

pytestmark = BOTH

_AT_ONCE = 6
#: What goes wrong only at a certain moment goes wrong in one of so many.
_TRIES = 5


def ask(desk: Desk) -> None:
    with writing(desk.sessions) as session:
        ask_for_person(session, desk.conversation_id, desk.now)


def taken_by(desk: Desk, staff: Staff, over_from: int | None = None) -> None:
    with writing(desk.sessions) as session:
        own = session.get_one(Staff, staff.id)
        take(session, desk.conversation_id, own, desk.now, over_from=over_from)


def answer(desk: Desk, staff: Staff, text: str, form_id: str | None = None) -> Replied:
    with writing(desk.sessions) as session:
        own = session.get_one(Staff, staff.id)
        written = Written(text, form_id or str(uuid4()))
        return reply(session, desk.conversation_id, own, written, desk.now)


def say(desk: Desk, text: str, state: MessageState = MessageState.DONE) -> None:
    with writing(desk.sessions) as session:
        conversation = session.get_one(Conversation, desk.conversation_id)
        make_message(session, conversation, text, state=state, at=desk.now)


def at_once[T](work: Callable[[int], T]) -> list[T]:
    """The work by several threads that begin at the same moment."""
    together = Barrier(_AT_ONCE)

    def begin(number: int) -> T:
        together.wait()
        return work(number)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(begin, range(_AT_ONCE)))


def test_customer_waits_once_however_often_they_ask(desk: Desk) -> None:
    at_once(lambda _: ask(desk))
    assert desk.steps() == ["asked"]
    with reading(desk.sessions) as session:
        standing = read_standing(session, desk.conversation_id, desk.now)
    assert standing and standing.state == HandoverState.WAITING
    with writing(desk.sessions) as session:
        leave_queue(session, desk.conversation_id, desk.now)


def test_taken_conversation_has_a_name_and_tells_it(desk: Desk) -> None:
    ask(desk)
    desk.pass_by(minutes=3)
    taken_by(desk, desk.ana)
    with reading(desk.sessions) as session:
        standing = read_standing(session, desk.conversation_id, desk.now)
    assert standing and (standing.name, standing.since) == ("Ana", desk.now)
    assert standing.state == HandoverState.WITH_PERSON
    assert desk.steps() == ["asked", "taken"]
    notice = desk.messages()[-1]
    assert (notice.sender, notice.response) == (Sender.BOT, "handover_taken")
    assert "Ana" in notice.text


@pytest.mark.parametrize("try_", range(_TRIES))
def test_of_two_who_take_at_once_one_wins_and_the_other_hears_who(desk: Desk, try_: int) -> None:
    ask(desk)

    def take_or_hear(number: int) -> str:
        staff = (desk.ana, desk.bruno)[number % 2]
        try:
            taken_by(desk, staff)
        except WithSomebodyElse as error:
            return error.name
        return staff.name

    names = at_once(take_or_hear)
    assert len(set(names)) == 1
    assert desk.steps() == ["asked", "taken"]
    assert [message.response for message in desk.messages()].count("handover_taken") == 1


def test_taking_over_needs_to_know_from_whom(desk: Desk) -> None:
    taken_by(desk, desk.ana)
    with pytest.raises(WithSomebodyElse):
        taken_by(desk, desk.bruno)
    with pytest.raises(WithSomebodyElse):
        taken_by(desk, desk.bruno, over_from=desk.bruno.id)
    taken_by(desk, desk.bruno, over_from=desk.ana.id)
    assert desk.steps() == ["taken", "taken_over"]
    with pytest.raises(WithSomebodyElse, match="another"):
        answer(desk, desk.ana, "too late")


def test_messages_that_wait_for_the_bot_go_to_the_person_but_for_the_one_in_work(
    desk: Desk,
) -> None:
    for text in ("in work", "next", "last"):
        say(desk, text, MessageState.RECEIVED)
    taken_by(desk, desk.ana)
    states = {m.text: m.state for m in desk.messages() if m.sender == Sender.CUSTOMER}
    assert states == {"in work": "received", "next": "done", "last": "done"}


def test_answer_is_stored_once_with_its_author(desk: Desk) -> None:
    taken_by(desk, desk.ana)
    form_id = str(uuid4())
    replies = at_once(lambda _: answer(desk, desk.ana, "Good morning", form_id))
    assert len({one.seq for one in replies}) == 1
    assert [one.new for one in replies].count(True) == 1
    stored = [m for m in desk.messages() if m.sender == Sender.STAFF]
    assert [(m.text, m.author, m.state) for m in stored] == [("Good morning", "Ana", "done")]


def test_only_who_has_the_conversation_answers_and_hands_back(desk: Desk) -> None:
    ask(desk)
    with pytest.raises(WithTheBot):
        answer(desk, desk.ana, "Hello")
    taken_by(desk, desk.ana)
    with pytest.raises(WithSomebodyElse), writing(desk.sessions) as session:
        bruno = session.get_one(Staff, desk.bruno.id)
        hand_back(session, desk.conversation_id, bruno, desk.now)


def test_handed_back_conversation_gives_the_bot_a_turn(desk: Desk) -> None:
    taken_by(desk, desk.ana)
    with writing(desk.sessions) as session:
        own = session.get_one(Staff, desk.ana.id)
        seq = hand_back(session, desk.conversation_id, own, desk.now)
    last = desk.messages()[-1]
    assert (last.seq, last.sender, last.payload) == (seq, Sender.SYSTEM, COME_BACK)
    assert last.state == MessageState.RECEIVED
    assert desk.steps() == ["taken", "handed_back"]
    with reading(desk.sessions) as session:
        assert read_standing(session, desk.conversation_id, desk.now) is None


def test_wait_that_nobody_ends_is_told_with_two_ways_on(desk: Desk) -> None:
    ask(desk)
    begun = desk.now
    desk.pass_by(minutes=10)
    with writing(desk.sessions) as session:
        assert not end_wait(session, desk.conversation_id, begun - timedelta(seconds=1), desk.now)
        assert end_wait(session, desk.conversation_id, begun, desk.now)
        assert not end_wait(session, desk.conversation_id, begun, desk.now)
    assert desk.steps() == ["asked", "nobody_came"]
    payloads = [button["payload"] for button in desk.messages()[-1].buttons]
    assert payloads == ["/request_human", LEAVE_MESSAGE]


def test_silent_staff_lose_the_conversation_only_while_the_customer_waits(desk: Desk) -> None:
    def ended() -> bool:
        with writing(desk.sessions) as session:
            before = desk.now - timedelta(minutes=10)
            return end_silence(session, desk.conversation_id, before, desk.now) is not None

    taken_by(desk, desk.ana)
    desk.pass_by(minutes=9)
    assert not ended()
    answer(desk, desk.ana, "What is it about?")
    desk.pass_by(minutes=30)
    assert not ended()  # it is the customer who does not answer
    say(desk, "my invoice")
    desk.pass_by(minutes=9)
    assert not ended()
    desk.pass_by(minutes=1)
    assert ended()
    assert not ended()
    assert desk.steps() == ["taken", "went_silent"]
    told, turn = desk.messages()[-2:]
    assert "Ana" in told.text
    assert turn.payload == COME_BACK


def test_staff_who_never_say_a_word_lose_it_too(desk: Desk) -> None:
    taken_by(desk, desk.ana)
    begun = desk.now
    desk.pass_by(minutes=10)
    with writing(desk.sessions) as session:
        assert end_silence(session, desk.conversation_id, begun, desk.now) is not None


def test_erased_conversation_takes_its_handovers_along(desk: Desk) -> None:
    taken_by(desk, desk.ana)
    with writing(desk.sessions) as session:
        with_person = queue_figures(session, desk.now).with_person
        remove_conversations(session, (desk.conversation_id,))
        assert queue_figures(session, desk.now).with_person == with_person - 1
    assert desk.steps() == []


PHOTO = Kept("f" * 32, "hose.jpg", "image/jpeg", 4, 60, 40, "0" * 64)


def test_files_go_with_an_answer_once(desk: Desk) -> None:
    photo = replace(PHOTO, id=uuid4().hex)
    taken_by(desk, desk.ana)
    written = Written("", str(uuid4()), [photo], "The hose")
    for new in (True, False):
        with writing(desk.sessions) as session:
            own = session.get_one(Staff, desk.ana.id)
            assert reply(session, desk.conversation_id, own, written, desk.now).new is new
    with reading(desk.sessions) as session:
        (file,) = session.query(Attachment).filter_by(conversation_id=desk.conversation_id)
        assert (file.id, file.description, file.staff_id) == (photo.id, "The hose", desk.ana.id)
        assert (file.ticket_id, file.position) == (None, 0)


@pytest.mark.parametrize("who_has_it", ["the bot", "who waits", "Ana", "Bruno"])
def test_word_from_outside_leaves_the_conversation_where_it_is(desk: Desk, who_has_it: str) -> None:
    if who_has_it == "who waits":
        ask(desk)
    elif who_has_it != "the bot":
        taken_by(desk, desk.ana if who_has_it == "Ana" else desk.bruno)
    written, steps = Written("Your report", str(uuid4())), desk.steps()

    def write() -> Replied:
        with writing(desk.sessions) as session:
            own = session.get_one(Staff, desk.ana.id)
            return write_beside(session, desk.conversation_id, own, written, desk.now)

    if who_has_it == "Bruno":
        with pytest.raises(WithSomebodyElse) as refused:
            write()
        assert refused.value.name == "Bruno"
        return
    assert [write().new, write().new] == [True, False]
    last = desk.messages()[-1]
    assert (last.sender, last.text, last.state, last.author) == (
        Sender.STAFF,
        "Your report",
        MessageState.DONE,
        "Ana",
    )
    assert desk.steps() == steps
