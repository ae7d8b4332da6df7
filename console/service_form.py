"""The forms that change a service's plan: what stands in their fields, and the plan they make.

A form changes one part and leaves the rest as it is stored, with whatever this program does not
know; the plan is checked by the same models as the files (aftercare/catalogue/service_files.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aftercare.catalogue.entries import LANGUAGES
from aftercare.catalogue.service_files import RESOURCE_KINDS, SIGNS
from console.formats import plain_name
from console.service_fields import (
    Field,
    Group,
    checked,
    each_language,
    lines,
    place_and_remove,
)
from console.service_rows import read_rows, read_text, split_lines

#: Parts of a place that the fields of a list leave out: "2.en" is the text of the third entry.
_UNNAMED = frozenset({"text", "name"})
#: Stored plans and their parts, as JSON.
Stored = Mapping[str, Any]
_SIGN_NAMES = {
    "error_code": "An error code that the product shows",
    "ticket_number": "The number of a ticket",
    "maintenance_due": "A day on which maintenance is due",
}


@dataclass(frozen=True)
class Section:
    """A part of the plan that has a form."""

    title: str
    intro: str
    groups: Callable[[Stored], list[Group]]
    read: Callable[[Mapping[str, str], Stored], dict[str, Any]]
    """The plan that a form makes of a stored one; it is still to be checked."""
    listed: str = ""
    """The list in the plan that the form is about."""


def field_of(place: Sequence[str | int], groups: Sequence[Group], listed: str = "") -> str:
    """The field of a place in the plan, or of what holds it; empty where there is none.

    `listed` is the list in the plan that the form is about.
    """
    names = {one.name for group in groups for one in group.fields}
    words = [str(word) for word in place]
    if listed and words[:1] == [listed]:
        words = [word for word in words[1:] if word not in _UNNAMED]
    while words and ".".join(words) not in names:
        words.pop()
    return ".".join(words)


# Names and words --------------------------------------------------------------------


def _name_groups(plan: Stored) -> list[Group]:
    opening = "Said first when the intake begins. May stay empty."
    return [
        Group("Name", each_language("name", "Name", plan["name"])),
        Group(
            "What the customer wants",
            each_language("wish", "Completes “Do you want to …?”", plan["wish"]),
        ),
        Group("Opening", each_language("opening", "Opening", plan["opening"], "area", opening)),
        Group(
            "The intake",
            (
                Field(
                    "confirm",
                    "Show a summary at the end and ask whether it is right",
                    "check",
                    checked(plan["confirm"]),
                ),
                Field(
                    "troubleshoot",
                    "Offer the manual's remedy before a ticket is opened",
                    "check",
                    checked(plan.get("troubleshoot")),
                ),
            ),
        ),
    ]


def _read_names(form: Mapping[str, str], plan: Stored) -> dict[str, Any]:
    texts = {part: read_text(form, part) for part in ("name", "wish", "opening")}
    switches = {part: form.get(part) == "yes" for part in ("confirm", "troubleshoot")}
    return {**plan, **texts, **switches}


# How the need is recognised -----------------------------------------------------------


def _need_groups(plan: Stored) -> list[Group]:
    words: Stored = {language: lines(plan["keywords"].get(language)) for language in LANGUAGES}
    hint = "One word or phrase a line, as customers write it."
    return [
        Group("Keywords", each_language("keywords", "Keywords", words, "area", hint)),
        Group(
            "Signs beside words",
            tuple(
                Field(f"sign.{sign}", _SIGN_NAMES[sign], "check", checked(sign in plan["signs"]))
                for sign in SIGNS
            ),
        ),
    ]


def _read_need(form: Mapping[str, str], plan: Stored) -> dict[str, Any]:
    keywords = {one: split_lines(form.get(f"keywords.{one}", "")) for one in LANGUAGES}
    signs = [sign for sign in SIGNS if form.get(f"sign.{sign}") == "yes"]
    return {**plan, "keywords": keywords, "signs": signs}


# Lists --------------------------------------------------------------------------------


def _requirement_groups(plan: Stored) -> list[Group]:
    return [
        Group(
            f"Requirement {row + 1}" if text else "Another requirement",
            (*each_language(str(row), "Text", text, "area"), *place_and_remove(row, new=not text)),
            new=not text,
        )
        for row, text in enumerate([*plan["requirements"], {}])
    ]


def _read_requirements(form: Mapping[str, str], plan: Stored) -> dict[str, Any]:
    return {**plan, "requirements": read_rows(form, lambda row, _: read_text(form, str(row)))}


def _step_groups(plan: Stored) -> list[Group]:
    return [
        Group(
            f"Step {row + 1}" if step else "Another step",
            (
                *each_language(str(row), "What is done", step.get("text", {}), "area"),
                Field(
                    f"{row}.role",
                    "Responsible role",
                    value=step.get("role", ""),
                    hint="bot, support, technician, warehouse, manager, or a team's role",
                ),
                Field(
                    f"{row}.hours",
                    "Done within working hours",
                    "number",
                    str(step.get("hours", "")),
                    hint="Counted from the opening of the ticket",
                ),
                Field(
                    f"{row}.required",
                    "A ticket cannot be resolved before",
                    "check",
                    checked(step.get("required")),
                ),
                *place_and_remove(row, new=not step),
            ),
            hidden=((f"{row}.id", step.get("id", "")),),
            new=not step,
        )
        for row, step in enumerate([*plan["procedure"], {}])
    ]


def _read_steps(form: Mapping[str, str], plan: Stored) -> dict[str, Any]:
    def step(row: int, before: Stored) -> dict[str, Any]:
        return {
            **before,
            "role": form.get(f"{row}.role", "").strip().casefold(),
            "hours": form.get(f"{row}.hours", "").strip(),
            "text": read_text(form, str(row)),
            "required": form.get(f"{row}.required") == "yes",
        }

    return {**plan, "procedure": read_rows(form, step, plan["procedure"], text="text")}


def _resource_groups(plan: Stored) -> list[Group]:
    kinds = tuple((kind, plain_name(kind)) for kind in RESOURCE_KINDS)
    return [
        Group(
            f"Resource {row + 1}" if one else "Another resource",
            (
                Field(f"{row}.kind", "Kind", "select", one.get("kind", "skill"), options=kinds),
                *each_language(str(row), "Name", one.get("name", {})),
                *place_and_remove(row, new=not one),
            ),
            hidden=((f"{row}.id", one.get("id", "")),),
            new=not one,
        )
        for row, one in enumerate([*plan["resources"], {}])
    ]


def _read_resources(form: Mapping[str, str], plan: Stored) -> dict[str, Any]:
    def resource(row: int, before: Stored) -> dict[str, Any]:
        kind = form.get(f"{row}.kind", "")
        return {**before, "kind": kind, "name": read_text(form, str(row))}

    return {**plan, "resources": read_rows(form, resource, plan["resources"], text="name")}


# Channels and measure -------------------------------------------------------------------


def _measure_groups(plan: Stored) -> list[Group]:
    measure = plan["measure"] or {}
    return [
        Group(
            "Intake channels",
            (
                Field(
                    "channels",
                    "Channels",
                    "area",
                    lines(plan["channels"]),
                    hint="One a line, such as website",
                ),
            ),
        ),
        Group("Measure", each_language("measure.name", "Name", measure.get("name", {}))),
        Group(
            "How it is computed",
            each_language(
                "measure.definition", "Definition", measure.get("definition", {}), "area"
            ),
        ),
        Group(
            "Target",
            (
                Field(
                    "measure.target",
                    "Target",
                    value=str(measure.get("target", "")),
                    hint="A share is written like 0.9",
                ),
            ),
        ),
    ]


def _read_measure(form: Mapping[str, str], plan: Stored) -> dict[str, Any]:
    channels = [one.casefold() for one in split_lines(form.get("channels", ""))]
    texts = {part: read_text(form, f"measure.{part}") for part in ("name", "definition")}
    target = form.get("measure.target", "").strip().replace(",", ".")
    written = target or any(text for one in texts.values() for text in one.values())
    before = plan["measure"] or {"id": f"{plan['id']}_measure"}
    measure = {**before, **texts, "target": target} if written else None
    return {**plan, "channels": channels, "measure": measure}


SECTIONS: dict[str, Section] = {
    "names": Section(
        "Names and intake", "What customers and staff call the service.", _name_groups, _read_names
    ),
    "requirements": Section(
        "Requirements",
        "What customers can rely on.",
        _requirement_groups,
        _read_requirements,
        listed="requirements",
    ),
    "need": Section(
        "How the need is recognised",
        "The bot recognises most messages by what it has learnt. Where it is unsure, a keyword "
        "lets it ask whether this service is meant.",
        _need_groups,
        _read_need,
    ),
    "procedure": Section(
        "Procedure",
        "The steps, who does them and by when.",
        _step_groups,
        _read_steps,
        listed="procedure",
    ),
    "resources": Section(
        "Resources",
        "Skills, parts and tools without which the service cannot be given.",
        _resource_groups,
        _read_resources,
        listed="resources",
    ),
    "measure": Section(
        "Channels and measure",
        "Where the need can be told, and by what one sees whether the service is good.",
        _measure_groups,
        _read_measure,
    ),
}
