"""Measures what the model finds in labelled messages: `python -m bot.evaluate_entities FILE`.

Prints one JSON object on standard output and nothing else; what there is to say beside it goes to
standard error. docs/evaluation.md describes the file and the figures.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterator, List, Optional, Sequence, Set, Tuple

from bot.evaluate_nlu import MODEL, load_agent, parse_all, silence
from bot.measurements import UnusableError, exit_code, tell
from bot.preparation import prepare

PRODUCT = "product"
#: What else the model calls an entity and no customer says; it is not judged.
_NOT_JUDGED = frozenset({"language", "further_wish"})
#: "I don't want a refund" speaks of a wish that the customer does not have.
_REFUSED = "refused"
#: Customers write these with spaces, dashes and small letters as they like.
_NUMBERS = frozenset({"error_code", "order_number", "phone", "serial_number", "ticket_number"})
_SIGNS = re.compile(r"[^0-9a-z]")


@dataclass(frozen=True)
class Expected:
    """An entity that a message holds; any of its values is right."""

    name: str
    values: FrozenSet[str]
    optional: bool = False
    """Right if it is found, and no loss if it is not."""


@dataclass(frozen=True)
class LabelledText:
    text: str
    expected: Tuple[Expected, ...]
    day: Optional[date] = None
    """The day on which the message is read; None for today."""
    only: Optional[FrozenSet[str]] = None
    """The entities that are judged here; None for all but those that other lines keep for them."""


#: Name and the readings of an entity that was found: a date has one looking back, one ahead.
Found = Tuple[str, FrozenSet[str]]


@dataclass
class Tally:
    """How often an entity was found rightly, found wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def figures(self) -> Dict[str, Any]:
        found, there = self.right + self.wrong, self.right + self.missed
        return {
            "precision": self.right / found if found else 0.0,
            "recall": self.right / there if there else 0.0,
            "f1": 2 * self.right / (found + there) if found + there else 0.0,
            "support": there,
        }


def read_texts(path: Path) -> List[LabelledText]:
    """The messages of a file with one JSON object a line; empty lines are passed over.

    Raises UnusableError, which names the line.
    """
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise UnusableError(f"{path} cannot be read: {error.strerror}.") from error
    texts = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                texts.append(_read_line(json.loads(line.decode("utf-8"))))
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                raise UnusableError(
                    f"{path}, line {number}: this is not like "
                    f'{{"text": ..., "entities": [{{"entity": ..., "value": ...}}]}} ({error!r}).'
                ) from error
    if not texts:
        raise UnusableError(f"{path} is empty: there is nothing to measure.")
    return texts


def _read_line(line: Dict[str, Any]) -> LabelledText:
    text = line["text"]
    if not isinstance(text, str) or not text.strip():
        raise ValueError("the text must be a text that is not empty")
    text.encode("utf-8")  # half of a character cannot be parsed
    expected = []
    for entity in line["entities"]:
        values = entity["value"] if isinstance(entity["value"], list) else [entity["value"]]
        name = str(entity["entity"])
        plain = frozenset(_plain(name, str(value)) for value in values)
        expected.append(Expected(name, plain, bool(entity.get("optional"))))
    return LabelledText(
        text,
        tuple(expected),
        date.fromisoformat(line["day"]) if "day" in line else None,
        frozenset(line["only"]) if "only" in line else None,
    )


def _plain(name: str, value: str) -> str:
    folded = value.casefold()
    return _SIGNS.sub("", folded) if name in _NUMBERS else folded


def found_in(parsed: Dict[str, Any]) -> Set[Found]:
    """What the model found in a message; the same thing named twice counts once."""
    found = set()
    for entity in parsed.get("entities") or ():
        name = entity["entity"]
        ahead = (entity.get("additional_info") or {}).get("future")
        readings = [str(entity["value"]), *([ahead] if ahead else [])]
        if name not in _NOT_JUDGED and entity.get("role") != _REFUSED:
            found.add((name, frozenset(_plain(name, reading) for reading in readings)))
    return found


def count(
    text: LabelledText, found: Set[Found], only_elsewhere: FrozenSet[str]
) -> Dict[str, Tally]:
    """What of a message was found; `only_elsewhere` are entities that other lines are kept for."""
    tallies: Dict[str, Tally] = {}
    left = {one for one in found if _judged(one[0], text, only_elsewhere)}
    for expected in text.expected:
        tally = tallies.setdefault(expected.name, Tally())
        match = next(
            (one for one in left if one[0] == expected.name and one[1] & expected.values), None
        )
        if match:
            left.discard(match)
            tally.right += not expected.optional
        else:
            tally.missed += not expected.optional
    for name, _ in left:
        tallies.setdefault(name, Tally()).wrong += 1
    return tallies


