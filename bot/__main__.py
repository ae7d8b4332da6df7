"""Starts Rasa's command line behind the import guard: `python -m bot train` or `... run`."""

from __future__ import annotations

import sys
from typing import Optional, Type

from bot import import_guard
from bot.preparation import prepare


def main() -> None:
    """Prepare Rasa, then hand over to its own command line."""
    prepare()

    from rasa.__main__ import main as rasa_main

    from bot import (
        action_calls,
        corrections,
        failures,
        graph_runner,
        rule_matching,
        speedups,
        turn_log,
    )

    corrections.install()
    speedups.install()
    action_calls.install()
    graph_runner.install()
    rule_matching.install()
    failures.install()
    turn_log.install()
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
