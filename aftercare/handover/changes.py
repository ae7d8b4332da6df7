"""Every change of who has a conversation. Callers own the session, and tell open pages later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.announcements import bot_turn
from aftercare.attachments.kept import Kept
from aftercare.attachments.on_tickets import description_for
from aftercare.clocks.keeping import answered_in
from aftercare.conversations import lock_conversation, new_button_id, next_seq
from aftercare.errors import AftercareError
from aftercare.handover.notices import COME_BACK, notice_buttons, notice_text
from aftercare.handover.queue import open_handover
from aftercare.tables.attachments import Attachment
from aftercare.tables.conversations import Conversation, Message, MessageState, Sender
from aftercare.tables.handover import Handover, HandoverEvent, HandoverState, HandoverStep
from aftercare.tables.staff import Staff
from aftercare.tickets.history import Actor
from aftercare.webhooks.events import HANDOVER_ASKED, HANDOVER_TAKEN, note_event

#: Staff choose ids in forms, customers in their clients: the sign keeps the two apart.
_STAFF_ID_SIGN = "staff:"


class WithSomebodyElse(AftercareError):
    """Another staff member has the conversation; the name says who."""

    def __init__(self, name: str) -> None:
        super().__init__("another staff member has the conversation")
        self.name = name


class WithTheBot(AftercareError):
    """Nobody of the staff has the conversation any more."""


@dataclass(frozen=True)
class Written:
    """What staff write to a customer: words, files or both, once for each id of a form.

    `description` is what the images among the files show; `ticket_id` what the files are about,
    where that is known.
    """

    text: str
    form_id: str
    files: Sequence[Kept] = ()
    description: str = ""
    ticket_id: int | None = None


@dataclass(frozen=True)
class Replied:
    """Where `new` is False nothing was stored, and the files are the caller's to remove."""

    seq: int
    new: bool


def ask_for_person(session: Session, conversation_id: str, now: datetime) -> None:
    """Put the conversation on the queue; nothing changes where it is there or with a person."""
    conversation = lock_conversation(session, conversation_id)
    if open_handover(session, conversation_id) is None:
        handover = Handover(
            conversation_id=conversation_id, state=HandoverState.WAITING, since=now, events=[]
        )
        session.add(handover)
        _note(conversation, handover, HandoverStep.ASKED, now)
        session.flush()
        note_event(session, HANDOVER_ASKED, _told(conversation), now)


def leave_queue(session: Session, conversation_id: str, now: datetime) -> None:
    """The customer does not want to wait any more."""
    conversation = lock_conversation(session, conversation_id)
    handover = open_handover(session, conversation_id)
    if handover and handover.state == HandoverState.WAITING:
        _end(conversation, handover, HandoverStep.LEFT, now)


def take(
    session: Session,
    conversation_id: str,
    staff: Staff,
    now: datetime,
    *,
    over_from: int | None = None,
) -> None:
    """Give the conversation to a staff member: off the queue, or stepping in.

    `over_from` is who has it as the staff member was shown it, to take it from them knowingly.
    Raises WithSomebodyElse, NotFound.
    """
    conversation = lock_conversation(session, conversation_id)
    handover = open_handover(session, conversation_id)
    step = HandoverStep.TAKEN
    if handover is None:
        handover = Handover(
            conversation_id=conversation_id, state=HandoverState.WITH_PERSON, since=now, events=[]
        )
        session.add(handover)
    elif handover.state == HandoverState.WITH_PERSON:
        if handover.staff_id == staff.id:
            return
        if handover.staff_id != over_from:
            raise WithSomebodyElse(handover.staff.name if handover.staff else "")
        step = HandoverStep.TAKEN_OVER
    _note(conversation, handover, step, now, staff)
    handover.state, handover.since, handover.staff = HandoverState.WITH_PERSON, now, staff
    _keep_from_bot(session, conversation_id)
    _say(session, conversation, step, now, staff.name)
    note_event(session, HANDOVER_TAKEN, _told(conversation), now)


def reply(
    session: Session, conversation_id: str, staff: Staff, written: Written, now: datetime
) -> Replied:
    """Store what the staff member says who has the conversation.

    Raises WithSomebodyElse or WithTheBot where the staff member does not have the conversation.
    """
    conversation = lock_conversation(session, conversation_id)
    earlier = _written_before(session, conversation_id, written)
    if earlier is None:
        _held_by(session, conversation_id, staff)
    return earlier or _store(session, conversation, staff, written, now)


def write_beside(
    session: Session, conversation_id: str, staff: Staff, written: Written, now: datetime
) -> Replied:
    """Store what a staff member says about a ticket, without taking the conversation.

    Raises WithSomebodyElse where a colleague has it, who would be interrupted; NotFound.
    """
    conversation = lock_conversation(session, conversation_id)
    earlier = _written_before(session, conversation_id, written)
    handover = open_handover(session, conversation_id)
    if handover and handover.state == HandoverState.WITH_PERSON and handover.staff_id != staff.id:
        raise WithSomebodyElse(handover.staff.name if handover.staff else "")
    return earlier or _store(session, conversation, staff, written, now)


def _written_before(session: Session, conversation_id: str, written: Written) -> Replied | None:
    earlier = session.scalar(
        select(Message.seq).where(
            Message.conversation_id == conversation_id,
            Message.client_id == _STAFF_ID_SIGN + written.form_id,
        )
    )
    return None if earlier is None else Replied(earlier, new=False)


