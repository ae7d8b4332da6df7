"""What is typed after a reminder: done, later, no more, or a fault and a wish of its own."""

from __future__ import annotations

import pytest

from aftercare.database import SessionFactory
from aftercare.intake.understood import Understood
from tests.aftercare.maintenance.conftest import consents, items
from tests.answers import told
from tests.customers import Customer


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (told("I did it yesterday", intent="inform"), ["utter_maintenance_which"]),
        (told("já fiz tudo", intent="nlu_fallback", confidence=0.3), ["utter_maintenance_which"]),
        (told("remind me next week", intent="skip"), ["utter_maintenance_later"]),
        (told("semana que vem", intent="inform", confidence=0.3), ["utter_maintenance_later"]),
        (told("stop that", intent="cancel"), ["utter_maintenance_stopped"]),
        (told("yes", intent="affirm"), ["utter_maintenance_choose"]),
        (told("no", intent="deny"), ["utter_maintenance_choose"]),
    ],
)
def test_typed_answers_to_a_reminder_are_heard(
    joana: Customer, piece: int, said: object, heard: list[str]
) -> None:
    assert joana.reply(said).heard == heard


@pytest.mark.parametrize(
    "words",
    [
        "I have not done it yet",
        "não fiz ainda",
        "can it be done by you?",
        "I changed my mind",
        "I haven't done it",
    ],
)
def test_what_was_not_done_is_not_noted(
    joana: Customer, piece: int, stocked_sessions: SessionFactory, words: str
) -> None:
    joana.reply(told(words, intent="inform"))
    assert "utter_maintenance_which" not in joana.heard
    assert all(one.done_on is None for one in items(stocked_sessions).values())


@pytest.mark.parametrize(
    "words",
    [
        "the water does not stop leaking",
        "no more water comes out",
        "chega pouca água na torneira",
        "I changed the filter and it leaks",
        "we cleaned it and it still smells",
        "I replaced it but nothing happens",
        "já troquei e continua vazando",
        "vazou água depois da troca",
        "I did it last year",
        "já fiz no ano passado",
    ],
)
def test_fault_is_no_answer_to_a_reminder(
    joana: Customer, piece: int, stocked_sessions: SessionFactory, words: str
) -> None:
    joana.reply(told(words, intent="inform"))
    assert not [one for one in joana.heard if one.startswith("utter_maintenance")]
    touched = (
        (one.done_on, one.put_off_until, one.stopped_at) for one in items(stocked_sessions).values()
    )
    assert set(touched) == {(None, None, None)}


@pytest.mark.parametrize(
    "said",
    [
        told("I changed the filter, send somebody", intent="request_repair", confidence=0.5),
        told("já troquei o cartucho como manda", intent="ask_usage", confidence=0.5),
        told("I cleaned it and it hums", intent="skip", symptom="noise"),
    ],
)
def test_wish_or_symptom_is_no_answer_to_a_reminder(
    joana: Customer, piece: int, stocked_sessions: SessionFactory, said: Understood
) -> None:
    joana.reply(said)
    assert "utter_maintenance_which" not in joana.heard
    assert all(one.put_off_until is None for one in items(stocked_sessions).values())


@pytest.mark.parametrize(
    ("words", "intent", "heard"),
    [
        ("I did it", "give_feedback", "utter_maintenance_which"),
        ("Já fiz!", "give_feedback", "utter_maintenance_which"),
        ("já troquei o cartucho", "inform", "utter_maintenance_which"),
        ("No, not now, thanks", "deny", "utter_maintenance_later"),
        ("Me lembre na próxima semana, por favor", "inform", "utter_maintenance_later"),
        ("Unsubscribe!", "privacy_request", "utter_maintenance_stopped"),
        ("please stop these reminders", "cancel", "utter_maintenance_stopped"),
        ("Não quero mais receber lembretes", "deny", "utter_maintenance_stopped"),
        ("no more", "deny", "utter_maintenance_stopped"),
    ],
)
def test_answer_that_says_nothing_else_is_heard_whatever_it_is_taken_for(
    joana: Customer, piece: int, words: str, intent: str, heard: str
) -> None:
    assert joana.reply(told(words, intent=intent)).heard == [heard]


def test_fault_is_no_answer_to_the_question_either(
    joana: Customer, asked: str, stocked_sessions: SessionFactory
) -> None:
    joana.reply(told("no more water comes out", intent="inform"))
    joana.press("maintenance_ask", asked)
    joana.reply(told("no, it leaks", intent="deny", symptom="leak"))
    assert consents(stocked_sessions) == []
