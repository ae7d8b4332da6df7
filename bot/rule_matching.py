"""Finds the rules that fit a conversation without trying each of them at each of its turns.

RulePolicy of Rasa 3.6.21 goes through all rules and all turns for each predicted action, although
most rules begin with an intent that the customer has not expressed and none is as long as a
conversation.
"""

from __future__ import annotations

import json
from typing import Callable, Dict, List, Optional, Set, Tuple

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import State
from rasa.shared.nlu.constants import INTENT

_Rule = Tuple[str, List[State]]
_Matches = Callable[[State, State], bool]


class Rules:
    """The keys of a trained lookup with their states, latest first, by the latest intent."""

    def __init__(self, keys: List[str]) -> None:
        self.keys = keys
        self._by_intent: Dict[Optional[str], List[_Rule]] = {}
        self.longest = 0
        for key in keys:
            states: List[State] = json.loads(key)[::-1]
            self.longest = max(self.longest, len(states))
            intent = _required_intent(states[0]) if states else None
            self._by_intent.setdefault(intent, []).append((key, states))

    def are_of(self, lookup: Dict[str, str]) -> bool:
        """Whether nothing was added to the lookup or taken away at its end since."""
        last = next(reversed(lookup), None)
        return len(self.keys) == len(lookup) and last == (self.keys[-1] if self.keys else None)

    def matching(self, states: List[State], matches: _Matches) -> Set[str]:
        """The keys whose rules fit the latest of these states, as far back as each goes."""
        if not states:
            return set(self.keys)
        intent = (states[-1].get(USER) or {}).get(INTENT)
        fitting = list(self._by_intent.get(None, []))
        if intent is not None:
            fitting += self._by_intent.get(intent, [])
        for turn, state in enumerate(states[: -self.longest - 1 : -1]):
            fitting = [
                (key, rule)
                for key, rule in fitting
                if turn >= len(rule) or _fits(rule[turn], state, matches)
            ]
        return {key for key, _ in fitting}


def _required_intent(rule_state: State) -> Optional[str]:
    """The intent without which this state of a rule never fits; None where there is none such."""
    if not rule_state.get(PREVIOUS_ACTION):
        return None  # the start of a conversation fits any other start
    intent = rule_state.get(USER, {}).get(INTENT)
    return intent if isinstance(intent, str) and intent != SHOULD_NOT_BE_SET and intent else None


def _fits(rule_state: State, state: State, matches: _Matches) -> bool:
    ruled, done = rule_state.get(PREVIOUS_ACTION), state.get(PREVIOUS_ACTION)
    if not ruled or not done:
        return not ruled and not done  # both or neither start the conversation
    return matches(rule_state, state)


def known_rules(policy: RulePolicy, lookup: Dict[str, str]) -> Rules:
    """The rules of one of the policy's lookups."""
    known: Dict[int, Tuple[Dict[str, str], Rules]] = policy.__dict__.setdefault("_known_rules", {})
    # The lookup is kept beside its rules, so that its id stays its own.
    known_lookup, rules = known.get(id(lookup), (None, None))
    # Training adds to its lookups while it asks, and puts others in their place.
    if rules is None or known_lookup is not lookup or not rules.are_of(lookup):
        rules = Rules(list(lookup))
        known[id(lookup)] = (lookup, rules)
    return rules


def install() -> None:
    """Let every RulePolicy look its rules up in this way; a second call changes nothing."""

    def _get_possible_keys(
        self: RulePolicy, lookup: Dict[str, str], states: List[State]
    ) -> Set[str]:
        return known_rules(self, lookup).matching(states, self._does_rule_match_state)

    RulePolicy._get_possible_keys = _get_possible_keys
