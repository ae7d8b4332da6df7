from __future__ import annotations

from aftercare.replies import Button


def test_button_without_entities_is_the_bare_intent() -> None:
    assert Button("Sim", "affirm").payload == "/affirm"


def test_button_carries_its_entities_as_json_with_accents_kept() -> None:
    button = Button("Lã", "inform", {"choice": "lã", "field": "wanted"})
    assert button.payload == '/inform{"choice": "lã", "field": "wanted"}'
