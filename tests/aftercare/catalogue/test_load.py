from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from aftercare.catalogue.load import fingerprint, load_catalogue
from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import CatalogueError
from aftercare.tables.catalogue import CatalogueState, Feature, Product, Service, ServiceRecord
from aftercare.tables.manuals import Manual, ManualSection
from aftercare.tables.tickets import Ticket
from tests.aftercare.catalogue.folders import copy_catalogue, replace_in
from tests.factories import make_ticket


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_catalogue(tmp_path)


def _load(sessions: SessionFactory, folder: Path, now: datetime) -> bool:
    with writing(sessions) as session:
        return load_catalogue(session, folder, now)


def _forget_robot(folder: Path) -> None:
    """Take the robot out of the files that name it beside its own."""
    stock = folder / "resources.yml"
    lines = stock.read_text(encoding="utf-8").splitlines(keepends=True)
    stock.write_text("".join(one for one in lines if "vento-r50" not in one), encoding="utf-8")


def test_first_load_fills_every_table(
    sessions: SessionFactory, folder: Path, now: datetime
) -> None:
    assert _load(sessions, folder, now)
    with reading(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Product)) == 8
        services = {path.stem for path in (folder / "services").glob("*.yml")}
        assert set(session.scalars(select(Service.id))) == services
        assert session.scalar(select(func.count()).select_from(Manual)) == 18
        state = session.get_one(CatalogueState, 1)
        assert (state.fingerprint, state.loaded_at) == (fingerprint(folder), now)
        washer = session.get_one(Product, "mare-w900")
        assert (washer.price_minor, washer.currency, washer.warranty_months) == (329900, "BRL", 24)
        assert [feature.key for feature in washer.features][:2] == ["drain", "fill"]


def test_same_files_again_change_nothing(stocked_sessions: SessionFactory, now: datetime) -> None:
    later = now + timedelta(days=1)
    with writing(stocked_sessions) as session:
        folder = Path(__file__).parents[3] / "catalogue"
        assert load_catalogue(session, folder, later) is False
        assert session.get_one(CatalogueState, 1).loaded_at == now


def test_changed_product_is_changed_in_place(
    stocked_sessions: SessionFactory, folder: Path, now: datetime
) -> None:
    path = folder / "products" / "mare-w900.yml"
    replace_in(path, "amount: 329900", "amount: 299900")
    replace_in(path, "- id: fill\n", "- id: water_intake\n")
    assert _load(stocked_sessions, folder, now)
    with reading(stocked_sessions) as session:
        washer = session.get_one(Product, "mare-w900")
        assert washer.price_minor == 299900
        keys = [feature.key for feature in washer.features]
        assert "water_intake" in keys
        assert "fill" not in keys
        assert session.scalar(
            select(func.count()).select_from(Feature).where(Feature.product_id == "mare-w900")
        ) == len(keys)


