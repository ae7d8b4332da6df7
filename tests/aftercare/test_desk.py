from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.desk import Desk, open_desk
from aftercare.errors import NotFound
from aftercare.intake.state import CONFIRMATION, IntakeState, Memory
from aftercare.intake.understood import Understood
from aftercare.settings import Settings
from aftercare.tables.catalogue import CatalogueState, Product, Service
from aftercare.tables.conversations import Conversation, Customer
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.ticket_numbers import new_number
from tests.answers import EMAIL, pressed, told
from tests.conftest import settings_in
from tests.desks import YES, Caller, Library, open_test_desk
from tests.factories import make_ticket


def _tickets(sessions: SessionFactory) -> list[Ticket]:
    with reading(sessions) as session:
        return list(session.scalars(select(Ticket)))


# Tickets -----------------------------------------------------------------------


def test_confirmed_intake_is_a_ticket_with_all_its_rows(
    joana: Caller, stocked_sessions: SessionFactory, now: datetime
) -> None:
    joana.want("request_repair").answer_all()
    records, key = dict(joana.state.records), joana.state.key
    joana.say(YES)
    assert (joana.heard, joana.turn.state) == (["utter_ticket_opened"], None)
    # It is Monday, nine in the morning in São Paulo, and this one is answered within hours.
    assert joana.values["answer_by"] == "by the end of today"
    assert joana.values["service"] == "Repair"
    with reading(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.number == joana.values["number"]
        assert (ticket.service_id, ticket.product_id) == ("repair", "mare-w900")
        assert (ticket.intake_key, ticket.channel, ticket.language) == (key, "website", "en")
        assert ticket.description == records["description"]
        assert {record.field: record.value for record in ticket.records} == records
        assert ticket.created_at == now
        customer = session.scalars(select(Customer)).one()
        assert (customer.email, customer.name) == (EMAIL, "Joana Lima")
        assert session.get_one(Conversation, "c-1").customer_id == customer.id
        assert [line.kind for line in ticket.events] == ["opened"]


@pytest.mark.parametrize("language", ["en", "pt"])
@pytest.mark.parametrize(
    "intent",
    [
        "request_repair",
        "file_complaint",
        "request_installation",
        "request_maintenance",
        "request_return",
        "request_human",
        "give_feedback",
        "privacy_request",
    ],
)
def test_every_service_that_opens_tickets_opens_one(
    desk: Desk, stocked_sessions: SessionFactory, intent: str, language: str
) -> None:
    customer = Caller(desk, language=language).want(intent).answer_all()
    if customer.turn.state:
        customer.say(YES)
    expected = "utter_feedback_stored" if intent == "give_feedback" else "utter_ticket_opened"
    assert customer.heard[0] == expected
    (ticket,) = _tickets(stocked_sessions)
    assert (ticket.language, ticket.number) == (language, customer.values["number"])


def test_contact_of_a_person_may_be_a_phone(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    joana.want("request_human").say("About my bill and the delivery").say("Joana Lima")
    joana.say(told("11 91234-5678", phone="11 91234-5678"))
    with reading(stocked_sessions) as session:
        assert session.scalars(select(Customer)).one().phone == "+5511912345678"


def test_intent_without_a_service_is_not_found(joana: Caller) -> None:
    with pytest.raises(NotFound):
        joana.want("greet")


def test_locked_database_keeps_the_intake_and_later_writes_one_ticket(
    library: Library,
    stocked_sessions: SessionFactory,
    settings: Settings,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine = open_engine(settings_in(settings.var_dir, database_timeout=0.1))
    impatient = open_test_desk(open_sessions(engine), library.folder, lambda: now)
    joana = Caller(impatient).want("request_repair").answer_all()
    records, key = dict(joana.state.records), joana.state.key
    lock = sqlite3.connect(settings.var_dir / "aftercare.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        joana.say(YES)
        assert joana.heard == ["utter_storage_trouble"]
        assert (joana.state.records, joana.state.key) == (records, key)
        assert joana.state.asking == CONFIRMATION
        assert joana.values["error_id"] in caplog.text
    lock.execute("ROLLBACK")
    lock.close()
    joana.say(pressed("affirm", "Try again"))
    assert joana.heard == ["utter_ticket_opened"]
    assert len(_tickets(stocked_sessions)) == 1
    assert EMAIL not in caplog.text
    assert "Joana" not in caplog.text
    engine.dispose()


def test_service_without_confirmation_can_be_tried_again_too(
    library: Library, stocked_sessions: SessionFactory, settings: Settings, now: datetime
) -> None:
    engine = open_engine(settings_in(settings.var_dir, database_timeout=0.1))
    impatient = open_test_desk(open_sessions(engine), library.folder, lambda: now)
    joana = Caller(impatient).want("request_human").say("About my bill and all").say("Joana")
    lock = sqlite3.connect(settings.var_dir / "aftercare.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    joana.say(told(EMAIL, email=EMAIL))
    assert joana.heard == ["utter_storage_trouble"]
    lock.execute("ROLLBACK")
    lock.close()
    assert joana.say(pressed("affirm", "Try again")).heard == ["utter_ticket_opened"]
    assert len(_tickets(stocked_sessions)) == 1
    engine.dispose()


def test_turn_that_is_sent_again_writes_no_second_ticket(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    joana.want("request_repair").answer_all()
    before = joana.state.to_json()
    first = joana.say(YES).values["number"]
    again = joana.desk.take(YES, IntakeState.from_json(before), Memory(), joana.talk)
    assert again.replies[0].values["number"] == first
    assert len(_tickets(stocked_sessions)) == 1


# Status ------------------------------------------------------------------------


@pytest.mark.parametrize("status", list(TicketStatus))
def test_right_proof_tells_the_status(
    joana: Caller, stocked_sessions: SessionFactory, status: TicketStatus
) -> None:
    with writing(stocked_sessions) as session:
        number = make_ticket(session, email=EMAIL, status=status).number
    joana.want("check_ticket_status").say(told(number)).say(told(EMAIL, email=EMAIL))
    assert joana.heard[0] == f"utter_ticket_status_{status}"
    assert joana.values == {"number": number, "service": "Repair", "changed": "2 March 2026"}


def test_day_of_the_last_change_is_the_companys_local_one(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        number = make_ticket(
            session, email=EMAIL, at=datetime(2026, 2, 1, 1, 30, tzinfo=UTC)
        ).number
    joana.want("check_ticket_status").say(told(number)).say(told(EMAIL, email=EMAIL))
    assert joana.values["changed"] == "31 January 2026"


def test_wrong_proof_thrice_ends_the_search_in_this_conversation(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        number = make_ticket(session, email=EMAIL).number
    for tried in (number, new_number(), number):
        joana.want("check_ticket_status").say(told(tried))
        joana.say(told("guess@mail.example", email="guess@mail.example"))
        assert joana.heard == ["utter_ticket_not_found"]
    joana.want("check_ticket_status").say(told(number)).say(told(EMAIL, email=EMAIL))
    assert joana.heard == ["utter_ticket_not_found_too_often"]


def test_right_proof_forgives_earlier_mistakes(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        number = make_ticket(session, email=EMAIL).number
    joana.want("check_ticket_status").say(told(number)).say(
        told("a@b.example", email="a@b.example")
    )
    assert joana.memory.failed_proofs == 1
    joana.want("check_ticket_status").say(told(number)).say(told(EMAIL, email=EMAIL))
    assert joana.memory.failed_proofs == 0


def test_ticket_of_this_conversation_is_told_without_asking(joana: Caller) -> None:
    number = joana.want("request_repair").answer_all().say(YES).values["number"]
    assert joana.want("check_ticket_status").heard[0] == "utter_ticket_status_new"
    assert joana.values["number"] == number


# Several wishes ----------------------------------------------------------------


def test_switching_keeps_what_both_services_need(joana: Caller) -> None:
    joana.want("request_repair").answer_all()
    records = joana.state.records
    turn = joana.desk.switch("request_return", joana.state, joana.memory, joana.talk)
    assert turn.state and turn.state.service == "return"
    for field in ("product", "description", "purchase_date", "name", "email"):
        assert turn.state.records[field] == records[field]
    assert turn.state.asking == "reason"
    assert turn.state.key != joana.state.key


def test_switching_does_not_carry_a_choice_into_another_question(joana: Caller) -> None:
    joana.want("request_return").answer_all()
    turn = joana.desk.switch("file_complaint", joana.state, joana.memory, joana.talk)
    assert turn.state and "wanted" not in turn.state.records


def test_other_wish_is_offered_now_and_again_when_the_ticket_is_written(
    joana: Caller,
) -> None:
    joana.want("request_repair").answer_all()
    wish = told("and I want to complain too", intent="file_complaint")
    for _ in range(2):
        (offer,) = joana.desk.note_other_wish(wish, joana.state, joana.memory, joana.talk)
        assert offer.response == "utter_other_wish"
        assert offer.buttons[0].payload == '/switch_service{"service": "file_complaint"}'
    joana.say(YES)
    assert joana.heard == ["utter_ticket_opened", "utter_next_wish"]
    assert joana.turn.replies[1].values == {"wish": "make a complaint"}


def test_same_wish_again_is_no_other_wish(joana: Caller) -> None:
    joana.want("request_repair")
    again = told("repair", intent="request_repair")
    assert joana.desk.note_other_wish(again, joana.state, joana.memory, joana.talk) == []
    assert joana.memory.wishes == []


def test_digression_keeps_the_intake_and_says_nothing(joana: Caller) -> None:
    joana.want("request_repair").say(told("W900", product="mare-w900"))
    asking = joana.state.asking
    joana.say(told("is it still covered?", intent="ask_warranty"))
    assert (joana.turn.digression, joana.heard) == (True, [])
    turn = joana.desk.resume(joana.state, joana.memory, joana.talk)
    assert turn.state and turn.state.asking == asking


def test_cancelled_intake_writes_nothing(joana: Caller, stocked_sessions: SessionFactory) -> None:
    joana.want("request_repair").answer_all().say(pressed("cancel"))
    assert (joana.turn.state, joana.heard) == (None, ["utter_intake_cancelled"])
    assert _tickets(stocked_sessions) == []


# Opening -----------------------------------------------------------------------


def test_desk_is_opened_from_the_settings(
    settings: Settings, loaded_file: Path, now: datetime
) -> None:
    shutil.copy(loaded_file, settings.var_dir / "aftercare.db")
    desk = open_desk(settings, lambda: now)
    assert Caller(desk).want("request_repair").heard[-1] == "utter_ask_record"
    sessions: Any = desk._catalogue._sessions
    sessions.kw["bind"].dispose()


def test_changed_product_name_is_heard_at_once(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    joana.want("request_repair")
    with writing(stocked_sessions) as session:
        session.get_one(Product, "mare-w900").name = {"en": "Renamed", "pt": "Outro"}
        session.execute(update(CatalogueState).values(fingerprint="newer"))
    joana.want("request_repair")
    assert "Renamed" in [button.title for button in joana.turn.replies[-1].buttons]


# A catalogue that changes in the middle ----------------------------------------


def test_withdrawn_service_ends_the_intake_kindly(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    joana.want("request_repair")
    with writing(stocked_sessions) as session:
        session.get_one(Service, "repair").active = False
        session.execute(update(CatalogueState).values(fingerprint="newer"))
    joana.say("it leaks all over the floor")
    assert (joana.turn.state, joana.heard) == (None, ["utter_service_withdrawn"])


def test_withdrawn_product_and_dropped_record_are_forgotten(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    joana.want("request_repair").answer_all()
    assert "utter_ask_confirmation" in joana.heard
    product = joana.state.records["product"]
    with writing(stocked_sessions) as session:
        session.get_one(Product, product).active = False
        service = session.get_one(Service, "repair")
        service.records = [record for record in service.records if record.field != "serial_number"]
        session.execute(update(CatalogueState).values(fingerprint="newer"))
    joana.say(pressed("affirm"))
    assert product not in joana.state.records.values()
    assert "serial_number" not in joana.state.records
    assert joana.state.asking == "product"


# What a message is for ----------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "service"),
    [
        (told("K4F-7M2C", "inform", ticket_number="K4F-7M2C"), "check_ticket_status"),
        (told("K4F-7M22", "inform", ticket_number="K4F-7M22"), None),
        (told("E18 on my W900", "inform", error_code="E18"), "request_repair"),
        (told("hello there", "greet"), None),
        (told("it leaks", "request_repair"), "request_repair"),
    ],
)
def test_number_or_code_is_a_wish_by_itself(
    joana: Caller, said: Understood, service: str | None
) -> None:
    assert joana.desk.service_meant(said) == service


def test_error_code_alone_is_the_story(joana: Caller) -> None:
    said = told("E18 on my W900", "inform", error_code="E18", product="mare-w900")
    joana.want("request_repair", said)
    assert joana.state.records["description"] == "E18 on my W900"
    assert joana.state.records["product"] == "mare-w900"


def test_choice_told_with_the_wish_is_not_asked_again(joana: Caller) -> None:
    joana.want("request_return", told("it arrived cracked, I want a refund", "request_return"))
    assert joana.state.records["reason"] == "damaged"
    assert joana.state.records["wanted"] == "refund"


def test_choice_is_changed_at_the_confirmation(joana: Caller) -> None:
    joana.want("request_return", told("it arrived cracked, I want a refund", "request_return"))
    joana.answer_all()
    joana.say(told("i want a replacement instead", "request_return"))
    assert joana.heard == ["utter_record_changed", "utter_ask_confirmation"]
    assert joana.state.records["wanted"] == "replace"


@pytest.mark.parametrize(
    "sentence", ["uma explicação", "meu email mudou", "the machine is broken", "isso não presta"]
)
def test_sentence_is_no_name(joana: Caller, sentence: str) -> None:
    joana.want("request_human").say(pressed("skip"))
    assert joana.state.asking == "name"
    joana.say(told(sentence, "inform", 0.4))
    assert "name" not in joana.state.records


def test_name_with_hidden_direction_marks_is_refused(joana: Caller) -> None:
    joana.want("request_human").say(pressed("skip"))
    joana.say(told("Ana Lima\u202eamiL", "inform"))
    assert "utter_refused_name" in joana.heard


def test_state_of_another_version_is_still_read() -> None:
    held = {"service": "repair", "asking": "name", "of_a_later_version": 1}
    assert IntakeState.from_json(held).asking == "name"
    assert Memory.from_json({"of_an_earlier_version": 1}).known == {}


def test_question_in_the_middle_is_heard_also_when_less_sure(joana: Caller) -> None:
    joana.want("request_repair").say(told("W900", product="mare-w900"))
    joana.say(told("the colour of the lid has faded", "request_repair"))
    assert joana.state.asking == "purchase_date"
    joana.say(told("how do i clean the pump filter?", "ask_usage", 0.5))
    assert joana.turn.digression


def test_product_named_once_more_is_no_wrong_answer(joana: Caller) -> None:
    joana.want("request_repair").say(told("W900", product="mare-w900"))
    joana.say(told("the colour of the lid has faded", "request_repair"))
    joana.say(told("W900", product="mare-w900"))
    assert joana.heard == ["utter_ask_optional_record"]
    assert joana.state.asking == "purchase_date"
