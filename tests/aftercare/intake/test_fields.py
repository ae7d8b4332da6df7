from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from aftercare.catalogue.snapshot import Catalogue, Record
from aftercare.intake.fields import Accepted, Context, Reading, Refused, already_said, read
from aftercare.intake.understood import Entity, Understood
from tests.answers import EMAIL, TODAY, answer_to, bought, product, told


@pytest.fixture
def context(catalogue: Catalogue) -> Context:
    return Context(catalogue, None, TODAY, "en")


def _record(context: Context, service: str, field: str) -> Record:
    return context.catalogue.services[service].record(field)


def _kind(kind: str) -> Record:
    return Record("field", kind, True, {}, {}, ())


def _refusal(reading: Reading) -> str:
    assert isinstance(reading, Refused), reading
    return reading.response


def test_good_answer_is_accepted_by_every_record_of_every_service(context: Context) -> None:
    for service in context.catalogue.services.values():
        for record in service.records:
            for language in ("en", "pt"):
                owned = replace(context, product="mare-w900")
                reading = read(record, answer_to(record, language), owned)
                assert isinstance(reading, Accepted), (service.id, record.field, language)


# Products --------------------------------------------------------------------


def test_product_named_is_taken_and_the_last_one_counts(context: Context) -> None:
    both = Understood(
        "not the W700 but the W900",
        "inform",
        entities=(Entity("product", "mare-w700", 8, 12), Entity("product", "mare-w900", 21, 25)),
    )
    assert read(_kind("product"), both, context) == Accepted("mare-w900")


def test_category_with_one_model_is_that_model(context: Context) -> None:
    said = told("the air conditioner", product_category="air_conditioner")
    assert read(_kind("product"), said, context) == Accepted("brisa-a12")


def test_category_with_several_models_asks_which(context: Context) -> None:
    reading = read(_kind("product"), told("my washer", product_category="washing_machine"), context)
    assert isinstance(reading, Refused)
    assert (reading.category, reading.sure) == ("washing_machine", True)


@pytest.mark.parametrize("said", [told("my toaster"), told("W800", product="mare-w800"), told("")])
def test_product_that_nobody_sells_is_refused(context: Context, said: Understood) -> None:
    assert _refusal(read(_kind("product"), said, context)) == "utter_refused_product"


# Descriptions and choices ------------------------------------------------------


@pytest.mark.parametrize("text", ["It leaks", "não liga", "E18 no visor"])
def test_two_words_describe_something(context: Context, text: str) -> None:
    assert read(_kind("description"), told(text), context) == Accepted(text)


@pytest.mark.parametrize("text", ["", "broken", "???", "👍"])
def test_less_than_two_words_describe_nothing(context: Context, text: str) -> None:
    assert _refusal(read(_kind("description"), told(text), context)) == "utter_refused_description"


def test_error_code_alone_describes_enough(context: Context) -> None:
    assert read(_kind("description"), told("E18", error_code="E18"), context) == Accepted("E18")


@pytest.mark.parametrize(
    ("service", "field", "text", "choice"),
    [
        ("return", "wanted", "I want my money back", "refund"),
        ("return", "wanted", "prefiro a troca", "replace"),
        ("return", "wanted", "reembolso por favor", "refund"),
        ("return", "wanted", "refnd", "refund"),
        ("return", "wanted", "replacment", "replace"),
        ("return", "wanted", "Dinheiro de volta", "refund"),
        ("return", "reason", "chegou quebrado", "damaged"),
        ("return", "reason", "it does not work", "defective"),
        ("return", "reason", "nao quero mais", "changed_mind"),
        ("return", "reason", "it is the wrong colour", "wrong_item"),
        ("complaint", "wanted", "quero uma explicacao", "answer"),
        ("complaint", "wanted", "something else", "other"),
        ("feedback", "rating", "5", "5"),
        ("feedback", "rating", "I give it a 4", "4"),
        ("feedback", "rating", "nota tres", "3"),
        ("feedback", "rating", "péssimo", "1"),
        ("privacy", "request", "please delete everything", "erase"),
        ("privacy", "request", "quero uma cópia", "export"),
    ],
)
def test_choice_is_understood_in_words_of_both_languages_and_with_typos(
    context: Context, service: str, field: str, text: str, choice: str
) -> None:
    assert read(_record(context, service, field), told(text), context) == Accepted(choice)


