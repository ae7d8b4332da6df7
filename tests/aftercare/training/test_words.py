"""Which questions about use want to be led step by step."""

from __future__ import annotations

import pytest

from aftercare.training.beside import wants_training
from aftercare.training.words import asks_for_training, asks_to_go_on, tells_trouble, topic_of
from tests.answers import pressed, told


@pytest.mark.parametrize(
    "text",
    [
        "teach me how to use the B-10",
        "me ensina a usar a lavadora",
        "can I get a training?",
        "quero aprender a usar o robô",
        "step-by-step please",
        "PASSO A PASSO",
        "walk my mother through the first wash",
        "uma lição sobre o filtro",
    ],
)
def test_wishes_to_be_trained(text: str) -> None:
    assert asks_for_training(text)


@pytest.mark.parametrize(
    "text",
    [
        "how do I descale it?",
        "of course I read it, but which programme?",
        "how does the robot learn the map?",
        "como limpo o filtro?",
        "o que faço com um programa em curso?",
        "how do I strain the water?",
    ],
)
def test_plain_questions(text: str) -> None:
    assert not asks_for_training(text)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("teach me how to use it", ""),
        ("train me", ""),
        ("me ensina a usar", ""),
        ("teach me to descale the machine", "descale"),
        ("quero aprender a limpar o filtro", "limpar filtro"),
    ],
)
def test_topic_is_what_is_left_of_the_wish(text: str, topic: str) -> None:
    assert topic_of(text) == topic


@pytest.mark.parametrize(
    "text",
    [
        "I'm stuck",
        "I am stuck on this step",
        "I'm stuck here, help me please",
        "i can't get past this part",
        "travei nesse passo",
        "fiquei presa nesta etapa aqui",
        "não consigo fazer isso",
    ],
)
def test_being_stuck_tells_no_trouble_by_itself(text: str) -> None:
    assert not tells_trouble(text)


@pytest.mark.parametrize(
    "text",
    [
        "the grinder is stuck",
        "I'm stuck, the milk does not froth",
        "o moinho travou",
        "a tampa não abre",
    ],
)
def test_trouble_is_told_where_something_is_named(text: str) -> None:
    assert tells_trouble(text)


@pytest.mark.parametrize(
    "text",
    [
        "guide me through cleaning the pump filter of the W900",
        "show me how to change the filter",
        "me guie na limpeza do filtro da bomba da W900",
        "ensine-me a trocar o filtro",
    ],
)
def test_who_wants_to_be_led_through_the_upkeep_does_it_oneself(text: str) -> None:
    assert wants_training(told(text, "request_maintenance"))


@pytest.mark.parametrize(
    "text",
    [
        "clean the pump filter of the W900 please",
        "the training said that the filter is due",
        "preciso da revisão, como aprendi no treinamento",
    ],
)
def test_who_wants_it_done_is_not_trained(text: str) -> None:
    assert not wants_training(told(text, "request_maintenance"))


@pytest.mark.parametrize("text", ["continue my training", "retomar a aula de onde paramos"])
def test_wish_to_go_on(text: str) -> None:
    assert asks_to_go_on(text)


def test_other_wishes_with_such_words_stay_what_they_are() -> None:
    assert not wants_training(told("your lesson broke my machine", "file_complaint"))
    assert not wants_training(pressed("ask_usage", "Step by step"))
