"""Prints what a catalogue of a hundred thousand sections costs: `make bench-guidance`."""

from __future__ import annotations

import json
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import insert

from aftercare.catalogue.entries import LANGUAGES
from aftercare.catalogue.manual_files import newest_of, read_manuals
from aftercare.database import open_engine, open_sessions, writing
from aftercare.guidance.index import FOLDER, GuidanceIndex, build_index
from aftercare.progress import ProgressBar
from aftercare.settings import PROJECT_ROOT, Settings
from aftercare.tables.base import Base
from aftercare.tables.catalogue import CatalogueState, Category, Product
from aftercare.tables.manuals import Manual, ManualSection
from tests.bench.guidance.questions import own_questions

SECTIONS = 100_000
MOST_BUILD_SECONDS, MOST_QUERY_MS, MOST_MEGABYTES = 60, 10, 300
#: Manuals are as long as a leaflet or a book; most are short.
_LENGTHS = (20, 40, 60, 60, 80, 120, 250)
#: One word in so many is one that only few manuals have: names, parts, functions.
_OWN_WORD_EVERY = 12
_OWN_WORDS = 60
_ASKED = 2000
_SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so"]


def fill(folder: Path, sections: int) -> None:
    """Make a database with that many sections of manuals that nobody wrote."""
    engine = open_engine(Settings(var_dir=folder))
    Base.metadata.create_all(engine)
    with writing(open_sessions(engine)) as session:
        session.add(CatalogueState(id=1, fingerprint="large", loaded_at=datetime.now(UTC)))
        session.add(Category(id="appliance", position=0, name={"en": "Appliance"}))
        session.flush()
        number = 0
        for product, manuals in _products(sections):
            session.execute(insert(Product), [_product(product)])
            for language, texts in manuals.items():
                number += 1
                manual = {"id": number, "product_id": product, "language": language}
                session.execute(
                    insert(Manual),
                    [
                        {
                            **manual,
                            "title": product,
                            "version": "1",
                            "published_on": datetime.now(UTC).date(),
                        }
                    ],
                )
                session.execute(
                    insert(ManualSection),
                    [
                        {
                            "manual_id": number,
                            "position": at,
                            "anchor": f"s{at}",
                            "heading": heading,
                            "markdown": text,
                        }
                        for at, (heading, text) in enumerate(texts)
                    ],
                )
    engine.dispose()


def _products(sections: int) -> Iterator[tuple[str, dict[str, list[tuple[str, str]]]]]:
    """Products with a manual in each language, until there are enough sections."""
    chance = random.Random(7)
    written: dict[str, list[tuple[str, list[str]]]] = {language: [] for language in LANGUAGES}
    for (_, language), manual in newest_of(read_manuals(PROJECT_ROOT / "catalogue")).items():
        written[language] += [
            (section.heading, section.markdown.split("\n")) for section in manual.sections
        ]
    lines = {
        language: [line for _, text in texts for line in text]
        for language, texts in written.items()
    }
    number = made = 0
    while made < sections:
        number += 1
        length = min(chance.choice(_LENGTHS), -(-(sections - made) // len(LANGUAGES)))
        own = ["".join(chance.choices(_SYLLABLES, k=3)) for _ in range(_OWN_WORDS)]
        manuals: dict[str, list[tuple[str, str]]] = {}
        for language in LANGUAGES:
            manuals[language] = []
            for _ in range(length):
                heading, text = chance.choice(written[language])
                body = "\n".join(chance.choices(lines[language], k=len(text)))
                manuals[language].append(
                    (f"{heading} {chance.choice(own)}"[:200], _with_own(body, own, chance))
                )
        made += length * len(LANGUAGES)
        yield f"{chance.choice(own)}-{number}", manuals


def _with_own(text: str, own: Sequence[str], chance: random.Random) -> str:
    words = text.split(" ")
    for at in range(chance.randrange(_OWN_WORD_EVERY), len(words), _OWN_WORD_EVERY):
        words[at] = chance.choice(own)
    return " ".join(words)


def _product(product: str) -> dict[str, Any]:
    return {
        "id": product,
        "category_id": "appliance",
        "model": product,
        "name": {"en": product},
        "price_minor": 1,
        "currency": "EUR",
        "importance": 1,
        "warranty_months": 24,
        "serial_pattern": ".*",
        "serial_example": "1",
        "needs_installation": False,
        "active": True,
    }


def measure(folder: Path, sections: int) -> dict[str, Any]:
    """The figures of building and asking, in this process."""
    engine = open_engine(Settings(var_dir=folder))
    sessions = open_sessions(engine)
    at_start = _megabytes()
    started, busy = time.perf_counter(), time.process_time()
    with ProgressBar("Indexing", sys.stderr) as bar:
        build_index(sessions, folder, bar)
    build_seconds, build_busy = time.perf_counter() - started, time.process_time() - busy
    built = _megabytes()
    engine.dispose()
    chance = random.Random(11)
    products = [(product, language) for product, language in _asked_manuals(folder)]
    questions = [question for question in own_questions() if question.answers]
    by_language = {
        language: [question.text for question in questions if question.language == language]
        for language in LANGUAGES
    }
    index = GuidanceIndex(folder)
    times, busy_times = [], []
    for _ in range(_ASKED):
        product, language = chance.choice(products)
        text = chance.choice(by_language[language])
        started, busy = time.perf_counter(), time.process_time()
        index.search(text, product=product, language=language)
        times.append((time.perf_counter() - started) * 1000)
        busy_times.append((time.process_time() - busy) * 1000)
    return {
        "sections": sections,
        "manuals": len(products),
        "index_mb": round(sum(f.stat().st_size for f in (folder / FOLDER).iterdir()) / 1e6),
        "build_seconds": round(build_seconds, 1),
        "build_cpu_seconds": round(build_busy, 1),
        "query_ms": _cuts(times),
        "query_cpu_ms": _cuts(busy_times),
        "growth_mb": {
            "after_build": round(built - at_start),
            "after_questions": round(_megabytes() - at_start),
        },
    }


def _cuts(times: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {"p50": round(cuts[49], 2), "p95": round(cuts[94], 2)}


def _asked_manuals(folder: Path) -> list[tuple[str, str]]:
    engine = open_engine(Settings(var_dir=folder))
    with engine.connect() as connection:
        rows = connection.execute(Manual.__table__.select()).mappings().all()
    engine.dispose()
    return [(row["product_id"], row["language"]) for row in rows]


def _megabytes() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


def main(arguments: Sequence[str]) -> int:
    sections = int(arguments[0]) if arguments else SECTIONS
    with tempfile.TemporaryDirectory(prefix="aftercare-large-") as name:
        folder = Path(name)
        print(f"Making a catalogue of {sections:,} sections", file=sys.stderr)
        # In a process of its own, so that its memory is not counted.
        maker = multiprocessing.get_context("spawn").Process(target=fill, args=(folder, sections))
        maker.start()
        maker.join()
        if maker.exitcode:
            return 1
        figures = measure(folder, sections)
    print(json.dumps(figures, indent=2))
    reached = (
        figures["build_seconds"] < MOST_BUILD_SECONDS
        and figures["query_ms"]["p95"] < MOST_QUERY_MS
        and max(figures["growth_mb"].values()) < MOST_MEGABYTES
    )
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
