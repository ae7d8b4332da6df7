"""The catalogue as the conversation asks it: frozen, in memory, renewed when the tables change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from aftercare.catalogue.service_files import GUIDED_TRAINING
from aftercare.database import SessionFactory, reading
from aftercare.tables.catalogue import CatalogueState, Category, Product, Service, ServiceRecord
from aftercare.warranty import Rules

#: Kinds of records that are taken from what a customer tells and asked only where required.
NOTED = frozenset({"symptom", "part", "amount"})
#: A text per language.
Texts = dict[str, str]


@dataclass(frozen=True)
class ProductView:
    id: str
    category: str
    model: str
    name: Texts
    warranty_months: int
    serial_pattern: str
    serial_example: str
    serial_check: str
    warranty: Rules


@dataclass(frozen=True)
class Choice:
    id: str
    name: Texts
    words: dict[str, list[str]]
    symptoms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """One field of a service: how it is asked, read and shown."""

    field: str
    kind: str
    required: bool
    label: Texts
    ask: Texts
    choices: tuple[Choice, ...]
    most_days: int | None = None
    """So many days away the day may be at most; None: as far as the kind allows."""
    least_words: int | None = None
    """So many words a description has at least; None: as few as the kind allows."""

    @property
    def noted(self) -> bool:
        """Whether it is only filled where the customer tells it."""
        return self.kind in NOTED and not self.required


def part_id(product: str, piece: str) -> str:
    """The choice of a record of kind part: a part or feature of one product."""
    return f"{product}/{piece}"


@dataclass(frozen=True)
class ServiceView:
    id: str
    intent: str
    completion: str
    confirm: bool
    troubleshoot: bool
    name: Texts
    wish: Texts
    keywords: dict[str, list[str]]
    opening: Texts
    records: tuple[Record, ...]
    signs: tuple[str, ...] = ()
    """What tells of the need beside words (service_files.Sign)."""

    def record(self, field: str) -> Record:
        """The record of that name; KeyError where the service has none."""
        for record in self.records:
            if record.field == field:
                return record
        raise KeyError(field)


@dataclass(frozen=True)
class Catalogue:
    """`services` are those with an intake; a guided training has none."""

    state: tuple[str, int]
    """Tells the state of the tables from every other: the files' fingerprint and a count."""
    categories: dict[str, Texts]
    products: dict[str, ProductView]
    services: dict[str, ServiceView]

    @cached_property
    def service_by_intent(self) -> dict[str, ServiceView]:
        return {service.intent: service for service in self.services.values()}

    def intent_of_sign(self, sign: str) -> str | None:
        """The intent of the service whose need such a sign tells; None where there is none."""
        return next((one.intent for one in self.services.values() if sign in one.signs), None)

    def products_of(self, category: str) -> list[ProductView]:
        return [product for product in self.products.values() if product.category == category]


class CatalogueReader:
    """Hands out the newest snapshot; asks the database only for its state each time."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions
        self._newest: Catalogue | None = None

    def newest(self) -> Catalogue:
        """The catalogue as it is in the tables now. Raises StorageUnavailable."""
        with reading(self._sessions) as session:
            found = session.execute(
                select(CatalogueState.fingerprint, CatalogueState.revision)
            ).one_or_none()
            state = (found.fingerprint, found.revision) if found else ("", 0)
            if self._newest is None or self._newest.state != state:
                products = session.scalars(
                    select(Product).where(Product.active).order_by(Product.category_id, Product.id)
                )
                services = session.scalars(
                    select(Service)
                    .where(Service.active, Service.completion != GUIDED_TRAINING)
                    .order_by(Service.position)
                    .options(selectinload(Service.records))
                )
                self._newest = Catalogue(
                    state=state,
                    categories={
                        category.id: category.name
                        for category in session.scalars(
                            select(Category).order_by(Category.position)
                        )
                    },
                    products={product.id: _product(product) for product in products},
                    services={service.id: service_view(service) for service in services},
                )
            return self._newest


def _product(row: Product) -> ProductView:
    return ProductView(
        id=row.id,
        category=row.category_id,
        model=row.model,
        name=row.name,
        warranty_months=row.warranty_months,
        serial_pattern=row.serial_pattern,
        serial_example=row.serial_example,
        serial_check=row.serial_check,
        warranty=Rules.from_json(row.warranty, row.warranty_months),
    )


def service_view(row: Service) -> ServiceView:
    """A service of the tables, which may be filled from a plan that is not in force."""
    return ServiceView(
        id=row.id,
        intent=row.intent,
        completion=row.completion,
        confirm=row.confirm,
        troubleshoot=row.troubleshoot,
        name=_complete(row.name),
        wish=_complete(row.wish),
        keywords=row.keywords,
        opening=_complete(row.opening),
        records=tuple(_record(record) for record in row.records),
        signs=tuple(row.signs),
    )


def _record(row: ServiceRecord) -> Record:
    return Record(
        field=row.field,
        kind=row.kind,
        required=row.required,
        label=_complete(row.label),
        ask=_complete(row.ask),
        choices=tuple(
            Choice(
                choice["id"],
                _complete(choice["name"]),
                choice["words"],
                tuple(choice.get("symptoms", ())),  # rows of an older version have none
            )
            for choice in row.choices
        ),
        most_days=row.most_days,
        least_words=row.least_words,
    )


def _complete(texts: Texts) -> Texts:
    """A text that is missing in a language stands there in the other one: better than silence."""
    instead = next((text for text in texts.values() if text.strip()), "")
    return {language: text if text.strip() else instead for language, text in texts.items()}
