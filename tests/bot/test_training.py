"""What bot/training.py puts in the place of Rasa's code must read and pack the same."""

from __future__ import annotations

import copy
import hashlib
import inspect
import os
from pathlib import Path
from typing import Any, Iterator, List

import pytest
import rasa.shared.importers.utils as importers
from rasa.engine.storage import local_model_storage
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.exceptions import YamlException
from rasa.shared.nlu.training_data.formats.rasa_yaml import NLU_SCHEMA_FILE, RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils import validation
from tarsafe import TarSafe

from bot import training

#: Rasa's own, kept before any test puts ours in its place.
ORIGINALS = {
    "training_data_from_paths": importers.training_data_from_paths,
    "validate": RasaYAMLReader.validate,
    "validate_yaml_schema": validation.validate_yaml_schema,
    "sanitize_examples": TrainingData.sanitize_examples,
    "create_model_package": LocalModelStorage.create_model_package,
    "Message": Message.__init__,
    "reads": RasaYAMLReader.reads,
}
#: Of rasa 3.6.21. When one differs, read Rasa's new source, see whether bot/training.py still says
#: the same, and only then write the new sum here.
READ_SOURCES = {
    "training_data_from_paths": "3ccd1a740d724c29d391e5fad254fabf",
    "validate": "81b4a164273e215145edc1cb2285fa1b",
    "validate_yaml_schema": "e039106753a595c2f31716c8bbda8c11",
    "sanitize_examples": "8bcbceeb425c3537a405690f93163239",
    "create_model_package": "160e32783576d3df745eeb591a6352b0",
    "Message": "929966f7673d7d18014e25c3548c13d0",
    "reads": "ef668db298abcd3ac0398aef7d1d7d3e",
}
READ_SCHEMA = "83b4d983726c49f80ef0c96ba5cb3329"

USUAL = """
version: "3.1"
nlu:
- intent: greet
  metadata: {language: en}
  examples: |
    - hello
    - good morning
- intent: goodbye
  examples: |
    - bye
"""
UNUSUAL = {
    "an intent without a name": 'version: "3.1"\nnlu:\n- intent: ""\n  examples: |\n    - hello\n',
    "a synonym": 'version: "3.1"\nnlu:\n- synonym: fridge\n  examples: |\n    - refrigerator\n',
    "examples in a list": 'version: "3.1"\nnlu:\n- intent: greet\n  examples:\n  - text: hello\n',
    "no version": "nlu:\n- intent: greet\n  examples: |\n    - hello\n",
}
BAD = {
    "a number as intent": 'version: "3.1"\nnlu:\n- intent: 1\n  examples: |\n    - hello\n',
    "no text": 'version: "3.1"\nnlu:\n- intent: greet\n  examples: 7\n',
    "another key": 'version: "3.1"\nnlu:\n- intent: greet\n  exampels: |\n    - hello\n',
    "a number as version": "version: 3.1\nnlu:\n- intent: greet\n  examples: |\n    - hello\n",
    "a key twice": 'version: "3.1"\nversion: "3.1"\nnlu:\n- intent: a\n  examples: |\n    - b\n',
    "no YAML": "nlu: [",
}


@pytest.fixture(autouse=True)
def installed() -> Iterator[None]:
    training.install()
    yield
    importers.training_data_from_paths = ORIGINALS["training_data_from_paths"]
    RasaYAMLReader.validate = ORIGINALS["validate"]
    validation.validate_yaml_schema = ORIGINALS["validate_yaml_schema"]
    TrainingData.sanitize_examples = staticmethod(ORIGINALS["sanitize_examples"])
    local_model_storage.TarSafe = TarSafe
    del Message.__deepcopy__
    training._read_once.cache_clear()


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> List[str]:
    """What was given to Rasa's own check of examples."""
    texts: List[str] = []

    def check(reader: RasaYAMLReader, text: str) -> None:
        texts.append(text)
        ORIGINALS["validate"](reader, text)

    monkeypatch.setattr(training, "_check_examples", check)
    return texts


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@pytest.mark.parametrize("name", READ_SOURCES)
def test_rasas_source_is_the_one_that_was_read(name: str) -> None:
    found = _sum(inspect.getsource(ORIGINALS[name]))
    assert found == READ_SOURCES[name], "Rasa has changed what bot/training.py replaces: read it"


