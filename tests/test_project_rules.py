"""Rules that hold for the whole tree: sizes, what is never tracked, names that fit together."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from aftercare.catalogue.files import read_catalogue
from aftercare.catalogue.service_files import (
    GUIDED_TRAINING,
    Completion,
    RecordKind,
    ServiceFile,
)
from aftercare.completions import Completions
from aftercare.intake.digressions import DIGRESSIONS
from aftercare.intake.fields import READERS
from aftercare.settings import PROJECT_ROOT
from aftercare.tables.tickets import TicketStatus

MOST_LINES = {".py": 400, ".yml": 300, ".yaml": 300, ".js": 400, ".mjs": 400}
LONG_BY_NATURE = {"domain.yml", "aftercare/migrations/versions/0001_first_tables.py"}
NEVER_TRACKED = re.compile(
    r"\.(db|db-shm|db-wal|sqlite3?|log|pid|pyc|joblib|pkl|tar\.gz|zip|whl)$"
    r"|(^|/)(\.env|settings\.env|node_modules|__pycache__|\.venv|var|models|\.rasa)(/|$)"
)
PORTUGUESE = [{"type": "slot", "name": "language", "value": "pt"}]
_STRING = re.compile(r"""["'](utter_[a-z_]+)["']""")
_PLACE = re.compile(r"\{(\w+)\}")


@cache
def _files() -> tuple[Path, ...]:
    """What is tracked or would be: everything that .gitignore does not name."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("the project does not lie in a git repository")
    names = {name for name in listed.stdout.split("\0") if name}
    return tuple(sorted(Path(name) for name in names if (PROJECT_ROOT / name).is_file()))


@cache
def _domain() -> dict[str, Any]:
    text = (PROJECT_ROOT / "domain.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)


@cache
def _services() -> tuple[ServiceFile, ...]:
    return read_catalogue(PROJECT_ROOT / "catalogue").services


def _python_of(*parts: str) -> Iterator[tuple[str, str]]:
    for path in _files():
        if path.suffix == ".py" and path.parts[0] in parts:
            yield str(path), (PROJECT_ROOT / path).read_text(encoding="utf-8")


def _responses_named_in_python() -> set[str]:
    return {
        name
        for _, text in _python_of("aftercare", "actions", "gateway", "bot")
        for name in _STRING.findall(text)
    } - {"utter_action", "utter_message"}


# Sizes and tracked files ---------------------------------------------------------


def test_no_file_is_longer_than_its_kind_may_be() -> None:
    too_long = []
    for path in _files():
        most = MOST_LINES.get(path.suffix)
        if most is None or str(path) in LONG_BY_NATURE:
            continue
        lines = (PROJECT_ROOT / path).read_text(encoding="utf-8").count("\n")
        if lines > most:
            too_long.append(f"{path}: {lines} lines, {most} at most")
    assert too_long == []


def test_exceptions_from_the_size_rule_exist() -> None:
    assert all((PROJECT_ROOT / name).is_file() for name in LONG_BY_NATURE)


def test_nothing_that_belongs_to_an_installation_is_tracked() -> None:
    assert [str(path) for path in _files() if NEVER_TRACKED.search(str(path))] == []


@pytest.mark.parametrize(
    "name",
    ["var/aftercare.db", "models/x.tar.gz", "gateway.log", ".env", "a/.venv/b.py", "x.db-wal"],
)
def test_what_is_never_tracked_is_recognised(name: str) -> None:
    assert NEVER_TRACKED.search(name)


def test_ordinary_files_are_not_taken_for_such() -> None:
    for name in ("gateway/models_page.py", "tests/data/test_rules.py", ".env.example", "uv.lock"):
        assert not NEVER_TRACKED.search(name)


def test_no_large_file_is_tracked() -> None:
    large = {str(p) for p in _files() if (PROJECT_ROOT / p).stat().st_size > 1_000_000}
    assert large == set()


# Responses -----------------------------------------------------------------------


def test_every_response_named_in_python_is_worded() -> None:
    assert _responses_named_in_python() - set(_domain()["responses"]) == set()


def test_every_worded_response_is_used() -> None:
    used = _responses_named_in_python() | {f"utter_ticket_status_{s}" for s in TicketStatus}
    for path in _files():
        if path.parts[0] == "data" and path.suffix == ".yml":
            text = (PROJECT_ROOT / path).read_text(encoding="utf-8")
            used.update(re.findall(r"\butter_[a-z_]+", text))
    assert set(_domain()["responses"]) - used == set()


def test_every_status_of_a_ticket_can_be_told() -> None:
    worded = {name for name in _domain()["responses"] if name.startswith("utter_ticket_status_")}
    assert worded == {f"utter_ticket_status_{status}" for status in TicketStatus}


@pytest.mark.parametrize("response", sorted(_domain()["responses"]))
def test_both_languages_say_the_same_with_the_same_buttons(response: str) -> None:
    variations = _domain()["responses"][response]
    portuguese = [one for one in variations if one.get("condition") == PORTUGUESE]
    english = [one for one in variations if "condition" not in one]
    assert len(portuguese) == len(english) == 1
    assert len(variations) == 2
    texts = [set(_PLACE.findall(one["text"])) for one in (*english, *portuguese)]
    assert texts[0] == texts[1]
    buttons = [[b["payload"] for b in one.get("buttons", [])] for one in (*english, *portuguese)]
    assert buttons[0] == buttons[1]
    for one in variations:
        assert one["text"].strip()
        assert all(button["title"].strip() for button in one.get("buttons", []))


def test_placeholders_of_responses_are_values_that_the_code_gives() -> None:
    code = "\n".join(text for _, text in _python_of("aftercare", "actions", "bot"))
    places = {
        place
        for variations in _domain()["responses"].values()
        for one in variations
        for place in _PLACE.findall(one["text"])
    }
    lacking = {
        place
        for place in places
        if f'"{place}"' not in code and not re.search(rf"\b{place}=", code)
    }
    assert lacking == set()


def test_buttons_name_intents_and_entities_of_the_domain() -> None:
    intents = {name if isinstance(name, str) else next(iter(name)) for name in _domain()["intents"]}
    entities = {e if isinstance(e, str) else next(iter(e)) for e in _domain()["entities"]}
    for response, variations in _domain()["responses"].items():
        for one in variations:
            for button in one.get("buttons", []):
                intent, brace, rest = button["payload"].removeprefix("/").partition("{")
                assert intent in intents, response
                assert set(json.loads(brace + rest) if brace else ()) <= entities, response


# Catalogue and code ----------------------------------------------------------------


def test_every_kind_of_record_has_a_reader_and_no_reader_is_idle() -> None:
    assert set(READERS) == set(get_args(RecordKind))


def test_every_way_to_complete_an_intake_is_known_to_the_desk() -> None:
    assert {service.completion for service in _services()} == set(get_args(Completion))
    for name in set(get_args(Completion)) - {GUIDED_TRAINING}:
        assert callable(getattr(Completions, f"_{name}"))


def test_every_service_and_every_digression_is_an_intent_of_the_domain() -> None:
    intents = {name if isinstance(name, str) else next(iter(name)) for name in _domain()["intents"]}
    assert {service.intent for service in _services()} <= intents
    assert intents >= DIGRESSIONS


def test_every_service_starts_the_form() -> None:
    rules = (PROJECT_ROOT / "data" / "rules" / "services.yml").read_text(encoding="utf-8")
    started = set(re.findall(r"intent: (\w+)", rules))
    with_intake = (one for one in _services() if one.completion != GUIDED_TRAINING)
    assert {service.intent for service in with_intake} <= started


def test_actions_of_the_domain_are_those_of_the_code() -> None:
    code = "\n".join(text for _, text in _python_of("actions"))
    named = set(re.findall(r'action_name = "(\w+)"', code))
    if 'f"validate_{FORM}"' in code:
        named.add("validate_intake_form")
    assert set(_domain()["actions"]) == named
