"""The form of the rule that weighs tickets: what stands in its fields, and the rule they make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from babel.numbers import get_currency_precision
from pydantic import ValidationError

from aftercare.errors import AftercareError
from aftercare.evaluation.rule import BANDS_FROM, Criterion, Phase, Rule
from console.evaluation_words import CRITERIA, PHASES
from console.formats import plain_name

#: Price bands that the form has room for; the last one is without an end.
PRICE_STEPS = 6
RATINGS = (1, 2, 3, 4, 5)
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")


class RuleRefused(AftercareError):
    """The fields make no rule; `problems` say which and why, for the person at the form."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def fields_of(rule: Rule) -> dict[str, str]:
    """The rule as it stands in the form."""
    fields = {
        "early_life_days": rule.early_life_days,
        "currency": rule.currency,
        **{f"weight_{key}": points for key, points in rule.weights.items()},
        **{f"unknown_{key}": points for key, points in rule.unknown.items()},
        **{f"phase_{key}": points for key, points in rule.phases.items()},
        **{f"band_{key}": points for key, points in rule.bands.items()},
        **{f"feature_{n}": rule.feature[n - 1] for n in RATINGS},
        **{f"importance_{n}": rule.importance[n - 1] for n in RATINGS},
        "price_above": rule.prices[-1].points,
    }
    for place, step in enumerate(rule.prices[:-1], start=1):
        amount = Decimal(step.below or 0).scaleb(-get_currency_precision(rule.currency))
        fields[f"below_{place}"] = f"{amount:f}"
        fields[f"price_{place}"] = step.points
    return {name: str(value) for name, value in fields.items()}


def read_rule(form: Mapping[str, str]) -> Rule:
    """The rule that the fields make. Raises RuleRefused."""
    fields = {name: value.strip() for name, value in form.items()}
    currency = fields.get("currency", "").upper()
    try:
        return Rule.model_validate(
            {
                "weights": _each(fields, "weight", Criterion),
                "unknown": _each(fields, "unknown", Criterion),
                "phases": _each(fields, "phase", Phase),
                "bands": _each(fields, "band", BANDS_FROM),
                "feature": [fields.get(f"feature_{n}", "") for n in RATINGS],
                "importance": [fields.get(f"importance_{n}", "") for n in RATINGS],
                "early_life_days": fields.get("early_life_days", ""),
                "currency": currency,
                "prices": _prices(fields, currency),
            }
        )
    except ValidationError as error:
        raise RuleRefused([_told(one["loc"], one["msg"]) for one in error.errors()]) from error


def _each(fields: Mapping[str, str], name: str, keys: Iterable[str]) -> dict[str, str]:
    return {key: fields.get(f"{name}_{key}", "") for key in keys}


def _prices(fields: Mapping[str, str], currency: str) -> list[dict[str, object]]:
    """The price bands that have a limit, and the last one; in minor units."""
    steps: list[dict[str, object]] = []
    for place in range(1, PRICE_STEPS):
        limit = fields.get(f"below_{place}", "")
        if limit:
            steps.append(
                {"below": _minor(limit, currency), "points": fields.get(f"price_{place}", "")}
            )
    return [*steps, {"below": None, "points": fields.get("price_above", "")}]


def _minor(amount: str, currency: str) -> int:
    if not _AMOUNT.fullmatch(amount):
        raise RuleRefused([f"Prices: “{amount}” is no amount; write it like 1500.00"])
    minor = Decimal(amount).scaleb(get_currency_precision(currency))
    if minor != int(minor):
        raise RuleRefused([f"Prices: “{amount}” is finer than the currency's smallest unit"])
    return int(minor)


def _told(place: tuple[int | str, ...], message: str) -> str:
    names: dict[object, str] = {
        **{str(key): name for key, name in CRITERIA.items()},
        **{str(key): name for key, name in PHASES.items()},
    }
    where = ", ".join(
        str(one + 1) if isinstance(one, int) else names.get(one, plain_name(one)) for one in place
    )
    said = message.removeprefix("Value error, ")
    return f"{where}: {said}" if where else said[:1].upper() + said[1:]