def test_pressed_choice_is_taken_only_where_the_record_offers_it(context: Context) -> None:
    record = _record(context, "return", "wanted")
    assert read(record, told("Money back", choice="refund"), context) == Accepted("refund")
    foreign = read(record, told("Whatever", choice="erase"), context)
    assert _refusal(foreign) == "utter_refused_choice"


@pytest.mark.parametrize("text", ["", "maybe", "I do not know yet", "10 out of nothing"])
def test_answer_that_names_no_choice_is_refused(context: Context, text: str) -> None:
    record = _record(context, "return", "wanted")
    assert _refusal(read(record, told(text), context)) == "utter_refused_choice"


# Dates -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "day", [TODAY, TODAY - timedelta(days=1), TODAY - timedelta(days=365 * 40)]
)
def test_purchase_up_to_today_is_accepted(context: Context, day: date) -> None:
    reading = read(_kind("past_date"), told("then", date=day.isoformat()), context)
    assert reading == Accepted(day.isoformat())


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (TODAY + timedelta(days=1), "utter_refused_date_in_future"),
        (TODAY - timedelta(days=365 * 40 + 1), "utter_refused_date_too_old"),
    ],
)
def test_purchase_tomorrow_or_in_another_age_is_refused(
    context: Context, day: date, refusal: str
) -> None:
    reading = read(_kind("past_date"), told("then", date=day.isoformat()), context)
    assert _refusal(reading) == refusal
    assert isinstance(reading, Refused) and reading.sure


def test_day_that_is_said_to_be_of_the_purchase_goes_before_others(context: Context) -> None:
    said = Understood(
        "since yesterday, bought in January",
        "inform",
        entities=(
            Entity("date", "2026-03-01"),
            Entity("date", "2026-01-01", role="purchase"),
        ),
    )
    assert read(_kind("past_date"), said, context) == Accepted("2026-01-01")


@pytest.mark.parametrize(
    ("day", "future"),
    [
        (TODAY + timedelta(days=1), None),
        (TODAY + timedelta(days=366), None),
        (TODAY - timedelta(days=6), TODAY + timedelta(days=1)),
    ],
)
def test_visit_from_tomorrow_within_a_year_is_accepted(
    context: Context, day: date, future: date | None
) -> None:
    """A weekday has two meanings; a visit is meant looking ahead."""
    said = Understood("on", "inform", entities=(Entity("date", day.isoformat(), future=future),))
    reading = read(_kind("future_date"), said, context)
    assert reading == Accepted((future or day).isoformat())


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (TODAY, "utter_refused_date_in_past"),
        (TODAY - timedelta(days=1), "utter_refused_date_in_past"),
        (TODAY + timedelta(days=367), "utter_refused_date_too_far"),
    ],
)
def test_visit_today_past_or_far_ahead_is_refused(
    context: Context, day: date, refusal: str
) -> None:
    reading = read(_kind("future_date"), told("on", date=day.isoformat()), context)
    assert _refusal(reading) == refusal


@pytest.mark.parametrize("kind", ["past_date", "future_date"])
@pytest.mark.parametrize("text", ["", "soon", "não sei", "when it was on sale"])
def test_words_without_a_date_are_refused(context: Context, kind: str, text: str) -> None:
    assert _refusal(read(_kind(kind), told(text), context)).startswith("utter_refused_")


