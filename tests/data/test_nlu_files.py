"""The files of the training data: one intent and one language each, named after both.

`request_repair.yml` and, where that would grow too long, `request_repair.<kind>.yml`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.training_files import (
    LANGUAGES,
    WITHOUT_EXAMPLES,
    intent_of,
    intents,
    nlu_files,
    read_yaml,
    relative,
    training_files,
)

LONGEST_FILE = 300

nlu_file = pytest.mark.parametrize("path", nlu_files(), ids=relative)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_that_is_written_has_a_file(language: str) -> None:
    named = {intent_of(path) for path in nlu_files() if path.parent.name == language}
    assert named == set(intents()) - WITHOUT_EXAMPLES


def test_examples_are_in_the_two_languages_only() -> None:
    assert {path.parent.name for path in nlu_files()} == set(LANGUAGES)


@nlu_file
def test_file_holds_the_intent_and_language_it_is_named_after(path: Path) -> None:
    content = read_yaml(path)
    assert content["version"] == "3.1"
    assert [block["intent"] for block in content["nlu"]] == [intent_of(path)]
    assert [block["metadata"] for block in content["nlu"]] == [{"language": path.parent.name}]


@nlu_file
def test_file_says_where_its_examples_come_from(path: Path) -> None:
    head = path.read_text(encoding="utf-8").splitlines()[0]
    assert head.startswith("# "), "the head names the origin of the examples"
    assert head.endswith(f"{path.parent.name} examples of {intent_of(path)}.")


@nlu_file
def test_every_line_of_examples_is_one_example(path: Path) -> None:
    lines = [line for block in read_yaml(path)["nlu"] for line in block["examples"].splitlines()]
    assert [line for line in lines if not line.startswith("- ")] == []


@pytest.mark.parametrize("path", training_files(), ids=relative)
def test_file_stays_readable(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < LONGEST_FILE
