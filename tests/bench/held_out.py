"""Holds a tenth of the training data back, to measure models on what they never saw."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import yaml

#: Of each file: every file holds one intent in one language, so that each keeps its share.
SHARE = 0.1
_SEED = 1


def split_data(data: Path, kept: Path, learnt: float = 1.0) -> list[Path]:
    """Write the data without what is held back, and that as files for `make evaluate-nlu`.

    Args:
        data: the project's `data/`: `nlu/LANGUAGE/INTENT*.yml`, and whatever else is learnt from.
        kept: becomes a copy of it with fewer examples.
        learnt: share of what is not held back that stays in the copy, so that a slow model can be
            trained to the end on less; 1 is all.

    Returns:
        A file of messages for each language, `held_out_LANGUAGE.jsonl` beside `kept`. The same data
        give the same split.
    """
    held_out: dict[str, list[dict[str, str]]] = {}
    for path in sorted(data.rglob("*.yml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        of_language = held_out.setdefault(path.parent.name, [])
        for block in content.get("nlu", ()):
            of_language += _hold_back(block, learnt, f"{_SEED} {path.relative_to(data).as_posix()}")
        copy = kept / path.relative_to(data)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return [
        _written(kept.parent / f"held_out_{language}.jsonl", messages)
        for language, messages in sorted(held_out.items())
        if messages
    ]


def _hold_back(block: dict[str, Any], learnt: float, seed: str) -> list[dict[str, str]]:
    """Take messages out of the block's examples, which are lines that begin with "- "."""
    examples = [line for line in block["examples"].splitlines() if line.strip()]
    count = round(len(examples) * SHARE)
    mixed = random.Random(seed)
    taken = set(mixed.sample(range(len(examples)), count))
    others = [place for place in range(len(examples)) if place not in taken]
    if learnt < 1:
        # Rasa wants two examples of an intent, however small the share.
        others = sorted(mixed.sample(others, max(min(2, len(others)), round(learnt * len(others)))))
    block["examples"] = "".join(f"{examples[place]}\n" for place in others)
    return [
        {"text": examples[place].removeprefix("- "), "label": block["intent"]}
        for place in sorted(taken)
    ]


def _written(path: Path, messages: list[dict[str, str]]) -> Path:
    lines = [json.dumps(message, ensure_ascii=False) for message in messages]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
