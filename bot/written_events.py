"""Events as text, one a line, so that a turn writes only the lines that are new."""

from __future__ import annotations

from typing import Dict, List

from rasa.shared.core.events import Event, deserialise_events

from bot.json_text import read_json, write_json

#: JSON writes the end of a line in a string in another way, so these stand between events only.
_BEGIN, _BETWEEN, _END = "[\n", ",\n", "\n]"


class WrittenEvents:
    """Events with the text that says them, until the end of a turn."""

    def __init__(self, text: str, events: List[Event]) -> None:
        self.text = text
        self.events = events

    @classmethod
    def read(cls, text: str) -> WrittenEvents:
        return cls(text, deserialise_events(read_json(text)))

    def text_of(self, events: List[Event]) -> str:
        """These events as text; those that are among the present ones keep their lines."""
        known: Dict[int, str] = {}
        if self.text.startswith(_BEGIN):
            lines = self.text[len(_BEGIN) : -len(_END)].split(_BETWEEN)
            if len(lines) == len(self.events):
                known = {id(event): line for event, line in zip(self.events, lines, strict=True)}
        written = [known.get(id(event)) or write_json(event.as_dict()) for event in events]
        return f"{_BEGIN}{_BETWEEN.join(written)}{_END}"
