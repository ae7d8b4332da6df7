from __future__ import annotations

from dataclasses import replace

import pytest

from aftercare.catalogue.snapshot import Catalogue
from aftercare.intake.state import Memory
from aftercare.intake.understood import Entity, Understood
from aftercare.intake.wishes import (
    FURTHER_WISH,
    apart,
    between,
    chosen,
    drop_wish,
    explained,
    remember_wish,
    says_neither,
    tells_by_number,
    tells_more_than_or,
)
from tests.answers import pressed, told

REPAIR, RETURN, COMPLAINT = "request_repair", "request_return", "file_complaint"


def _ranked(text: str, *ranking: tuple[str, float], **entities: str) -> Understood:
    return replace(told(text, ranking[0][0], ranking[0][1], **entities), ranking=ranking)


def _part(text: str, wish: str, words: str, *entities: tuple[str, str, str]) -> Understood:
    """A message with a further wish in these words, and entities as (name, value, words)."""
    found = [("further_wish", wish, words), *entities]
    places = [
        Entity(name, value, text.index(said), text.index(said) + len(said))
        for name, value, said in found
    ]
    return Understood(text, RETURN, 0.8, tuple(places))


# Undecided -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "undecided"),
    [
        ((REPAIR, 0.44), (RETURN, 0.41), True),
        ((REPAIR, 0.49), (RETURN, 0.36), True),
        ((REPAIR, 0.49), (RETURN, 0.3), False),  # one is clearly likelier
        ((REPAIR, 0.52), (RETURN, 0.46), False),  # one is likelier than everything else together
        ((REPAIR, 0.3), (RETURN, 0.28), False),  # neither is likely
        ((REPAIR, 0.45), ("out_of_scope", 0.42), False),  # only one is a service
    ],
)
def test_two_services_that_stand_close_are_asked_about(
    catalogue: Catalogue,
    first: tuple[str, float],
    second: tuple[str, float],
    undecided: bool,
) -> None:
    said = _ranked("my machine and all that", first, second)
    assert between(said, catalogue) == ((first[0], second[0]) if undecided else ())


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("should I return or repair it?", (RETURN, REPAIR)),
        ("conserto ou devolução da minha cafeteira", (REPAIR, RETURN)),
        ("QUERO CONSERTAR OU TROCAR", (REPAIR, RETURN)),
        ("should I return it, or repair it first?", (RETURN, REPAIR)),
        ("manutenção ou instalação do ar", ("request_maintenance", "request_installation")),
        ("it leaks from the door or from the pump", ()),
        ("is it the warranty or the phone", ()),
        ("a repair, sooner or later, and no return", ()),
    ],
)
def test_two_services_named_with_or_are_asked_about_however_sure_the_model_is(
    catalogue: Catalogue, text: str, services: tuple[str, ...]
) -> None:
    assert between(_ranked(text, (RETURN, 0.9), (REPAIR, 0.05)), catalogue) == services


def test_number_code_or_second_wish_leaves_nothing_to_ask(catalogue: Catalogue) -> None:
    close = ((REPAIR, 0.44), (RETURN, 0.41))
    assert between(_ranked("E18 again", *close, error_code="E18"), catalogue) == ()
    assert between(_ranked("K4F-7M2C", *close, ticket_number="K4F-7M2C"), catalogue) == ()
    assert between(_ranked("both of it", *close, further_wish=RETURN), catalogue) == ()


def test_decided_message_is_not_asked_about_again(catalogue: Catalogue) -> None:
    said = _ranked("return or repair?", (RETURN, 0.5), (REPAIR, 0.4))
    assert between(said, catalogue)
    kept = Understood.from_json(said.to_json())
    assert between(kept, catalogue) == between(explained(kept, REPAIR, said), catalogue) == ()


def test_number_tells_the_service(catalogue: Catalogue) -> None:
    number = told("K4F-7M2C", ticket_number="K4F-7M2C")
    assert tells_by_number(number, catalogue) == "check_ticket_status"
    assert tells_by_number(told("E18", error_code="E18"), catalogue) == REPAIR
    assert tells_by_number(told("hello"), catalogue) is None


def test_sign_belongs_to_the_service_that_the_catalogue_says(catalogue: Catalogue) -> None:
    signs = {"repair": (), "maintenance": ("error_code",)}
    services = {
        key: replace(one, signs=signs.get(key, one.signs))
        for key, one in catalogue.services.items()
    }
    said = told("E18", error_code="E18")
    assert tells_by_number(said, replace(catalogue, services=services)) == "request_maintenance"
    nowhere = {key: replace(one, signs=()) for key, one in services.items()}
    assert tells_by_number(said, replace(catalogue, services=nowhere)) is None


