from __future__ import annotations

from pathlib import Path

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.training_data.structures import StoryGraph


def trained(domain: Domain, graph: StoryGraph, folder: Path) -> RulePolicy:
    """A rule policy that has learnt the rules and stories of a graph, kept in the folder."""
    trackers = TrainingDataGenerator(
        graph, domain, augmentation_factor=0, use_story_concatenation=False
    ).generate()
    policy = RulePolicy(
        RulePolicy.get_default_config(),
        LocalModelStorage(folder),
        Resource("policy"),
        ExecutionContext(GraphSchema({})),
    )
    policy.train(trackers, domain)
    return policy
