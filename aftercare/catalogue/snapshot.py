"""The catalogue as the conversation asks it: frozen, in memory, renewed when the tables change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session, selectinload

from aftercare.catalogue.service_files import GUIDED_TRAINING
from aftercare.database import SessionFactory, glancing, reading
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


#: Written once and run without the object mapper: every turn asks for it.
_STATE = select(CatalogueState.fingerprint, CatalogueState.revision)
#: What the turn in work was handed out by each reader; None outside of a turn.
_of_turn: ContextVar[dict[CatalogueReader, Catalogue] | None] = ContextVar("of_turn", default=None)


@contextmanager
def one_catalogue() -> Iterator[None]:
    """All that is done meanwhile has the same catalogue, which is asked for once."""
    token = _of_turn.set({})
    try:
        yield
    finally:
        _of_turn.reset(token)


class CatalogueReader:
    """Hands out the newest snapshot; asks the database only for its state, once a turn."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions
        self._newest: Catalogue | None = None

    def newest(self) -> Catalogue:
        """The catalogue as it is in the tables now, or was when this turn asked for it first.

        Raises StorageUnavailable.
        """
        of_turn = _of_turn.get()
        if of_turn is None:
            return self._read()
        if self not in of_turn:
            of_turn[self] = self._read()
        return of_turn[self]

    def _read(self) -> Catalogue:
        newest = self._newest
        with glancing(self._sessions) as connection:
            state = _state(connection)
        if newest is None or newest.state != state:
            with reading(self._sessions) as session:
                newest = self._newest = _everything(session)
        return newest


def _state(connection: Connection) -> tuple[str, int]:
    found = connection.execute(_STATE).one_or_none()
    return (found.fingerprint, found.revision) if found else ("", 0)


def _everything(session: Session) -> Catalogue:
    # Asked first: what changes meanwhile is then read anew at the next turn.
    state = _state(session.connection())
    products = session.scalars(
        select(Product).where(Product.active).order_by(Product.category_id, Product.id)
    )
    services = session.scalars(
        select(Service)
        .where(Service.active, Service.completion != GUIDED_TRAINING)
        .order_by(Service.position)
        .options(selectinload(Service.records))
    )
    categories = session.scalars(select(Category).order_by(Category.position))
    return Catalogue(
        state=state,
        categories={category.id: category.name for category in categories},
        products={product.id: _product(product) for product in products},
        services={service.id: service_view(service) for service in services},
    )


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
