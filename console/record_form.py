"""The forms about what a service asks: the list of its records, and one record with its choices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, get_args

from aftercare.catalogue.service_files import DATES, RecordKind
from aftercare.staff.roles import Role
from console.formats import english, plain_name
from console.service_fields import (
    Field,
    Group,
    checked,
    each_language,
    lines,
    place_and_remove,
)
from console.service_form import Section, Stored, field_of
from console.service_rows import new_key, read_rows, read_text, split_lines

#: Instead of a field's name in the address of a form: a record that is to be added.
NEW = "new"
_COMMA = ","


# The list ---------------------------------------------------------------------------------


def _list_groups(plan: Stored) -> list[Group]:
    return [
        Group(
            english(record["label"]) or plain_name(record["field"]),
            (
                Field(f"{row}.required", "Required", "check", checked(record["required"])),
                *place_and_remove(row),
            ),
            hidden=((f"{row}.id", record["field"]),),
            edit=record["field"],
        )
        for row, record in enumerate(plan["records"])
    ]


def _read_list(form: Mapping[str, str], plan: Stored) -> dict[str, Any]:
    known = [{**record, "id": record["field"]} for record in plan["records"]]
    records = read_rows(
        form, lambda row, was: {**was, "required": form.get(f"{row}.required") == "yes"}, known
    )
    kept = [
        {key: value for key, value in record.items() if key != "id"}
        for record in records
        if "field" in record
    ]
    return {**plan, "records": kept}


RECORD_LIST = Section(
    "Records",
    "What must be, or may be, on file; the bot asks in this order.",
    _list_groups,
    _read_list,
    listed="records",
)


# One record -------------------------------------------------------------------------------


def find_record(plan: Stored, name: str) -> Stored | None:
    """The record of that field; an empty one for NEW, None where there is none."""
    if name == NEW:
        return {}
    return next((record for record in plan["records"] if record["field"] == name), None)


def record_groups(record: Stored) -> list[Group]:
    """The form of a record; an empty one for a record that is to be added."""
    kind = record.get("kind", "")
    return [
        Group("Label", each_language("label", "Label", record.get("label", {}))),
        Group(
            "Question",
            each_language(
                "ask",
                "What the bot asks",
                record.get("ask", {}),
                "area",
                hint="May hold {serial_example} and {ticket_example}.",
            ),
        ),
        Group("What may be answered", _validation(record)),
        Group(
            "Who may see it on a ticket",
            tuple(
                Field(
                    f"seen_by.{role}",
                    plain_name(role),
                    "check",
                    checked(role in record.get("seen_by", ())),
                    hint="" if role is not Role.AGENT else "None is chosen: everyone sees it.",
                )
                for role in Role
            ),
        ),
        *(_choice_groups(record) if kind in ("choice", "") else ()),
    ]


def read_record(
    form: Mapping[str, str], plan: Stored, name: str, taken: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plan that the form of a record makes, and that record; both are still to be checked.

    A new record gets a name that is not among `taken`, the names that earlier versions had: what is
    on file under an old name was asked for something else.
    """
    before = find_record(plan, name) or {}
    kind = before.get("kind") or form.get("kind", "")
    record: dict[str, Any] = {
        **before,
        "kind": kind,
        "required": form.get("required") == "yes",
        "label": read_text(form, "label"),
        "ask": read_text(form, "ask"),
        "choices": _read_choices(form, before.get("choices", ())) if kind == "choice" else [],
        "most_days": form.get("most_days", "").strip() or None if kind in DATES else None,
        "least_words": form.get("least_words", "").strip() or None
        if kind == "description"
        else None,
        "seen_by": [role.value for role in Role if form.get(f"seen_by.{role}") == "yes"],
    }
    if "field" in before:
        records = [record if one["field"] == name else one for one in plan["records"]]
    else:
        present = {one["field"] for one in plan["records"]}
        record["field"] = new_key(record["label"], present.union(taken))
        records = [*plan["records"], record]
    return {**plan, "records": records}, record


def field_of_record(place: tuple[str | int, ...], groups: list[Group], at: int) -> str:
    """The form's field of a place in the plan; empty where it is in no field of this record."""
    if place[:2] != ("records", at):
        return ""
    rest = place[2:]
    return field_of(rest, groups, "choices" if rest[:1] == ("choices",) else "")


def _validation(record: Stored) -> tuple[Field, ...]:
    kind = record.get("kind", "")
    required = Field("required", "Required", "check", checked(record.get("required")))
    if not kind:
        kinds = tuple((one, plain_name(one)) for one in get_args(RecordKind))
        hint = "It decides how the answer is read and checked, and cannot be changed later."
        return required, Field("kind", "Kind", "select", options=kinds, hint=hint)
    fields = [required]
    if kind in DATES:
        days = str(record.get("most_days") or "")
        fields.append(Field("most_days", "At most so many days away", "number", days))
    if kind == "description":
        words = str(record.get("least_words") or "")
        fields.append(Field("least_words", "At least so many words", "number", words))
    return tuple(fields)


def _choice_groups(record: Stored) -> list[Group]:
    return [
        Group(
            f"Choice {row + 1}" if choice else "Another choice",
            (
                *each_language(str(row), "Name", choice.get("name", {})),
                *each_language(
                    f"{row}.words",
                    "Words that mean it",
                    {key: lines(words) for key, words in choice.get("words", {}).items()},
                    "area",
                    hint="One a line",
                ),
                Field(
                    f"{row}.symptoms",
                    "Faults that mean it",
                    value=", ".join(choice.get("symptoms", ())),
                    hint="Keys of the catalogue's symptoms, with commas between them",
                ),
                Field(
                    f"{row}.before_first_use",
                    "It means that the product failed before it was first used",
                    "check",
                    checked(choice.get("before_first_use")),
                ),
                *place_and_remove(row, new=not choice),
            ),
            hidden=((f"{row}.id", choice.get("id", "")),),
            new=not choice,
        )
        for row, choice in enumerate([*record.get("choices", ()), {}])
    ]


def _read_choices(form: Mapping[str, str], before: Any) -> list[dict[str, Any]]:
    def choice(row: int, was: Stored) -> dict[str, Any]:
        words = read_text(form, f"{row}.words")
        return {
            **was,
            "name": read_text(form, str(row)),
            "words": {language: split_lines(told) for language, told in words.items()},
            "symptoms": split_lines(form.get(f"{row}.symptoms", ""), _COMMA),
            "before_first_use": form.get(f"{row}.before_first_use") == "yes",
        }

    return read_rows(form, choice, before, text="name")
