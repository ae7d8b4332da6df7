"""Measures the trained model on labelled messages of one's own: `python -m bot.evaluate_nlu FILE`.

Prints one JSON object on standard output and nothing else; what there is to say beside it goes to
standard error. docs/evaluation.md describes the file and the figures.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Collection, Dict, List, Sequence, Tuple

from bot.measurements import UnusableError, exit_code, tell
from bot.preparation import prepare

if TYPE_CHECKING:
    from rasa.core.agent import Agent

MODEL = Path("models") / "aftercare.tar.gz"
FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
#: The first messages after loading are slower; the customers of a running bot never meet that.
_WARM_UP = ("My washing machine does not drain.", "A máquina não escoa a água, o que faço?") * 5
_REPORT_EVERY = 1000


@dataclass(frozen=True)
class LabelledMessage:
    line: int
    text: str
    label: str


def read_messages(path: Path) -> List[LabelledMessage]:
    """The messages of a file with one JSON object a line; empty lines are passed over."""
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise UnusableError(f"{path} cannot be read: {error.strerror}.") from error
    messages = [
        _read_line(f"{path}, line {number}", number, line)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not messages:
        raise UnusableError(f"{path} is empty: there is nothing to measure.")
    return messages


def _read_line(place: str, number: int, line: bytes) -> LabelledMessage:
    try:
        fields = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UnusableError(f"{place}: this is not UTF-8 text.") from error
    except (ValueError, RecursionError) as error:
        raise UnusableError(f"{place}: this is not JSON ({error}).") from error
    if not isinstance(fields, dict):
        raise UnusableError(f'{place}: this is not an object like {{"text": ..., "label": ...}}.')
    for name in ("text", "label"):
        if name not in fields:
            raise UnusableError(f'{place}: "{name}" is missing.')
        if not isinstance(fields[name], str) or not fields[name].strip():
            raise UnusableError(f'{place}: "{name}" must be a text that is not empty.')
    try:
        fields["text"].encode("utf-8")
    except UnicodeEncodeError as error:
        raise UnusableError(f'{place}: "text" holds half of a character.') from error
    return LabelledMessage(number, fields["text"], fields["label"])


def require_known_labels(messages: Sequence[LabelledMessage], known: Collection[str]) -> None:
    for message in messages:
        if message.label not in known:
            raise UnusableError(
                f"Line {message.line}: the model has no intent {message.label!r}. "
                f"Its intents are {', '.join(sorted(known))}."
            )


def load_agent(model: Path) -> Agent:
    """The trained model as the server has it, without the policies' action server."""
    from rasa.core.agent import Agent

    if not model.is_file():
        raise UnusableError(f"There is no model at {model}; `make train` makes it.")
    try:
        return Agent.load(str(model))
    except Exception as error:
        # Whatever is wrong inside of a model file, the remedy is the same.
        raise UnusableError(
            f"The model at {model} cannot be loaded ({error}); `make train` makes a new one."
        ) from error


def intents_of(agent: Agent) -> List[str]:
    """The intents that a message can have: without those that Rasa adds for itself."""
    from rasa.shared.core.constants import DEFAULT_INTENTS

    return [
        name for name in agent.domain.intents if name == OUT_OF_SCOPE or name not in DEFAULT_INTENTS
    ]


async def parse_all(agent: Agent, texts: Sequence[str]) -> Tuple[List[Dict[str, Any]], List[float]]:
    """For each text what the model makes of it, and the milliseconds that it took."""
    from rasa.core.channels.channel import UserMessage

    from bot.channel import understand_typed

    for text in _WARM_UP:
        await understand_typed(agent, UserMessage(text))
    parsed, times = [], []
    for text in texts:
        message = UserMessage(text)
        started = time.perf_counter()
        parsed.append(await understand_typed(agent, message))
        times.append((time.perf_counter() - started) * 1000)
        if len(parsed) % _REPORT_EVERY == 0:
            tell(f"{len(parsed)} of {len(texts)} messages")
    return parsed, times


def served_intent(parsed: Dict[str, Any]) -> str:
    """The intent that the bot acts on; what it is not sure of counts as out of scope."""
    name = (parsed.get("intent") or {}).get("name")
    return OUT_OF_SCOPE if name in (None, FALLBACK) else name


async def understand_all(agent: Agent, texts: Sequence[str]) -> Tuple[List[str], List[float]]:
    """For each text the intent, and the milliseconds that it took."""
    parsed, times = await parse_all(agent, texts)
    return [served_intent(one) for one in parsed], times


def measured(
    labels: Sequence[str], intents: Sequence[str], times: Sequence[float]
) -> Dict[str, Any]:
    """The figures that are printed; averages are over the labels that occur in the file."""
    import numpy as np
    from sklearn.metrics import accuracy_score, precision_recall_fscore_support

    occurring = sorted(set(labels))
    figures = precision_recall_fscore_support(labels, intents, labels=occurring, zero_division=0)
    p50, p95 = np.percentile(times, [50, 95])
    return {
        "accuracy": float(accuracy_score(labels, intents)),
        "macro_f1": float(figures[2].mean()),
        "labels": {
            label: {
                "precision": float(precision),
                "recall": float(recall),
                "f1": float(f1),
                "support": int(support),
            }
            for label, precision, recall, f1, support in zip(occurring, *figures, strict=True)
        },
        "parse_ms": {"p50": round(float(p50), 3), "p95": round(float(p95), 3)},
    }


def evaluate(path: Path, model: Path) -> Dict[str, Any]:
    """Everything from the file to the figures. Raises UnusableError."""
    messages = read_messages(path)
    tell("Loading the model")
    prepare()
    silence()
    agent = load_agent(model)
    require_known_labels(messages, intents_of(agent))
    tell(f"Parsing {len(messages)} messages")
    intents, times = asyncio.run(understand_all(agent, [message.text for message in messages]))
    return measured([message.label for message in messages], intents, times)


def silence() -> None:
    """As a server logs, but errors only: Rasa left alone prints every message that it parses."""
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)
    # Libraries warn about their own future and about what a domain means; here nobody can help it.
    logging.captureWarnings(True)


def main(arguments: Sequence[str], model: Path = MODEL) -> int:
    if len(arguments) != 1:
        tell("usage: python -m bot.evaluate_nlu FILE")
        return 1

    def measure() -> None:
        # Rasa has things to say on standard output, which belongs to the figures.
        with redirect_stdout(sys.stderr):
            figures = evaluate(Path(arguments[0]), model)
        print(json.dumps(figures, indent=2, ensure_ascii=False))

    return exit_code(measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
