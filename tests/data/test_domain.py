"""The domain: both languages for every sentence, and buttons that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.data.training_files import domain, intents

PORTUGUESE = [{"type": "slot", "name": "language", "value": "pt"}]
_PLACE = re.compile(r"\{(\w+)\}")


def _variations() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, variations in domain()["responses"].items():
        for variation in variations:
            yield name, variation


def _places(variation: dict[str, Any]) -> set[str]:
    return set(_PLACE.findall(variation["text"]))


def test_every_response_is_said_in_both_languages() -> None:
    expected = [None, PORTUGUESE]
    lacking = [
        name
        for name, variations in domain()["responses"].items()
        if any(wanted not in [one.get("condition") for one in variations] for wanted in expected)
    ]
    assert lacking == []


def test_both_languages_fill_in_the_same_values() -> None:
    differing = [
        name
        for name, variations in domain()["responses"].items()
        if len({frozenset(_places(one)) for one in variations}) > 1
    ]
    assert differing == []


def test_both_languages_offer_the_same_buttons() -> None:
    differing = [
        name
        for name, variations in domain()["responses"].items()
        if len({tuple(b["payload"] for b in one.get("buttons", [])) for one in variations}) > 1
    ]
    assert differing == []


def test_every_button_names_an_intent() -> None:
    payloads = {b["payload"] for _, one in _variations() for b in one.get("buttons", [])}
    named = {re.split(r"[{\s]", payload.removeprefix("/"), maxsplit=1)[0] for payload in payloads}
    assert named - set(intents()) == set()
