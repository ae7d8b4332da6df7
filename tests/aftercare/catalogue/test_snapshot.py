from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from aftercare.catalogue.load import load_catalogue
from aftercare.catalogue.services import tell_of_change
from aftercare.catalogue.snapshot import Catalogue, CatalogueReader, one_catalogue
from aftercare.database import SessionFactory, writing
from tests.aftercare.catalogue.folders import copy_catalogue, replace_in


def test_unchanged_tables_give_the_same_snapshot(stocked_sessions: SessionFactory) -> None:
    reader = CatalogueReader(stocked_sessions)
    assert reader.newest() is reader.newest()


def test_new_catalogue_is_noticed(
    stocked_sessions: SessionFactory, tmp_path: Path, now: datetime
) -> None:
    reader = CatalogueReader(stocked_sessions)
    assert reader.newest().products["mare-w700"].warranty_months == 12
    folder = copy_catalogue(tmp_path)
    replace_in(folder / "products" / "mare-w700.yml", "warranty_months: 12", "warranty_months: 30")
    with writing(stocked_sessions) as session:
        load_catalogue(session, folder, now)
    assert reader.newest().products["mare-w700"].warranty_months == 30


def test_a_turn_has_one_catalogue_and_the_next_one_the_new(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    reader, other = CatalogueReader(stocked_sessions), CatalogueReader(stocked_sessions)
    with one_catalogue():
        first = reader.newest()
        with writing(stocked_sessions) as session:
            tell_of_change(session)
        assert reader.newest() is first
        assert other.newest().state != first.state
    assert reader.newest().state != first.state
    with one_catalogue():
        assert reader.newest().state == other.newest().state


def test_inactive_entries_are_not_offered(
    stocked_sessions: SessionFactory, tmp_path: Path, now: datetime
) -> None:
    folder = copy_catalogue(tmp_path)
    (folder / "services" / "feedback.yml").unlink()
    with writing(stocked_sessions) as session:
        load_catalogue(session, folder, now)
    newest = CatalogueReader(stocked_sessions).newest()
    assert "feedback" not in newest.services
    assert "give_feedback" not in newest.service_by_intent


def test_empty_tables_give_an_empty_catalogue(sessions: SessionFactory) -> None:
    newest = CatalogueReader(sessions).newest()
    assert (newest.products, newest.services) == ({}, {})


def test_models_of_a_category_are_found(catalogue: Catalogue) -> None:
    assert {product.id for product in catalogue.products_of("washing_machine")} == {
        "mare-w700",
        "mare-w900",
    }
    assert catalogue.products_of("tumble_dryer") == []


def test_record_is_found_by_its_field(catalogue: Catalogue) -> None:
    repair = catalogue.services["repair"]
    assert repair.record("email").kind == "email"
    with pytest.raises(KeyError):
        repair.record("shoe_size")
