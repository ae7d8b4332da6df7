"""What is predicted from the latest states must be what Rasa predicts from all of them."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import pytest
from rasa.core.featurizers.tracker_featurizers import MaxHistoryTrackerFeaturizer
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph

from bot import rule_prediction
from bot.rule_prediction import LatestStates
from tests.bot.components import ROOT
from tests.bot.dialogues import FORM, Dialogues
from tests.bot.policies import trained

STATES = RulePolicy._prediction_states
KEY = RulePolicy._create_feature_key
PREDICT = RulePolicy._predict
#: Of rasa 3.6.21. When one differs, read Rasa's new source, see whether bot/rule_prediction.py
#: still says the same, and only then write the new sum here.
READ_SOURCES: Dict[str, Any] = {
    "ed9b82bed2f26ad7a0de61709e023399": STATES,
    "641eda8d019918ce3001989a2b64c1d3": KEY,
    "f5182d8a10639e14d2643795210767a1": PREDICT,
    "be6da6ee0f5429bd9bbded9f22186f37": RulePolicy._find_action_from_rules,
    "035111ce73ac90ba50e143abf556f924": Domain.states_for_tracker_history,
    "5a4a505743120441541f40f1fdf65ea1": Domain.get_active_state,
    "a1f6954347b52649a7b1054741338997": DialogueStateTracker.generate_all_prior_trackers,
    "451caf09a389e8719ad4ee38eb97dfd1": MaxHistoryTrackerFeaturizer.prediction_states,
}
#: With a slot that shows in the states, which the project's own slots do not.
SHOWN_SLOT = """
version: "3.1"
intents: [greet, thank]
slots:
  mood:
    type: categorical
    values: [good, bad]
    mappings: [{type: custom}]
  quiet:
    type: text
    influence_conversation: false
    mappings: [{type: custom}]
responses:
  utter_greet: [{text: Hello}]
  utter_sorry: [{text: Sorry}]
"""
SHOWN_RULES = """
version: "3.1"
rules:
- rule: A good mood
  condition: [{slot_was_set: [{mood: good}]}]
  steps: [{intent: greet}, {action: utter_greet}]
- rule: A bad mood
  condition: [{slot_was_set: [{mood: bad}]}]
  steps: [{intent: greet}, {action: utter_sorry}]
- rule: Any mood, in words
  steps: [{user: "thanks a lot"}, {action: utter_greet}]
"""


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_path(str(ROOT / "domain.yml"))


@pytest.fixture(scope="module")
def policy(domain: Domain, tmp_path_factory: pytest.TempPathFactory) -> RulePolicy:
    """Trained, without anything of ours, on the rules of the project."""
    steps: List[Any] = []
    for path in sorted((ROOT / "data" / "rules").glob("*.yml")):
        steps += YAMLStoryReader(domain).read_from_file(path)
    return trained(domain, StoryGraph(steps), tmp_path_factory.mktemp("policy"))


@pytest.fixture
def installed() -> Iterator[None]:
    rule_prediction.install()
    yield
    RulePolicy._prediction_states = STATES
    RulePolicy._create_feature_key = KEY
    RulePolicy._predict = PREDICT


def _told(prediction: PolicyPrediction, source: Optional[str]) -> Dict[str, Any]:
    return {**vars(prediction), "source": source}


def _rasas(policy: RulePolicy, tracker: DialogueStateTracker, domain: Domain) -> Dict[str, Any]:
    """What Rasa's own code predicts."""
    with pytest.MonkeyPatch.context() as rasa:
        rasa.setattr(RulePolicy, "_prediction_states", STATES)
        rasa.setattr(RulePolicy, "_create_feature_key", KEY)
        return _told(*PREDICT(policy, tracker, domain))


@pytest.mark.parametrize("wanted", READ_SOURCES)
def test_rasas_source_is_the_one_that_was_read(wanted: str) -> None:
    found = hashlib.sha256(inspect.getsource(READ_SOURCES[wanted]).encode()).hexdigest()[:32]
    assert found == wanted, "Rasa has changed what bot/rule_prediction.py replaces"


