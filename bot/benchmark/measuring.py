"""Lets the product's intent model learn and answer the benchmarks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, List, Sequence

import numpy as np

from bot.benchmark import readers
from bot.benchmark.readers import Task, Texts
from bot.benchmark.scores import best_correlation, share, threshold_that_keeps
from bot.measurements import tell
from bot.nlu.intent_model import IntentModel

#: How much of the in-scope accuracy is kept when messages out of scope are turned away.
_KEPT = 0.95
_SEED = 0

Maker = Callable[[], IntentModel]


@dataclass(frozen=True)
class Answers:
    """The likeliest intent of each message, and the probability that the model gives it."""

    intents: np.ndarray
    confidences: np.ndarray


class Measurement:
    """Runs one benchmark after the other; `make_model` gives a model that has learnt nothing."""

    def __init__(self, folder: Path, make_model: Maker) -> None:
        self._folder = folder
        self._make_model = make_model

    def figures(self, name: str) -> List[float]:
        """In the order of the columns in published.yml. Raises UnusableError."""
        return _BENCHMARKS[name](self, self._folder / name)

    def hint3(self, folder: Path) -> List[float]:
        figures = []
        for bot in ("sofmattress", "curekart", "powerplay11"):
            task = readers.hint3(folder, bot)
            model = self._learn(f"hint3 {bot}", task.learnt)
            inside, outside = answers(model, task.asked.texts), answers(model, task.outside)
            figures.append(100 * _accuracy(inside, task.asked))
            figures.append(
                best_correlation(
                    task.asked.intents,
                    inside.intents.tolist(),
                    inside.confidences,
                    outside.intents.tolist(),
                    outside.confidences,
                )
            )
        return figures

    def hwu64(self, folder: Path) -> List[float]:
        tasks = {size: readers.hwu64(folder, size) for size in ("small", "large")}
        return [100 * self._accuracy(f"hwu64 {size}", task) for size, task in tasks.items()]

    def braun2017(self, folder: Path) -> List[float]:
        corpora = ("Chatbot", "AskUbuntu", "WebApplications")
        tasks = {corpus: readers.braun2017(folder, corpus) for corpus in corpora}
        each = [self._accuracy(f"braun2017 {corpus}", task) for corpus, task in tasks.items()]
        sizes = [len(task.asked) for task in tasks.values()]
        return [*each, float(np.average(each, weights=sizes))]

    def banking77(self, folder: Path) -> List[float]:
        task = readers.banking77(folder)
        figures = []
        for number in (10, 30):
            few = readers.a_few_each(task.learnt, number, _SEED)
            figures.append(100 * self._accuracy(f"banking77 {number}", Task(few, task.asked)))
        figures.append(100 * self._accuracy("banking77 all", task))
        return figures

    def clinc150(self, folder: Path) -> List[float]:
        """The threshold is chosen on the validation part, never on what is measured."""
        task = readers.clinc150(folder)
        model = self._learn("clinc150", task.learnt)
        checked = answers(model, task.checked.texts)
        inside, outside = answers(model, task.asked.texts), answers(model, task.outside)
        right = checked.intents == np.array(task.checked.intents)
        threshold = threshold_that_keeps(_KEPT, right, checked.confidences)
        right = inside.intents == np.array(task.asked.intents)
        kept = share(inside.confidences[right] >= threshold)
        tell(f"clinc150: the threshold of the validation part keeps {100 * kept:.1f} % in the test")
        return [100 * share(right), 100 * share(outside.confidences < threshold)]

    def _accuracy(self, title: str, task: Task) -> float:
        return _accuracy(answers(self._learn(title, task.learnt), task.asked.texts), task.asked)

    def _learn(self, title: str, examples: Texts) -> IntentModel:
        started = time.perf_counter()
        model = self._make_model().fit(examples.texts, examples.intents)
        seconds = time.perf_counter() - started
        tell(f"{title}: learnt from {len(examples)} examples in {seconds:.1f} s")
        return model


_BENCHMARKS: Dict[str, Callable[[Measurement, Path], List[float]]] = {
    "hint3": Measurement.hint3,
    "hwu64": Measurement.hwu64,
    "braun2017": Measurement.braun2017,
    "banking77": Measurement.banking77,
    "clinc150": Measurement.clinc150,
}
NAMES = tuple(_BENCHMARKS)


def answers(model: IntentModel, texts: Sequence[str]) -> Answers:
    if not texts:
        return Answers(np.array([], dtype=str), np.array([]))
    probabilities = np.array([model.probabilities(text) for text in texts])
    return Answers(np.array(model.classes)[probabilities.argmax(axis=1)], probabilities.max(axis=1))


def _accuracy(given: Answers, asked: Texts) -> float:
    return share(given.intents == np.array(asked.intents))
