"""Fills the tables of services from the plan that is in force: what the running desk reads."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from aftercare.catalogue.service_files import RecordFile, ServiceFile
from aftercare.catalogue.snapshot import ServiceView, part_id, service_view
from aftercare.tables.catalogue import CatalogueState, Product, Service, ServiceRecord, Symptom


def fill_service(session: Session, row: Service, plan: ServiceFile) -> None:
    """Let the service be as the plan says; `row` may be new."""
    _fill_columns(row, plan)
    row.records = []
    session.add(row)
    session.flush()  # the old rows go before the new ones claim their keys
    row.records = records_of_plan(session, plan)
    session.flush()


def view_of_plan(session: Session, plan: ServiceFile) -> ServiceView:
    """The service as the bot would have it under a plan that may not be in force.

    Nothing is stored.
    """
    row = Service(id=plan.id, records=records_of_plan(session, plan))
    _fill_columns(row, plan)
    return service_view(row)


def records_of_plan(session: Session, plan: ServiceFile) -> list[ServiceRecord]:
    """The rows of the plan's records, which are not added to the session."""
    return [
        ServiceRecord(
            position=place,
            field=record.field,
            kind=record.kind,
            required=record.required,
            label=record.label.model_dump(),
            ask=record.ask.model_dump(),
            choices=_choices(session, record),
            most_days=record.most_days,
            least_words=record.least_words,
            seen_by=list(record.seen_by),
        )
        for place, record in enumerate(plan.records)
    ]


def tell_of_change(session: Session) -> None:
    """Let every process notice, at its next message, that the catalogue is another one."""
    session.execute(update(CatalogueState).values(revision=CatalogueState.revision + 1))


def _fill_columns(row: Service, plan: ServiceFile) -> None:
    row.intent = plan.intent
    row.completion = plan.completion
    row.confirm = plan.confirm
    row.troubleshoot = plan.troubleshoot
    row.name = plan.name.model_dump()
    row.wish = plan.wish.model_dump()
    row.opening = plan.opening.model_dump()
    row.requirements = [requirement.model_dump() for requirement in plan.requirements]
    row.keywords = plan.keywords.model_dump(mode="json")
    row.signs = list(plan.signs)
    row.procedure = [step.model_dump() for step in plan.procedure]
    row.measure = plan.measure.model_dump() if plan.measure else {}
    row.channels = list(plan.channels)
    row.visit = plan.visit.model_dump(mode="json") if plan.visit else None
    row.targets = plan.targets.model_dump(mode="json", exclude_defaults=True)
    row.life = {state: list(into) for state, into in plan.life.items()}


def _choices(session: Session, record: RecordFile) -> list[dict[str, Any]]:
    """What a record can hold, with names: all symptoms, or each product's parts and features."""
    if record.kind == "symptom":
        symptoms = session.scalars(select(Symptom).order_by(Symptom.position))
        return [{"id": one.id, "name": one.name, "words": one.words} for one in symptoms]
    if record.kind == "part":
        products = session.scalars(
            select(Product)
            .where(Product.active)
            .order_by(Product.id)
            .options(selectinload(Product.features), selectinload(Product.parts))
        )
        return [
            _choice(part_id(product.id, key), name)
            for product in products
            for key, name in _pieces(product).items()
        ]
    return [choice.model_dump(mode="json") for choice in record.choices]


def _choice(id: str, name: dict[str, str]) -> dict[str, Any]:
    """Without words: the bot knows them from the files."""
    return {"id": id, "name": name, "words": {}}


def _pieces(product: Product) -> dict[str, dict[str, str]]:
    """Parts and features; one of each with the same id are the same thing to a customer."""
    return {
        **{feature.key: feature.name for feature in product.features},
        **{part.key: part.name for part in product.parts},
    }