def test_same_is_predicted_at_any_moment(
    policy: RulePolicy, domain: Domain, installed: None
) -> None:
    by_rules = by_form = 0
    for seed in range(60):
        dialogues = Dialogues(domain, seed)
        for events in (dialogues.likely(seed % 12), dialogues.wild(seed % 40)):
            tracker = DialogueStateTracker("c", domain.slots)
            for event in events:
                tracker.update(event)
                if dialogues.chance.random() < 0.3:
                    wanted = _rasas(policy, tracker, domain)
                    assert _told(*policy._predict(tracker, domain)) == wanted
                    by_rules += "[" in wanted["source"]
                    by_form += wanted["is_no_user_prediction"]
    assert by_rules > 100 and by_form > 100  # a comparison of little would prove little


def test_only_the_latest_states_are_made(
    policy: RulePolicy, domain: Domain, installed: None
) -> None:
    events = Dialogues(domain, 1).likely(9)
    tracker = DialogueStateTracker.from_events("c", events, domain.slots)
    latest = policy._prediction_states(tracker, domain, False, {})
    whole = STATES(policy, tracker, domain, False, {})
    assert isinstance(latest, LatestStates)
    assert len(latest) < len(whole)
    assert whole[-len(latest) :] == latest
    assert policy._create_feature_key(latest) == KEY(policy, whole)


def test_states_are_made_anew_when_something_has_happened(
    policy: RulePolicy, domain: Domain, installed: None
) -> None:
    tracker = DialogueStateTracker.from_events("c", Dialogues(domain, 2).likely(3), domain.slots)
    before = policy._prediction_states(tracker, domain, False, {})
    before[-1].clear()  # belongs to whoever asked
    for event in (ActiveLoop(FORM), ActionExecuted("utter_greet"), ActionExecuted("action_listen")):
        tracker.update(event)
        latest = policy._prediction_states(tracker, domain, False, {})
        assert STATES(policy, tracker, domain, False, {})[-len(latest) :] == latest


def test_slots_that_show_decide_and_text_is_looked_up(installed: None, tmp_path: Path) -> None:
    domain = Domain.from_yaml(SHOWN_SLOT)
    (tmp_path / "rules.yml").write_text(SHOWN_RULES, encoding="utf-8")
    steps = YAMLStoryReader(domain).read_from_file(tmp_path / "rules.yml")
    policy = trained(domain, StoryGraph(steps), tmp_path)
    predicted = set()
    for mood in ("good", "bad", None):
        for text, intent in (("hello", "greet"), ("thanks a lot", "thank")):
            tracker = DialogueStateTracker("c", domain.slots)
            said = UserUttered(text, {"name": intent, "confidence": 1.0})
            for event in (SlotSet("mood", mood), SlotSet("quiet", "x"), _listening(), said):
                tracker.update(event)
            wanted = _rasas(policy, tracker, domain)
            assert _told(*policy._predict(tracker, domain)) == wanted
            predicted.add((wanted["is_end_to_end_prediction"], tuple(wanted["probabilities"])))
    assert len(predicted) == 4


def _listening() -> ActionExecuted:
    return ActionExecuted("action_listen")


def test_trackers_of_training_are_left_to_rasa(
    policy: RulePolicy, domain: Domain, installed: None
) -> None:
    tracker = TrackerWithCachedStates("c", domain.slots, domain=domain)
    for event in Dialogues(domain, 4).likely(4):
        tracker.update(event)
    assert not isinstance(policy._prediction_states(tracker, domain, False, {}), LatestStates)


def test_training_learns_the_same(
    policy: RulePolicy, domain: Domain, installed: None, tmp_path: Path
) -> None:
    steps: List[Any] = []
    for path in sorted((ROOT / "data" / "rules").glob("*.yml")):
        steps += YAMLStoryReader(domain).read_from_file(path)
    again = trained(domain, StoryGraph(steps), tmp_path)
    assert {key: set(found) for key, found in again.lookup.items()} == {
        key: set(found) for key, found in policy.lookup.items()
    }
