"""Measures the search on sections and questions of one's own, with the product's own index.

`python -m aftercare.guidance.evaluate SECTIONS QUESTIONS [LANGUAGE]` prints one JSON object on
standard output and nothing else; docs/evaluation.md describes the files and the figures.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from aftercare.catalogue.entries import LANGUAGES, Language
from aftercare.errors import UnusableFile
from aftercare.guidance.index import GuidanceIndex, IndexedSection, write_index

DEFAULT_LANGUAGE: Language = "en"
#: All sections belong to one product, whose name holds no word that a question could have.
PRODUCT = "_"
_DEPTHS = (1, 3, 5)
_WARM_UP = 10


@dataclass(frozen=True)
class AskedQuestion:
    text: str
    answers: frozenset[str]


def read_sections(path: Path) -> list[IndexedSection]:
    """The sections of a file with one JSON object a line; other fields are passed over."""
    sections: list[IndexedSection] = []
    seen: set[str] = set()
    for place, fields in _objects(path):
        named = _id(place, fields.get("id"))
        if named in seen:
            raise UnusableFile(f"{place}: there is a section {named!r} already.")
        seen.add(named)
        heading = _text(place, fields, "heading")
        text = _text(place, fields, "text")
        if not (heading.strip() or text.strip()):
            raise UnusableFile(f"{place}: the section has neither heading nor text.")
        sections.append(IndexedSection(PRODUCT, named, heading, text))
    return sections


def read_questions(path: Path, sections: Sequence[IndexedSection]) -> list[AskedQuestion]:
    """The questions of a file with one JSON object a line.

    A section that does not exist is told and can never be found, but stops nothing.
    """
    known = {section.anchor for section in sections}
    questions = []
    for place, fields in _objects(path):
        text = _text(place, fields, "question")
        if not text.strip():
            raise UnusableFile(f'{place}: "question" must not be empty.')
        answers = fields.get("section_ids")
        if not isinstance(answers, list) or not answers:
            raise UnusableFile(f'{place}: "section_ids" must be a list that is not empty.')
        named = frozenset(_id(place, answer) for answer in answers)
        for missing in sorted(named - known):
            _tell(f"{place}: there is no section {missing!r}.")
        questions.append(AskedQuestion(text, named))
    return questions


def measured(
    sections: Sequence[IndexedSection], questions: Sequence[AskedQuestion], language: Language
) -> dict[str, Any]:
    """The figures that are printed. A question is found at the first of its sections."""
    ranks: list[int | None] = []
    times: list[float] = []
    with tempfile.TemporaryDirectory(prefix="aftercare-evaluation-") as folder:
        write_index(Path(folder), {language: sections}, "evaluation")
        index = GuidanceIndex(Path(folder))
        for question in questions[:_WARM_UP]:
            index.search(question.text, product=PRODUCT, language=language)
        for question in questions:
            started = time.perf_counter()
            index.search(question.text, product=PRODUCT, language=language)
            times.append((time.perf_counter() - started) * 1000)
            # A customer never waits for all sections; only the places of the right ones need them.
            hits = index.search(
                question.text, product=PRODUCT, language=language, limit=len(sections)
            )
            ranks.append(
                next(
                    (at for at, hit in enumerate(hits, start=1) if hit.anchor in question.answers),
                    None,
                )
            )
    # One question alone has no quantiles.
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    p50, p95 = cuts[49], cuts[94]
    recall = {
        f"recall_at_{depth}": sum(rank is not None and rank <= depth for rank in ranks) / len(ranks)
        for depth in _DEPTHS
    }
    return {
        **recall,
        "mrr": sum(1 / rank for rank in ranks if rank is not None) / len(ranks),
        "query_ms": {"p50": round(float(p50), 3), "p95": round(float(p95), 3)},
    }


def _objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line's place, for messages, and its fields; empty lines are passed over."""
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror}.") from error
    if not any(line.strip() for line in lines):
        raise UnusableFile(f"{path} is empty: there is nothing to measure.")
    for number, line in enumerate(lines, start=1):
        place = f"{path}, line {number}"
        if not line.strip():
            continue
        try:
            fields = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise UnusableFile(f"{place}: this is not UTF-8 text.") from error
        except (ValueError, RecursionError) as error:
            raise UnusableFile(f"{place}: this is not JSON ({error}).") from error
        if not isinstance(fields, dict):
            raise UnusableFile(f"{place}: this is not a JSON object.")
        yield place, fields


def _text(place: str, fields: dict[str, Any], name: str) -> str:
    if name not in fields:
        raise UnusableFile(f'{place}: "{name}" is missing.')
    if not isinstance(fields[name], str):
        raise UnusableFile(f'{place}: "{name}" must be a text.')
    return str(fields[name])


def _id(place: str, value: object) -> str:
    """Section ids are compared as text, whichever of the two they are in a file."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise UnusableFile(f"{place}: the id of a section must be a text or a number.")
    return str(value)


def _language(named: str) -> Language:
    for language in LANGUAGES:
        if language == named:
            return language
    raise UnusableFile(f"LANGUAGE is {named!r}; it can be {' or '.join(LANGUAGES)}.")


def main(arguments: Sequence[str]) -> int:
    if len(arguments) not in (2, 3):
        _tell("usage: python -m aftercare.guidance.evaluate SECTIONS QUESTIONS [LANGUAGE]")
        return 1
    try:
        language = _language(arguments[2]) if len(arguments) == 3 else DEFAULT_LANGUAGE
        sections = read_sections(Path(arguments[0]))
        questions = read_questions(Path(arguments[1]), sections)
        _tell(f"Asking {len(questions)} questions to {len(sections)} sections")
        figures = measured(sections, questions, language)
    except UnusableFile as error:
        _tell(str(error))
        return 1
    except KeyboardInterrupt:
        _tell("Stopped.")
        return 130
    print(json.dumps(figures, indent=2))
    return 0


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
