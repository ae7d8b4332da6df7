"""What all trained components share: training leaves one object, which travels inside the model."""

from __future__ import annotations

from typing import Any, Dict, Optional, Type, TypeVar

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

_FILE = "kept.joblib"
_Component = TypeVar("_Component", bound="KeptComponent")


class KeptComponent(GraphComponent):
    """`kept` is None before training, then what `keep` was given, also after loading."""

    def __init__(
        self,
        config: Dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        kept: Any = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self.kept: Optional[Any] = kept

    @classmethod
    def create(
        cls: Type[_Component],
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _Component:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls: Type[_Component],
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> _Component:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, joblib.load(folder / _FILE))

    def keep(self, value: Any) -> Resource:
        """Use the trained object from now on, and write it into the model."""
        self.kept = value
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(value, folder / _FILE)
        return self._resource
