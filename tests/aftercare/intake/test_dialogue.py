from __future__ import annotations

import pytest

from aftercare.catalogue.files import read_catalogue
from aftercare.catalogue.service_files import GUIDED_TRAINING
from aftercare.catalogue.snapshot import NOTED, Catalogue
from aftercare.intake.dialogue import Verdict
from aftercare.intake.digressions import DIGRESSIONS
from aftercare.intake.state import CONFIRMATION, WHAT_TO_CHANGE
from aftercare.settings import PROJECT_ROOT
from tests.aftercare.intake.conversation import Conversation
from tests.answers import EMAIL, STORY, answer_to, bought, pressed, product, told

SERVICES = {
    service.id: service
    for service in read_catalogue(PROJECT_ROOT / "catalogue").services
    if service.completion != GUIDED_TRAINING
}
CONFIRMED = [service.id for service in SERVICES.values() if service.confirm]
LANGUAGES = ("en", "pt")
ASKED = [
    (service.id, record.field)
    for service in SERVICES.values()
    for record in service.records
    if record.required or record.kind not in NOTED
]
OPTIONAL = [
    (service.id, record.field)
    for service in SERVICES.values()
    for record in service.records
    if not record.required and record.kind not in NOTED
]
REQUIRED = [asked for asked in ASKED if asked not in OPTIONAL]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


# Happy path ------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
def test_every_record_is_asked_in_order_and_kept(
    catalogue: Catalogue, service: str, language: str
) -> None:
    talk = Conversation(catalogue, service, language).begin()
    asked = []
    while talk.verdict is Verdict.ASK and talk.asking != CONFIRMATION:
        record = talk.service.record(talk.asking)
        asked.append(record.field)
        (question,) = [r for r in talk.step.replies if r.response.startswith("utter_ask_")]
        expected = "utter_ask_record" if record.required else "utter_ask_optional_record"
        assert question.response == expected
        assert "{" not in question.values["question"]
        talk.answer()
    assert asked == [record.field for record in talk.service.records if not record.noted]
    assert set(talk.records) == set(asked)
    if talk.service.confirm:
        assert talk.heard == ["utter_ask_confirmation"]
        talk.say(told("yes", intent="affirm"))
    assert talk.verdict is Verdict.COMPLETE


@pytest.mark.parametrize("service", SERVICES)
def test_opening_is_said_once_where_the_service_has_one(
    catalogue: Catalogue, service: str, language: str
) -> None:
    talk = Conversation(catalogue, service, language).begin()
    opening = talk.service.opening[language]
    assert ("utter_intake_opening" in talk.heard) == bool(opening)
    assert "utter_intake_opening" not in talk.answer().heard


@pytest.mark.parametrize("service", CONFIRMED)
def test_summary_shows_every_value_in_the_customers_language(
    catalogue: Catalogue, service: str, language: str
) -> None:
    talk = Conversation(catalogue, service, language).begin().to_confirmation()
    (reply,) = talk.step.replies
    summary = reply.values["summary"]
    for record in talk.service.records:
        assert (f"{record.label[language]}: " in summary) is not record.noted
    for raw in ("mare-w900", "2026-01-15", "2026-03-10"):
        assert raw not in summary
    if "product" in talk.records:
        assert catalogue.products["mare-w900"].name[language] in summary


def test_choices_and_products_come_with_buttons_that_answer(
    catalogue: Catalogue, language: str
) -> None:
    talk = Conversation(catalogue, "return", language).begin()
    assert len(talk.step.replies[-1].buttons) == len(catalogue.products)
    talk.answer()
    buttons = talk.step.replies[-1].buttons
    assert [b.title for b in buttons] == [
        choice.name[language] for choice in talk.service.record("reason").choices
    ]
    chosen = buttons[1]
    talk.say(pressed(chosen.intent, chosen.title, **chosen.entities))
    assert talk.records["reason"] == "damaged"


# The first message -----------------------------------------------------------

FIRST = {
    "en": f"My W900 hums and stops with water inside, bought in January, I am at {EMAIL}",
    "pt": f"Minha W900 ronca e para com água dentro, comprei em janeiro, meu e-mail é {EMAIL}",
}


def test_first_message_that_tells_everything_leaves_little_to_ask(
    catalogue: Catalogue, language: str
) -> None:
    text = FIRST[language]
    said = told(text, intent="request_repair", product="mare-w900", email=EMAIL)
    said = type(said)(
        said.text,
        said.intent,
        said.confidence,
        (*said.entities, *bought("bought in January", "2026-01-01").entities),
    )
    talk = Conversation(catalogue, "repair", language).begin(said)
    assert talk.records == {
        "product": "mare-w900",
        "description": text,
        "purchase_date": "2026-01-01",
        "email": EMAIL,
    }
    assert talk.asking == "serial_number"
    talk.answer().answer()
    assert talk.asking == CONFIRMATION


def test_bare_wish_is_not_taken_for_a_description(catalogue: Catalogue) -> None:
    for text, language in [("I need a repair", "en"), ("quero pedir um conserto", "pt")]:
        said = told(text, intent="request_repair")
        talk = Conversation(catalogue, "repair", language).begin(said)
        assert "description" not in talk.records