def _judged(name: str, text: LabelledText, only_elsewhere: FrozenSet[str]) -> bool:
    return name in text.only if text.only is not None else name not in only_elsewhere


def measured(texts: Sequence[LabelledText], found: Sequence[Set[Found]]) -> Dict[str, Any]:
    """Precision, recall and F1 of every entity, and of products where a message names one."""
    kept = frozenset(name for text in texts for name in text.only or ())
    total: Dict[str, Tally] = {}
    named = Tally()
    for text, seen in zip(texts, found, strict=True):
        names_one = any(one.name == PRODUCT for one in text.expected)
        for name, tally in count(text, seen, kept).items():
            _add(total.setdefault(name, Tally()), tally)
            if name == PRODUCT and names_one:
                _add(named, tally)
    return {
        "messages": len(texts),
        "product_where_named": named.figures(),
        "entities": {name: total[name].figures() for name in sorted(total)},
    }


def _add(total: Tally, tally: Tally) -> None:
    total.right += tally.right
    total.wrong += tally.wrong
    total.missed += tally.missed


def mistakes(texts: Sequence[LabelledText], found: Sequence[Set[Found]]) -> Iterator[str]:
    """For each message that was not read rightly: what was expected, and what was found."""
    kept = frozenset(name for text in texts for name in text.only or ())
    for text, seen in zip(texts, found, strict=True):
        wrong = Counter[str]()
        for name, tally in count(text, seen, kept).items():
            wrong[name] += tally.wrong + tally.missed
        if wrong.total():
            names = {name for name, times in wrong.items() if times}
            yield json.dumps(
                {
                    "text": text.text,
                    "expected": [
                        [e.name, *sorted(e.values)] for e in text.expected if e.name in names
                    ],
                    "found": sorted(
                        [name, *sorted(values)] for name, values in seen if name in names
                    ),
                },
                ensure_ascii=False,
            )


@contextmanager
def reading_on(day: Optional[date]) -> Iterator[None]:
    """Lets the model take another day for today: "yesterday" was labelled on the day of writing."""
    from bot.nlu.pattern_entities import PatternEntityExtractor

    usual = PatternEntityExtractor.today
    if day is not None:
        PatternEntityExtractor.today = staticmethod(lambda: day)
    try:
        yield
    finally:
        PatternEntityExtractor.today = staticmethod(usual)


def evaluate(path: Path, model: Path) -> Tuple[Dict[str, Any], List[str]]:
    """The figures of a file, and its messages that were not read rightly. Raises UnusableError."""
    import numpy as np

    texts = read_texts(path)
    tell("Loading the model")
    prepare()
    silence()
    agent = load_agent(model)
    tell(f"Parsing {len(texts)} messages")
    found: Dict[int, Set[Found]] = {}
    times: List[float] = []
    for day in {text.day for text in texts}:
        places = [place for place, text in enumerate(texts) if text.day == day]
        with reading_on(day):
            parsed, took = asyncio.run(parse_all(agent, [texts[place].text for place in places]))
        found.update(zip(places, map(found_in, parsed), strict=True))
        times.extend(took)
    in_order = [found[place] for place in range(len(texts))]
    figures = measured(texts, in_order)
    p50, p95 = np.percentile(times, [50, 95])
    figures["parse_ms"] = {"p50": round(float(p50), 3), "p95": round(float(p95), 3)}
    return figures, list(mistakes(texts, in_order))


def main(arguments: Sequence[str], model: Path = MODEL) -> int:
    """`FILE`, and `--mistakes` for the messages that were not read rightly, on standard error."""
    files = [argument for argument in arguments if argument != "--mistakes"]
    if len(files) != 1:
        tell("usage: python -m bot.evaluate_entities FILE [--mistakes]")
        return 1

    def measure() -> None:
        # Rasa has things to say on standard output, which belongs to the figures.
        with redirect_stdout(sys.stderr):
            figures, wrong = evaluate(Path(files[0]), model)
        if "--mistakes" in arguments:
            tell("\n".join(wrong))
        print(json.dumps(figures, indent=2, ensure_ascii=False))

    return exit_code(measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
