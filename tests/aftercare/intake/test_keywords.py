from __future__ import annotations

from dataclasses import replace

import pytest

from aftercare.catalogue.snapshot import Catalogue
from aftercare.intake.keywords import guessed_by_keyword, service_by_keyword
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


def test_number_or_code_says_more_than_a_keyword(catalogue: Catalogue) -> None:
    assert guessed_by_keyword(_unsure("refill"), catalogue)
    assert not guessed_by_keyword(_unsure("refill E18", error_code="E18"), catalogue)