# Choosing ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "intents"),
    [
        (pressed(RETURN), [RETURN]),
        (pressed("skip"), []),
        (told("the first", "inform", 0.48), [REPAIR]),
        (told("1", "inform", 0.3), [REPAIR]),
        (told("a segunda opção", "request_repair", 0.5), [RETURN]),
        (told("the latter please", "ask_usage", 0.3), [RETURN]),
        (told("both", "nlu_fallback", 0.3), [REPAIR, RETURN]),
        (told("os dois", "nlu_fallback", 0.3), [REPAIR, RETURN]),
        (told("return it", RETURN, 0.9), [RETURN]),
        (told("repair it please", "check_ticket_status", 0.24), [REPAIR]),
        (told("a devolução então", "inform", 0.3), [RETURN]),
        (told("none of these", "inform", 0.3), []),
        (told("return or repair, whatever", "inform", 0.3), []),
        (told("how long is the warranty", "ask_warranty", 0.9), []),
        (told("it was the first time that it leaked here", "inform", 0.3), []),
    ],
)
def test_answer_chooses_by_button_place_or_word(
    catalogue: Catalogue, said: Understood, intents: list[str]
) -> None:
    assert chosen(said, [catalogue.services["repair"], catalogue.services["return"]]) == intents


@pytest.mark.parametrize(
    ("said", "refuses"),
    [
        (told("no thanks", "deny", 0.6), True),
        (told("nenhum dos dois", "skip", 0.44), True),
        (told("something else", "ask_usage", 0.3), True),
        (pressed("skip"), True),
        (told("yes", "affirm", 0.9), False),
        (told("no idea where that is", "deny", 0.2), False),
    ],
)
def test_refusal_is_heard(said: Understood, refuses: bool) -> None:
    assert says_neither(said) == refuses


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("should I return or repair my W900?", False),
        ("hello, my W900: repair or refund please?", False),
        ("should I return or repair my W900? it leaks", True),
        ("repair or refund, my W900 leaks from the door", True),
        ("my W900 leaks from the door", True),
    ],
)
def test_question_alone_tells_nothing_more(catalogue: Catalogue, text: str, more: bool) -> None:
    said = told(text, product="mare-w900")
    assert tells_more_than_or(said, catalogue.services["repair"]) == more


# What was typed to explain -------------------------------------------------------


def test_short_explanation_adds_only_what_it_names() -> None:
    first = told("it hums and stops with water inside", "nlu_fallback", error_code="E18")
    whole = explained(first, REPAIR, told("repair the W900", REPAIR, product="mare-w900"))
    assert (whole.text, whole.intent, whole.confidence) == (first.text, REPAIR, 1.0)
    assert [entity.value for entity in whole.entities] == ["E18", "mare-w900"]
    assert whole.text_without("product") == first.text


def test_longer_explanation_is_part_of_the_story() -> None:
    first = told("my W900 hums and stops", product="mare-w900")
    second = told("return it, I wrote to a@mail.example", RETURN, email="a@mail.example")
    whole = explained(first, RETURN, second)
    assert whole.text == f"{first.text}\n{second.text}"
    email = whole.first("email")
    assert email and whole.text[email.start : email.end] == "a@mail.example"


def test_pressed_button_adds_nothing() -> None:
    first = told("it hums and stops")
    assert explained(first, REPAIR, pressed(REPAIR, "Report a fault")).text == first.text


# Apart ---------------------------------------------------------------------------


def test_further_wish_has_its_own_words_and_entities() -> None:
    said = _part(
        "Quero devolver o robô, e também saber da garantia da cafeteira.",
        "ask_warranty",
        "e também saber da garantia da cafeteira.",
        ("product", "vento-r50", "robô"),
        ("product", "aroma-c200", "cafeteira"),
    )
    main, (wish,) = apart(said, RETURN)
    assert (main.text, main.intent) == ("Quero devolver o robô", RETURN)
    assert (wish.text, wish.intent) == ("também saber da garantia da cafeteira.", "ask_warranty")
    for part, value, word in ((main, "vento-r50", "robô"), (wish, "aroma-c200", "cafeteira")):
        (product,) = part.all("product")
        assert (product.value, part.text[product.start : product.end]) == (value, word)
    assert not main.first(FURTHER_WISH)


def test_wish_at_the_beginning_moves_what_comes_after() -> None:
    said = _part(
        "How long is the warranty? I return it, mail a@mail.example",
        "ask_warranty",
        "How long is the warranty? ",
        ("email", "a@mail.example", "a@mail.example"),
    )
    main, _ = apart(said, RETURN)
    email = main.first("email")
    assert email and main.text[email.start : email.end] == "a@mail.example"


def test_product_named_once_is_meant_by_both() -> None:
    text = "my fryer leaks, is it covered?"
    said = _part(text, REPAIR, "my fryer leaks,", ("product", "aroma-c200", "fryer"))
    main, (wish,) = apart(replace(said, intent="ask_warranty"), "ask_warranty")
    assert main.text == "is it covered?"
    for part in (main, wish):
        product = part.first("product")
        assert product and product.value == "aroma-c200"


def test_what_is_said_of_the_present_service_stays_in_the_message() -> None:
    said = _part("it leaks, is that covered?", REPAIR, "it leaks,")
    assert apart(said, REPAIR) == (said, [])


# Remembering ---------------------------------------------------------------------


def test_same_wish_told_again_replaces_the_first() -> None:
    memory = Memory()
    for text in ("first", "second"):
        remember_wish(memory, told(text, COMPLAINT))
    remember_wish(memory, told("third", RETURN))
    assert [wish["text"] for wish in memory.wishes] == ["second", "third"]
    left = drop_wish(memory, COMPLAINT)
    assert left and left.text == "second"
    assert drop_wish(memory, COMPLAINT) is None
    assert [wish["intent"] for wish in memory.wishes] == [RETURN]
