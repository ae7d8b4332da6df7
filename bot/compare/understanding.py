"""Measures a model on messages: `python -m bot.compare.understanding MODEL OUTPUT FILE ...`.

Runs in the environment that the model was trained in. OUTPUT becomes a JSON list with an object for
each file: the figures of `make evaluate-nlu`, those about confidences, and the judgements without
the texts.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Dict, List, Sequence

from bot.compare.confidences import (
    calibration_error,
    judgement,
    out_of_scope_recall,
    recalibrated,
)
from bot.evaluate_nlu import (
    LabelledMessage,
    UnusableError,
    intents_of,
    load_agent,
    measured,
    parse_all,
    read_messages,
    require_known_labels,
    silence,
)
from bot.preparation import prepare


def understanding(model: Path, files: Sequence[Path]) -> List[Dict[str, Any]]:
    """The figures of each file. Raises UnusableError."""
    messages = {path: read_messages(path) for path in files}
    if find_spec("tensorflow") is None:
        prepare()  # the full Rasa runs as it is, without what this bot puts in front of it
    silence()
    agent = load_agent(model)
    for of_file in messages.values():
        require_known_labels(of_file, intents_of(agent))
    return asyncio.run(_understand(agent, messages))


async def _understand(
    agent: Any, messages: Dict[Path, List[LabelledMessage]]
) -> List[Dict[str, Any]]:
    return [await _of_file(agent, path, of_file) for path, of_file in messages.items()]


async def _of_file(agent: Any, path: Path, messages: List[LabelledMessage]) -> Dict[str, Any]:
    parsed, times = await parse_all(agent, [message.text for message in messages])
    judged = [judgement(message.label, one) for message, one in zip(messages, parsed, strict=True)]
    figures = measured([one.label for one in judged], [one.served for one in judged], times)
    scaled = recalibrated(judged)
    return {
        "file": path.stem,
        **figures,
        "out_of_scope_recall": out_of_scope_recall(judged),
        "calibration_error": calibration_error(judged),
        "recalibrated_error": None if scaled is None else calibration_error(scaled),
        "times": times,
        "judgements": [asdict(one) for one in judged],
    }


def main(arguments: Sequence[str]) -> int:
    model, output, *files = map(Path, arguments)
    try:
        found = understanding(model, files)
    except UnusableError as error:
        print(error, file=sys.stderr)
        return 1
    output.write_text(json.dumps(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
