"""What the desk wants said: names of responses and their values, never sentences."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Button:
    """A title from the catalogue and what pressing it means."""

    title: str
    intent: str
    entities: dict[str, str] = field(default_factory=dict)

    @property
    def payload(self) -> str:
        entities = json.dumps(self.entities, ensure_ascii=False) if self.entities else ""
        return f"/{self.intent}{entities}"


@dataclass(frozen=True)
class Source:
    """Where a quoted answer stands; `path` is on the desk's own website."""

    title: str
    section: str
    path: str
    language: str = ""
    """Of the manual, and so of the reply's values "heading" and "quote"."""


@dataclass(frozen=True)
class Quoted:
    """The section that a reply quotes; `part` of `parts`, which count from 0, where it is long."""

    product: str
    section: str
    part: int
    parts: int
    language: str = ""
    """Of the manual, which may not be the customer's."""
    version: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Reply:
    """`response` is a name in domain.yml; `values` fill its placeholders."""

    response: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    sources: tuple[Source, ...] = ()
    quoted: Quoted | None = None
