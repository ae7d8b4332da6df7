"""Reads the catalogue's YAML files into checked models. It touches no database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from aftercare.catalogue.business_hours import BusinessHours
from aftercare.errors import CatalogueError

Language = Literal["en", "pt"]
LANGUAGES: tuple[Language, ...] = ("en", "pt")

#: How the answer to a record is understood; each kind has a reader in aftercare/intake/fields.py.
RecordKind = Literal[
    "product",
    "description",
    "choice",
    "symptom",
    "part",
    "amount",
    "past_date",
    "future_date",
    "serial",
    "order_number",
    "ticket_number",
    "name",
    "email",
    "phone",
    "contact",
    "proof",
    "address",
]
#: What happens when all records of a service are there; see actions/intake.py.
Completion = Literal["open_ticket", "answer_from_manual", "answer_warranty", "tell_status"]

#: What a question may hold in braces; aftercare/intake/dialogue.py fills it.
PLACEHOLDERS = ("serial_example", "ticket_example")

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Entry):
    """A text in every language of the company."""

    en: str
    pt: str


class Words(_Entry):
    en: tuple[str, ...] = ()
    pt: tuple[str, ...] = ()


class CompanyFile(_Entry):
    name: str
    email: str
    site: str
    languages: tuple[Language, ...]
    default_language: Language
    business_hours: BusinessHours
    answer_within: Text
    safety_words: Words


class CategoryFile(_Entry):
    id: Key
    name: Text
    names: Words
    #: Names that mean something else as well; the bot weighs the words around them.
    everyday_names: Words = Words()


class SymptomFile(_Entry):
    """A fault in customers' words; the last one of the file is the most general."""

    id: Key
    name: Text
    words: Words


class Price(_Entry):
    amount: int = Field(ge=0, description="minor units of the currency")
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Serial(_Entry):
    pattern: str
    example: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return pattern


class FeatureFile(_Entry):
    id: Key
    name: Text
    rating: int = Field(ge=1, le=5)
    words: Words


class PartFile(_Entry):
    id: Key
    name: Text
    words: Words = Words()
    price: int = Field(ge=0, description="minor units of the product's currency")


class MaintenanceFile(_Entry):
    id: Key
    name: Text
    every_months: int = Field(ge=1)
    section: str


class CheckFile(_Entry):
    """A question at the end of a lesson; the first answer is the right one, shown in any place."""

    ask: Text
    section: str
    answers: tuple[Text, ...] = Field(min_length=2, max_length=5)


class LessonFile(_Entry):
    """A lesson of a product's training: sections of its manual, in the order in which to teach."""

    id: Key
    kind: Literal["first_use", "function", "care"]
    title: Text
    sections: tuple[str, ...] = Field(min_length=1)
    #: None: the questions are made from the manual.
    checks: tuple[CheckFile, ...] = ()


class ProductFile(_Entry):
    id: Key
    category: Key
    model: str
    name: Text
    price: Price
    importance: int = Field(ge=1, le=5)
    warranty_months: int = Field(ge=0)
    serial: Serial
    needs_installation: bool
    maintenance: tuple[MaintenanceFile, ...]
    names: Words
    everyday_names: Words = Words()
    features: tuple[FeatureFile, ...] = Field(min_length=1)
    parts: tuple[PartFile, ...]
    #: Empty: the lessons are the manual's own sections with steps.
    training: tuple[LessonFile, ...] = ()


class ChoiceFile(_Entry):
    id: Key
    name: Text
    words: Words
    #: Faults that say it as well: who tells one need not choose.
    symptoms: tuple[Key, ...] = ()
    #: Whether who chooses it says that the product failed before it was first used.
    before_first_use: bool = False


class RecordFile(_Entry):
    field: Key
    kind: RecordKind
    required: bool
    label: Text
    ask: Text
    choices: tuple[ChoiceFile, ...] = ()

    @field_validator("ask")
    @classmethod
    def _can_be_filled(cls, ask: Text) -> Text:
        for question in (ask.en, ask.pt):
            try:
                question.format(**dict.fromkeys(PLACEHOLDERS, ""))
            except (KeyError, IndexError, ValueError) as error:
                raise ValueError(
                    f"'{question}' may hold {{serial_example}} and {{ticket_example}} and no other "
                    "brace"
                ) from error
        return ask


class StepFile(_Entry):
    id: Key
    role: Key
    hours: int = Field(ge=0, description="working hours until the step is done")
    text: Text


class MeasureFile(_Entry):
    id: Key
    name: Text
    definition: Text
    target: float


class ServiceFile(_Entry):
    id: Key
    intent: Key
    completion: Completion
    confirm: bool
    #: Whether the remedy that the manual has for the fault is offered before a ticket is opened.
    troubleshoot: bool = False
    name: Text
    #: What the customer wants, after "to": "report a fault".
    wish: Text
    opening: Text
    requirements: tuple[Text, ...] = Field(min_length=1)
    keywords: Words
    procedure: tuple[StepFile, ...] = Field(min_length=1)
    records: tuple[RecordFile, ...] = Field(min_length=1)
    measure: MeasureFile
    channels: tuple[Key, ...] = Field(min_length=1)


