"""Gives RulePolicy the latest states of a conversation, as many as its rules are long.

RulePolicy of Rasa 3.6.21 makes the states of all turns for each of its two lookups (by text and by
intent), and also where a form has its way whatever the lookups say.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Tuple

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import BotUttered, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.event_kinds import is_action
from bot.rule_matching import known_rules

_all_states: Callable[..., List[State]] = RulePolicy._prediction_states
_feature_key: Callable[..., Optional[str]] = RulePolicy._create_feature_key
_predict: Callable[..., Tuple[PolicyPrediction, Optional[str]]] = RulePolicy._predict
#: Where a tracker keeps its latest states, with the number of its events at that time.
_KEPT = "_latest_states"


class LatestStates(List[State]):
    """The end of a conversation's states, and how all of them are made where a key needs them."""

    def __init__(self, states: List[State], make_all: Optional[Callable[[], List[State]]]) -> None:
        super().__init__(states)
        self.make_all = make_all


def install() -> None:
    """Predict in this way from now on; a second call does nothing more."""
    RulePolicy._prediction_states = _prediction_states
    RulePolicy._create_feature_key = _create_feature_key
    RulePolicy._predict = _predict_form_first


def _prediction_states(
    self: RulePolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    use_text_for_last_user_input: bool = False,
    rule_only_data: Optional[Dict[str, Any]] = None,
) -> List[State]:
    """As many of the latest states as the longest rule looks at; training gets all."""

    def make_all() -> List[State]:
        return _all_states(self, tracker, domain, use_text_for_last_user_input, rule_only_data)

    if type(tracker) is not DialogueStateTracker or RULES_FOR_LOOP_UNHAPPY_PATH not in self.lookup:
        return make_all()
    latest = [
        {kind: dict(value) for kind, value in state.items()}
        for state in _latest_states(tracker, domain, _longest_rule(self))
    ]
    self.featurizer._choose_last_user_input([latest], use_text_for_last_user_input)
    # Nobody asks for the key of a lookup by text in which no rule was found.
    return LatestStates(latest, None if use_text_for_last_user_input else make_all)


def _latest_states(tracker: DialogueStateTracker, domain: Domain, wanted: int) -> List[State]:
    """The last of the states that the domain makes of the tracker's history, not to be changed."""
    kept = tracker.__dict__.get(_KEPT)
    if kept is not None and kept[0] == (len(tracker.events), wanted):
        return list(kept[1])
    applied = tracker.applied_events()
    acted = [place for place, event in enumerate(applied) if is_action(event)]
    # A state is that before an action, the last one that after all events.
    before = set(acted[-(wanted - 1) :] if wanted > 1 else ())
    walking = tracker.init_copy()
    shown = {name for name, slot in walking.slots.items() if slot.influence_conversation}
    states: List[State] = []
    for place, event in enumerate(applied):
        kind = type(event)
        if (kind is SlotSet and event.key not in shown) or kind is BotUttered:
            continue  # no state shows it
        if place in before:
            states.append(domain.get_active_state(walking))
        event.apply_to(walking)
    states.append(domain.get_active_state(walking))
    tracker.__dict__[_KEPT] = ((len(tracker.events), wanted), states)
    return states


def _create_feature_key(self: RulePolicy, states: List[State]) -> Optional[str]:
    if isinstance(states, LatestStates):
        return _feature_key(self, states.make_all()) if states.make_all else None
    return _feature_key(self, states)


def _predict_form_first(
    self: RulePolicy, tracker: DialogueStateTracker, domain: Domain
) -> Tuple[PolicyPrediction, Optional[str]]:
    """A form that has its way needs no lookup, unless a default action of Rasa comes before."""
    if type(tracker) is DialogueStateTracker and tracker.active_loop_name is not None:
        form, source = self._find_action_from_loop_happy_path(tracker)
        if form and not self._find_action_from_default_actions(tracker)[0]:
            probabilities = self._prediction_result(form, tracker, domain)
            prediction = self._rule_prediction(probabilities, source, is_no_user_prediction=True)
            return prediction, source
    return _predict(self, tracker, domain)


def _longest_rule(self: RulePolicy) -> int:
    lookups = (self.lookup[RULES], self.lookup[RULES_FOR_LOOP_UNHAPPY_PATH])
    return max(1, *(known_rules(self, lookup).longest for lookup in lookups))
