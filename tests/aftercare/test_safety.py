"""Words of danger come before everything else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from aftercare.catalogue.files import read_company
from aftercare.database import SessionFactory, reading
from aftercare.safety import words_of_danger
from aftercare.settings import PROJECT_ROOT
from aftercare.tables.tickets import Ticket
from tests.answers import product, told
from tests.desks import YES, Caller

LISTED = read_company(PROJECT_ROOT / "catalogue").safety_words


@pytest.mark.parametrize(
    "text",
    [
        "my washing machine is SMOKING and I smell burning!!",
        "there were sparks from the plug",
        "I got a shock when I touched it",
        "levei um choque da cafeteira",
        "ta saindo fumaca do ar condicionado",
        "cheira a queimado aqui em casa",
        "a máquina pegou fogo",
    ],
)
def test_danger_is_noticed(text: str) -> None:
    assert words_of_danger(text, LISTED)


@pytest.mark.parametrize(
    "text",
    [
        "I was shocked by the price",
        "fiquei em choque com o atendimento",
        "the coffee has a smoky taste",
        "where is the fire extinguisher programme",
        "a faixa de preço",
        "my washing machine does not drain",
    ],
)
def test_other_words_are_no_alarm(text: str) -> None:
    assert words_of_danger(text, LISTED) == []


def test_advice_comes_first_and_once(joana: Caller) -> None:
    smoking = told("the W900 is smoking and stopped", "request_repair", product="mare-w900")
    joana.want("request_repair", smoking)
    assert joana.heard[0] == "utter_safety_first"
    joana.say(told("smoke came out of the back", "request_repair"))
    assert "utter_safety_first" not in joana.heard


def test_advice_is_given_in_the_middle_of_an_intake(joana: Caller) -> None:
    joana.want("request_repair").say(product())
    joana.say(told("it smells of burning, smell of burning everywhere", "request_repair"))
    assert joana.heard[0] == "utter_safety_first"


def test_advice_is_given_outside_of_an_intake(joana: Caller) -> None:
    said = told("smoke!!! help", "nlu_fallback", 0.3)
    replies = joana.desk.take_up_remark(said, joana.memory, joana.talk)
    assert [reply.response for reply in replies] == ["utter_safety_first", "utter_safety_next"]


def test_ticket_tells_the_staff(joana: Caller, stocked_sessions: SessionFactory) -> None:
    joana.want("request_repair", told("sparks fly when it spins", "request_repair"))
    joana.answer_all().say(YES)
    with reading(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket)).one()
        assert "danger" in ticket.events[0].note