def test_rasas_schema_is_the_one_that_was_read() -> None:
    schema = Path(inspect.getfile(validation)).parents[2] / NLU_SCHEMA_FILE
    assert _sum(schema.read_text(encoding="utf-8")) == READ_SCHEMA


def test_usual_file_passes_both_and_needs_no_schema(checked: List[str]) -> None:
    ORIGINALS["validate"](RasaYAMLReader(), USUAL)
    RasaYAMLReader().validate(USUAL)
    assert checked == []


@pytest.mark.parametrize("text", UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_file_goes_to_rasas_check(checked: List[str], text: str) -> None:
    RasaYAMLReader().validate(text)
    assert checked == [text]


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_bad_file_is_refused_as_before(checked: List[str], text: str) -> None:
    with pytest.raises(YamlException) as before:
        ORIGINALS["validate"](RasaYAMLReader(), text)
    for _ in range(2):  # what was refused is not taken for good the second time
        with pytest.raises(YamlException) as now:
            RasaYAMLReader().validate(text)
        assert str(now.value) == str(before.value)


def test_same_text_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: List[str] = []
    monkeypatch.setattr(validation, "validate_yaml_schema", lambda text, _: texts.append(text))
    training.install()
    for text in ("one", "one", "other"):
        validation.validate_yaml_schema(text, NLU_SCHEMA_FILE)
    assert texts == ["one", "other"]


def test_files_are_read_again_only_when_one_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(USUAL)
    first = importers.training_data_from_paths([str(path)], "en")
    assert [one.get("text") for one in first.training_examples] == ["hello", "good morning", "bye"]
    assert importers.training_data_from_paths([str(path)], "en") is first
    path.write_text(USUAL.replace("bye", "ciao"))
    os.utime(path, ns=(0, 0))
    again = importers.training_data_from_paths([str(path)], "en")
    assert [one.get("text") for one in again.training_examples] == ["hello", "good morning", "ciao"]


def _example(**further: Any) -> Message:
    data = {"text": "hello", "intent": "greet", "metadata": {"intent": {"language": "en"}}}
    return Message({**data, **further}, output_properties={"intent"})


def test_copy_is_the_same_and_shares_nothing() -> None:
    example = _example(entities=[{"entity": "product", "value": ["W900"]}])
    example.fingerprint()
    before = str(vars(example))
    copied = copy.deepcopy(example)
    assert vars(copied) == vars(example)
    copied.data["metadata"]["intent"]["language"] = "pt"
    copied.data["entities"][0]["value"].append("W700")
    copied.output_properties.add("entities")
    copied.features.append(None)
    assert str(vars(example)) == before


def test_examples_are_cleaned_as_before_and_clean_ones_keep_their_fingerprint() -> None:
    def some() -> List[Message]:
        texts = ("hello", "hello", "bye")
        return [_example(text=text, intent=intent) for text in texts for intent in ("a", " a ")]

    clean = _example()
    known = clean.fingerprint()
    assert TrainingData.sanitize_examples([clean])[0]._cached_fingerprint == known
    found = TrainingData.sanitize_examples(some())
    assert found == ORIGINALS["sanitize_examples"](some())
    assert [(one.get("text"), one.get("intent")) for one in found] == [("hello", "a"), ("bye", "a")]


def test_packed_model_is_read_by_rasa(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"weights" * 1000)
    with local_model_storage.TarSafe.open(tmp_path / "m.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "kept", arcname="kept")
    assert (tmp_path / "m.tar.gz").read_bytes()[8] == 4  # gzip's mark for "as fast as can be"
    with TarSafe.open(tmp_path / "m.tar.gz", "r:gz") as archive:
        archive.extractall(tmp_path / "out")
    assert (tmp_path / "out" / "kept").read_bytes() == b"weights" * 1000
