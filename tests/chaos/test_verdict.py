"""Nothing found means nothing there: the verdict sees each kind of damage."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, writing
from aftercare.tables.conversations import Message, MessageState, Sender
from gateway.notices import DELAY_NOTICE
from tests.chaos.customers import Talked
from tests.chaos.verdict import Verdict, judge
from tests.factories import make_conversation, make_message, make_ticket

#: Number, sender, what is answered. 1 is the greeting, which nobody sees.
_LOG = (
    (1, Sender.SYSTEM, None),
    (2, Sender.BOT, 1),
    (3, Sender.CUSTOMER, None),
    (4, Sender.CUSTOMER, None),
    (5, Sender.BOT, 3),
    (6, Sender.BOT, 4),
)


class Scene:
    """One conversation in which all went well, until a test spoils it."""

    def __init__(self, sessions: SessionFactory, folder: Path) -> None:
        self.sessions = sessions
        self.tracker_db = folder / "tracker.db"
        self.turns = ["c:1", "c:3", "c:4"]
        with writing(sessions) as session:
            conversation = make_conversation(session, id="c")
            for seq, sender, answered in _LOG:
                make_message(
                    session,
                    conversation,
                    f"text {seq}",
                    sender=sender,
                    client_id=f"id-{seq}" if sender == Sender.CUSTOMER else None,
                    answers_seq=answered,
                )
            number = make_ticket(session, conversation_id="c").number
        self.talked = Talked(
            "c", sent=[("id-3", 3), ("id-4", 4)], seen=[2, 3, 4, 5, 6], ticket=number
        )

    def change(self, work: Callable[[Session], object]) -> None:
        with writing(self.sessions) as session:
            work(session)

    def judge(self) -> Verdict:
        events = [{"event": "user", "metadata": {"turn_id": turn}} for turn in self.turns]
        with sqlite3.connect(self.tracker_db) as connection:
            connection.execute("CREATE TABLE trackers (sender_id, events)")
            connection.execute("INSERT INTO trackers VALUES ('c', ?)", [json.dumps(events)])
        connection.close()
        return judge(self.sessions, self.tracker_db, [self.talked])


@pytest.fixture
def scene(stocked_sessions: SessionFactory, tmp_path: Path) -> Scene:
    return Scene(stocked_sessions, tmp_path)


def test_conversation_in_which_all_went_well_is_clean(scene: Scene) -> None:
    verdict = scene.judge()
    assert verdict.clean(), verdict
    assert (verdict.messages, verdict.answers, verdict.tickets) == (2, 3, 1)


def test_notice_of_a_delay_is_no_second_answer(scene: Scene) -> None:
    def notice(session: Session) -> None:
        late = Message(
            conversation_id="c",
            seq=7,
            sender=Sender.BOT,
            text="Soon",
            at=session.scalars(select(Message.at)).first(),
            state=MessageState.DONE,
            answers_seq=3,
            response=DELAY_NOTICE,
        )
        session.add(late)

    scene.change(notice)
    assert scene.judge().clean()


@pytest.mark.parametrize(
    "damage",
    [
        delete(Message).where(Message.seq == 4),
        delete(Message).where(Message.seq == 5),
        update(Message).where(Message.seq == 4).values(state=MessageState.RECEIVED),
        update(Message).where(Message.seq == 4).values(state=MessageState.FAILED),
    ],
    ids=["message gone", "answer gone", "still waits", "given up"],
)
def test_loss_is_found(scene: Scene, damage: object) -> None:
    scene.change(lambda session: session.execute(damage))  # type: ignore[call-overload]
    assert scene.judge().lost


def test_turn_that_the_bot_did_not_do_is_lost(scene: Scene) -> None:
    scene.turns.remove("c:3")
    assert scene.judge().lost


def test_message_that_was_never_shown_is_lost(scene: Scene) -> None:
    scene.talked.seen.remove(5)
    assert scene.judge().lost


def test_answer_that_is_there_twice_is_doubled(scene: Scene) -> None:
    again = update(Message).where(Message.seq == 6).values(answers_seq=3, text="text 5")
    scene.change(lambda session: session.execute(again))
    assert scene.judge().doubled


def test_message_that_nobody_sent_is_doubled(scene: Scene) -> None:
    scene.talked.sent.pop()
    assert scene.judge().doubled


def test_turn_that_the_bot_did_twice_is_doubled(scene: Scene) -> None:
    scene.turns.append("c:4")
    assert scene.judge().doubled


def test_message_that_was_shown_twice_is_doubled(scene: Scene) -> None:
    scene.talked.seen.insert(3, 4)
    assert scene.judge().doubled


def test_changed_order_is_found(scene: Scene) -> None:
    scene.talked.sent.reverse()
    assert scene.judge().out_of_order


def test_changed_order_of_answers_is_found(scene: Scene) -> None:
    def swap(session: Session) -> None:
        for seq, answered in ((5, 4), (6, 3)):
            session.execute(update(Message).where(Message.seq == seq).values(answers_seq=answered))

    scene.change(swap)
    assert scene.judge().out_of_order


def test_changed_order_of_turns_is_found(scene: Scene) -> None:
    scene.turns.reverse()
    assert scene.judge().out_of_order


def test_second_ticket_is_found(scene: Scene) -> None:
    scene.change(lambda session: make_ticket(session, conversation_id="c"))
    assert scene.judge().wrong_tickets


def test_ticket_of_nobody_is_found(scene: Scene) -> None:
    scene.change(lambda session: make_ticket(session))
    assert scene.judge().wrong_tickets


def test_ticket_that_was_told_and_not_written_is_found(scene: Scene) -> None:
    scene.talked.ticket = "AAA-1111"
    assert scene.judge().wrong_tickets


def test_customer_who_gave_up_is_found(scene: Scene) -> None:
    scene.talked.trouble = "no answer"
    assert not scene.judge().clean()
