"""The examples of the training data: no doubles, no markup, enough of each, none from measuring."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.training_files import (
    LANGUAGES,
    ROOT,
    WITHOUT_EXAMPLES,
    Example,
    examples,
    intents,
    plain_words,
    service_intents,
)

EVALUATION = ROOT.parent / "shared" / "eval"
#: Rasa would read brackets as entities; the others are left over from pages and tables.
MARKUP = re.compile(r"[\[\]{}<>|*`\\]|https?://|&\w+;")
#: Asked rarely and in few words, so they need no more examples than small talk.
RARE_SERVICES = frozenset({"add_to_ticket", "privacy_request"})
SERVICES = sorted(set(service_intents()) - RARE_SERVICES)
#: A held-out sentence that was copied, or changed in places only, shares such a run of words.
RUN = 6


def _shown(example: Example) -> str:
    return f"{example.file}: {example.text}"


def _count(language: str) -> Counter[str]:
    return Counter(one.intent for one in examples() if one.language == language)


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))


def test_no_example_stands_twice() -> None:
    same: dict[tuple[str, ...], list[Example]] = defaultdict(list)
    for example in examples():
        # An example of signs only (an emoji, a question mark) is compared as it is.
        same[tuple(plain_words(example.text)) or (example.text,)].append(example)
    doubles = [
        " = ".join(_shown(one) for one in doubled) for doubled in same.values() if len(doubled) > 1
    ]
    assert doubles == [], "take all but one of these out, or say one of them differently"


def test_no_example_is_empty_or_padded() -> None:
    assert [_shown(one) for one in examples() if not one.text or one.text != one.text.strip()] == []


def test_no_example_holds_markup() -> None:
    assert [_shown(one) for one in examples() if MARKUP.search(one.text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_services_have_two_hundred_examples(language: str) -> None:
    counted = _count(language)
    assert {name: counted[name] for name in SERVICES if counted[name] < 200} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_other_intent_has_forty_examples(language: str) -> None:
    counted = _count(language)
    others = set(intents()) - set(SERVICES) - WITHOUT_EXAMPLES
    assert {name: counted[name] for name in others if counted[name] < 40} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_service_has_twice_the_examples_of_another(language: str) -> None:
    counted = {name: _count(language)[name] for name in SERVICES}
    assert max(counted.values()) <= 2 * min(counted.values()), counted


def _evaluation_files() -> list[Path]:
    files = sorted(EVALUATION.glob("*.jsonl"))
    if not files:
        pytest.skip("the material for measuring (../shared/eval) is not on this machine")
    return files


def test_no_sentence_for_measuring_is_in_the_training_data() -> None:
    held_out = {
        run: line["text"]
        for path in _evaluation_files()
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines())
        for run in _runs(plain_words(line["text"]))
    }
    shared = [
        f"{_shown(example)} | {held_out[run]}"
        for example in examples()
        for run in _runs(plain_words(example.text))
        if run in held_out
    ]
    assert shared == [], "write these examples in words of your own"
