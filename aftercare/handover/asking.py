"""What a customer hears who asks for a person: a place in the queue, or when somebody is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aftercare.database import SessionFactory, writing
from aftercare.handover.changes import ask_for_person, leave_queue
from aftercare.handover.presence import count_available
from aftercare.handover.queue import minutes_of, read_standing
from aftercare.hours import Hours
from aftercare.intake.understood import Understood
from aftercare.replies import Reply
from aftercare.tables.handover import HandoverState
from aftercare.talk import Talk
from aftercare.wording import show_minutes, show_opening

_MESSAGE = "message"


@dataclass(frozen=True)
class Answer:
    """`queued`: somebody comes to this chat, so no message has to be taken down."""

    reply: Reply
    queued: bool


def wants_message(said: Understood) -> bool:
    """Whether the button was pressed to leave a message instead of waiting for a person."""
    chosen = said.first("choice")
    return said.pressed and chosen is not None and chosen.value == _MESSAGE


class People:
    """Puts conversations on the queue where somebody is there to take them off."""

    def __init__(
        self, sessions: SessionFactory, hours: Hours, clock: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._hours = hours
        self._clock = clock

    def answer(self, talk: Talk, *, message_wanted: bool) -> Answer:
        """Raises StorageUnavailable."""
        now = self._clock()
        with writing(self._sessions) as session:
            if message_wanted:
                leave_queue(session, talk.conversation_id, now)
                return Answer(Reply("utter_person_message"), queued=False)
            standing = read_standing(session, talk.conversation_id, now)
            if standing is None:
                away = self._away(count_available(session, now), now, talk.language)
                if away:
                    return Answer(away, queued=False)
                ask_for_person(session, talk.conversation_id, now)
                standing = read_standing(session, talk.conversation_id, now)
        if standing is None or standing.state == HandoverState.WITH_PERSON:
            return Answer(Reply("utter_person_is_here"), queued=True)
        place = str(standing.place)
        if standing.expected is None:
            return Answer(Reply("utter_person_queued", {"place": place}), queued=True)
        wait = show_minutes(minutes_of(standing.expected), talk.language)
        return Answer(Reply("utter_person_queued_for", {"place": place, "wait": wait}), queued=True)

    def _away(self, available: int, now: datetime, language: str) -> Reply | None:
        """What is said where nobody can come, None where somebody can."""
        if self._hours.is_open(now):
            return None if available else Reply("utter_person_busy")
        opens = self._hours.opens_next(now)
        if opens is None:
            return Reply("utter_person_busy")
        return Reply(
            "utter_person_closed", {"opens": show_opening(opens, now, self._hours.zone, language)}
        )
