"""Brings the tables to the state of the catalogue files; `python -m aftercare.catalogue.load`."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.files import (
    CatalogueFiles,
    ProductFile,
    RecordFile,
    ServiceFile,
    Text,
    read_catalogue,
)
from aftercare.catalogue.manual_files import ManualText, newest_of, read_manuals
from aftercare.catalogue.snapshot import part_id
from aftercare.database import SessionFactory, open_engine, open_sessions, writing
from aftercare.errors import CatalogueError
from aftercare.guidance.index import Progress, build_index
from aftercare.manuals.versions import put_catalogue_manuals
from aftercare.progress import ProgressBar
from aftercare.settings import Settings, settings
from aftercare.tables.catalogue import (
    CatalogueState,
    Category,
    Feature,
    MaintenanceTask,
    Part,
    Product,
    Service,
    ServiceRecord,
)


def fingerprint(folder: Path) -> str:
    """A hash of all catalogue files' names and contents."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".yml", ".md", ".pdf"}:
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def load_catalogue(session: Session, folder: Path, now: datetime) -> bool:
    """Make the tables equal to the files; False where they were already.

    What left the files is kept inactive, because tickets point to it. Raises CatalogueError before
    anything is written.
    """
    wanted = fingerprint(folder)
    state = session.get(CatalogueState, 1)
    if state and state.fingerprint == wanted:
        return False
    files = read_catalogue(folder)
    manuals = read_manuals(folder)
    _check_manuals(files, manuals)

    for position, category in enumerate(files.categories):
        session.merge(Category(id=category.id, position=position, name=category.name.model_dump()))
    session.flush()
    for product in files.products:
        _put_product(session, product)
    for position, service in enumerate(files.services):
        _put_service(session, service, position, files)
    _retire(session, files)
    session.flush()
    put_catalogue_manuals(session, manuals)
    session.merge(CatalogueState(id=1, fingerprint=wanted, loaded_at=now))
    session.flush()
    return True


def _check_manuals(files: CatalogueFiles, manuals: list[ManualText]) -> None:
    for manual in manuals:
        if sum(_identity(one) == _identity(manual) for one in manuals) > 1:
            raise CatalogueError(f"manual {'/'.join(_identity(manual))}: two files claim to be it")
    anchors = {
        key: {section.anchor for section in manual.sections}
        for key, manual in newest_of(manuals).items()
    }
    products = {product.id for product in files.products}
    for product_id, language in anchors:
        if product_id not in products:
            raise CatalogueError(f"manual {product_id}/{language}: there is no such product")
    for product in files.products:
        for what, named in _sections_named(product):
            for language in files.company.languages:
                if named not in anchors.get((product.id, language), {named}):
                    raise CatalogueError(
                        f"product {product.id}: {what} names section '{named}', which the "
                        f"{language} manual does not have"
                    )


def _sections_named(product: ProductFile) -> Iterator[tuple[str, str]]:
    """Every section of the manual that a product's file names, with what names it."""
    for task in product.maintenance:
        yield f"maintenance '{task.id}'", task.section
    for lesson in product.training:
        for section in (*lesson.sections, *(check.section for check in lesson.checks)):
            yield f"lesson '{lesson.id}'", section


def _identity(manual: ManualText) -> tuple[str, str, str]:
    return manual.head.product, manual.head.language, manual.head.version


def _put_product(session: Session, product: ProductFile) -> None:
    row = session.get(Product, product.id) or Product(id=product.id)
    row.category_id = product.category
    row.model = product.model
    row.name = product.name.model_dump()
    row.price_minor = product.price.amount
    row.currency = product.price.currency
    row.importance = product.importance
    row.warranty_months = product.warranty_months
    row.serial_pattern = product.serial.pattern
    row.serial_example = product.serial.example
    row.needs_installation = product.needs_installation
    row.training = [lesson.model_dump(mode="json") for lesson in product.training]
    row.active = True
    row.features, row.parts, row.maintenance = [], [], []
    session.add(row)
    session.flush()  # the old rows go before the new ones claim their keys
    row.features = [
        Feature(position=position, key=f.id, name=f.name.model_dump(), rating=f.rating)
        for position, f in enumerate(product.features)
    ]
    row.parts = [
        Part(position=position, key=p.id, name=p.name.model_dump(), price_minor=p.price)
        for position, p in enumerate(product.parts)
    ]
    row.maintenance = [
        MaintenanceTask(
            position=position,
            key=task.id,
            name=task.name.model_dump(),
            every_months=task.every_months,
            section=task.section,
        )
        for position, task in enumerate(product.maintenance)
    ]


def _put_service(
    session: Session, service: ServiceFile, position: int, files: CatalogueFiles
) -> None:
    row = session.get(Service, service.id) or Service(id=service.id)
    row.position = position
    row.intent = service.intent
    row.completion = service.completion
    row.confirm = service.confirm
    row.troubleshoot = service.troubleshoot
    row.name = service.name.model_dump()
    row.wish = service.wish.model_dump()
    row.opening = service.opening.model_dump()
    row.requirements = [requirement.model_dump() for requirement in service.requirements]
    row.keywords = service.keywords.model_dump(mode="json")
    row.procedure = [step.model_dump() for step in service.procedure]
    row.measure = service.measure.model_dump()
    row.channels = list(service.channels)
    row.active = True
    row.records = []
    session.add(row)
    session.flush()
    row.records = [
        ServiceRecord(
            position=place,
            field=record.field,
            kind=record.kind,
            required=record.required,
            label=record.label.model_dump(),
            ask=record.ask.model_dump(),
            choices=_choices(record, files),
        )
        for place, record in enumerate(service.records)
    ]


def _choices(record: RecordFile, files: CatalogueFiles) -> list[dict[str, Any]]:
    """What a record can hold, with names: all symptoms, or each product's parts and features."""
    if record.kind == "symptom":
        return [_choice(one.id, one.name) for one in files.symptoms]
    if record.kind == "part":
        return [
            _choice(part_id(product.id, key), name)
            for product in files.products
            for key, name in _pieces(product).items()
        ]
    return [choice.model_dump(mode="json") for choice in record.choices]


def _choice(id: str, name: Text) -> dict[str, Any]:
    """Without words: the bot knows them from the files."""
    return {"id": id, "name": name.model_dump(), "words": {}}


def _pieces(product: ProductFile) -> dict[str, Text]:
    """Parts and features; one of each with the same id are the same thing to a customer."""
    return {
        **{feature.id: feature.name for feature in product.features},
        **{part.id: part.name for part in product.parts},
    }


def _retire(session: Session, files: CatalogueFiles) -> None:
    products = {product.id for product in files.products}
    services = {service.id for service in files.services}
    for product in session.scalars(select(Product)):
        product.active = product.id in products
    for service in session.scalars(select(Service)):
        service.active = service.id in services


def load_and_index(
    sessions: SessionFactory, settings: Settings, now: datetime, progress: Progress | None = None
) -> bool:
    """Load the catalogue and rebuild the search index of its manuals; False where nothing changed.

    Raises CatalogueError before anything is written.
    """
    with writing(sessions) as session:
        changed = load_catalogue(session, settings.catalogue_dir, now)
    build_index(sessions, settings.var_dir, progress)
    return changed


def main() -> None:
    sessions = open_sessions(open_engine(settings()))
    with ProgressBar("Indexing the manuals", sys.stderr) as bar:
        changed = load_and_index(sessions, settings(), datetime.now(UTC), bar)
    print("catalogue loaded" if changed else "catalogue is up to date")


if __name__ == "__main__":
    main()
