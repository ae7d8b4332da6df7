"""Makes the bot's components outside of Rasa's own start, and looks at what they found."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Type, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

ROOT = Path(__file__).resolve().parents[2]

Component = TypeVar("Component", bound=GraphComponent)


def train(
    kind: Type[Component],
    folder: Path,
    examples: Optional[List[Message]] = None,
    **config: Any,
) -> Component:
    """A trained component, whose files are in the folder."""
    component = kind.create(*_surroundings(kind, folder, config))
    component.train(TrainingData(examples or []))  # type: ignore[attr-defined]
    return component


def load(kind: Type[Component], folder: Path, **config: Any) -> Component:
    """The component that `train` left in the folder, as a server loads it."""
    return kind.load(*_surroundings(kind, folder, config))


def example(text: str, intent: str, language: str = "en") -> Message:
    """A line of training data, with the metadata where Rasa's reader puts it."""
    message = Message.build(text, intent=intent)
    message.set("metadata", {"intent": {"language": language}})
    return message


def understand(component: Any, text: str, intent: Optional[str] = None) -> Message:
    """The message after the component has seen it, `intent` being what was recognised before."""
    message = Message(data={"text": text})
    if intent:
        message.set("intent", {"name": intent, "confidence": 0.9})
    return component.process([message])[0]


def entities(component: Any, text: str) -> List[Tuple[str, str]]:
    """Name and value of every entity, in the order of the text."""
    found = understand(component, text).get("entities", [])
    return [(one["entity"], one["value"]) for one in sorted(found, key=lambda one: one["start"])]


def covered(component: Any, text: str) -> Dict[str, str]:
    """For each entity's name, the piece of the text that it covers."""
    found = understand(component, text).get("entities", [])
    return {one["entity"]: text[one["start"] : one["end"]] for one in found}


def _surroundings(
    kind: Type[GraphComponent], folder: Path, config: Dict[str, Any]
) -> Tuple[Dict[str, Any], LocalModelStorage, Resource, ExecutionContext]:
    return (
        {**kind.get_default_config(), **config},
        LocalModelStorage.create(folder),
        Resource(kind.__name__),
        ExecutionContext(GraphSchema({}), "a test"),
    )
