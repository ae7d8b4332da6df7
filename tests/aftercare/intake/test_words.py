from __future__ import annotations

import pytest

from aftercare.catalogue.snapshot import Catalogue
from aftercare.intake.words import main_words, plain, telling_words, tells_a_fault, words_of
from tests.answers import told


@pytest.mark.parametrize(
    ("text", "flat"),
    [("  Não   LIGA ", "nao liga"), ("Maré", "mare"), ("", ""), ("É só\tisso\n", "e so isso")],
)
def test_plain_form_has_no_accents_capitals_or_double_spaces(text: str, flat: str) -> None:
    assert plain(text) == flat


def test_words_are_found_without_punctuation() -> None:
    assert words_of("Não liga! (E18)") == ["nao", "liga", "e18"]


def test_main_words_leave_out_the_small_ones() -> None:
    assert main_words("the number of your machine") == ["number", "machine"]
    assert main_words("o número da sua máquina") == ["numero", "maquina"]


@pytest.mark.parametrize(
    ("text", "intent", "service"),
    [
        ("I need a repair", "request_repair", "repair"),
        ("quero registrar uma reclamação", "file_complaint", "complaint"),
        ("can I talk to a person please", "request_human", "person"),
    ],
)
def test_bare_wish_tells_nothing(
    catalogue: Catalogue, text: str, intent: str, service: str
) -> None:
    assert telling_words(told(text, intent=intent), catalogue.services[service]) == []


def test_name_of_the_product_tells_nothing_of_what_happened(catalogue: Catalogue) -> None:
    said = told("my W900 leaks heavily", product="W900")
    assert telling_words(said, catalogue.services["repair"]) == ["leaks", "heavily"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("why doesn't it drain?", True),
        ("por que está vazando?", True),
        ("how do I descale it", False),
        ("como faço um cappuccino", False),
    ],
)
def test_question_about_something_that_fails_is_told_from_one_about_use(
    text: str, fault: bool
) -> None:
    assert tells_a_fault(text) is fault
