"""The order of our own must give what Rasa's runner gives, and only for a model that is served."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import pytest
import rasa.core.processor
import rasa.model_training
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphNode, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage

from bot import graph_runner
from bot.graph_runner import OrderedGraphRunner

#: Of rasa 3.6.21. When one differs, read Rasa's new source, see whether bot/graph_runner.py still
#: says the same, and only then write the new sum here.
READ_SOURCES: Dict[str, Tuple[Callable[..., Any], str]] = {
    "run": (DaskGraphRunner.run, "45f0f52f574f3aa9546a552bf671183e"),
    "_build_dask_graph": (DaskGraphRunner._build_dask_graph, "5bb99f974d512a36acb61caaf77aafc8"),
    "_instantiate_nodes": (DaskGraphRunner._instantiate_nodes, "1617dc20d9307e81139a7ccd854e8641"),
    "minimal_graph_schema": (GraphSchema.minimal_graph_schema, "58dfb30335499fff7640e0d4ea6c0a71"),
    "GraphNode.__call__": (GraphNode.__call__, "66127a2bfb6fcf1ee12e2556e95f6b8e"),
}

ran: List[str] = []


class Joined(GraphComponent):
    """Joins what it gets with its own name, and notes that it ran."""

    def __init__(self, name: str) -> None:
        self._name = name

    @classmethod
    def create(cls, config: Dict[str, Any], *_: Any, **__: Any) -> Joined:
        return cls(config["name"])

    def join(self, left: str = "", right: str = "") -> str:
        ran.append(self._name)
        return f"{self._name}({left}{right})"


def _node(name: str, target: bool = False, **needs: str) -> SchemaNode:
    return SchemaNode(
        needs=needs,
        uses=Joined,
        constructor_name="create",
        fn="join",
        config={"name": name},
        eager=True,
        is_target=target,
    )


#: A diamond, a node that no target needs, and two targets.
SCHEMA = GraphSchema(
    {
        "top": _node("top", target=True, left="left", right="right"),
        "right": _node("right", left="base"),
        "left": _node("left", left="base", right="given"),
        "base": _node("base", left="given"),
        "apart": _node("apart", left="given"),
        "second": _node("second", target=True, left="right"),
    }
)


@pytest.fixture(params=[DaskGraphRunner, OrderedGraphRunner])
def runner(request: pytest.FixtureRequest, tmp_path: Path) -> DaskGraphRunner:
    """Rasa's runner and ours in turn."""
    ran.clear()
    made: DaskGraphRunner = request.param.create(
        SCHEMA, LocalModelStorage(tmp_path), ExecutionContext(SCHEMA)
    )
    return made


@pytest.fixture
def served_runner() -> Iterator[None]:
    original = rasa.core.processor.DaskGraphRunner
    yield
    rasa.core.processor.DaskGraphRunner = original


@pytest.mark.parametrize("name", READ_SOURCES)
def test_rasas_source_is_the_one_that_was_read(name: str) -> None:
    source, wanted = READ_SOURCES[name]
    found = hashlib.sha256(inspect.getsource(source).encode()).hexdigest()[:32]
    assert found == wanted, "Rasa has changed what bot/graph_runner.py replaces: read it"


@pytest.mark.parametrize(
    ("targets", "wanted", "nodes"),
    [
        (
            None,
            {"top": "top(left(base(x)x)right(base(x)))", "second": "second(right(base(x)))"},
            ["base", "left", "right", "second", "top"],
        ),
        (["second"], {"second": "second(right(base(x)))"}, ["base", "right", "second"]),
        (["apart"], {"apart": "apart(x)"}, ["apart"]),
    ],
)
def test_each_needed_node_runs_once(
    runner: DaskGraphRunner,
    targets: Optional[List[str]],
    wanted: Dict[str, str],
    nodes: List[str],
) -> None:
    assert runner.run({"given": "x"}, targets) == wanted
    assert sorted(ran) == nodes


def test_next_run_begins_afresh(runner: DaskGraphRunner) -> None:
    assert runner.run({"given": "x"}, ["base"]) == {"base": "base(x)"}
    assert runner.run({"given": "y"}, ["base"]) == {"base": "base(y)"}


def test_input_goes_before_the_node_of_its_name(runner: DaskGraphRunner) -> None:
    assert runner.run({"base": "b"}, ["right"]) == {"right": "right(b)"}
    assert ran == ["right"]


def test_missing_input_is_told(runner: DaskGraphRunner) -> None:
    with pytest.raises(GraphRunError, match="Missing input to run node 'base'"):
        runner.run({}, ["second"])


def test_served_models_use_it_and_training_does_not(served_runner: None) -> None:
    graph_runner.install()
    assert rasa.core.processor.DaskGraphRunner is OrderedGraphRunner
    assert rasa.model_training.DaskGraphRunner is DaskGraphRunner
    # The processor takes the runner from its own module's name.
    assert "DaskGraphRunner" in inspect.getsource(rasa.core.processor.MessageProcessor._load_model)
