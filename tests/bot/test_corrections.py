"""What a customer writes must neither spoil an answer nor reach Rasa's log."""

from __future__ import annotations

import logging
from typing import Iterator

import pytest
import structlog
from rasa.core.nlg import interpolator

from bot import corrections

SUMMARY = "Please check:\n{summary}\n\nIs everything right, {name}?"
PAYLOAD = '/postback{"do": "rate", "of": "{name}/5"}'


@pytest.fixture
def corrected() -> Iterator[None]:
    before = interpolator.interpolate_text, structlog.processors.dict_tracebacks
    corrections.install()
    yield
    interpolator.interpolate_text, structlog.processors.dict_tracebacks = before


@pytest.mark.parametrize(
    "words",
    ["it shows 0[ and stops", "{name}", "{{name}}", "{0.__class__}", "{", "}", "{summary}", "%s"],
)
def test_words_of_a_customer_are_shown_as_they_are(corrected: None, words: str) -> None:
    filled = interpolator.interpolate(
        {"text": SUMMARY, "buttons": [{"title": "{name}"}]}, {"summary": words, "name": "Ana"}
    )
    assert filled["text"] == f"Please check:\n{words}\n\nIs everything right, Ana?"
    assert filled["buttons"] == [{"title": "Ana"}]


@pytest.mark.parametrize(
    "response",
    ["", "plain", SUMMARY, "{name}{name}", "{{name}}", "{ name", "{\n}", "100 %", "{number}"],
)
def test_ordinary_answers_are_filled_as_rasa_fills_them(response: str) -> None:
    values = {"summary": "Model: W900", "name": "Ana", "number": 3, "nothing": None}
    expected = _as_rasa_fills(response, values)
    assert corrections.fill_placeholders(response, values) == expected


def test_payload_of_a_button_is_filled() -> None:
    filled = corrections.fill_placeholders(PAYLOAD, {"name": "K4F-7M2C"})
    assert filled == '/postback{"do": "rate", "of": "K4F-7M2C/5"}'


def test_placeholder_without_a_value_stays_and_is_logged_without_the_values(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        filled = corrections.fill_placeholders("{number} of {name}", {"name": "Joana Lima"})
    assert filled == "{number} of Joana Lima"
    assert "placeholder=number" in caplog.text
    assert "Joana" not in caplog.text


def test_error_in_the_log_tells_its_place_and_no_values(corrected: None) -> None:
    private = "joana@mail.example"
    try:
        raise ValueError(f"not a name: {private}")
    except ValueError as error:
        written = structlog.processors.dict_tracebacks(None, "error", {"exc_info": error})
    assert private not in str(written)
    assert "ValueError" in written["exception"]
    assert "test_error_in_the_log_tells_its_place" in written["exception"]


def _as_rasa_fills(response: str, values: dict[str, object]) -> str:
    try:
        return str(interpolator.interpolate_text(response, values))
    except ValueError:
        return response  # a lone brace breaks Rasa's answer off
