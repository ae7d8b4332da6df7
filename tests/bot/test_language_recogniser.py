"""The language of a message, with the recogniser trained on the project's own examples."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import pytest
from rasa.shared.nlu.training_data.loading import load_data

from bot.nlu.language_recogniser import LanguageRecogniser
from tests.bot.components import ROOT, entities, example, load, train, understand


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("languages")
    train(LanguageRecogniser, folder, load_data(str(ROOT / "data" / "nlu")).intent_examples)
    return folder


@pytest.fixture(scope="session")
def recogniser(trained_folder: Path) -> LanguageRecogniser:
    return load(LanguageRecogniser, trained_folder)


def _language(component: LanguageRecogniser, text: str, intent: str = "greet") -> Optional[str]:
    found = understand(component, text, intent).get("entities", [])
    return found[0]["value"] if found else None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hi", "en"),
        ("thanks a lot", "en"),
        ("it is dead", "en"),
        ("THE MACHINE LEAKS!!", "en"),
        ("i want 2 talk 2 a person", "en"),
        ("can you speak english?", "en"),
        (
            "Good afternoon. I bought a Maré W900 from you in January and since yesterday it stops "
            "in the middle of the programme, with the water still inside. What can I do?",
            "en",
        ),
        ("obrigado", "pt"),
        ("não liga", "pt"),
        ("nao liga", "pt"),
        ("tá vazando", "pt"),
        ("minha W900 nao liga", "pt"),
        ("QUERO FALAR COM UMA PESSOA", "pt"),
        ("a máquina deita água por baixo", "pt"),
        (
            "Boa tarde. comprei uma Aroma C200 com voces em janeiro e desde ontem o cafe sai frio "
            "e com gosto de queimado, ja limpei tudo. o que eu faço?",
            "pt",
        ),
    ],
)
def test_message_has_its_language(recogniser: LanguageRecogniser, text: str, language: str) -> None:
    assert _language(recogniser, text) == language


@pytest.mark.parametrize("text", ["ok", "W900", "E18", "123", "?", "...", "📷", "👍🏽", "a", "c 3"])
def test_message_that_cannot_tell_changes_nothing(
    recogniser: LanguageRecogniser, text: str
) -> None:
    assert _language(recogniser, text) is None


@pytest.mark.parametrize("intent", ["inform", "correct"])
@pytest.mark.parametrize(
    "text",
    [
        "João da Silva",
        "Emma Thompson-Wright",
        "Rua das Flores 12, apartamento 3, Lisboa",
        "12 Old Mill Lane, London",
        "a minha casa é na Rua da Escola",
    ],
)
def test_name_or_address_does_not_switch_the_language(
    recogniser: LanguageRecogniser, text: str, intent: str
) -> None:
    assert _language(recogniser, text, intent) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("em inglês, por favor", "en"),
        ("Inglês?", "en"),
        ("você fala english?", "en"),
        ("in Portuguese please", "pt"),
        ("do you speak português", "pt"),
        # Both named, or none: the words of the message decide.
        ("prefiro português, não inglês, obrigado", "pt"),
        ("please switch from Portuguese to English for me", "en"),
        ("please change the language", "en"),
        ("quero trocar o idioma", "pt"),
    ],
)
def test_customer_can_ask_for_a_language(
    recogniser: LanguageRecogniser, text: str, language: str
) -> None:
    assert _language(recogniser, text, "change_language") == language


def test_language_that_is_only_spoken_of_is_not_taken(recogniser: LanguageRecogniser) -> None:
    assert _language(recogniser, "o manual veio só em inglês", "file_complaint") == "pt"


def test_entity_covers_the_whole_message(recogniser: LanguageRecogniser) -> None:
    (entity,) = understand(recogniser, "não liga 😡").get("entities")
    assert (entity["entity"], entity["start"], entity["end"]) == ("language", 0, len("não liga 😡"))


def test_empty_message_has_no_language(recogniser: LanguageRecogniser) -> None:
    assert entities(recogniser, "") == []


def test_surer_setting_leaves_more_messages_open(trained_folder: Path) -> None:
    strict = load(LanguageRecogniser, trained_folder, sure_from=1.01)
    assert _language(strict, "I want to talk to a person") is None


def test_examples_without_a_language_are_not_learnt_from(tmp_path: Path) -> None:
    english = ["good morning", "good evening", "good night"]
    portuguese = ["bom dia", "boa noite", "boa tarde"]
    examples = [example(text, "greet") for text in english]
    examples += [example(text, "greet", "pt") for text in portuguese]
    nameless = example("guten Morgen", "greet")
    nameless.set("metadata", None)
    train(LanguageRecogniser, tmp_path, [*examples, nameless])
    loaded = load(LanguageRecogniser, tmp_path, sure_from=0.0)
    assert _language(loaded, "good day") == "en"
    assert _language(loaded, "um bom dia") == "pt"
    assert _language(loaded, "guten Morgen") in ("en", "pt")
