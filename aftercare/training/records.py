"""Keeps what is on file of trainings; every write may be repeated, as a turn may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from aftercare.tables.conversations import Conversation
from aftercare.tables.tickets import FailedProof
from aftercare.tables.training import Training, TrainingStatus
from aftercare.talk import Talk
from aftercare.ticket_numbers import new_number
from aftercare.tickets.proofs import PROOFS_ALLOWED, recent_failures
from aftercare.training.lessons import Lesson

UNFINISHED = (TrainingStatus.RUNNING, TrainingStatus.PAUSED)


def start_training(
    session: Session, key: str, lesson: Lesson, talk: Talk, now: datetime
) -> Training:
    """The training of that key, written where it is not on file yet."""
    conversation = session.get(Conversation, talk.conversation_id, with_for_update=True)
    found = find_training(session, key)
    if found:
        return found
    customer = conversation.customer_id if conversation and conversation.identified else None
    training = Training(
        key=key,
        code=_unused_code(session),
        product_id=lesson.product,
        lesson=lesson.id,
        title=lesson.title[:200],
        channel=talk.channel,
        language=talk.language,
        manual_title=lesson.manual_title,
        manual_version=lesson.manual_version,
        manual_language=lesson.language,
        conversation_id=conversation.id if conversation else None,
        customer_id=customer,
        status=TrainingStatus.RUNNING,
        step=0,
        steps=len(lesson.stops),
        stuck_at=[],
        started_at=now,
        updated_at=now,
    )
    session.add(training)
    session.flush()
    return training


def find_training(session: Session, key: str) -> Training | None:
    return session.scalar(select(Training).where(Training.key == key))


def show_step(training: Training, step: int, now: datetime) -> None:
    """The step (from 0) is before the customer's eyes; going back takes nothing away."""
    training.step = max(training.step, step + 1)
    training.status = TrainingStatus.RUNNING
    training.updated_at = now


def note_stuck(training: Training, step: int, now: datetime) -> None:
    """The customer is stuck at a step (from 0); told twice in a row, it is one time."""
    if training.stuck_at[-1:] != [step + 1]:
        training.stuck_at = [*training.stuck_at, step + 1]
    training.updated_at = now


def note_answer(training: Training, question: int, right: bool, now: datetime) -> None:
    """The answer to a question of the check (from 0); only the first answer to each counts."""
    if question == training.questions:
        training.questions += 1
        training.right_answers += right
    training.updated_at = now


def set_status(training: Training, status: TrainingStatus, now: datetime) -> None:
    training.status = status
    training.updated_at = now
    if status is TrainingStatus.DONE and training.finished_at is None:
        training.finished_at = now


def follow_manual(training: Training, lesson: Lesson, now: datetime) -> bool:
    """Begin anew where the manual has changed since; whether it has."""
    same = (training.manual_version, training.manual_language, training.steps)
    if same == (lesson.manual_version, lesson.language, len(lesson.stops)):
        return False
    training.manual_title = lesson.manual_title
    training.manual_version = lesson.manual_version
    training.manual_language = lesson.language
    training.step, training.steps = 0, len(lesson.stops)
    training.questions = training.right_answers = 0
    training.stuck_at = []
    training.updated_at = now
    return True


def move_here(session: Session, training: Training, talk: Talk) -> None:
    """The training goes on in this conversation."""
    if session.get(Conversation, talk.conversation_id):
        training.conversation_id = talk.conversation_id


def unfinished_here(session: Session, talk: Talk, product: str | None) -> Training | None:
    """The newest training that can be gone on with without proof.

    It was held in this conversation, or in another one of the customer for whom the website
    vouches here and vouched there.
    """
    mine: ColumnElement[bool] = Training.conversation_id == talk.conversation_id
    conversation = session.get(Conversation, talk.conversation_id)
    if conversation and conversation.identified and conversation.customer_id is not None:
        mine = or_(mine, Training.customer_id == conversation.customer_id)
    wanted = [Training.product_id == product] if product else []
    return session.scalar(
        select(Training)
        .where(mine, Training.status.in_(UNFINISHED), Training.step > 0, *wanted)
        .order_by(Training.updated_at.desc(), Training.id.desc())
        .limit(1)
    )


def prove_training(session: Session, code: str, *, email: str, now: datetime) -> Training | None:
    """The training if the address is the one given for it; a wrong one is remembered.

    None also for a right one while the code has had too many wrong ones.
    """
    if recent_failures(session, code, now) >= PROOFS_ALLOWED:
        return None
    found = session.scalar(
        select(Training).where(
            and_(
                Training.code == code,
                Training.email == email.lower(),
                Training.status.in_(UNFINISHED),
            )
        )
    )
    if found is None:
        session.add(FailedProof(number=code, at=now))
    return found


def last_finished(session: Session, talk: Talk) -> Training | None:
    """The training that was finished last in this conversation."""
    return session.scalar(
        select(Training)
        .where(
            Training.conversation_id == talk.conversation_id,
            Training.status == TrainingStatus.DONE,
        )
        .order_by(Training.finished_at.desc(), Training.id.desc())
        .limit(1)
    )


def forget_person(session: Session, trainings: Sequence[int]) -> None:
    """Take the person out of these trainings and leave what was taught."""
    session.execute(
        update(Training)
        .where(Training.id.in_(trainings))
        .values(customer_id=None, conversation_id=None, email=None)
    )


def _unused_code(session: Session) -> str:
    while True:
        code = new_number()
        if session.scalar(select(Training.id).where(Training.code == code)) is None:
            return code
