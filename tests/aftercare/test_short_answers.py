"""A typed yes, no or "cancel" is heard as the button of the last answer that says so."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from aftercare.intake.understood import Understood
from aftercare.replies import Reply
from aftercare.settings import PROJECT_ROOT
from aftercare.short_answers import _PLACES, LastAnswer, button_meant, offer_told
from tests.answers import told

SOLVED = LastAnswer(
    "utter_ticket_offers_resolved",
    (
        '/postback{"do": "confirm", "of": "K4F-7M2C"}',
        '/postback{"do": "contest", "of": "K4F-7M2C"}',
    ),
)


@pytest.fixture(scope="module")
def responses() -> dict[str, Any]:
    domain = yaml.safe_load((PROJECT_ROOT / "domain.yml").read_text(encoding="utf-8"))
    return dict(domain["responses"])


@pytest.mark.parametrize(("intent", "do"), [("affirm", "confirm"), ("deny", "contest")])
def test_answer_presses_the_button_that_says_so(intent: str, do: str) -> None:
    meant = button_meant(told("a word", intent), SOLVED)
    assert meant is not None
    assert (meant.intent, meant.pressed) == ("postback", True)
    assert {one.name: one.value for one in meant.entities} == {"do": do, "of": "K4F-7M2C"}


def test_button_without_values_is_pressed_too() -> None:
    last = LastAnswer("utter_manual_answer", ("/guidance_helped", "/guidance_not_helped"))
    meant = button_meant(told("yes", "affirm"), last)
    assert meant is not None
    assert (meant.intent, meant.entities) == ("guidance_helped", ())


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "last"),
    [
        ("yes", "affirm", 0.95, None),
        ("yes", "affirm", 0.95, LastAnswer("utter_greet", ("/request_repair",))),
        ("yes", "affirm", 0.4, SOLVED),
        ("maybe", "inform", 0.95, SOLVED),
        ("yes but first tell me how to clean it", "affirm", 0.95, SOLVED),
        ("yes", "affirm", 0.95, LastAnswer(SOLVED.response)),
        ("yes", "affirm", 0.95, LastAnswer(SOLVED.response, ("https://example.org",))),
    ],
)
def test_other_answers_press_nothing(
    text: str, intent: str, confidence: float, last: LastAnswer | None
) -> None:
    assert button_meant(told(text, intent, confidence), last) is None


def test_pressed_yes_belongs_to_its_own_question() -> None:
    assert button_meant(told("Try again", "affirm", pressed=True), SOLVED) is None


@pytest.mark.parametrize(
    ("response", "answer", "payload"),
    [
        ("utter_manual_answer", "affirm", "/guidance_helped"),
        ("utter_manual_answer", "deny", "/guidance_not_helped"),
        ("utter_sorry_it_did_not_help", "affirm", "/request_repair"),
        ("utter_ticket_offers_open", "affirm", "add_to_ticket"),
        ("utter_ticket_offers_resolved", "deny", "contest"),
        ("utter_visit_cancel_sure", "affirm", "visit_cancel_now"),
        ("utter_visit_cancel_sure", "deny", "visit_keep"),
        ("utter_visit_reminder", "affirm", "visit_keep"),
        ("utter_visit_reminder", "deny", "visit_times"),
        ("utter_visit_status", "cancel", '"visit_cancel"'),
    ],
)
def test_places_are_those_of_the_domain(
    responses: dict[str, Any], response: str, answer: str, payload: str
) -> None:
    for variation in responses[response]:
        assert payload in variation["buttons"][_PLACES[response][answer]]["payload"]


def test_every_place_has_a_button(responses: dict[str, Any]) -> None:
    lacking = [
        name
        for name, places in _PLACES.items()
        for variation in responses[name]
        if max(places.values()) >= len(variation.get("buttons", []))
    ]
    assert lacking == []


def test_every_cancel_leads_to_the_end_of_a_visit(responses: dict[str, Any]) -> None:
    for name, places in _PLACES.items():
        if "cancel" in places:
            button = responses[name][-1]["buttons"][places["cancel"]]
            assert "visit_cancel" in button["payload"], name


OFFERED = LastAnswer(
    "utter_visit_none_fits",
    offered=tuple(
        (title, f'/postback{{"do": "visit_book", "of": "K4F-7M2C {at}"}}')
        for at, title in enumerate(
            (
                "Fri 27 Nov, morning 08:00–12:00",
                "Fri 27 Nov, afternoon 12:00–18:00",
                "seg 30 de nov, tarde 12:00–18:00",
            )
        )
    ),
)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("the first one", 0),
        ("o primeiro", 0),
        ("2", 1),
        ("friday afternoon please", 1),
        ("segunda de tarde", 2),
        ("on the 30th? no, 30", None),
        ("30", 2),
    ],
)
def test_offered_time_may_be_told(text: str, at: int | None) -> None:
    meant = offer_told(told(text, "inform"), OFFERED)
    assert (meant is None) == (at is None)
    if isinstance(meant, Understood):
        assert [one.value for one in meant.entities] == ["visit_book", f"K4F-7M2C {at}"]


def test_times_that_fit_as_well_are_offered_again() -> None:
    meant = offer_told(told("friday", "inform"), OFFERED)
    assert isinstance(meant, Reply)
    assert (meant.response, meant.values) == ("utter_visit_offer", {"number": "K4F-7M2C"})
    assert [button.title[:14] for button in meant.buttons] == ["Fri 27 Nov, mo", "Fri 27 Nov, af"]


@pytest.mark.parametrize(
    "text",
    [
        "monday is bad",
        "before monday please",
        "I am away until monday",
        "what does it cost monday?",
        "segunda fica ruim",
        "is there a second technician",
        "first tell me the price",
    ],
)
def test_time_that_is_only_mentioned_is_offered_and_not_booked(text: str) -> None:
    last = LastAnswer(
        OFFERED.response,
        offered=(*OFFERED.offered[:2], ("Mon 30 Nov (segunda), afternoon", OFFERED.offered[2][1])),
    )
    meant = offer_told(told(text, "inform"), last)
    assert isinstance(meant, Reply)
    assert len(meant.buttons) == 1


@pytest.mark.parametrize("text", ["not on friday", "another day", "maybe", "sexta não posso", ""])
def test_other_words_tell_no_time(text: str) -> None:
    assert offer_told(told(text, "inform"), OFFERED) is None
