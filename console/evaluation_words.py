"""Says why a ticket weighs what it weighs: one line for each criterion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aftercare.evaluation.rule import Band, Criterion, Facts, Phase, Rule, Share, weigh
from aftercare.tables.tickets import Ticket
from console.formats import english, money

CRITERIA: Mapping[Criterion, str] = {
    Criterion.FEATURE: "Affected feature",
    Criterion.IMPORTANCE: "Importance of the product",
    Criterion.TIME: "Time of the failure",
    Criterion.PRICE: "Unit price",
}
PHASES: Mapping[Phase, str] = {
    Phase.BEFORE_FIRST_USE: "Before first use",
    Phase.EARLY_LIFE: "Early life",
    Phase.IN_WARRANTY: "In warranty",
    Phase.AFTER_WARRANTY: "After the warranty",
}


@dataclass(frozen=True)
class ShareLine:
    """A criterion's share of a ticket's score, with the reason."""

    criterion: str
    why: str
    share: Share


@dataclass(frozen=True)
class EvaluationLines:
    score: int
    band: Band
    danger: bool
    version: int
    lines: tuple[ShareLine, ...]


def explain(ticket: Ticket, facts: Facts, rule: Rule, version: int, part: str) -> EvaluationLines:
    """What the rule of that version made of the ticket; `part` is the record that names one."""
    found = weigh(facts, rule, danger=ticket.danger)
    reasons: Mapping[Criterion, Callable[[], str]] = {
        Criterion.FEATURE: lambda: _feature(ticket, facts, part),
        Criterion.IMPORTANCE: lambda: (
            "The ticket is about no product"
            if facts.importance is None
            else f"Rated {facts.importance} of 5"
        ),
        Criterion.TIME: lambda: _time(facts, rule),
        Criterion.PRICE: lambda: _price(facts, rule),
    }
    return EvaluationLines(
        score=found.score,
        band=found.band,
        danger=ticket.danger,
        version=version,
        lines=tuple(
            ShareLine(CRITERIA[share.criterion], reasons[share.criterion](), share)
            for share in found.shares
        ),
    )


def _feature(ticket: Ticket, facts: Facts, part: str) -> str:
    if facts.feature_rating is None:
        return "No feature is on file" if not part else "The part on file has no rating"
    key = part.rpartition("/")[2]
    features = ticket.product.features if ticket.product else []
    name = next((english(feature.name) for feature in features if feature.key == key), key)
    return f"{name}, rated {facts.feature_rating} of 5"


def _time(facts: Facts, rule: Rule) -> str:
    phase = facts.phase(rule.early_life_days)
    if phase is Phase.BEFORE_FIRST_USE:
        return "It failed before it was first used"
    if facts.age_days is None:
        return "The day of purchase is not on file"
    bought = f"bought {facts.age_days} days before the ticket"
    if phase is None:
        return f"{bought.capitalize()}; without a product there is no warranty to compare"
    if phase is Phase.EARLY_LIFE:
        return f"Early life: {bought}, within the first {rule.early_life_days}"
    return f"{PHASES[phase]}: {bought}"


def _price(facts: Facts, rule: Rule) -> str:
    if facts.price_minor is None or facts.currency is None:
        return "The ticket is about no product"
    price = money(facts.price_minor, facts.currency)
    if facts.currency != rule.currency:
        return f"{price}; the rule compares prices in {rule.currency} only"
    return price