def _store(
    session: Session, conversation: Conversation, staff: Staff, written: Written, now: datetime
) -> Replied:
    conversation_id = conversation.id
    seq = next_seq(conversation, now)
    session.add(
        Message(
            conversation_id=conversation_id,
            seq=seq,
            sender=Sender.STAFF,
            text=written.text,
            at=now,
            state=MessageState.DONE,
            client_id=_STAFF_ID_SIGN + written.form_id,
            author=staff.name,
            attachments=[
                Attachment(
                    **asdict(file),
                    conversation_id=conversation_id,
                    ticket_id=written.ticket_id,
                    position=place,
                    description=description_for(file, written.description),
                    staff_id=staff.id,
                    created_at=now,
                )
                for place, file in enumerate(written.files)
            ],
        )
    )
    answered_in(session, conversation_id, by=Actor.of(staff), now=now)
    return Replied(seq, new=True)


def hand_back(session: Session, conversation_id: str, staff: Staff, now: datetime) -> int:
    """Let the bot go on; the number of the turn by which it does, for the engine.

    Raises WithSomebodyElse or WithTheBot where the staff member does not have the conversation.
    """
    conversation = lock_conversation(session, conversation_id)
    handover = _held_by(session, conversation_id, staff)
    _end(conversation, handover, HandoverStep.HANDED_BACK, now, staff)
    return bot_turn(session, conversation, COME_BACK, now)


def end_wait(session: Session, conversation_id: str, asked_before: datetime, now: datetime) -> bool:
    """Tell a customer for whom nobody came; False where that is not so any more."""
    conversation = lock_conversation(session, conversation_id)
    handover = open_handover(session, conversation_id)
    if handover is None or handover.state != HandoverState.WAITING or handover.since > asked_before:
        return False
    _end(conversation, handover, HandoverStep.NOBODY_CAME, now)
    _say(session, conversation, HandoverStep.NOBODY_CAME, now)
    return True


def end_silence(
    session: Session, conversation_id: str, silent_before: datetime, now: datetime
) -> int | None:
    """Take a conversation back from a staff member who does not answer.

    The number of the turn by which the bot goes on; None where somebody has answered after all.
    """
    conversation = lock_conversation(session, conversation_id)
    handover = open_handover(session, conversation_id)
    if handover is None or handover.state != HandoverState.WITH_PERSON:
        return None
    since = unanswered_since(session, handover)
    if since is None or since > silent_before:
        return None
    name = handover.staff.name if handover.staff else ""
    _end(conversation, handover, HandoverStep.WENT_SILENT, now)
    _say(session, conversation, HandoverStep.WENT_SILENT, now, name)
    return bot_turn(session, conversation, COME_BACK, now)


def unanswered_since(session: Session, handover: Handover) -> datetime | None:
    """Since when the customer waits for a word of whoever has the conversation."""
    here = Message.conversation_id == handover.conversation_id
    answered = session.scalar(
        select(Message.seq)
        .where(here, Message.sender == Sender.STAFF, Message.at >= handover.since)
        .order_by(Message.seq.desc())
        .limit(1)
    )
    if answered is None:
        # Nothing was said yet, and the customer was told that somebody is there.
        return handover.since
    return session.scalar(
        select(Message.at)
        .where(here, Message.sender == Sender.CUSTOMER, Message.seq > answered)
        .order_by(Message.seq)
        .limit(1)
    )


def _held_by(session: Session, conversation_id: str, staff: Staff) -> Handover:
    handover = open_handover(session, conversation_id)
    if handover is None or handover.state != HandoverState.WITH_PERSON:
        raise WithTheBot("nobody of the staff has the conversation")
    if handover.staff_id != staff.id:
        raise WithSomebodyElse(handover.staff.name if handover.staff else "")
    return handover


def _note(
    conversation: Conversation,
    handover: Handover,
    step: HandoverStep,
    now: datetime,
    staff: Staff | None = None,
) -> None:
    """Write a step down, as long as the handover is still in the state before it."""
    waited = None
    if handover.state == HandoverState.WAITING and step != HandoverStep.ASKED:
        waited = max(0, round((now - handover.since).total_seconds()))
    handover.events.append(
        HandoverEvent(
            step=step, at=now, staff=staff, after_seq=conversation.last_seq, waited_seconds=waited
        )
    )


def _end(
    conversation: Conversation,
    handover: Handover,
    step: HandoverStep,
    now: datetime,
    staff: Staff | None = None,
) -> None:
    _note(conversation, handover, step, now, staff)
    handover.state, handover.since = HandoverState.OVER, now


def _told(conversation: Conversation) -> dict[str, str]:
    """What other systems learn of it."""
    return {"conversation": conversation.id, "channel": conversation.channel}


def _keep_from_bot(session: Session, conversation_id: str) -> None:
    """What still waits for the bot is the person's now, but for what it may have in work."""
    waiting = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.state == MessageState.RECEIVED)
        .order_by(Message.seq)
    ).all()
    for message in waiting[1:]:
        message.state = MessageState.DONE


def _say(
    session: Session, conversation: Conversation, step: HandoverStep, now: datetime, name: str = ""
) -> None:
    seq, language = next_seq(conversation, now), conversation.language
    session.add(
        Message(
            conversation_id=conversation.id,
            seq=seq,
            sender=Sender.BOT,
            text=notice_text(step, language, name),
            at=now,
            state=MessageState.DONE,
            response=f"handover_{step}",
            buttons=[
                {"id": new_button_id(seq), "title": title, "payload": payload}
                for title, payload in notice_buttons(step, language)
            ],
        )
    )
