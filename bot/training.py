"""Trains without what Rasa 3.6.21 repeats for each of many thousand examples.

Rasa reads all files four times in a training, checks each against a schema that it reads anew for
it, and copies and sums up every example whenever it joins data with other data: two thirds of the
time with 21,000 examples. Then it packs the model as small as can be, though numbers hardly shrink.
"""

from __future__ import annotations

import copy
import os
from functools import lru_cache
from typing import Any, Dict, Iterable, List, Tuple

import rasa.shared.importers.utils
import rasa.shared.utils.io
import rasa.shared.utils.validation
from rasa.engine.storage import local_model_storage
from rasa.shared.nlu.constants import INTENT, RESPONSE
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from ruamel.yaml import YAMLError
from tarsafe import TarSafe

#: A file's path, the time of its last change and its size.
_File = Tuple[str, int, int]
#: The domain and each file of rules or stories; what is longer ago is checked again.
_MOST_CHECKED = 64
#: gzip's 1 to 9: one takes half the time of nine, for a model that is one in a hundred larger.
_COMPRESSION = 1

_read_files = rasa.shared.importers.utils.training_data_from_paths
_check_examples = RasaYAMLReader.validate


class QuickArchive(TarSafe):  # type: ignore[misc]
    """An archive that is packed quickly."""

    @classmethod
    def gzopen(
        cls, name: Any, mode: str = "r", fileobj: Any = None, compresslevel: int = 9, **rest: Any
    ) -> Any:
        return super().gzopen(name, mode, fileobj, _COMPRESSION, **rest)


def install() -> None:
    """Let Rasa train in this way from now on; a second call changes nothing."""
    rasa.shared.importers.utils.training_data_from_paths = _training_data_from_paths
    RasaYAMLReader.validate = _validate
    _check_each_text_once()
    TrainingData.sanitize_examples = staticmethod(_sanitize_examples)
    Message.__deepcopy__ = _deep_copy
    local_model_storage.TarSafe = QuickArchive


def _training_data_from_paths(paths: Iterable[str], language: str) -> TrainingData:
    """Files that have not changed are read once; whoever gets the data only copies from it."""
    return _read_once(tuple(map(_as_it_is_now, paths)), language)


@lru_cache(maxsize=1)
def _read_once(files: Tuple[_File, ...], language: str) -> TrainingData:
    return _read_files([path for path, _, _ in files], language)


def _as_it_is_now(path: str) -> _File:
    state = os.stat(path)
    return path, state.st_mtime_ns, state.st_size


def _check_each_text_once() -> None:
    """The domain is checked four times in a training; a text that was refused is checked again."""
    check = rasa.shared.utils.validation.validate_yaml_schema
    if not hasattr(check, "cache_info"):
        remembering = lru_cache(maxsize=_MOST_CHECKED)(check)
        rasa.shared.utils.validation.validate_yaml_schema = remembering


def _validate(self: RasaYAMLReader, string: str) -> None:
    """A file of nothing but intents, each with its examples in one text, fits the schema."""
    if not _has_usual_form(string):
        _check_examples(self, string)


def _has_usual_form(string: str) -> bool:
    try:
        content = rasa.shared.utils.io.read_yaml(string)
    except YAMLError:
        return False  # the check tells where
    return (
        isinstance(content, dict)
        and content.keys() == {"version", "nlu"}
        and _is_text(content["version"])
        and isinstance(content["nlu"], list)
        and bool(content["nlu"])
        and all(
            isinstance(one, dict)
            and {"intent", "examples"} <= one.keys() <= {"intent", "examples", "metadata"}
            and _is_text(one["intent"])
            and _is_text(one["examples"])
            for one in content["nlu"]
        )
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _sanitize_examples(examples: List[Message]) -> List[Message]:
    """Without spaces around intents and answers, each once; what is clean keeps its fingerprint."""
    for example in examples:
        for attribute in (INTENT, RESPONSE):
            value = example.get(attribute)
            if value and value != value.strip():
                example.set(attribute, value.strip())
    return list(dict.fromkeys(examples))


def _deep_copy(self: Message, memo: Dict[int, Any]) -> Message:
    """What `copy.deepcopy` makes of an example, without asking how each of its texts is copied."""
    copied: Message = Message.__new__(type(self))
    copied.__dict__.update(
        self.__dict__,
        data=_copied(self.data, memo),
        features=copy.deepcopy(self.features, memo),
        output_properties=set(self.output_properties),
    )
    return copied


def _copied(value: Any, memo: Dict[int, Any]) -> Any:
    if type(value) is str:
        return value
    if type(value) is dict:
        return {key: _copied(one, memo) for key, one in value.items()}
    return copy.deepcopy(value, memo)
