"""What the launcher says before Rasa is even loaded."""

from __future__ import annotations

import sys

import pytest

from bot.__main__ import ASKING, main


@pytest.mark.parametrize("command", ASKING)
def test_commands_that_ask_questions_say_what_to_do_instead(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["bot", command])
    with pytest.raises(SystemExit, match="make up") as ended:
        main()
    assert f"rasa {command}" in str(ended.value)
