"""Reads the training data as plain YAML: what stands in which file, without Rasa.

`plain_words` is the comparison that the tests use; it ignores what customers write now one way and
now another: case, accents, punctuation and spaces.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from aftercare.catalogue.service_files import GUIDED_TRAINING

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "pt")
#: Intents that only buttons or Rasa itself set, so that nobody writes examples of them.
WITHOUT_EXAMPLES = frozenset(
    {
        "request_training",
        "attach_files",
        "choose_field",
        "come_back",
        "postback",
        "switch_service",
        "nlu_fallback",
    }
)
_NOT_A_WORD = re.compile(r"[^\w]+|_")
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Example:
    text: str
    intent: str
    language: str
    file: str


def read_yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - it is safe


def nlu_files() -> list[Path]:
    return sorted((ROOT / "data" / "nlu").rglob("*.yml"))


def intent_of(path: Path) -> str:
    """The intent that a file is named after: `request_repair[.<kind>].yml`."""
    return path.stem.partition(".")[0]


def training_files() -> list[Path]:
    return sorted((ROOT / "data").rglob("*.yml"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def examples() -> tuple[Example, ...]:
    return tuple(
        Example(line.removeprefix("- ").strip(), block["intent"], path.parent.name, relative(path))
        for path in nlu_files()
        for block in read_yaml(path)["nlu"]
        for line in block["examples"].splitlines()
        if line.strip()
    )


@cache
def domain() -> dict[str, Any]:
    content: dict[str, Any] = read_yaml(ROOT / "domain.yml")
    return content


def intents() -> list[str]:
    return [next(iter(one)) if isinstance(one, dict) else one for one in domain()["intents"]]


@cache
def service_intents() -> tuple[str, ...]:
    """The intents of the catalogue's services that begin an intake.

    Guided training begins from a button, or from words that its own part of the desk hears.
    """
    files = sorted((ROOT / "catalogue" / "services").glob("*.yml"))
    services = [read_yaml(path) for path in files]
    return tuple(one["intent"] for one in services if one["completion"] != GUIDED_TRAINING)


@cache
def rules() -> tuple[tuple[str, dict[str, Any]], ...]:
    """Every rule with the file it stands in."""
    return tuple(
        (relative(path), rule)
        for path in sorted((ROOT / "data" / "rules").glob("*.yml"))
        for rule in read_yaml(path)["rules"]
    )


def first_intent(rule: dict[str, Any]) -> str | None:
    return next((step["intent"] for step in rule["steps"] if "intent" in step), None)


def runs_in_intake(rule: dict[str, Any]) -> bool:
    return {"active_loop": "intake_form"} in rule.get("condition", [])


def plain_words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return _NOT_A_WORD.sub(" ", letters).split()
