"""Starts Rasa's command line behind the import guard: `python -m bot train` or `... run`."""

from __future__ import annotations

import gc
import sys
from typing import Optional, Type

from bot import import_guard
from bot.preparation import prepare

#: Rasa's commands that ask questions: the libraries for that are never loaded here.
ASKING = ("shell", "interactive")
_INSTEAD = """\
`rasa {command}` does not run here. Talk to the bot in the chat that `make up` opens; what it
understands of a message stands under it in the console. `make evaluate-nlu FILE=messages.jsonl`
measures many."""


def main() -> None:
    """Prepare Rasa, then hand over to its own command line."""
    if sys.argv[1:2] and sys.argv[1] in ASKING:
        sys.exit(_INSTEAD.format(command=sys.argv[1]))
    prepare()

    from rasa.__main__ import main as rasa_main

    from bot import (
        action_calls,
        corrections,
        failures,
        graph_runner,
        rule_matching,
        rule_prediction,
        speedups,
        tracker_copies,
        training,
        turn_log,
    )

    corrections.install()
    speedups.install()
    training.install()
    action_calls.install()
    graph_runner.install()
    rule_matching.install()
    rule_prediction.install()
    tracker_copies.install()
    failures.install()
    turn_log.install()
    if sys.argv[1:2] == ["train"]:
        # A tenth of the time goes into looking through examples for garbage that is hardly there.
        gc.disable()
    sys.argv[0] = "rasa"
    try:
        rasa_main()
    except Exception as error:
        left_out = _left_out_error(error, import_guard.LeftOutError)
        if left_out is None:
            raise
        sys.exit(str(left_out))


def _left_out_error(error: BaseException, wanted: Type[Exception]) -> Optional[BaseException]:
    """The plain sentence that Rasa's graph has wrapped, if that is what stopped it."""
    reason: Optional[BaseException] = error
    while reason is not None and not isinstance(reason, wanted):
        reason = reason.__cause__
    return reason


if __name__ == "__main__":
    main()
