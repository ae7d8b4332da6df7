"""Brings the tables to the state of the catalogue files; `python -m aftercare.catalogue.load`."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from aftercare.catalogue.files import CatalogueFiles, ProductFile, clock_plan, read_catalogue
from aftercare.catalogue.manual_files import ManualText, newest_of, read_manuals
from aftercare.catalogue.services import tell_of_change
from aftercare.catalogue.versions import apply_file
from aftercare.clocks.plan import put_plan
from aftercare.complaints.files import read_complaints
from aftercare.complaints.plan import put_complaints
from aftercare.database import SessionFactory, open_engine, open_sessions, writing
from aftercare.errors import CatalogueError
from aftercare.guidance.index import Progress, build_index
from aftercare.maintenance.stale import follow_product
from aftercare.manuals.versions import put_catalogue_manuals
from aftercare.ownership.recalls import put_recalls
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
    Symptom,
)
from aftercare.visits.resources import put_resources, read_resources


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
    resources = read_resources(folder, files)
    complaints = read_complaints(folder)
    _check_manuals(files, manuals)

    for position, category in enumerate(files.categories):
        session.merge(Category(id=category.id, position=position, name=category.name.model_dump()))
    session.flush()
    _check_models(session, files)
    for product in files.products:
        _put_product(session, product)
    _put_symptoms(session, files)
    put_recalls(session, files.recalls)
    _retire(session, files)
    session.flush()  # choices name what is in the tables
    for position, service in enumerate(files.services):
        digest = _digest(folder / "services" / f"{service.id}.yml")
        apply_file(session, service, position=position, digest=digest, now=now)
    put_resources(session, resources, files, now)
    put_plan(session, clock_plan(files.company))
    holidays = files.company.business_hours.holidays
    put_complaints(session, complaints, holidays.country if holidays else None)
    session.flush()
    put_catalogue_manuals(session, manuals)
    session.merge(CatalogueState(id=1, fingerprint=wanted, loaded_at=now))
    session.flush()
    tell_of_change(session)
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


def _check_models(session: Session, files: CatalogueFiles) -> None:
    """A model is one product's. Raises CatalogueError where an imported one has it."""
    ids = {product.model: product.id for product in files.products}
    for product in session.scalars(select(Product).where(Product.imported)):
        if ids.get(product.model, product.id) != product.id:
            raise CatalogueError(
                f"product {ids[product.model]}: its model {product.model} is that of the imported "
                f"product {product.id}; give one of them another model"
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
    rules = product.warranty
    row.warranty_months = rules.months if rules else product.warranty_months or 0
    row.warranty = rules.model_dump(mode="json", exclude_none=True) if rules else {}
    row.serial_pattern = product.serial.pattern
    row.serial_example = product.serial.example
    row.serial_check = product.serial.check
    row.needs_installation = product.needs_installation
    row.training = [lesson.model_dump(mode="json") for lesson in product.training]
    row.active = True
    row.imported = False
    planned = {(task.key, task.every_months) for task in row.maintenance}
    row.features, row.parts, row.maintenance = [], [], []
    session.add(row)
    session.flush()  # the old rows go before the new ones claim their keys
    row.features = [
        Feature(
            position=position,
            key=f.id,
            name=f.name.model_dump(),
            rating=f.rating,
            words=f.words.model_dump(mode="json"),
        )
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
    if planned != {(task.id, task.every_months) for task in product.maintenance}:
        follow_product(session, product.id)


def _put_symptoms(session: Session, files: CatalogueFiles) -> None:
    session.execute(delete(Symptom))
    session.add_all(
        Symptom(
            id=symptom.id,
            position=position,
            name=symptom.name.model_dump(),
            words=symptom.words.model_dump(mode="json"),
        )
        for position, symptom in enumerate(files.symptoms)
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _retire(session: Session, files: CatalogueFiles) -> None:
    products = {product.id for product in files.products}
    services = {service.id for service in files.services}
    # What came with a file of records is not missing from the catalogue's.
    for product in session.scalars(select(Product).where(Product.imported.is_(False))):
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
