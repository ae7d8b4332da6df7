"""A person's trainings are handed out and erased with everything else; what was taught stays."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

from aftercare.database import reading, writing
from aftercare.privacy.erasure import erase_person
from aftercare.privacy.export import export_person
from aftercare.privacy.people import Person, find_people
from aftercare.privacy.receipts import Receipt, StoreLine
from aftercare.privacy.retention import apply_periods
from aftercare.privacy.stores import Author, Stores
from aftercare.tables.training import Training
from aftercare.talk import Talk
from aftercare.training.lessons import open_lesson
from aftercare.training.records import start_training
from tests.aftercare.privacy.conftest import EMAIL, World
from tests.conftest import NOW


def _train(stores: Stores, conversation: str, key: str, email: str | None = None) -> None:
    with writing(stores.sessions) as session:
        lesson = open_lesson(session, "mare-w900", "descaling", "pt")
        assert lesson
        training = start_training(session, key, lesson, Talk(conversation, "website", "pt"), NOW)
        training.email = email


def _her(stores: Stores) -> Person:
    with reading(stores.sessions) as session:
        (person,) = find_people(session, EMAIL)
    return person


def _line(receipt: Receipt) -> StoreLine:
    (found,) = (line for line in receipt.lines if line.store == "trainings")
    return found


def test_export_holds_her_trainings_and_not_those_that_only_name_her(
    stores: Stores, world: World
) -> None:
    _train(stores, world.conversation, "hers")
    _train(stores, world.pedro, "his", email=EMAIL)
    archive, receipt = export_person(stores, _her(stores), Author(), lambda: NOW)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        (told,) = json.loads(opened.read("trainings.json"))
    assert (told["product"], told["conversation"]) == ("mare-w900", world.conversation)
    assert (_line(receipt).handed_out, _line(receipt).kept) == (1, 1)


def test_erasure_leaves_what_was_taught_without_the_person(stores: Stores, world: World) -> None:
    _train(stores, world.conversation, "hers", email=EMAIL)
    _train(stores, world.pedro, "his", email=EMAIL)
    receipt = erase_person(
        stores, _her(stores), Author(), lambda: NOW, patience=0.0, pause=lambda _: None
    )
    assert _line(receipt).anonymised == 2
    with reading(stores.sessions) as session:
        kept = session.query(Training).order_by(Training.id).all()
        assert [(one.conversation_id, one.customer_id, one.email) for one in kept] == [
            (None, None, None),
            (None, None, None),
        ]
        assert {one.lesson for one in kept} == {"descaling"}


def test_old_trainings_lose_the_person(stores: Stores, world: World) -> None:
    _train(stores, world.conversation, "hers", email=EMAIL)
    days = stores.settings.keep_tickets_days
    periods = apply_periods(stores, NOW + timedelta(days=days + 1))
    assert {one.kind: one.due for one in periods}["trainings"] == 1
    with reading(stores.sessions) as session:
        (training,) = session.query(Training).all()
        assert (training.conversation_id, training.email) == (None, None)
