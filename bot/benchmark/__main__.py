"""Measures the intent model on public benchmarks: `python -m bot.benchmark FOLDER [NAME ...]`.

The model is the one of the bot, with the bot's settings, taught each benchmark's own examples. The
tables go to standard output, progress to standard error; nothing is written.
docs/benchmarks/nlu-public.md says what was reached.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Dict, Sequence

from bot.benchmark.measuring import NAMES, Maker, Measurement
from bot.benchmark.table import read_published, table
from bot.measurements import exit_code, tell
from bot.nlu.intent_model import IntentModel
from bot.preparation import prepare


def product_model() -> IntentModel:
    """Untaught, with the settings that the bot's own intents are learnt with."""
    prepare()
    from bot.nlu.intent_classifier import LinearIntentClassifier, model_of

    return model_of(LinearIntentClassifier.get_default_config())


def any_domain() -> IntentModel:
    """For few examples and without word lists; unknown words make it less sure."""
    return IntentModel(10.0, 5, 4, 1, about_service=False, by_ratio=False, count_unknown=True)


def any_domain_with_network() -> IntentModel:
    """The same with a network beside the linear model."""
    return IntentModel(
        10.0, 5, 4, 1, about_service=False, by_ratio=False, neural_units=200, count_unknown=True
    )


#: What is measured, by the name that it has in the tables.
MODELS: Dict[str, Maker] = {
    "Aftercare": product_model,
    "Aftercare, any domain": any_domain,
    "Aftercare, any domain, network": any_domain_with_network,
}


def main(arguments: Sequence[str]) -> int:
    folder, *only = arguments or [""]
    unknown = sorted(set(only) - set(NAMES))
    if not folder or unknown:
        wrong = f"There is no benchmark {', '.join(unknown)}. " if unknown else ""
        tell(f"{wrong}usage: python -m bot.benchmark FOLDER [{'|'.join(NAMES)} ...]")
        return 1

    def measure() -> None:
        published = read_published()
        for name in only or NAMES:
            ours = {
                model: Measurement(Path(folder), make).figures(name)
                for model, make in MODELS.items()
            }
            print(table(published[name], ours), end="\n\n", flush=True)

    return exit_code(measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
