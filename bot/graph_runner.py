"""Runs the trained graph node by node, without dask's scheduler.

Rasa hands the graph to dask's synchronous scheduler, which plans it anew for each message and each
predicted action: 8 % of a turn. The graph of a model never changes; its order is worked out once.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

import rasa.core.processor
from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner

#: A node's name, the node, and the names of what it needs.
_Step = Tuple[str, GraphNode, Tuple[str, ...]]


class OrderedGraphRunner(DaskGraphRunner):
    """Gives what Rasa's runner gives: each needed node runs once, after all that it needs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._orders: Dict[Tuple[str, ...], List[_Step]] = {}

    def run(
        self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None
    ) -> Dict[str, Any]:
        """The output of each target. An input goes before the node of the same name."""
        wanted = tuple(targets or self._graph_schema.target_names)
        if wanted not in self._orders:
            self._orders[wanted] = self._order(wanted)
        # A node takes, and hands on, a name and an output.
        outputs = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, node, needs in self._orders[wanted]:
            if name not in outputs:
                # A node that gets a bare name says itself that this input is missing.
                outputs[name] = node(*[outputs.get(need, need) for need in needs])
        return dict(outputs[name] for name in wanted)

    def _order(self, targets: Tuple[str, ...]) -> List[_Step]:
        """What the targets need, each after its own needs; a model's graph has no circles."""
        ordered: Dict[str, _Step] = {}

        def place(name: str) -> None:
            schema = self._graph_schema.nodes.get(name)
            if schema is None or name in ordered:  # None: the name of an input
                return
            needs = tuple(schema.needs.values())
            for need in needs:
                place(need)
            ordered[name] = (name, self._instantiated_nodes[name], needs)

        for target in targets:
            place(target)
        return list(ordered.values())


def install() -> None:
    """Models are served in this way from now on; training keeps Rasa's runner."""
    rasa.core.processor.DaskGraphRunner = OrderedGraphRunner
