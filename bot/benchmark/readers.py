"""Reads the files of the public benchmarks, as their authors give them out.

HINT3 (hellohaptik/HINT3), HWU64 (AutoFAQ/Intent-Recognition-SaaS-Evaluation), Braun 2017
(sebischair/NLU-Evaluation-Corpora), BANKING77 (PolyAI) and CLINC150 (clinc/oos-eval).
"""

from __future__ import annotations

import csv
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterator, List

from bot.measurements import UnusableError

#: What HINT3 calls a message that no intent of the bot is meant by.
_HINT3_NONE = "NO_NODES_DETECTED"


@dataclass
class Texts:
    """Messages and their intents, in the order of the file."""

    texts: List[str] = field(default_factory=list)
    intents: List[str] = field(default_factory=list)

    def add(self, text: str, intent: str) -> None:
        self.texts.append(text)
        self.intents.append(intent)

    def __len__(self) -> int:
        return len(self.texts)


@dataclass
class Task:
    """What is learnt from and what is asked; `outside` are messages that no intent is meant by.

    `checked` is there to choose a threshold with, where a benchmark has messages set apart for it.
    """

    learnt: Texts
    asked: Texts
    outside: List[str] = field(default_factory=list)
    checked: Texts = field(default_factory=Texts)


def hint3(folder: Path, bot: str) -> Task:
    """One of the three bots: `sofmattress`, `curekart` or `powerplay11`."""
    learnt, asked, outside = Texts(), Texts(), []
    for row in _rows(folder / f"{bot}_train.csv", "sentence", "label"):
        learnt.add(row["sentence"], row["label"])
    for row in _rows(folder / f"{bot}_test.csv", "sentence", "label"):
        if row["label"] == _HINT3_NONE:
            outside.append(row["sentence"])
        else:
            asked.add(row["sentence"], row["label"])
    return Task(learnt, asked, outside)


def hwu64(folder: Path, size: str) -> Task:
    """`small` learns from 10 examples an intent, `large` from 30."""
    return Task(
        _without_heading(folder / f"hwu_{size}_train.csv"),
        _without_heading(folder / f"hwu_{size}_test.csv"),
    )


def braun2017(folder: Path, corpus: str) -> Task:
    """One of `Chatbot`, `AskUbuntu` and `WebApplications`; "None" is an intent like the others."""
    path = folder / f"{corpus}Corpus.json"
    learnt, asked = Texts(), Texts()
    try:
        for sentence in _json(path)["sentences"]:
            (learnt if sentence["training"] else asked).add(sentence["text"], sentence["intent"])
    except (KeyError, TypeError) as error:
        raise _unlike(path) from error
    return Task(learnt, asked)


def banking77(folder: Path) -> Task:
    """All examples; see `a_few_each` for fewer."""
    parts = []
    for name in ("train", "test"):
        part = Texts()
        for row in _rows(folder / f"{name}.csv", "text", "category"):
            part.add(row["text"], row["category"])
        parts.append(part)
    return Task(*parts)


def clinc150(folder: Path) -> Task:
    """The full data, without its few examples of what is out of scope."""
    path = folder / "data_full.json"
    data = _json(path)
    try:
        parts = {
            name: Texts([text for text, _ in rows], [intent for _, intent in rows])
            for name, rows in data.items()
        }
        return Task(parts["train"], parts["test"], parts["oos_test"].texts, parts["val"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _unlike(path) from error


def a_few_each(examples: Texts, number: int, seed: int) -> Texts:
    """`number` examples of each intent, drawn by chance; all where an intent has no more."""
    places: Dict[str, List[int]] = {}
    for at, intent in enumerate(examples.intents):
        places.setdefault(intent, []).append(at)
    draw = random.Random(seed)  # noqa: S311 - a repeatable choice, no secret
    kept = Texts()
    for intent in sorted(places):
        for at in sorted(draw.sample(places[intent], min(number, len(places[intent])))):
            kept.add(examples.texts[at], intent)
    return kept


def _rows(path: Path, *columns: str) -> Iterator[Dict[str, str]]:
    with _opened(path) as file:
        reader = csv.DictReader(file)
        if not set(columns) <= set(reader.fieldnames or ()):
            raise UnusableError(f"{path} has no columns {' and '.join(columns)} in its first line.")
        yield from reader


def _without_heading(path: Path) -> Texts:
    """Lines `intent,exampleSentence,text`; the text may hold commas, without quotation marks."""
    examples = Texts()
    with _opened(path) as file:
        for number, row in enumerate(csv.reader(file), start=1):
            if len(row) < 3:
                raise UnusableError(f"{path}, line {number}: this is not intent,kind,text.")
            examples.add(",".join(row[2:]), row[0])
    return examples


def _opened(path: Path) -> Any:
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise UnusableError(f"{path} cannot be read: {error.strerror}.") from error


def _json(path: Path) -> Any:
    with _opened(path) as file:
        try:
            return json.load(file)
        except ValueError as error:
            raise UnusableError(f"{path}: this is not JSON ({error}).") from error


def _unlike(path: Path) -> UnusableError:
    return UnusableError(f"{path} is not built like the benchmark's own file.")
