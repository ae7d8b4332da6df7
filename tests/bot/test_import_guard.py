"""Rasa without the libraries that this environment leaves out, and what is said of a use."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import sysconfig
from importlib.metadata import distributions
from pathlib import Path
from typing import List, Set

import pytest

from bot.import_guard import LEFT_OUT, UNUSED, LeftOutError, install
from tests.bot.components import ROOT

#: Builds of TensorFlow and parts of it that bring the package `tensorflow` or nothing to import.
_PARTS_OF_TENSORFLOW = {
    "tensorflow_cpu_aws",
    "tensorflow_intel",
    "tensorflow_io_gcs_filesystem",
    "tensorflow_macos",
}
#: Comes with a package of the list, so it is missing where that is, and Rasa imports it by name.
_COMES_WITH_ANOTHER = {"botocore"}

_START = """
import json, sys
from bot import import_guard
import_guard.install()
import rasa.__main__, rasa.core.agent, rasa.core.train, rasa.model_training, rasa.server
import rasa.engine.recipes.default_components, bot.nlu.catalogue_entities
heavy = {name: type(module).__name__ for name, module in sys.modules.items()
         for library in [*import_guard.LEFT_OUT, *import_guard.UNUSED]
         if name == library or name.startswith(library + ".")}
print(json.dumps(heavy))
"""

_EXAMPLES = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - good morning
- intent: goodbye
  examples: |
    - bye
    - see you later
"""
_STOCK = """\
recipe: default.v1
assistant_id: stock
language: en
pipeline:
- name: WhitespaceTokenizer
- name: CountVectorsFeaturizer
- name: DIETClassifier
  epochs: 1
policies:
- name: RulePolicy
"""


def _run(arguments: List[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", *arguments],
        cwd=folder,
        env={
            "PYTHONPATH": str(ROOT),
            "RASA_TELEMETRY_ENABLED": "false",
            "HOME": str(folder),
            "PATH": "/usr/bin:/bin",
        },
        capture_output=True,
        text=True,
        timeout=110,
    )


def test_rasa_starts_with_stand_ins_only(tmp_path: Path) -> None:
    done = _run(["-c", _START], tmp_path)
    assert done.returncode == 0, done.stderr
    kinds = json.loads(done.stdout.splitlines()[-1])
    assert "tensorflow" in kinds, "Rasa no longer imports TensorFlow: is the guard still needed?"
    assert {name for name, kind in kinds.items() if kind != "_StandInModule"} == set()
    never_asked_for = set(UNUSED) - set(kinds)
    assert never_asked_for == set(), "the start does not load these: they need no stand-in"


def test_stock_classifier_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "nlu.yml").write_text(_EXAMPLES)
    (tmp_path / "config.yml").write_text(_STOCK)
    (tmp_path / "domain.yml").write_text('version: "3.1"\nintents: [greet, goodbye]\n')
    done = _run(["-m", "bot", "train", "nlu"], tmp_path)
    assert done.returncode == 1
    said = done.stderr.strip().splitlines()[-1]
    assert "This bot runs without keras, which is needed by DIETClassifier" in said
    assert "Choose another component in config.yml" in said
    assert "Traceback" not in done.stderr


def test_names_of_what_is_left_out_can_be_mentioned() -> None:
    import tensorflow as tf
    from tensorflow.keras.layers import Dense

    assert tf.Tensor is not None
    assert tf.keras.utils.Sequence is not None
    assert issubclass(Dense, object)


def test_classes_of_what_is_left_out_can_be_subclassed() -> None:
    import tensorflow as tf

    class Layer(tf.keras.layers.Layer):
        """Like the layers that Rasa defines when it is imported."""

    assert Layer.__name__ == "Layer"
    with pytest.raises(LeftOutError):
        Layer()


def test_functions_can_be_decorated_while_a_module_is_imported() -> None:
    import tensorflow as tf

    @tf.function
    def add(left: int, right: int) -> int:
        return left + right

    assert add(1, 2) == 3


@pytest.mark.parametrize("library", sorted(LEFT_OUT))
def test_use_is_refused_with_library_use_and_remedy(library: str) -> None:
    module = __import__(f"{library}.anything")
    with pytest.raises(LeftOutError) as refused:
        module.anything.Thing(1, size=2)
    said = str(refused.value)
    assert said.startswith(
        f"This bot runs without {library}, which is needed by {LEFT_OUT[library]}."
    )
    assert "Choose another component in config.yml or endpoints.yml, or install" in said


@pytest.mark.parametrize("library", sorted(UNUSED))
def test_use_of_what_is_installed_is_refused_too(library: str) -> None:
    module = importlib.import_module(f"{library}.anything")
    with pytest.raises(LeftOutError) as refused:
        module.Thing(1, size=2)
    said = str(refused.value)
    assert said.startswith(
        f"This bot runs without {library}, which is needed by {UNUSED[library]}."
    )
    assert said.endswith("or take it out of UNUSED in bot/import_guard.py.")


def test_only_the_named_part_of_a_library_is_unused() -> None:
    import scipy.sparse
    import scipy.special

    assert scipy.sparse.csr_matrix([[1, 2]]).sum() == 3
    assert scipy.special.expit(0.0) == 0.5


def test_subclass_of_a_stand_in_names_its_library() -> None:
    from twilio.rest import Client

    class OwnClient(Client):
        pass

    with pytest.raises(LeftOutError, match="without twilio, which is needed by Rasa's Twilio"):
        OwnClient("account", "token")


def test_other_missing_libraries_are_missing_as_ever() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        __import__("no_such_library")


def test_python_is_not_misled_about_its_own_attributes() -> None:
    import tensorflow as tf

    assert not hasattr(tf, "__wrapped__")
    assert not hasattr(tf.Tensor, "__wrapped__")


def test_guard_is_installed_once() -> None:
    before = list(sys.meta_path)
    install()
    assert sys.meta_path == before


def _left_out_of_the_environment() -> Set[str]:
    project = (ROOT / "bot" / "pyproject.toml").read_text(encoding="utf-8")
    names = re.findall(r'"([\w-]+)(?:==[\w.]+)?; sys_platform == \'never\'"', project)
    return {name.replace("-", "_") for name in names}


def test_guard_stands_in_for_what_the_environment_leaves_out() -> None:
    left_out = _left_out_of_the_environment()
    assert left_out.issuperset(_PARTS_OF_TENSORFLOW)
    assert left_out - _PARTS_OF_TENSORFLOW == set(LEFT_OUT) - _COMES_WITH_ANOTHER


def test_unused_libraries_are_installed() -> None:
    packages = Path(sysconfig.get_path("purelib"))
    assert [name for name in UNUSED if not (packages / name.replace(".", "/")).exists()] == []


def test_environment_holds_none_of_it() -> None:
    absent = _left_out_of_the_environment() | set(LEFT_OUT)
    installed = {
        (one.metadata["Name"] or "").lower().replace("-", "_").replace(".", "_")
        for one in distributions()
    }
    assert absent & installed == set()
    packages = Path(sysconfig.get_path("purelib"))
    assert [name for name in absent if (packages / name).exists()] == []
