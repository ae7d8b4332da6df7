"""Copies a tracker as it stands, where Rasa plays all events of the conversation again.

Rasa 3.6.21 copies the tracker for each action, and a form does so twice more. What a tracker holds
follows from its events alone, so a copy of it holds the same; where it does not follow, Rasa's way
is taken. Which events count is worked out once for each of them, not anew at each question.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Callable, Deque, Dict, FrozenSet, List, Optional, Type

from rasa.core.actions.forms import FormAction
from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    REQUESTED_SLOT,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker, TrackerActiveLoop

from bot.event_kinds import is_message

#: What an event means for which events count; anything else counts as it is.
_RESTARTS, _BEGINS, _UNDOES, _ACTS, _LOOPS, _COUNTS = range(6)
_copy: Callable[[DialogueStateTracker], DialogueStateTracker] = DialogueStateTracker.copy
_applied: Callable[[DialogueStateTracker], List[Event]] = DialogueStateTracker.applied_events
_temporary: Callable[..., DialogueStateTracker] = FormAction._temporary_tracker


class _Kinds(Dict[Type[Event], int]):
    """The meaning of each class of events; to ask it of each event by `isinstance` is slow."""

    def __missing__(self, event: Type[Event]) -> int:
        kind = _COUNTS
        if issubclass(event, Restarted):
            kind = _RESTARTS
        elif issubclass(event, SessionStarted):
            kind = _BEGINS
        elif issubclass(event, (ActionReverted, UserUtteranceReverted)):
            kind = _UNDOES
        elif issubclass(event, ActionExecuted):
            kind = _ACTS
        elif issubclass(event, ActiveLoop):
            kind = _LOOPS
        self[event] = kind
        return kind


_kinds = _Kinds()


@dataclass(frozen=True)
class _Applied:
    """Which of a tracker's first events count."""

    length: int
    last: Optional[Event]
    loops: FrozenSet[str]
    done: List[Event]


_NOTHING = _Applied(0, None, frozenset(), [])
#: Where a tracker keeps it.
_KEPT = "_applied_events"


def install() -> None:
    """Copy in this way from now on; a second call does nothing more."""
    DialogueStateTracker.copy = copied
    DialogueStateTracker.applied_events = applied_events
    FormAction._temporary_tracker = _temporary_tracker
    Slot.__copy__ = _copied_slot


def applied_events(self: DialogueStateTracker) -> List[Event]:
    """All events that count: after the latest start, without what a form's next step replaces.

    A tracker only gets longer, so what was found of it before is gone on with.
    """
    events = list(self.events)
    known: _Applied = self.__dict__.get(_KEPT, _NOTHING)
    if known.length and (known.length > len(events) or known.last is not events[known.length - 1]):
        known = _NOTHING
    found = _gone_on(self, known, events)
    if found is None:
        return _applied(self)
    self.__dict__[_KEPT] = found
    return list(found.done)


def _gone_on(
    tracker: DialogueStateTracker, known: _Applied, events: List[Event]
) -> Optional[_Applied]:
    """What counts of all these events; None where an event undoes others."""
    new = events[known.length :]
    kinds = [_kinds[type(event)] for event in new]
    if _UNDOES in kinds:
        return None
    loops = known.loops.union(
        event.name for event, kind in zip(new, kinds, strict=True) if kind == _LOOPS and event.name
    )
    if known.length and loops != known.loops:
        return _gone_on(tracker, _NOTHING, events)  # a form's first step comes before its name
    begins = [place for place, kind in enumerate(kinds) if kind in (_RESTARTS, _BEGINS)]
    first = begins[-1] + 1 if begins else 0
    done = [] if begins else list(known.done)
    for event, kind in zip(new[first:], kinds[first:], strict=True):
        if (
            kind == _ACTS
            and event.action_name in loops
            and not tracker._first_loop_execution_or_unhappy_path(event.action_name, done)
        ):
            tracker._undo_till_previous_loop_execution(event.action_name, done)
        else:
            done.append(event)
    return _Applied(len(events), events[-1] if events else None, loops, done)


def copied(self: DialogueStateTracker) -> DialogueStateTracker:
    """A tracker that holds the same and lives on by itself."""
    if type(self) is not DialogueStateTracker or type(self.slots) is not dict or not self.sender_id:
        return _copy(self)
    if _has(self, _UNDOES):
        return _copy(self)
    twin: DialogueStateTracker = DialogueStateTracker.__new__(DialogueStateTracker)
    twin.__dict__.update(
        _max_event_history=self._max_event_history,
        events=deque(self.events, self._max_event_history),
        sender_id=self.sender_id,
        slots={name: _copied_slot(slot) for name, slot in self.slots.items()},
        sender_source=None,
        is_rule_tracker=self.is_rule_tracker,
        _paused=self._paused,
        followup_action=_followup(self.events),
        latest_action=self.latest_action,
        latest_message=self.latest_message,
        latest_bot_utterance=self.latest_bot_utterance,
        active_loop=_copied_loop(self.active_loop),
        model_id=None,
        assistant_id=None,
    )
    return twin


def _copied_slot(slot: Slot) -> Slot:
    """What `copy.copy` makes of an object without ways of its own."""
    twin: Slot = slot.__class__.__new__(slot.__class__)
    twin.__dict__.update(slot.__dict__)
    return twin


def _copied_loop(loop: Optional[TrackerActiveLoop]) -> Optional[TrackerActiveLoop]:
    if loop is None:
        return None
    return TrackerActiveLoop(loop.name, loop.is_interrupted, loop.rejected, loop.trigger_message)


def _followup(events: Deque[Event]) -> Optional[str]:
    """The action that the events say is next.

    Rasa clears it on the tracker before that action runs, which no event says: Rasa's copy has it
    still.
    """
    for event in reversed(events):
        kind = _kinds[type(event)]
        if kind == _ACTS or is_message(event):
            return None
        if isinstance(event, FollowupAction):
            return str(event.action_name)
        if kind == _RESTARTS:
            return ACTION_SESSION_START_NAME
        if kind == _BEGINS:
            break
    return ACTION_LISTEN_NAME


def _has(tracker: DialogueStateTracker, *kinds: int) -> bool:
    return any(_kinds[type(event)] in kinds for event in tracker.events)


def _temporary_tracker(
    self: FormAction,
    current_tracker: DialogueStateTracker,
    additional_events: List[Event],
    domain: Domain,
) -> DialogueStateTracker:
    """A form's tracker for one question: all that was, then what the form adds."""
    if (
        type(current_tracker) is not DialogueStateTracker
        or current_tracker._max_event_history is not None
        or current_tracker.is_rule_tracker
        or list(current_tracker.slots) != [slot.name for slot in domain.slots]
        or _has(current_tracker, _RESTARTS, _UNDOES)
    ):
        return _temporary(self, current_tracker, additional_events, domain)
    tracker = copied(current_tracker)
    requested = SlotSet(REQUESTED_SLOT, self.get_slot_to_fill(current_tracker))
    for event in [requested, ActionExecuted(self.name()), *additional_events]:
        tracker.update(event, domain)
    return tracker