def test_product_that_left_the_files_stays_inactive_for_its_tickets(
    stocked_sessions: SessionFactory, folder: Path, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        number = make_ticket(session, product_id="vento-r50").number
    (folder / "products" / "vento-r50.yml").unlink()
    _forget_robot(folder)
    shutil.rmtree(folder / "manuals" / "vento-r50")
    _load(stocked_sessions, folder, now)
    with reading(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        assert ticket.product and ticket.product.active is False
        assert session.get_one(Product, "mare-w900").active is True
        assert not session.scalars(select(Manual).where(Manual.product_id == "vento-r50")).all()


def test_product_that_comes_back_is_active_again(
    stocked_sessions: SessionFactory, folder: Path, now: datetime
) -> None:
    product, manual = folder / "products" / "vento-r50.yml", folder / "manuals" / "vento-r50"
    kept = folder.parent / "kept"
    kept.mkdir()
    _forget_robot(folder)
    shutil.move(product, kept)
    shutil.move(manual, kept)
    _load(stocked_sessions, folder, now)
    shutil.move(kept / "vento-r50.yml", product)
    shutil.move(kept / "vento-r50", manual)
    assert _load(stocked_sessions, folder, now)
    with reading(stocked_sessions) as session:
        assert session.get_one(Product, "vento-r50").active is True


def test_service_that_left_the_files_is_kept_inactive(
    stocked_sessions: SessionFactory, folder: Path, now: datetime
) -> None:
    (folder / "services" / "feedback.yml").unlink()
    _load(stocked_sessions, folder, now)
    with reading(stocked_sessions) as session:
        assert session.get_one(Service, "feedback").active is False


def test_records_of_a_service_are_replaced(
    stocked_sessions: SessionFactory, folder: Path, now: datetime
) -> None:
    replace_in(folder / "services" / "warranty.yml", "field: purchase_date", "field: bought_on")
    _load(stocked_sessions, folder, now)
    with reading(stocked_sessions) as session:
        fields = session.scalars(
            select(ServiceRecord.field)
            .where(ServiceRecord.service_id == "warranty")
            .order_by(ServiceRecord.position)
        ).all()
        assert "bought_on" in fields
        assert "purchase_date" not in fields


def test_symptoms_and_parts_are_the_choices_of_their_records(
    stocked_sessions: SessionFactory,
) -> None:
    with reading(stocked_sessions) as session:
        repair = session.get_one(Service, "repair")
        named = {
            record.kind: {choice["id"]: choice["name"]["en"] for choice in record.choices}
            for record in repair.records
        }
    assert named["symptom"]["leak"] == "Leaks"
    assert named["part"]["mare-w900/pump_filter"] == "Pump filter"
    assert named["part"]["mare-w900/drain"] == "Draining"
    assert named["name"] == {}


def test_model_can_get_another_name(
    stocked_sessions: SessionFactory, folder: Path, now: datetime
) -> None:
    replace_in(folder / "products" / "aroma-c200.yml", "model: C200", "model: C201")
    _load(stocked_sessions, folder, now)
    with reading(stocked_sessions) as session:
        assert session.get_one(Product, "aroma-c200").model == "C201"


def test_manual_sections_keep_order_and_anchors(stocked_sessions: SessionFactory) -> None:
    with reading(stocked_sessions) as session:
        for language in ("en", "pt"):
            sections = session.scalars(
                select(ManualSection)
                .join(ManualSection.manual)
                .where(Manual.product_id == "mare-w900", Manual.language == language)
                .order_by(ManualSection.position)
            ).all()
            assert sections[0].anchor == "safety-electricity"
            assert sections[-1].anchor == "disposal"
            assert "error-e18" in {section.anchor for section in sections}


@pytest.mark.parametrize(
    ("path", "old", "new", "told"),
    [
        ("products/mare-w900.yml", "section: descaling", "section: no-such", "no-such"),
        ("manuals/mare-w900/pt.md", "{#descaling}", "{#descaled}", "descaling"),
        ("manuals/mare-w900/pt.md", "product: mare-w900", "product: mare-w999", "mare-w999"),
        ("manuals/mare-w900/pt.md", "language: pt", "language: en", "mare-w900"),
        ("services/repair.yml", "kind: email", "kind: telegram", "repair.yml"),
    ],
)
def test_wrong_files_leave_the_tables_as_they_were(
    stocked_sessions: SessionFactory,
    folder: Path,
    now: datetime,
    path: str,
    old: str,
    new: str,
    told: str,
) -> None:
    with reading(stocked_sessions) as session:
        before = session.get_one(CatalogueState, 1).fingerprint
    replace_in(folder / path, old, new)
    replace_in(folder / "products" / "fonte-p30.yml", "importance: 4", "importance: 1")
    with pytest.raises(CatalogueError, match=re.escape(told)):
        _load(stocked_sessions, folder, now)
    with reading(stocked_sessions) as session:
        assert session.get_one(CatalogueState, 1).fingerprint == before
        assert session.get_one(Product, "fonte-p30").importance == 4
        assert session.scalar(select(func.count()).select_from(Manual)) == 18


def test_manual_of_a_product_that_nobody_sells_is_refused(
    stocked_sessions: SessionFactory, folder: Path, now: datetime
) -> None:
    (folder / "products" / "vento-r50.yml").unlink()
    with pytest.raises(CatalogueError, match="vento-r50"):
        _load(stocked_sessions, folder, now)


def test_fingerprint_sees_contents_and_names_but_no_other_files(folder: Path) -> None:
    before = fingerprint(folder)
    (folder / "notes.txt").write_text("not of the catalogue")
    assert fingerprint(folder) == before
    (folder / "categories.yml").rename(folder / "kinds.yml")
    renamed = fingerprint(folder)
    assert renamed != before
    replace_in(folder / "company.yml", "Marulho", "Marulhos")
    assert fingerprint(folder) != renamed
