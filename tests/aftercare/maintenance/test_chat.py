"""What customers press and type: yes, no, book a visit in two taps, done, later, no more."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.desk import Desk
from aftercare.maintenance.consent import put_consent
from aftercare.tables.conversations import Conversation, Sender
from aftercare.tables.conversations import Customer as CustomerRow
from aftercare.tables.maintenance import ConsentHow, MaintenancePlan
from aftercare.tables.ownership import OwnedProduct, OwnedSource
from aftercare.tables.tickets import Ticket
from tests.aftercare.maintenance.conftest import P30, RITA, consents, items
from tests.answers import pressed, told
from tests.conftest import NOW
from tests.customers import Customer, ticket_of_chat
from tests.factories import make_conversation, make_message

#: A Monday in business hours; visits can be booked from the next day on.
TODAY = date(2026, 3, 2)
ADDRESS = "Rua Harmonia 12, São Paulo, 05435-000"


# Whether to remind ------------------------------------------------------------------


def test_yes_is_kept_and_the_piece_registered(
    joana: Customer, asked: str, stocked_sessions: SessionFactory
) -> None:
    joana.press("maintenance_yes", asked)
    assert joana.heard == ["utter_maintenance_agreed_until"]
    # Nothing but the ticket tells of the piece, so it counts from today: three months.
    assert joana.values == {"product": "Fonte P30 water purifier", "next": "2 June 2026"}
    assert consents(stocked_sessions) == [(True, "chat")]
    with reading(stocked_sessions) as session:
        owned = session.scalars(select(OwnedProduct)).one()
        assert owned.source == OwnedSource.INTAKE
        assert session.scalars(select(Ticket)).one().owned_product_id == owned.id
        assert session.scalars(select(MaintenancePlan)).one().tell_on == date(2026, 6, 2)


def test_no_is_kept_and_can_be_taken_back_in_the_same_chat(
    joana: Customer, asked: str, stocked_sessions: SessionFactory
) -> None:
    joana.press("maintenance_no", asked)
    assert joana.heard == ["utter_maintenance_declined"]
    assert consents(stocked_sessions) == [(False, "chat")]
    assert joana.press("maintenance_ask", asked).heard == []
    joana.press("maintenance_yes", asked)
    assert consents(stocked_sessions) == [(True, "chat"), (False, "chat")]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (told("yes", intent="affirm"), ["utter_maintenance_agreed_until"]),
        (told("sim, por favor", intent="affirm"), ["utter_maintenance_agreed_until"]),
        (told("no thanks", intent="deny"), ["utter_maintenance_declined"]),
    ],
)
def test_typed_yes_or_no_is_heard(
    joana: Customer, asked: str, said: object, heard: list[str]
) -> None:
    assert joana.reply(said).heard == heard


def test_yes_to_something_else_is_no_consent(
    joana: Customer, asked: str, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        talk = session.get_one(Conversation, "c-1")
        for response in ("utter_maintenance_ask", "utter_visit_booked"):
            make_message(session, talk, sender=Sender.BOT, response=response)
    joana.reply(told("ok", intent="affirm"))
    assert consents(stocked_sessions) == []


def test_stranger_cannot_answer_for_the_customer(
    joana: Customer, asked: str, desk: Desk, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-2")
    stranger = Customer(desk, "c-2")
    assert stranger.press("maintenance_yes", asked).heard == ["utter_button_outdated"]
    assert consents(stocked_sessions) == []


def test_word_on_file_is_not_turned_round_by_who_only_knows_the_address(
    joana: Customer, asked: str, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        customer = session.scalars(select(CustomerRow)).one()
        put_consent(
            session, customer.id, "website", given=False, how=ConsentHow.PHONE, by=RITA, now=NOW
        )
    assert joana.press("maintenance_yes", asked).heard == ["utter_button_outdated"]
    assert consents(stocked_sessions) == [(False, "phone")]


# The reminder -------------------------------------------------------------------------


def test_reminder_tells_product_work_and_day_and_shows_how(joana: Customer, piece: int) -> None:
    due, how = joana.turn.replies
    assert (due.response, how.response) == ("utter_maintenance_due", "utter_maintenance_how")
    assert due.values == {
        "piece": str(piece),
        "product_id": P30,
        "product": "Fonte P30 water purifier",
        "items": "Change the filter cartridge, Sanitise the water path, Clean the rear grille",
        "since": "20 November 2025",
    }
    assert [button.title for button in how.buttons] == due.values["items"].split(", ")
    joana.want("ask_usage", pressed("ask_usage", **how.buttons[0].entities))
    answer = joana.turn.replies[0]
    assert answer.quoted and answer.quoted.section == "changing-filter"


def test_reminder_in_portuguese(desk: Desk, piece: int) -> None:
    joana = Customer(desk, language="pt").press("maintenance_due", str(piece))
    assert joana.values["items"].startswith("Trocar o cartucho do filtro, ")
    assert joana.values["since"] == "20 de novembro de 2025"


def test_reminder_of_what_was_done_meanwhile_says_nothing(joana: Customer, piece: int) -> None:
    joana.press("maintenance_done", f"{piece} *")
    assert joana.press("maintenance_due", str(piece)).heard == []


@pytest.mark.parametrize("of", ["", "x", "0", "99", "-1", "12345678901", "١"])
@pytest.mark.parametrize("do", ["done", "week", "stop", "resume", "never"])
def test_button_of_no_piece_does_nothing(joana: Customer, do: str, of: str) -> None:
    assert joana.press(f"maintenance_{do}", of).heard == ["utter_button_outdated"]


def test_piece_of_somebody_else_is_not_spoken_of(
    joana: Customer, piece: int, desk: Desk, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-2")
    stranger = Customer(desk, "c-2")
    assert stranger.press("maintenance_due", str(piece)).heard == []
    assert stranger.press("maintenance_done", f"{piece} *").heard == ["utter_button_outdated"]
    assert stranger.press("maintenance_never", str(piece)).heard == ["utter_button_outdated"]
    assert all(one.done_on is None for one in items(stocked_sessions).values())


def test_who_did_it_says_which(
    joana: Customer, piece: int, stocked_sessions: SessionFactory
) -> None:
    joana.press("maintenance_done", str(piece))
    assert joana.heard == ["utter_maintenance_which"]
    one = joana.turn.replies[0].buttons[0]
    joana.press(one.entities["do"], one.entities["of"])
    assert joana.heard == ["utter_maintenance_done"]
    assert joana.values["items"] == "Change the filter cartridge"
    assert items(stocked_sessions)["filter"].done_on == TODAY
    joana.press("maintenance_done", f"{piece} *")
    assert joana.values["next"] == "2 June 2026"
    assert joana.press("maintenance_done", str(piece)).heard == ["utter_maintenance_nothing_due"]
    assert joana.press("maintenance_done", f"{piece} filter").heard == [
        "utter_maintenance_nothing_due"
    ]


def test_next_week_puts_it_off(
    joana: Customer, piece: int, stocked_sessions: SessionFactory
) -> None:
    joana.press("maintenance_week", str(piece))
    assert (joana.heard, joana.values["day"]) == (["utter_maintenance_later"], "9 March 2026")
    assert {one.put_off_until for one in items(stocked_sessions).values()} == {date(2026, 3, 9)}


def test_no_more_of_this_can_be_taken_back_or_widened(
    joana: Customer, piece: int, stocked_sessions: SessionFactory
) -> None:
    joana.press("maintenance_done", f"{piece} filter").press("maintenance_stop", str(piece))
    assert joana.heard == ["utter_maintenance_stopped"]
    stopped = {key for key, one in items(stocked_sessions).items() if one.stopped_at}
    assert stopped == {"sanitise", "grille"}
    joana.press("maintenance_resume", str(piece))
    assert joana.heard == ["utter_maintenance_resumed"]
    assert not any(one.stopped_at for one in items(stocked_sessions).values())
    joana.press("maintenance_never", str(piece))
    assert joana.heard == ["utter_maintenance_never"]
    assert consents(stocked_sessions)[0] == (False, "chat")
    with reading(stocked_sessions) as session:
        assert session.scalars(select(MaintenancePlan)).one().tell_on is None


def test_another_wish_after_the_reminder_is_taken_up(joana: Customer, piece: int) -> None:
    joana.reply(told("my W900 leaks, please repair it", intent="request_repair"))
    assert joana.state.service == "repair"


# Booking --------------------------------------------------------------------------------


def book_from_reminder(joana: Customer, piece: int) -> Customer:
    joana.want("request_maintenance", pressed("request_maintenance", product=P30, of=str(piece)))
    return joana


def test_two_taps_from_the_reminder_to_the_booked_visit(
    joana: Customer, piece: int, stocked_sessions: SessionFactory
) -> None:
    joana.memory.known = {"address": ADDRESS}
    book_from_reminder(joana, piece)
    assert joana.heard == [
        "utter_intake_opening",
        "utter_ticket_opened",
        "utter_visit_offer",
        "utter_visit_none_fits",
    ]
    slot = joana.turn.replies[2].buttons[0]
    joana.press(slot.entities["do"], slot.entities["of"])
    assert joana.heard == ["utter_visit_booked"]
    with reading(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.description.startswith("Change the filter cartridge, Sanitise")
        assert ticket.owned_product_id == piece
        plan = session.scalars(select(MaintenancePlan)).one()
        assert (plan.ticket_id, plan.tell_on) == (ticket.id, None)


def test_address_of_an_earlier_ticket_need_not_be_told_again(
    joana: Customer, piece: int, stocked_sessions: SessionFactory
) -> None:
    ticket_of_chat(stocked_sessions, service_id="installation", records={"address": ADDRESS})
    book_from_reminder(joana, piece)
    assert "utter_ticket_opened" in joana.heard


def test_reminder_in_the_middle_of_an_intake_is_booked_after_changing_over(
    joana: Customer, piece: int
) -> None:
    joana.want("request_repair", told("My W900 leaks", intent="request_repair"))
    joana.memory.known["address"] = ADDRESS
    book = pressed("request_maintenance", product=P30, of=str(piece))
    joana.desk.note_other_wish(book, joana.state, joana.memory, joana.talk)
    turn = joana.desk.switch("request_maintenance", joana.state, joana.memory, joana.talk)
    assert "utter_ticket_opened" in [reply.response for reply in turn.replies]


def test_only_what_is_missing_is_asked(joana: Customer, piece: int) -> None:
    book_from_reminder(joana, piece)
    assert joana.state.asking == "address"
    joana.say(told(ADDRESS))
    assert joana.heard == ["utter_ask_confirmation"]
    assert "Change the filter cartridge" in joana.values["summary"]


def test_piece_of_somebody_else_fills_in_nothing(
    piece: int, desk: Desk, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-2")
    stranger = book_from_reminder(Customer(desk, "c-2"), piece)
    assert "description" not in stranger.state.records


def test_reminder_pressed_twice_offers_the_ticket_that_is_open(joana: Customer, piece: int) -> None:
    joana.memory.known = {"address": ADDRESS}
    book_from_reminder(joana, piece)
    joana.memory.known = {"address": ADDRESS}
    book_from_reminder(joana, piece)
    assert "utter_double_found" in joana.heard
