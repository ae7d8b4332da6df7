"""What a person said of the service is handed out and erased; the rating is counted on."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

from sqlalchemy import select

from aftercare.database import reading, writing
from aftercare.privacy.erasure import erase_person
from aftercare.privacy.export import export_person
from aftercare.privacy.people import Person, find_people
from aftercare.privacy.retention import apply_periods
from aftercare.privacy.stores import Author, Stores
from aftercare.satisfaction.surveys import give_reason, open_survey, rate
from aftercare.tables.satisfaction import FollowUp, Survey
from aftercare.tables.tickets import Ticket, TicketStatus
from tests.aftercare.privacy.conftest import EMAIL, World
from tests.conftest import NOW

REASON = "Vespers came and nobody rang"


def _rate(stores: Stores, ticket_id: int, conversation: str, reason: str) -> None:
    with writing(stores.sessions) as session:
        ticket = session.get_one(Ticket, ticket_id)
        survey = open_survey(session, ticket, conversation, "en", NOW)
        assert survey
        rate(session, survey, 1, NOW)
        give_reason(session, survey, reason)


def _her(stores: Stores) -> Person:
    with reading(stores.sessions) as session:
        (person,) = find_people(session, EMAIL)
    return person


def _survey(stores: Stores, ticket: int) -> Survey:
    with reading(stores.sessions) as session:
        return session.scalars(select(Survey).where(Survey.ticket_id == ticket)).one()


def test_export_holds_her_answer(stores: Stores, world: World) -> None:
    _rate(stores, world.ticket, world.conversation, REASON)
    archive, receipt = export_person(stores, _her(stores), Author(), lambda: NOW)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        (told,) = json.loads(opened.read("satisfaction.json"))
    assert (told["ticket"], told["rating_1_to_5"], told["why"]) == (world.number, 1, REASON)
    (line,) = (one for one in receipt.lines if one.store == "satisfaction")
    assert line.handed_out == 1


def test_erasure_leaves_the_rating_alone(stores: Stores, world: World) -> None:
    _rate(stores, world.ticket, world.conversation, REASON)
    _rate(stores, world.pedros_ticket, world.pedro, f"Ask {EMAIL}, she knows")
    receipt = erase_person(
        stores, _her(stores), Author(), lambda: NOW, patience=0.0, pause=lambda _: None
    )
    (line,) = (one for one in receipt.lines if one.store == "satisfaction")
    assert (line.found, line.anonymised) == (1, 1)
    hers = _survey(stores, world.ticket)
    assert (hers.rating, hers.reason, hers.conversation_id) == (1, "", None)
    assert hers.follow_up == FollowUp.NONE
    his = _survey(stores, world.pedros_ticket)
    assert (his.reason, his.conversation_id) == ("Ask […], she knows", world.pedro)


def test_old_answers_lose_the_person_with_their_ticket(stores: Stores, world: World) -> None:
    _rate(stores, world.ticket, world.conversation, REASON)
    with writing(stores.sessions) as session:
        session.get_one(Ticket, world.ticket).status = TicketStatus.CLOSED
    apply_periods(stores, NOW + timedelta(days=stores.settings.keep_tickets_days + 1))
    assert (_survey(stores, world.ticket).rating, _survey(stores, world.ticket).reason) == (1, "")
