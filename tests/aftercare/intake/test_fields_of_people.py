from __future__ import annotations

import pytest

from aftercare.catalogue.snapshot import Catalogue, Record
from aftercare.intake.fields import Accepted, Context, Reading, Refused, read
from tests.answers import EMAIL, PHONE, TODAY, told


@pytest.fixture
def context(catalogue: Catalogue) -> Context:
    return Context(catalogue, None, TODAY, "en")


def _kind(kind: str) -> Record:
    return Record("field", kind, True, {}, {}, ())


def _refusal(reading: Reading) -> str:
    assert isinstance(reading, Refused), reading
    return reading.response


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Joana Lima", "Joana Lima"),
        ("My name is Joana Lima", "Joana Lima"),
        ("Hi, I'm Joana Lima.", "Joana Lima"),
        ("it's Joana", "Joana"),
        ("this is Siobhán O'Neil", "Siobhán O'Neil"),
        ("me chamo Joana Lima", "Joana Lima"),
        ("Chamo-me Rui", "Rui"),
        ("meu nome é João da Silva", "João da Silva"),
        ("o meu nome e Joao", "Joao"),
        ("Olá, sou a Joana", "Joana"),
        ("aqui é o Zé", "Zé"),
        ("Maria José de Souza e Silva Neto", "Maria José de Souza e Silva Neto"),
        ("Li", "Li"),
        ("Ana-Clara", "Ana-Clara"),
        ("Sousa", "Sousa"),
        ("Ian", "Ian"),
    ],
)
def test_name_is_taken_without_its_introduction(context: Context, written: str, name: str) -> None:
    assert read(_kind("name"), told(written), context) == Accepted(name)


def test_name_beside_an_address_is_taken_without_it(context: Context) -> None:
    said = told(f"Joana Lima, {EMAIL}", email=EMAIL)
    assert read(_kind("name"), said, context) == Accepted("Joana Lima")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "X",
        "12345",
        "joana@mail.example",
        "<script>",
        "J0ana",
        "why do you want to know my name for this repair request",
    ],
)
def test_name_that_is_none_is_refused(context: Context, written: str) -> None:
    assert _refusal(read(_kind("name"), told(written), context)) == "utter_refused_name"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Joana@Mail.Example", "joana@mail.example"),
        ("  rui.costa+casa@mail.example ", "rui.costa+casa@mail.example"),
        ("joão@correio.example", "joão@correio.example"),
    ],
)
def test_email_address_is_kept_in_small_letters(
    context: Context, written: str, address: str
) -> None:
    assert read(_kind("email"), told(written), context) == Accepted(address)


@pytest.mark.parametrize(
    ("written", "sure"),
    [
        ("joana@", True),
        ("joana@mail", True),
        ("@mail.example", True),
        ("joana@@mail.example", True),
        ("joana@mail..example", True),
        ("joana at mail", False),
        ("", False),
    ],
)
def test_email_that_is_none_is_refused(context: Context, written: str, sure: bool) -> None:
    reading = read(_kind("email"), told(written), context)
    assert _refusal(reading) == "utter_refused_email"
    assert isinstance(reading, Refused) and reading.sure is sure


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("(11) 91234-5678", "+5511912345678"),
        ("11912345678", "+5511912345678"),
        ("+55 11 91234-5678", "+5511912345678"),
        ("(11) 3123-4567", "+551131234567"),
        ("912 345 678", "+351912345678"),
        ("+351 912 345 678", "+351912345678"),
        ("00351 912345678", "+351912345678"),
        ("my number is 11 91234-5678", "+5511912345678"),
    ],
)
def test_phone_of_brazil_and_portugal_is_read(context: Context, written: str, number: str) -> None:
    assert read(_kind("phone"), told(written), context) == Accepted(number)


@pytest.mark.parametrize("written", ["", "123", "1234-5678", "call me", "99999999999999999"])
def test_phone_that_is_none_is_refused(context: Context, written: str) -> None:
    assert _refusal(read(_kind("phone"), told(written), context)) == "utter_refused_phone"


@pytest.mark.parametrize("kind", ["contact", "proof"])
def test_contact_is_an_address_or_a_phone(context: Context, kind: str) -> None:
    assert read(_kind(kind), told(EMAIL, email=EMAIL), context) == Accepted(EMAIL)
    assert read(_kind(kind), told(PHONE, phone=PHONE), context) == Accepted("+5511912345678")
    assert _refusal(read(_kind(kind), told("by post"), context)) == "utter_refused_contact"
    assert _refusal(read(_kind(kind), told("me@home"), context)) == "utter_refused_email"


@pytest.mark.parametrize(
    ("written", "good"),
    [
        ("Rua das Flores, 120, Santos", True),
        ("12 Harbour Street Lisboa", True),
        ("Av. Brasil s/n 2º andar", True),
        ("Rua das Flores, Santos", False),
        ("120", False),
        ("at home", False),
        ("", False),
    ],
)
def test_address_needs_a_street_and_a_number(context: Context, written: str, good: bool) -> None:
    reading = read(_kind("address"), told(written), context)
    if good:
        assert reading == Accepted(written)
    else:
        assert _refusal(reading) == "utter_refused_address"