def test_title_of_a_pressed_button_is_no_description(catalogue: Catalogue) -> None:
    said = pressed("request_repair", "Report a fault that my machine has now and always")
    assert Conversation(catalogue, "repair").begin(said).records == {}


def test_short_question_is_enough_for_the_manual(catalogue: Catalogue) -> None:
    said = told("how do I descale my C200", intent="ask_usage", product="aroma-c200")
    talk = Conversation(catalogue, "usage").begin(said)
    assert talk.verdict is Verdict.COMPLETE
    assert talk.records == {"question": said.text, "product": "aroma-c200"}


def test_values_told_ahead_are_not_asked_again(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().answer()
    said = told(f"It leaks all over the floor, reach me at {EMAIL}", email=EMAIL)
    talk.say(said)
    assert talk.records["email"] == EMAIL
    assert talk.records["description"] == said.text


# Category, then model ----------------------------------------------------------


def test_category_with_two_models_leads_to_a_choice_between_them(
    catalogue: Catalogue, language: str
) -> None:
    said = told("washing machine", intent="request_repair", product_category="washing_machine")
    talk = Conversation(catalogue, "repair", language).begin(said)
    assert talk.heard[-1] == "utter_ask_which_model"
    assert {b.entities["product"] for b in talk.step.replies[-1].buttons} == {
        "mare-w700",
        "mare-w900",
    }
    assert talk.say(product("W700", "mare-w700")).records["product"] == "mare-w700"


def test_category_as_the_answer_leads_to_the_same_choice(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin()
    talk.say(told("my washer", product_category="washing_machine"))
    assert talk.heard == ["utter_ask_which_model"]
    assert talk.state.refusals == 0


# Cancel and skip ---------------------------------------------------------------


@pytest.mark.parametrize(("service", "field"), ASKED)
def test_cancel_ends_the_intake_at_any_question(
    catalogue: Catalogue, service: str, field: str
) -> None:
    talk = Conversation(catalogue, service).begin().answer_until(field)
    assert talk.say(told("stop this please", intent="cancel")).verdict is Verdict.CANCELLED
    assert talk.heard == ["utter_intake_cancelled"]


@pytest.mark.parametrize("service", CONFIRMED)
def test_cancel_ends_the_intake_at_the_confirmation(catalogue: Catalogue, service: str) -> None:
    talk = Conversation(catalogue, service).begin().to_confirmation()
    assert talk.say(pressed("cancel")).verdict is Verdict.CANCELLED


def test_story_that_sounds_like_cancelling_does_not_cancel(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "complaint").begin()
    story = "I wanted to cancel my order last week but nobody in the shop answered the phone at all"
    assert talk.say(told(story, intent="cancel", confidence=0.9)).verdict is Verdict.ASK
    assert talk.records["description"] == story


@pytest.mark.parametrize(("service", "field"), OPTIONAL)
def test_optional_record_can_be_skipped(
    catalogue: Catalogue, service: str, field: str, language: str
) -> None:
    talk = Conversation(catalogue, service, language).begin().answer_until(field)
    talk.say(told("skip", intent="skip"))
    assert field not in talk.records
    assert field in talk.state.skipped
    assert talk.asking != field


@pytest.mark.parametrize(("service", "field"), REQUIRED)
def test_required_record_cannot_be_skipped(catalogue: Catalogue, service: str, field: str) -> None:
    talk = Conversation(catalogue, service).begin().answer_until(field)
    talk.say(told("skip", intent="skip"))
    assert (talk.verdict, talk.asking) == (Verdict.ASK, field)
    needed = "utter_ticket_number_needed" if field == "ticket_number" else "utter_record_needed"
    assert talk.heard[0] == needed


def test_next_leaves_a_question_out_as_skip_does(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().answer_until("purchase_date")
    talk.say(told("next", intent="next_step"))
    assert talk.state.skipped == ["purchase_date"]


def test_skipped_record_is_on_file_once_it_is_told_after_all(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().answer_until("purchase_date")
    talk.say(told("skip", intent="skip"))
    talk.say(bought("oh, I bought it on 15/01/2026", "2026-01-15"))
    assert talk.records["purchase_date"] == "2026-01-15"
    assert talk.state.skipped == []


# Refusals ----------------------------------------------------------------------

NONSENSE = {
    "past_date": "utter_refused_date",
    "serial": "utter_refused_serial",
    "email": "utter_refused_email",
    "phone": "utter_refused_phone",
    "choice": "utter_refused_choice",
    "product": "utter_refused_product",
    "address": "utter_refused_address",
    "contact": "utter_refused_contact",
    "proof": "utter_refused_contact",
}


@pytest.mark.parametrize(
    ("service", "field"),
    [
        (service.id, record.field)
        for service in SERVICES.values()
        for record in service.records
        if record.kind in NONSENSE
    ],
)
def test_three_refusals_offer_another_way(catalogue: Catalogue, service: str, field: str) -> None:
    talk = Conversation(catalogue, service).begin().answer_until(field)
    record = talk.service.record(field)
    for _ in range(2):
        talk.say("well well")
        assert talk.heard == [NONSENSE[record.kind]]
        assert talk.asking == field
    talk.say("well well")
    if record.required:
        assert talk.heard == [NONSENSE[record.kind], "utter_offer_person"]
        assert talk.asking == field
        assert talk.answer().asking != field
    else:
        assert talk.heard[0] == "utter_record_left_out"
        assert field in talk.state.skipped


def test_good_answer_forgets_earlier_refusals(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin()
    talk.say("well well").say("well well").answer().answer()
    talk.say("well well").say("well well")
    assert talk.asking == "purchase_date"


def test_refusal_repeats_the_buttons_of_a_choice(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "return").begin().answer_until("wanted")
    talk.say("well well")
    assert [button.entities["choice"] for button in talk.step.replies[0].buttons] == [
        "refund",
        "replace",
    ]


# Digressions -------------------------------------------------------------------


#: "Next" leaves a question out; the wish that is at work already and a change to another are no
#: digressions.
NOT_HANDED_BACK = {"request_repair", "switch_service", "next_step"}


@pytest.mark.parametrize("intent", sorted(DIGRESSIONS - NOT_HANDED_BACK))
def test_other_wish_at_a_plain_question_is_handed_back(catalogue: Catalogue, intent: str) -> None:
    talk = Conversation(catalogue, "repair").begin().answer_until("email")
    talk.say(told("something quite different", intent=intent, confidence=0.9))
    assert talk.verdict is Verdict.DIGRESSION
    assert talk.resume().heard == ["utter_ask_record"]
    assert talk.asking == "email"


@pytest.mark.parametrize("intent", ["thank", "greet", "goodbye", "out_of_scope", "file_complaint"])
def test_story_is_not_interrupted_by_what_it_sounds_like(
    catalogue: Catalogue, intent: str, language: str
) -> None:
    talk = Conversation(catalogue, "repair", language).begin().answer_until("description")
    talk.say(told(STORY[language], intent=intent, confidence=0.99))
    assert talk.records["description"] == STORY[language]


def test_clear_question_interrupts_even_a_story(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().answer_until("description")
    said = told("is it still under warranty?", intent="ask_warranty", confidence=0.95)
    assert talk.say(said).verdict is Verdict.DIGRESSION
    assert "description" not in talk.records


def test_unsure_other_wish_is_read_as_an_answer(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().answer_until("email")
    talk.say(told("hm what", intent="request_human", confidence=0.4))
    assert talk.heard == ["utter_refused_email"]


def test_answer_that_is_one_is_taken_whatever_the_intent(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().answer_until("email")
    said = answer_to(talk.service.record("email"), "en")
    talk.say(type(said)(said.text, "goodbye", 0.9, said.entities))
    assert talk.records["email"] == EMAIL


# Confirmation ------------------------------------------------------------------


def test_only_a_clear_yes_sends(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().to_confirmation()
    talk.say("hm")
    assert (talk.verdict, talk.heard) == (Verdict.ASK, ["utter_please_confirm"])
    assert talk.say(told("yes", intent="affirm")).verdict is Verdict.COMPLETE


@pytest.mark.parametrize(
    ("text", "field", "language"),
    [
        ("the serial number", "serial_number", "en"),
        ("e-mail", "email", "en"),
        ("my name is wrong", "name", "en"),
        ("o número de série", "serial_number", "pt"),
        ("o produto está errado", "product", "pt"),
        ("o que acontece", "description", "pt"),
    ],
)
def test_field_named_at_the_confirmation_is_asked_again(
    catalogue: Catalogue, text: str, field: str, language: str
) -> None:
    talk = Conversation(catalogue, "repair", language).begin().to_confirmation()
    talk.say(told(text, intent="correct", confidence=0.8))
    assert talk.asking == field
    assert talk.answer().asking == CONFIRMATION


@pytest.mark.parametrize("service", CONFIRMED)
def test_no_at_the_confirmation_offers_every_field(
    catalogue: Catalogue, service: str, language: str
) -> None:
    talk = Conversation(catalogue, service, language).begin().to_confirmation()
    talk.say(pressed("deny"))
    assert (talk.asking, talk.heard) == (WHAT_TO_CHANGE, ["utter_ask_what_to_change"])
    asked = [record for record in talk.service.records if not record.noted]
    for record, button in zip(asked, talk.step.replies[0].buttons, strict=True):
        assert button.title == record.label[language]
        other = Conversation(catalogue, service, language).begin().to_confirmation()
        other.say(pressed("deny")).say(pressed(button.intent, button.title, **button.entities))
        assert other.asking == record.field
        assert other.answer().asking == CONFIRMATION


def test_digression_at_the_confirmation_is_handed_back(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().to_confirmation()
    said = told("how long is the warranty?", intent="ask_warranty", confidence=0.9)
    assert talk.say(said).verdict is Verdict.DIGRESSION
    assert talk.resume().heard == ["utter_ask_confirmation"]
