from __future__ import annotations

from dataclasses import replace

import pytest

from aftercare.catalogue.snapshot import Catalogue
from aftercare.intake.keywords import (
    fault_or_service,
    guessed,
    hardly_told,
    service_by_fault,
    service_by_keyword,
)
from aftercare.intake.understood import FALLBACK, Understood
from tests.answers import told


def _unsure(text: str, *ranking: tuple[str, float], **entities: str) -> Understood:
    return replace(told(text, FALLBACK, 0.3, **entities), ranking=ranking)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("huh filter change thingy", "request_maintenance"),
        ("TROCA DO FILTRO??", "request_maintenance"),
        ("manutencao", "request_maintenance"),  # without its accents
        ("refills", "request_maintenance"),
        ("the quick brown fox", None),
        ("unreturnable", None),  # a keyword within another word
    ],
)
def test_keyword_names_the_service_of_an_unsure_message(
    catalogue: Catalogue, text: str, intent: str | None
) -> None:
    assert service_by_keyword(_unsure(text), catalogue) == intent


def test_service_that_says_more_of_the_message_is_meant(catalogue: Catalogue) -> None:
    assert service_by_keyword(_unsure("wrong item phone"), catalogue) == "request_return"


def test_tie_is_decided_by_what_the_bot_finds_likelier(catalogue: Catalogue) -> None:
    services = {
        key: replace(one, keywords={"en": ["zap"]} if key in ("repair", "return") else {})
        for key, one in catalogue.services.items()
    }
    tied = replace(catalogue, services=services)
    likely = _unsure("zap", ("greet", 0.3), ("request_return", 0.2), ("request_repair", 0.1))
    assert service_by_keyword(likely, tied) == "request_return"
    assert service_by_keyword(_unsure("zap", ("greet", 0.3)), tied) is None


def test_message_that_the_bot_is_sure_of_needs_no_keyword(catalogue: Catalogue) -> None:
    assert service_by_keyword(told("filter change", "ask_usage"), catalogue) is None


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        (told("a12 is making ice", product="brisa-a12", symptom="ice"), "request_repair"),
        (told("the washer leaks", product_category="washer", symptom="leak"), "request_repair"),
        (told("the a12", product="brisa-a12"), None),
        (told("it is making ice", symptom="ice"), None),
        (told("Leaks", pressed=True, product="brisa-a12", symptom="leak"), None),
    ],
)
def test_product_with_its_fault_is_for_the_repair(
    catalogue: Catalogue, said: Understood, intent: str | None
) -> None:
    assert service_by_fault(said, catalogue) == intent


def _likely(text: str, confidence: float, **entities: str) -> Understood:
    said = told(text, "request_repair", confidence, **entities)
    return replace(said, ranking=(("request_repair", confidence), ("greet", 0.1)))


@pytest.mark.parametrize(
    ("said", "hardly"),
    [
        (_likely("purple vento monday", 0.48, product="vento-r50"), True),
        (_likely("purple vento monday", 0.6, product="vento-r50"), False),
        (_likely("the vento is iced", 0.48, product="vento-r50", symptom="ice"), False),
        (_likely("vento broken", 0.48, product="vento-r50"), False),  # a keyword of the service
        (_likely("vento K4F-7M2C", 0.48, ticket_number="K4F-7M2C"), False),
        (replace(_likely("purple vento", 0.48), ranking=()), False),  # decided before
    ],
)
def test_likelihood_alone_has_to_be_a_sure_one(
    catalogue: Catalogue, said: Understood, hardly: bool
) -> None:
    assert hardly_told(said, catalogue) is hardly


def _ranked(text: str, intent: str, confidence: float, **entities: str) -> Understood:
    said = told(text, intent, confidence, **entities)
    return replace(said, ranking=((intent, confidence), ("greet", 0.1)))


ICE = {"product": "brisa-a12", "symptom": "ice"}


@pytest.mark.parametrize(
    ("said", "choices"),
    [
        (_ranked("my a12 is icing", "give_feedback", 0.56, **ICE), True),
        (_ranked("my a12 is icing", "give_feedback", 0.8, **ICE), False),
        (_ranked("a review of my a12: ice", "give_feedback", 0.56, **ICE), False),  # a keyword
        (_ranked("my a12 is icing", "file_complaint", 0.56, **ICE), False),  # it takes faults
        (_ranked("why is my a12 icing", "ask_usage", 0.56, **ICE), False),  # answered, not opened
        (_ranked("my a12 is fine", "give_feedback", 0.56, product="brisa-a12"), False),
        (replace(_ranked("x", "give_feedback", 0.56, **ICE), ranking=()), False),  # decided before
    ],
)
def test_fault_told_to_a_service_that_takes_none_leaves_a_choice(
    catalogue: Catalogue, said: Understood, choices: bool
) -> None:
    expected = ("request_repair", "give_feedback") if choices else ()
    assert fault_or_service(said, catalogue) == expected


def test_number_or_code_says_more_than_a_keyword(catalogue: Catalogue) -> None:
    assert guessed(_unsure("refill"), catalogue)
    assert not guessed(_unsure("refill E18", error_code="E18"), catalogue)
