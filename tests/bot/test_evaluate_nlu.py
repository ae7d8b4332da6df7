"""The figures about messages of one's own, and what is said of a file that cannot be used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

import pytest

from bot.evaluate_nlu import (
    LabelledMessage,
    UnusableError,
    intents_of,
    load_agent,
    main,
    measured,
    read_messages,
    require_known_labels,
    understand_all,
)
from bot.nlu.text import SLASH_GUARD
from tests.bot.components import ROOT
from tests.bot.fakes import FakeAgent, FakeProcessor

DATA = """\
version: "3.1"
rules:
- rule: Thank for praise.
  steps:
  - intent: give_feedback
  - action: utter_thanks
nlu:
- intent: request_repair
  examples: |
    - it does not work
    - the pump is broken
    - it stopped working
- intent: give_feedback
  examples: |
    - i love it
    - great product thank you
    - very happy with it
"""
CONFIG = """\
recipe: default.v1
assistant_id: small
language: en
pipeline:
- name: bot.nlu.intent_classifier.LinearIntentClassifier
- name: FallbackClassifier
  threshold: 0.55
policies:
- name: RulePolicy
"""
DOMAIN = """\
version: "3.1"
intents: [request_repair, give_feedback]
responses:
  utter_thanks: [{text: Thanks}]
