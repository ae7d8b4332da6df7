"""The intent classifier on a small set of its own: its output, and what is saved of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.intent_classifier import RANKING_LENGTH, LinearIntentClassifier
from tests.bot.components import example, load, train, understand

EXAMPLES = {
    "greet": ["hello there", "good morning", "hi, how are you", "bom dia", "olá, tudo bem?"],
    "request_repair": [
        "my washing machine is broken",
        "the machine does not start",
        "it is broken and leaks water",
        "a máquina não liga",
        "minha máquina quebrou",
    ],
    "request_return": [
        "I want my money back",
        "please take it back and refund me",
        "I want to return it",
        "quero devolver",
        "quero meu dinheiro de volta",
    ],
}


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("intents")
    examples = [example(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    train(LinearIntentClassifier, folder, examples)
    return folder


@pytest.fixture(scope="session")
def classifier(trained_folder: Path) -> LinearIntentClassifier:
    return load(LinearIntentClassifier, trained_folder)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hello, good morning", "greet"),
        ("MY MACHINE IS BROKEN!", "request_repair"),
        ("a maquina nao liga", "request_repair"),
        ("refund me please", "request_return"),
        ("QUERO   devolver", "request_return"),
    ],
)
def test_intent_is_recognised(classifier: LinearIntentClassifier, text: str, intent: str) -> None:
    assert understand(classifier, text).get("intent")["name"] == intent


def test_ranking_begins_with_the_intent_and_adds_up_to_one(
    classifier: LinearIntentClassifier,
) -> None:
    for text in ("hello", "quero devolver a máquina", "zzz", "?"):
        message = understand(classifier, text)
        ranking = message.get("intent_ranking")
        assert ranking[0] == message.get("intent")
        assert sum(one["confidence"] for one in ranking) == pytest.approx(1)
        confidences = [one["confidence"] for one in ranking]
        assert confidences == sorted(confidences, reverse=True)


def test_output_is_plain_json(classifier: LinearIntentClassifier) -> None:
    ranking = understand(classifier, "hello").get("intent_ranking")
    assert {(type(one["name"]), type(one["confidence"])) for one in ranking} == {(str, float)}


def test_ranking_is_cut_after_the_first_ten(tmp_path: Path) -> None:
    examples = [example(f"word{n} of intent{n}", f"intent_{n}") for n in range(12)] * 2
    many = train(LinearIntentClassifier, tmp_path, examples)
    ranking = understand(many, "word3 of intent3").get("intent_ranking")
    assert len(ranking) == RANKING_LENGTH
    assert ranking[0]["name"] == "intent_3"


def test_loaded_classifier_says_what_the_trained_one_said(tmp_path: Path) -> None:
    examples = [example(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    trained = train(LinearIntentClassifier, tmp_path, examples)
    loaded = load(LinearIntentClassifier, tmp_path)
    for text in ("hello", "it leaks", "devolver", "something else altogether"):
        assert understand(loaded, text).as_dict() == understand(trained, text).as_dict()


def test_same_examples_make_the_same_classifier(
    classifier: LinearIntentClassifier, tmp_path: Path
) -> None:
    examples = [example(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    again = train(LinearIntentClassifier, tmp_path, examples)
    first, second = (understand(one, "it is broken") for one in (classifier, again))
    assert first.get("intent_ranking") == second.get("intent_ranking")


def test_intent_of_a_button_is_kept(classifier: LinearIntentClassifier) -> None:
    message = understand(classifier, "my machine is broken", intent="affirm")
    assert message.get("intent")["name"] == "affirm"
    assert message.get("intent_ranking") is None


def test_empty_message_has_no_intent(classifier: LinearIntentClassifier) -> None:
    assert understand(classifier, "").get("intent") is None


def test_short_answers_and_messages_are_judged_apart(tmp_path: Path) -> None:
    examples = [example(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    text = "minha máquina quebrou"
    for folder in ("answer", "message"):
        (tmp_path / folder).mkdir()
    as_answer = train(LinearIntentClassifier, tmp_path / "answer", examples, answer_words=3)
    as_message = train(LinearIntentClassifier, tmp_path / "message", examples, answer_words=0)
    first, second = (understand(one, text).get("intent") for one in (as_answer, as_message))
    assert first["name"] == second["name"] == "request_repair"
    assert first["confidence"] != second["confidence"]


def test_concepts_carry_over_to_words_that_no_example_has(
    classifier: LinearIntentClassifier,
) -> None:
    text = "after all these weeks I would still like to be reimbursed, thanks"
    assert understand(classifier, text).get("intent")["name"] == "request_return"


def test_second_wish_is_an_entity_with_its_words(tmp_path: Path) -> None:
    examples = [example(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    classifier = train(LinearIntentClassifier, tmp_path, examples, wish_from=0.4)
    text = "minha máquina quebrou e também quero devolver o robô"
    (wish,) = understand(classifier, text).get("entities")
    assert wish["entity"] == "further_wish"
    assert {wish["value"], understand(classifier, text).get("intent")["name"]} == {
        "request_repair",
        "request_return",
    }
    assert text[wish["start"] : wish["end"]].strip() in (
        "minha máquina quebrou",
        "e também quero devolver o robô",
    )
    assert understand(classifier, "minha máquina quebrou").get("entities") is None
