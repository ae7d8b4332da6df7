"""Compares two versions of a plan as they are stored, whatever parts they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: What names the entries of a list.
_KEYS = ("id", "field")


@dataclass(frozen=True)
class Difference:
    """A place in the plan with its value before and after; None: it was not, or is no more."""

    place: tuple[str, ...]
    before: str | None
    after: str | None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What changed from one plan to another, in the order of the plan."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    places = list(dict.fromkeys((*new, *old)))
    return [
        Difference(place, old.get(place), new.get(place))
        for place in places
        if old.get(place) != new.get(place)
    ]


def _leaves(part: Any, place: tuple[str, ...] = ()) -> Sequence[tuple[tuple[str, ...], str]]:
    if isinstance(part, Mapping):
        return [leaf for key, one in part.items() for leaf in _leaves(one, (*place, key))]
    if isinstance(part, Sequence) and not isinstance(part, str):
        if all(not isinstance(one, (Mapping, list)) for one in part):
            return [(place, ", ".join(map(str, part)))] if part else []
        keys = [_key(one, number) for number, one in enumerate(part, start=1)]
        order = [((*place, "order"), ", ".join(keys))] if _has_keys(part) else []
        return [
            *order,
            *(
                leaf
                for key, one in zip(keys, part, strict=True)
                for leaf in _leaves(one, (*place, key))
            ),
        ]
    return [] if part in (None, "") else [(place, _word(part))]


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _key(entry: Any, number: int) -> str:
    if isinstance(entry, Mapping):
        for name in _KEYS:
            if name in entry:
                return str(entry[name])
    return str(number)


def _has_keys(entries: Sequence[Any]) -> bool:
    return all(isinstance(one, Mapping) and any(key in one for key in _KEYS) for one in entries)