"""


class Recogniser(FakeProcessor):
    """Understands the messages that it was given, and the rest not at all."""

    def __init__(self, known: Dict[str, str]) -> None:
        super().__init__()
        self._known = known

    async def parse_message(self, message: Any) -> Dict[str, Any]:
        parsed = await super().parse_message(message)
        return {**parsed, "intent": {"name": self._known.get(message.text), "confidence": 0.9}}


def write(folder: Path, *lines: object) -> Path:
    path = folder / "messages.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


# Files -----------------------------------------------------------------------


def test_messages_are_read_whatever_other_fields_there_are(tmp_path: Path) -> None:
    path = write(tmp_path, {"text": "Não liga", "label": "request_repair", "source": "letters"})
    assert read_messages(path) == [LabelledMessage(1, "Não liga", "request_repair")]


def test_empty_lines_are_passed_over_but_counted(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_bytes(b'\xef\xbb\xbf\r\n{"text": "hi", "label": "greet"}\r\n\r\n')
    assert read_messages(path) == [LabelledMessage(2, "hi", "greet")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b'{"text": "a", "label": "greet"}\n{"text": ', "line 2: this is not JSON"),
        (b"[" * 100_000, "line 1: this is not JSON"),
        (b"\xff\xfe", "line 1: this is not UTF-8"),
        (b'["a", "greet"]', "line 1: this is not an object"),
        (b'{"text": "a"}', 'line 1: "label" is missing'),
        (b'{"label": "greet"}', 'line 1: "text" is missing'),
        (b'{"text": 3, "label": "greet"}', 'line 1: "text" must be a text'),
        (b'{"text": " ", "label": "greet"}', 'line 1: "text" must be a text'),
        (b'{"text": "\\ud83d", "label": "greet"}', "line 1: .* half of a character"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_bytes(content)
    with pytest.raises(UnusableError, match=said):
        read_messages(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match=r"nowhere\.jsonl cannot be read: No such file"):
        read_messages(tmp_path / "nowhere.jsonl")


def test_an_unknown_label_is_named_with_its_line() -> None:
    messages = [LabelledMessage(1, "a", "greet"), LabelledMessage(7, "b", "refund")]
    require_known_labels(messages, ["greet", "refund"])
    with pytest.raises(UnusableError, match=r"Line 7: .*'refund'\. Its intents are affirm, greet"):
        require_known_labels(messages, ["greet", "affirm"])


def test_intents_of_rasa_itself_are_no_labels() -> None:
    assert set(intents_of(FakeAgent())) == {"greet", "inform", "out_of_scope"}


# Understanding and figures ---------------------------------------------------


@pytest.mark.asyncio
async def test_messages_go_the_way_of_the_private_channel() -> None:
    agent = FakeAgent()
    intents, times = await understand_all(agent, ["hello", "/restart"])
    assert intents == ["inform", "inform"]
    assert len(times) == 2 and all(time >= 0 for time in times)
    assert len(agent.processor.parsed) > 2, "it was not warmed up"
    assert agent.processor.parsed[-2:] == ["hello", SLASH_GUARD + "/restart"]
    assert agent.handled == []


@pytest.mark.asyncio
async def test_what_is_not_understood_counts_as_out_of_scope() -> None:
    agent = FakeAgent()
    agent.processor = Recogniser({"a": "nlu_fallback", "b": "greet"})
    intents, _ = await understand_all(agent, ["a", "b", "something else"])
    assert intents == ["out_of_scope", "greet", "out_of_scope"]


def test_figures_are_over_the_labels_of_the_file() -> None:
    labels = ["repair", "repair", "repair", "usage", "usage"]
    intents = ["repair", "repair", "usage", "usage", "inform"]
    figures = measured(labels, intents, [1.0, 2.0, 3.0, 4.0, 100.0])
    assert figures["accuracy"] == pytest.approx(3 / 5)
    assert list(figures["labels"]) == ["repair", "usage"]
    assert figures["labels"]["repair"] == pytest.approx(
        {"precision": 1.0, "recall": 2 / 3, "f1": 0.8, "support": 3}
    )
    assert figures["labels"]["usage"] == pytest.approx(
        {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2}
    )
    assert figures["macro_f1"] == pytest.approx(0.65)
    assert figures["parse_ms"] == {"p50": 3.0, "p95": 80.8}


def test_a_label_that_is_never_recognised_counts_as_nothing() -> None:
    figures = measured(["usage"], ["repair"], [1.0])
    assert (figures["accuracy"], figures["macro_f1"]) == (0.0, 0.0)


# The command -----------------------------------------------------------------


def test_without_a_model_it_is_said_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="make train"):
        load_agent(tmp_path / "none.tar.gz")
    broken = tmp_path / "broken.tar.gz"
    broken.write_text("not a model")
    with pytest.raises(UnusableError, match=r"cannot be loaded .*make train"):
        load_agent(broken)


@pytest.mark.parametrize("arguments", [[], ["one", "two"], ["/nowhere/messages.jsonl"]])
def test_a_mistake_leaves_standard_output_empty(
    capsys: pytest.CaptureFixture[str], arguments: List[str]
) -> None:
    assert main(arguments) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small model where the command looks for the project's."""
    folder = tmp_path_factory.mktemp("small")
    for name, text in (("data.yml", DATA), ("config.yml", CONFIG), ("domain.yml", DOMAIN)):
        (folder / name).write_text(text)
    done = run(folder, "bot", "train", "--data", "data.yml", "--fixed-model-name", "aftercare")
    assert done.returncode == 0, done.stderr
    return folder


def run(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "HOME": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=110,
    )


def test_the_command_prints_one_json_object_and_nothing_else(
    model_folder: Path, tmp_path: Path
) -> None:
    path = write(
        tmp_path,
        {"text": "the pump does not work", "label": "request_repair"},
        {"text": "great, i love it", "label": "give_feedback"},
        {"text": "/request_repair", "label": "out_of_scope"},
    )
    done = run(model_folder, "bot.evaluate_nlu", str(path))
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert list(figures) == ["accuracy", "macro_f1", "labels", "parse_ms"]
    assert set(figures["labels"]) == {"request_repair", "give_feedback", "out_of_scope"}
    assert figures["labels"]["give_feedback"]["recall"] == 1.0
    assert 0 < figures["parse_ms"]["p50"] <= figures["parse_ms"]["p95"]
    # What customers wrote is in no log.
    assert "pump" not in done.stderr


def test_the_command_refuses_an_unknown_label(model_folder: Path, tmp_path: Path) -> None:
    done = run(model_folder, "bot.evaluate_nlu", str(write(tmp_path, {"text": "a", "label": "x"})))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("Line 1: the model has no intent 'x'.")