# Numbers ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("product_id", "written", "number"),
    [
        ("mare-w900", "W912345678", "W912345678"),
        ("mare-w900", "w9 1234 5678", "W912345678"),
        ("mare-w900", "W9-1234.5678", "W912345678"),
        ("mare-w700", "w700000001", "W700000001"),
        ("aroma-c200", "C212345678", "C212345678"),
        ("brisa-a12", "A112345678", "A112345678"),
        ("vento-r50", "R512345678", "R512345678"),
        ("fonte-p30", "P312345678", "P312345678"),
        (None, "W912345678", "W912345678"),
        (None, "AB-1234", "AB1234"),
    ],
)
def test_serial_number_of_the_product_is_accepted(
    catalogue: Catalogue, product_id: str | None, written: str, number: str
) -> None:
    context = Context(catalogue, product_id, TODAY, "en")
    assert read(_kind("serial"), told(written), context) == Accepted(number)


@pytest.mark.parametrize(
    ("product_id", "written"),
    [
        ("mare-w900", "W712345678"),
        ("mare-w900", "W91234567"),
        ("mare-w900", "W9123456789"),
        ("mare-w700", "W912345678"),
        ("fonte-p30", "I do not know"),
        (None, "ABCDEF"),
        (None, "12"),
    ],
)
def test_serial_number_of_another_make_is_refused_with_an_example(
    catalogue: Catalogue, product_id: str | None, written: str
) -> None:
    context = Context(catalogue, product_id, TODAY, "en")
    reading = read(_kind("serial"), told(written), context)
    assert _refusal(reading) == "utter_refused_serial"
    expected = catalogue.products[product_id].serial_example if product_id else "W912345678"
    assert isinstance(reading, Refused) and reading.values == {"serial_example": expected}


@pytest.mark.parametrize(
    ("written", "number"), [("20263817", "20263817"), ("#ab-99", "AB-99"), ("1/2026.", "1/2026")]
)
def test_order_number_is_accepted(context: Context, written: str, number: str) -> None:
    assert read(_kind("order_number"), told(written), context) == Accepted(number)


@pytest.mark.parametrize("written", ["", "12", "none", "no idea", "1" * 31])
def test_order_number_that_is_none_is_refused(context: Context, written: str) -> None:
    reading = read(_kind("order_number"), told(written), context)
    assert _refusal(reading) == "utter_refused_order_number"


@pytest.mark.parametrize("written", ["K4F-7M2C", "k4f7m2c", "K4F 7M2C"])
def test_ticket_number_is_read_in_any_form(context: Context, written: str) -> None:
    assert read(_kind("ticket_number"), told(written), context) == Accepted("K4F-7M2C")


@pytest.mark.parametrize("written", ["", "K4F-7M2A", "K4F-7M2", "twelve", "O4F-7M2C"])
def test_ticket_number_with_a_mistake_is_refused(context: Context, written: str) -> None:
    reading = read(_kind("ticket_number"), told(written), context)
    assert _refusal(reading) == "utter_refused_ticket_number"


# Unasked ---------------------------------------------------------------------


def test_value_that_nobody_asked_for_is_found(context: Context) -> None:
    assert already_said(_kind("email"), told(f"write to {EMAIL}", email=EMAIL), context) == EMAIL
    assert already_said(_kind("product"), product(), context) == "mare-w900"
    past = bought("bought in January", "2026-01-01")
    assert already_said(_kind("past_date"), past, context) == "2026-01-01"


def test_plain_date_in_a_story_is_not_the_day_of_purchase(context: Context) -> None:
    said = told("it leaks since yesterday", date="2026-03-01")
    assert already_said(_kind("past_date"), said, context) is None


def test_impossible_value_in_a_story_is_not_taken(context: Context) -> None:
    assert already_said(_kind("email"), told("me@home", email="me@home"), context) is None


@pytest.mark.parametrize("kind", ["description", "address", "choice", "future_date"])
def test_some_kinds_are_only_taken_when_asked(context: Context, kind: str) -> None:
    said = told("Rua das Flores 12, next Tuesday", date="2026-03-10")
    assert already_said(_kind(kind), said, context) is None
