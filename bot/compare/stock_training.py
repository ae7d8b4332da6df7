"""Rasa's own command line with a limit of time: `python -m bot.compare.stock_training ...`.

The arguments are MINUTES (0: no limit), CURVE and then those of `rasa`. Runs in the environment of
the full Rasa. CURVE becomes a file with one JSON object for each epoch of each model that learns.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence


class TimeLimit:
    """Says after each epoch whether there is time for one more.

    Args:
        seconds: for all epochs of a model together; 0 is no limit.
        clock: gives seconds, as `time.monotonic` does.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._started = clock()
        self._last = self._started

    @property
    def elapsed(self) -> float:
        """Seconds since the training began."""
        return self._last - self._started

    def is_over(self) -> bool:
        """Whether another epoch, as long as the one that has just ended, would end too late."""
        now = self._clock()
        longer = now - self._last
        self._last = now
        return 0 < self._seconds < self.elapsed + longer


def watcher(limit: TimeLimit, curve: Path) -> Any:
    """A Keras callback that writes the curve, and ends a training at the end of an epoch.

    The model is kept as it is then: half an epoch would leave some of the examples unseen.
    """
    from tensorflow import keras

    class Watcher(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Dict[str, float]) -> None:
            over = limit.is_over()
            figures = {name: round(float(value), 4) for name, value in logs.items()}
            line = {"epoch": epoch + 1, "seconds": round(limit.elapsed, 1), **figures}
            with curve.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(line) + "\n")
            if over:
                self.model.stop_training = True

    return Watcher()


def main(arguments: Sequence[str]) -> None:
    minutes, curve, *rest = arguments
    from rasa.__main__ import main as rasa_main
    from rasa.utils import train_utils

    usual = train_utils.create_common_callbacks

    def with_watcher(*given: Any, **named: Any) -> List[Any]:
        return [*usual(*given, **named), watcher(TimeLimit(60 * float(minutes)), Path(curve))]

    # Rasa has no setting for it, and its components ask this one function for their callbacks.
    train_utils.create_common_callbacks = with_watcher
    sys.argv[:] = ["rasa", *rest]
    rasa_main()


if __name__ == "__main__":
    main(sys.argv[1:])
