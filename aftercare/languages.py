"""Finds out which of the company's languages a browser asks for."""

from __future__ import annotations

from aftercare.catalogue.entries import LANGUAGES


def preferred_language(accept_language: str, default: str) -> str:
    """The best known language of an Accept-Language header, such as 'pt-BR,pt;q=0.9,en;q=0.5'."""
    best, best_weight = default, 0.0
    for part in accept_language[:1000].split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().split("-")[0]
        weight = _weight(parameter)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
