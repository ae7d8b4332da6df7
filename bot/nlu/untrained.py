"""What all components share that learn nothing and ask for no settings."""

from __future__ import annotations

from typing import Any, Dict, Type, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

_Component = TypeVar("_Component", bound="UntrainedComponent")


class UntrainedComponent(GraphComponent):
    """Made anew at each start; nothing of it travels inside the model."""

    @classmethod
    def create(
        cls: Type[_Component],
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _Component:
        return cls()
