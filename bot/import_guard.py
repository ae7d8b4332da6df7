"""Lets Rasa run without the heavy libraries that this project has no use for.

Rasa imports TensorFlow, chat platform clients and cloud clients when it starts, even where a
configuration uses none of them. Some are left out of the environment; others are part of it but
stay on the disk: a tenth of the memory, as docs/benchmarks/bot-speed.md has it. The guard answers
such an import with a stand-in whose names can be mentioned and subclassed; whoever really uses one
gets a sentence that says what is missing.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any, Collection, Optional, Sequence

#: Top-level package -> what needs it in Rasa. These are excluded in bot/pyproject.toml.
LEFT_OUT = {
    "tensorflow": "DIETClassifier, TEDPolicy, ResponseSelector and UnexpecTEDIntentPolicy",
    "tensorflow_hub": "ConveRTFeaturizer",
    "tensorflow_text": "ConveRTFeaturizer",
    "keras": "DIETClassifier and TEDPolicy",
    "aiogram": "Rasa's Telegram channel",
    "twilio": "Rasa's Twilio channels",
    "boto3": "model storage on Amazon S3 and the DynamoDB tracker store",
    "botocore": "model storage on Amazon S3 and the DynamoDB tracker store",
    "confluent_kafka": "the Kafka event broker",
    "matplotlib": "the plots of Rasa's own test command",
}
#: Installed, for Rasa, scikit-learn or spaCy asks for it, yet never loaded -> what would need it.
UNUSED = {
    "fbmessenger": "Rasa's Facebook Messenger channel",
    "prompt_toolkit": "Rasa's commands that ask questions",
    "pymongo": "the MongoDB tracker store",
    "questionary": "Rasa's commands that ask questions",
    "scipy.stats": "scikit-learn's search for parameters and its statistical tests",
    "slack_sdk": "Rasa's Slack channel",
    "spacy.cli": "spaCy's own commands",
    "webexteamssdk": "Rasa's Webex channel",
}

_INSTALL = "install the full Rasa (see docs/decisions.md, 'Rasa without TensorFlow')"
_USE = "take it out of UNUSED in bot/import_guard.py"


class LeftOutError(ImportError):
    """A component was configured that needs a library this environment leaves out."""


class _StandInType(type):
    """The type of every stand-in name: it can be subclassed and looked into, never used."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{cls.__qualname__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        decorated = args[0] if len(args) == 1 and not kwargs and callable(args[0]) else None
        if decorated is not None and not isinstance(decorated, type):
            return decorated  # used as a decorator while a module is being imported
        made = next(base.__qualname__ for base in cls.__mro__ if base.__qualname__ in _made)
        library = next(name for name in [*LEFT_OUT, *UNUSED] if _belongs(made, name))
        needed_by = LEFT_OUT.get(library) or UNUSED[library]
        remedy = _INSTALL if library in LEFT_OUT else _USE
        raise LeftOutError(
            f"This bot runs without {library}, which is needed by {needed_by}. "
            f"Choose another component in config.yml or endpoints.yml, or {remedy}."
        )


_made: set[str] = set()


def _stand_in(qualified_name: str) -> _StandInType:
    _made.add(qualified_name)
    return _StandInType(
        qualified_name.rsplit(".", 1)[-1], (), {"__qualname__": qualified_name, "__module__": ""}
    )


def _belongs(name: str, library: str) -> bool:
    return name == library or name.startswith(f"{library}.")


class _StandInModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{self.__name__}.{name}")


class _StandInFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds stand-ins for what belongs to some libraries."""

    def __init__(self, libraries: Collection[str]) -> None:
        self._libraries = libraries

    def find_spec(
        self,
        fullname: str,
        path: Optional[Sequence[str]] = None,
        target: Optional[ModuleType] = None,
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if not any(_belongs(fullname, library) for library in self._libraries):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """A stand-in has nothing to run."""


def install() -> None:
    """Put the guard around Python's own finders; a second call does nothing.

    What is left out is asked for last: an environment that does hold it uses the real one.
    """
    if not any(isinstance(finder, _StandInFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _StandInFinder(UNUSED))
        sys.meta_path.append(_StandInFinder(LEFT_OUT))
