"""Two wishes in a message are noticed by a model of the test's own; one wish is left alone."""

from __future__ import annotations

import time
from typing import Optional, Tuple

import pytest
import yaml

from bot.nlu.further_wishes import WISHES, further_wish
from bot.nlu.intent_model import IntentModel
from tests.bot.components import ROOT

EXAMPLES = {
    "request_repair": [
        "my washing machine is broken and leaks water",
        "the coffee machine leaks",
        "the robot does not charge any more",
        "it stopped working and makes a noise",
        "the washer does not drain",
        "a lavadora está vazando",
        "minha cafeteira não liga",
        "o robô parou de carregar",
        "a máquina quebrou e faz barulho",
    ],
    "ask_warranty": [
        "how long is the warranty of the purifier",
        "is it still in warranty",
        "I want to know about the warranty of my washer",
        "does the warranty cover the pump",
        "qual a garantia da cafeteira",
        "queria saber da garantia do purificador",
        "ainda está na garantia?",
    ],
    "request_return": [
        "I want to return the robot and get my money back",
        "please take it back and refund me",
        "I would like to send the coffee machine back",
        "quero devolver a cafeteira",
        "quero meu dinheiro de volta",
        "gostaria de devolver o robô",
    ],
    "check_ticket_status": [
        "where is my ticket",
        "what is the status of my ticket",
        "any news about my ticket",
        "qual o andamento do meu atendimento",
        "onde está o meu atendimento",
    ],
    "greet": ["hello there", "good morning", "bom dia", "olá, tudo bem?"],
}


@pytest.fixture(scope="module")
def model() -> IntentModel:
    pairs = [(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    texts, intents = zip(*pairs, strict=True)
    return IntentModel(10.0, 4, 4, 1).fit(texts, intents)


def _found(model: IntentModel, text: str, main: str) -> Optional[Tuple[str, str]]:
    wish = further_wish(text, main, model, sure_from=0.4)
    return (wish.intent, text[wish.start : wish.end].strip(" ,")) if wish else None


@pytest.mark.parametrize(
    ("text", "main", "intent", "words"),
    [
        (
            "the coffee machine leaks, and where is my ticket?",
            "request_repair",
            "check_ticket_status",
            "and where is my ticket?",
        ),
        (
            "the coffee machine leaks, and where is my ticket?",
            "check_ticket_status",
            "request_repair",
            "the coffee machine leaks",
        ),
        (
            "My washer does not drain. Is it still in warranty?",
            "request_repair",
            "ask_warranty",
            "Is it still in warranty?",
        ),
        (
            "I want to return the robot and I also want to know about the warranty of my washer",
            "request_return",
            "ask_warranty",
            "and I also want to know about the warranty of my washer",
        ),
        (
            "quero devolver a cafeteira e também saber da garantia do purificador",
            "request_return",
            "ask_warranty",
            "e também saber da garantia do purificador",
        ),
        (
            "o robô parou de carregar, qual a garantia da cafeteira?",
            "request_repair",
            "ask_warranty",
            "qual a garantia da cafeteira?",
        ),
    ],
)
def test_second_wish_is_found_with_its_words(
    model: IntentModel, text: str, main: str, intent: str, words: str
) -> None:
    assert _found(model, text, main) == (intent, words)


@pytest.mark.parametrize(
    ("text", "main"),
    [
        ("the coffee machine leaks, I want to return it and get my money back", "request_return"),
        ("it leaks water and also makes a noise, the washer does not drain", "request_repair"),
        ("a lavadora está vazando e também faz barulho", "request_repair"),
        ("where is my ticket? any news?", "check_ticket_status"),
        ("the washer does not drain. and when?", "request_repair"),
        ("hello there, how long is the warranty of the purifier?", "ask_warranty"),
        ("how long is the warranty", "ask_warranty"),
        ("", "request_repair"),
        ("??? !!! ...", "request_repair"),
    ],
)
def test_one_wish_is_no_second(model: IntentModel, text: str, main: str) -> None:
    assert _found(model, text, main) is None


def test_small_talk_has_no_second_wish(model: IntentModel) -> None:
    text = "the coffee machine leaks, and where is my ticket?"
    assert _found(model, text, "greet") is None


def test_parts_must_be_clear(model: IntentModel) -> None:
    text = "the coffee machine leaks, and where is my ticket?"
    assert further_wish(text, "request_repair", model, sure_from=0.4)
    assert further_wish(text, "request_repair", model, sure_from=1.0) is None


def test_endless_questions_are_not_judged_endlessly(model: IntentModel) -> None:
    started = time.perf_counter()
    _found(model, "where is my ticket? " * 500, "check_ticket_status")
    _found(model, "and also " * 3000, "check_ticket_status")
    assert time.perf_counter() - started < 2


def test_wishes_are_the_services_of_the_sample_company() -> None:
    files = (ROOT / "catalogue" / "services").glob("*.yml")
    services = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]
    # Training begins no intake that could be taken up after another.
    intents = {one["intent"] for one in services if one["completion"] != "guided_training"}
    assert intents == WISHES
