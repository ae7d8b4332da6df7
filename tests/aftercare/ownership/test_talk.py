"""What the bot says and asks of warranty and recalls, to strangers and to known customers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from aftercare.database import SessionFactory, writing
from aftercare.ownership.registering import Particulars, register
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Conversation
from aftercare.tables.ownership import OwnedSource
from aftercare.tickets.history import Actor
from tests.answers import bought, pressed, told
from tests.desks import Caller
from tests.factories import AT, make_customer

WARRANTY = "ask_warranty"
Owns = Callable[..., None]


@pytest.fixture
def owns(stocked_sessions: SessionFactory, joana: Caller) -> Owns:
    """Makes the talker somebody who owns pieces of products."""

    def owns(
        *pieces: tuple[str, str, str],
        vouched: bool = True,
        source: OwnedSource = OwnedSource.CONSOLE,
    ) -> None:
        with writing(stocked_sessions) as session:
            customer = make_customer(session)
            talk = session.get_one(Conversation, "c-1")
            talk.customer_id, talk.identified = customer.id, vouched
            for product, day, serial in pieces:
                register(
                    session,
                    customer,
                    session.get_one(Product, product),
                    Particulars(serial=serial, bought_on=date.fromisoformat(day)),
                    source=source,
                    by=Actor("Rita"),
                    now=AT,
                )

    return owns


def test_product_is_asked_before_the_day(joana: Caller) -> None:
    joana.want(WARRANTY, told("is my kettle still covered?", intent=WARRANTY))
    assert joana.state.asking == "product"


def test_day_that_is_told_before_the_product_is_kept(joana: Caller) -> None:
    said = bought("is it covered? bought in May", "2025-05-01", intent=WARRANTY)
    joana.want(WARRANTY, said)
    assert joana.state.asking == "product"
    joana.say(told("the W900", product="mare-w900"))
    assert joana.heard == ["utter_warranty_in_force"]


def test_answer_says_which_term_and_why(joana: Caller) -> None:
    joana.want(WARRANTY, told("is the W900 covered?", intent=WARRANTY, product="mare-w900"))
    joana.say(bought("in May", "2025-05-01"))
    assert joana.values == {
        "product": "Maré W900 washing machine",
        "term": "manufacturer's warranty",
        "length": "24 months",
        "begin": "purchase",
        "begun": "1 May 2025",
        "until": "1 May 2027",
    }


def test_parts_that_last_longer_are_told_with_the_end_of_the_rest(joana: Caller) -> None:
    joana.want(WARRANTY, told("is the D25 covered?", intent=WARRANTY, product="nimbera-d25"))
    joana.say(bought("long ago", "2023-05-01"))
    assert joana.heard == ["utter_warranty_over", "utter_warranty_parts"]
    assert "Compressor and refrigerant: 1 May 2028" in joana.turn.replies[1].values["parts"]


def test_part_that_is_named_is_answered_for(joana: Caller) -> None:
    said = told("is the compressor of my D25 covered?", intent=WARRANTY, product="nimbera-d25")
    joana.want(WARRANTY, said)
    joana.state.records["part"] = "nimbera-d25/compressor"
    joana.say(bought("long ago", "2023-05-01"))
    assert joana.heard == ["utter_warranty_in_force"]
    assert (joana.values["term"], joana.values["length"]) == ("compressor warranty", "5 years")


def test_known_customer_with_one_product_is_asked_nothing(joana: Caller, owns: Owns) -> None:
    owns(("mare-w900", "2025-05-01", "W912345678"))
    joana.want(WARRANTY)
    assert joana.heard == ["utter_warranty_in_force"]
    assert joana.values["until"] == "1 May 2027"


def test_known_customer_with_several_chooses_by_buttons(joana: Caller, owns: Owns) -> None:
    owns(
        ("mare-w900", "2025-05-01", "W912345678"),
        ("mare-w900", "2023-01-01", "W900000001"),
        ("vento-r50", "2025-05-01", ""),
    )
    joana.want(WARRANTY)
    products = {button.entities["product"] for button in joana.turn.replies[0].buttons}
    assert products == {"mare-w900", "vento-r50"}
    joana.say(pressed("inform", product="mare-w900"))
    days = joana.turn.replies[0].buttons
    assert [button.title for button in days] == ["1 May 2025 (…5678)", "1 January 2023 (…0001)"]
    joana.say(pressed("inform", date=days[1].entities["date"]))
    assert joana.heard == ["utter_warranty_over"]


@pytest.mark.parametrize(
    ("vouched", "source"),
    [(False, OwnedSource.CONSOLE), (True, OwnedSource.INTAKE)],
)
def test_nothing_registered_is_used_for_a_stranger_or_from_one(
    joana: Caller,
    owns: Owns,
    vouched: bool,
    source: OwnedSource,
) -> None:
    owns(("mare-w900", "2025-05-01", "W912345678"), vouched=vouched, source=source)
    joana.want(WARRANTY)
    assert joana.state.asking == "product"


def test_other_product_does_not_take_the_registered_day(joana: Caller, owns: Owns) -> None:
    owns(("mare-w900", "2025-05-01", ""))
    joana.want(WARRANTY, told("is my R50 covered?", intent=WARRANTY, product="vento-r50"))
    assert joana.state.asking == "purchase_date"


def test_repair_knows_serial_and_day_of_the_only_piece(joana: Caller, owns: Owns) -> None:
    owns(("mare-w900", "2025-05-01", "W912345678"))
    joana.want("request_repair", told("W900", intent="request_repair", product="mare-w900"))
    assert joana.state.records["purchase_date"] == "2025-05-01"
    assert joana.state.records["serial_number"] == "W912345678"


# Serial numbers and recalls ----------------------------------------------------------


def asked_for_serial(joana: Caller, product: str) -> Caller:
    joana.want("request_repair", told("It broke", intent="request_repair", product=product))
    while joana.state.asking != "serial_number":
        if joana.state.asking == "description":
            joana.say("It makes no sound any more at all")
        else:
            joana.say(pressed("skip"))
    return joana


def test_mistyped_serial_is_asked_once_more_and_then_taken(joana: Caller) -> None:
    asked_for_serial(joana, "nimbera-d25").say("D225140376")
    assert joana.heard == ["utter_refused_serial_mistyped"]
    assert joana.values == {"serial": "D225140376"}
    joana.say("D225140376")
    assert joana.state.records["serial_number"] == "D225140376"


def test_right_serial_is_taken_at_once(joana: Caller) -> None:
    asked_for_serial(joana, "nimbera-d25").say("d2 2514 0375")
    assert joana.state.records["serial_number"] == "D225140375"


def test_recalled_piece_is_told_at_once_and_once(joana: Caller) -> None:
    asked_for_serial(joana, "fonte-p30").say("P330100007")
    assert joana.heard[0] == "utter_recall"
    assert "Pull the plug" in joana.values["instructions"]
    joana.answer_all()
    assert "utter_recall" not in joana.heard


def test_warranty_of_a_recalled_piece_begins_with_safety(joana: Caller, owns: Owns) -> None:
    owns(("fonte-p30", "2025-12-01", "P330100007"))
    joana.want(WARRANTY)
    assert joana.heard == ["utter_recall", "utter_warranty_in_force"]