class CatalogueFiles(BaseModel):
    """Everything under a catalogue folder but the manuals."""

    model_config = ConfigDict(frozen=True)

    company: CompanyFile
    categories: tuple[CategoryFile, ...]
    symptoms: tuple[SymptomFile, ...]
    products: tuple[ProductFile, ...]
    services: tuple[ServiceFile, ...]


def read_catalogue(folder: Path) -> CatalogueFiles:
    """The catalogue in a folder.

    Raises CatalogueError, naming file, place and what is wrong, before anything is changed.
    """
    files = CatalogueFiles(
        company=read_company(folder),
        categories=tuple(_checked(folder / "categories.yml", CategoryFile, many=True)),
        symptoms=tuple(_checked(folder / "symptoms.yml", SymptomFile, many=True)),
        products=tuple(_each_named(folder / "products", ProductFile)),
        services=tuple(_each_named(folder / "services", ServiceFile)),
    )
    _check_holidays(files.company, folder)
    _check_references(files, folder)
    return files


def read_company(folder: Path) -> CompanyFile:
    """The company's own data: name, hours, languages. Raises CatalogueError."""
    return _checked(folder / "company.yml", CompanyFile)[0]


def _each_named[Model: (ProductFile, ServiceFile)](folder: Path, model: type[Model]) -> list[Model]:
    """One entry a file, which is named after its id: so none can stand there twice."""
    entries = []
    for path in sorted(folder.glob("*.yml")):
        entry = _checked(path, model)[0]
        if entry.id != path.stem:
            raise CatalogueError(f"{path}: holds the id '{entry.id}', so name it {entry.id}.yml")
        entries.append(entry)
    return entries


def _checked[Model: BaseModel](path: Path, model: type[Model], many: bool = False) -> list[Model]:
    try:
        # The same safe loader as yaml.safe_load, in C: ten times as fast.
        content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CatalogueError(f"{path}: cannot be read: {error}") from error
    try:
        return [model.model_validate(entry) for entry in (content if many else [content])]
    except (ValidationError, TypeError) as error:
        raise CatalogueError(f"{path}: {error}") from error


def _check_holidays(company: CompanyFile, folder: Path) -> None:
    holidays = company.business_hours.holidays
    try:
        if holidays:
            holidays.check()
    except ValueError as error:
        raise CatalogueError(f"{folder / 'company.yml'}: {error}") from error


def _check_references(files: CatalogueFiles, folder: Path) -> None:
    categories = {category.id for category in files.categories}
    _refuse_doubled(folder / "categories.yml", "category", (c.id for c in files.categories))
    _refuse_doubled(folder / "symptoms.yml", "symptom", (s.id for s in files.symptoms))
    symptoms = {symptom.id for symptom in files.symptoms}
    for product in files.products:
        path = folder / "products" / f"{product.id}.yml"
        if product.category not in categories:
            raise CatalogueError(f"{path}: category '{product.category}' is not in categories.yml")
        if not re.fullmatch(product.serial.pattern, product.serial.example):
            raise CatalogueError(
                f"{path}: the serial example '{product.serial.example}' does not match the pattern"
            )
        _refuse_doubled(path, "feature", (feature.id for feature in product.features))
        _refuse_doubled(path, "part", (part.id for part in product.parts))
        _refuse_doubled(path, "maintenance", (task.id for task in product.maintenance))
        _refuse_doubled(path, "lesson", (lesson.id for lesson in product.training))
    _refuse_doubled(folder, "product model", (product.model for product in files.products))
    _refuse_doubled(folder, "service intent", (service.intent for service in files.services))
    for service in files.services:
        path = folder / "services" / f"{service.id}.yml"
        _refuse_doubled(path, "record", (record.field for record in service.records))
        for record in service.records:
            _refuse_doubled(path, "choice", (choice.id for choice in record.choices))
            _refuse_doubled(path, "symptom", (s for c in record.choices for s in c.symptoms))
            unknown = {s for c in record.choices for s in c.symptoms} - symptoms
            if unknown:
                raise CatalogueError(
                    f"{path}: '{record.field}' names symptoms that symptoms.yml does not have: "
                    f"{', '.join(sorted(unknown))}"
                )
            if (record.kind == "choice") != bool(record.choices):
                raise CatalogueError(
                    f"{path}: record '{record.field}' needs choices if it is of kind choice, "
                    "and only then"
                )


def _refuse_doubled(place: Path, what: str, keys: Iterable[str]) -> None:
    listed = list(keys)
    doubled = {key for key in listed if listed.count(key) > 1}
    if doubled:
        raise CatalogueError(f"{place}: {what} used twice: {', '.join(sorted(doubled))}")
