from __future__ import annotations

from aftercare.catalogue.differences import Difference, differences

PLAN = {
    "name": {"en": "Repair", "pt": "Conserto"},
    "confirm": True,
    "channels": ["website"],
    "records": [
        {"field": "name", "ask": {"en": "Who?"}},
        {"field": "email", "ask": {"en": "Where?"}},
    ],
}


def test_same_plans_differ_in_nothing() -> None:
    assert differences(PLAN, dict(PLAN)) == []


def test_change_is_told_with_its_place() -> None:
    changed = {**PLAN, "name": {"en": "Fix", "pt": "Conserto"}, "confirm": False}
    assert differences(PLAN, changed) == [
        Difference(("name", "en"), "Repair", "Fix"),
        Difference(("confirm",), "yes", "no"),
    ]


def test_entries_are_known_by_their_keys_and_not_by_their_places() -> None:
    name, email = PLAN["records"]  # type: ignore[misc]
    assert differences(PLAN, {**PLAN, "records": [email, name]}) == [
        Difference(("records", "order"), "name, email", "email, name")
    ]
    fewer = differences(PLAN, {**PLAN, "records": [email]})
    assert Difference(("records", "name", "ask", "en"), "Who?", None) in fewer
    assert not any(one.place[1] == "email" for one in fewer)


def test_part_that_only_one_plan_has_is_told() -> None:
    added = {**PLAN, "channels": ["website", "phone"], "visit": {"minutes": 60}}
    assert differences(PLAN, added) == [
        Difference(("channels",), "website", "website, phone"),
        Difference(("visit", "minutes"), None, "60"),
    ]
