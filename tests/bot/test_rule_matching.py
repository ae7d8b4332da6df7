"""Rules must be found as Rasa finds them, for the project's own rules and any conversation."""

from __future__ import annotations

import hashlib
import inspect
import random
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph

from bot import rule_matching
from bot.rule_matching import Rules
from tests.bot.components import ROOT
from tests.bot.policies import trained

ORIGINAL = RulePolicy._get_possible_keys
#: Of rasa 3.6.21. When one differs, read Rasa's new source, see whether bot/rule_matching.py still
#: says the same, and only then write the new sum here.
READ_SOURCES = {
    "_get_possible_keys": "2915fd81711e194c6d667728e00bd0e5",
    "_is_rule_applicable": "64a108b016b46e573d6020b755a60364",
    "_does_rule_match_state": "d3109c1a97de319ceee17570d2d96b51",
    "_rule_key_to_state": "b91b949bbccbff0bdd67604e957b8884",
}


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_path(str(ROOT / "domain.yml"))


@pytest.fixture(scope="module")
def policy(domain: Domain, tmp_path_factory: pytest.TempPathFactory) -> RulePolicy:
    """Trained, without anything of ours, on the rules of the project."""
    steps = []
    for path in sorted((ROOT / "data" / "rules").glob("*.yml")):
        steps += YAMLStoryReader(domain).read_from_file(path)
    return trained(domain, StoryGraph(steps), tmp_path_factory.mktemp("policy"))


@pytest.fixture
def installed() -> Iterator[None]:
    rule_matching.install()
    yield
    RulePolicy._get_possible_keys = ORIGINAL


def _lookups(policy: RulePolicy) -> List[Dict[str, str]]:
    return [policy.lookup["rules"], policy.lookup["rules_for_loop_unhappy_path"]]


def _conversations(policy: RulePolicy, domain: Domain) -> List[List[State]]:
    """Rules as they were learned, rules in the midst of others, and turns in any order."""
    chance = random.Random(3621)
    learned = [policy._rule_key_to_state(key) for lookup in _lookups(policy) for key in lookup]
    turns: List[State] = [state for states in learned for state in states]
    turns += [{}, {"user": {"text": "anything"}, "prev_action": {"action_name": "action_listen"}}]
    turns += [
        {"user": {"intent": intent}, "prev_action": {"action_name": "action_listen"}}
        for intent in [*domain.intents, "no_such_intent"]
    ]
    mixed = [chance.choices(turns, k=chance.randint(1, 12)) for _ in range(300)]
    longer = [chance.choices(turns, k=3) + states for states in learned]
    return [[], *learned, *longer, *mixed]


@pytest.mark.parametrize("name", READ_SOURCES)
def test_rasas_source_is_the_one_that_was_read(name: str) -> None:
    source: Any = ORIGINAL if name == ORIGINAL.__name__ else getattr(RulePolicy, name)
    found = hashlib.sha256(inspect.getsource(source).encode()).hexdigest()[:32]
    assert found == READ_SOURCES[name], "Rasa has changed what bot/rule_matching.py replaces"


def test_same_rules_fit_as_with_rasa(policy: RulePolicy, domain: Domain) -> None:
    found = 0
    for lookup in _lookups(policy):
        rules = Rules(list(lookup))
        for states in _conversations(policy, domain):
            wanted = ORIGINAL(policy, lookup, states)
            assert rules.matching(states, RulePolicy._does_rule_match_state) == wanted, states
            found += 0 < len(wanted) < len(lookup)
    assert found > 500  # a comparison of nothing with nothing would prove little


def test_training_learns_the_same(
    policy: RulePolicy, domain: Domain, installed: None, tmp_path: Path
) -> None:
    steps = []
    for path in sorted((ROOT / "data" / "rules").glob("*.yml")):
        steps += YAMLStoryReader(domain).read_from_file(path)
    again = trained(domain, StoryGraph(steps), tmp_path)
    assert {key: set(found) for key, found in again.lookup.items()} == {
        key: set(found) for key, found in policy.lookup.items()
    }


def test_rule_that_is_learned_later_is_found(policy: RulePolicy, installed: None) -> None:
    lookup = dict(policy.lookup["rules"])
    last, _ = lookup.popitem()
    states = RulePolicy._rule_key_to_state(last)
    assert last not in policy._get_possible_keys(lookup, states)
    lookup[last] = "action_listen"
    assert last in policy._get_possible_keys(lookup, states)
