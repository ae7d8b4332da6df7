"""Reads the catalogue's YAML files into checked models. It touches no database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from aftercare.catalogue.business_hours import BusinessHours
from aftercare.catalogue.entries import Entry, Key, Language, Text, Words
from aftercare.catalogue.service_files import ServiceFile
from aftercare.catalogue.warranty_files import RecallFile, Serial, WarrantyFile
from aftercare.clocks.files import ClockPlanFile, ClocksFile, RegionFile
from aftercare.errors import CatalogueError
from aftercare.returns.files import ReturnsFile


class CompanyFile(Entry):
    name: str
    email: str
    site: str
    languages: tuple[Language, ...]
    default_language: Language
    business_hours: BusinessHours
    #: Where customers live who have other business hours; the ones above are the company's own.
    regions: tuple[RegionFile, ...] = ()
    clocks: ClocksFile = ClocksFile()
    answer_within: Text
    #: None: no returns are taken.
    returns: ReturnsFile | None = None
    safety_words: Words


class CategoryFile(Entry):
    id: Key
    name: Text
    names: Words
    #: Names that mean something else as well; the bot weighs the words around them.
    everyday_names: Words = Words()


class SymptomFile(Entry):
    """A fault in customers' words; the last one of the file is the most general."""

    id: Key
    name: Text
    words: Words


class Price(Entry):
    amount: int = Field(ge=0, description="minor units of the currency")
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class FeatureFile(Entry):
    id: Key
    name: Text
    rating: int = Field(ge=1, le=5)
    words: Words


class PartFile(Entry):
    id: Key
    name: Text
    words: Words = Words()
    price: int = Field(ge=0, description="minor units of the product's currency")


class MaintenanceFile(Entry):
    id: Key
    name: Text
    every_months: int = Field(ge=1)
    section: str


class CheckFile(Entry):
    """A question at the end of a lesson; the first answer is the right one, shown in any place."""

    ask: Text
    section: str
    answers: tuple[Text, ...] = Field(min_length=2, max_length=5)


class LessonFile(Entry):
    """A lesson of a product's training: sections of its manual, in the order in which to teach."""

    id: Key
    kind: Literal["first_use", "function", "care"]
    title: Text
    sections: tuple[str, ...] = Field(min_length=1)
    #: None: the questions are made from the manual.
    checks: tuple[CheckFile, ...] = ()


class ProductFile(Entry):
    id: Key
    category: Key
    model: str
    name: Text
    price: Price
    importance: int = Field(ge=1, le=5)
    #: Instead of `warranty`, where that is all there is to say.
    warranty_months: int | None = Field(ge=0, le=600, default=None)
    warranty: WarrantyFile | None = None
    serial: Serial
    needs_installation: bool
    maintenance: tuple[MaintenanceFile, ...]
    names: Words
    everyday_names: Words = Words()
    features: tuple[FeatureFile, ...] = Field(min_length=1)
    parts: tuple[PartFile, ...]
    #: Empty: the lessons are the manual's own sections with steps.
    training: tuple[LessonFile, ...] = ()

    @model_validator(mode="after")
    def _has_a_warranty(self) -> Self:
        if (self.warranty is None) == (self.warranty_months is None):
            raise ValueError("write either warranty or warranty_months")
        return self


class CatalogueFiles(BaseModel):
    """Everything under a catalogue folder but the manuals."""

    model_config = ConfigDict(frozen=True)

    company: CompanyFile
    categories: tuple[CategoryFile, ...]
    symptoms: tuple[SymptomFile, ...]
    products: tuple[ProductFile, ...]
    services: tuple[ServiceFile, ...]
    recalls: tuple[RecallFile, ...] = ()


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
        recalls=tuple(_recalls(folder)),
    )
    _check_clocks(files.company, folder)
    _check_references(files, folder)
    return files


def _recalls(folder: Path) -> list[RecallFile]:
    """Most companies have none, and no such file."""
    path = folder / "recalls.yml"
    return _checked(path, RecallFile, many=True) if path.is_file() else []


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


def clock_plan(company: CompanyFile) -> ClockPlanFile:
    """What clocks need of the company's file. Raises ValueError where it does not hold together."""
    return ClockPlanFile(
        business_hours=company.business_hours, regions=company.regions, clocks=company.clocks
    )


def _check_clocks(company: CompanyFile, folder: Path) -> None:
    try:
        plan = clock_plan(company)
        for hours in (plan.business_hours, *(one.business_hours for one in plan.regions)):
            if hours.holidays:
                hours.holidays.check()
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
        _check_warranty(path, product, files)
    _check_recalls(folder / "recalls.yml", files)
    _refuse_doubled(folder, "product model", (product.model for product in files.products))
    _refuse_doubled(folder, "service intent", (service.intent for service in files.services))
    _refuse_doubled(folder, "sign of a service", (s for one in files.services for s in one.signs))
    for service in files.services:
        path = folder / "services" / f"{service.id}.yml"
        unknown = service.symptoms_named - symptoms
        if unknown:
            raise CatalogueError(
                f"{path}: the choices name symptoms that symptoms.yml does not have: "
                f"{', '.join(sorted(unknown))}"
            )


def _check_warranty(path: Path, product: ProductFile, files: CatalogueFiles) -> None:
    if product.warranty is None:
        return
    terms = product.warranty.terms
    _refuse_doubled(path, "term of the warranty", (term.id for term in terms))
    pieces = {part.id for part in product.parts} | {one.id for one in product.features}
    _refuse_unknown(path, "parts or features", product.warranty.pieces - pieces)
    services = {service.id for service in files.services}
    named = {service for term in terms for service in term.extended_by}
    _refuse_unknown(path, "services", named - services)


def _check_recalls(path: Path, files: CatalogueFiles) -> None:
    _refuse_doubled(path, "recall", (recall.id for recall in files.recalls))
    products = {product.id: product for product in files.products}
    named = {recall.product for recall in files.recalls}
    _refuse_unknown(path, "products", named - set(products))
    for recall in files.recalls:
        groups = re.compile(products[recall.product].serial.pattern).groupindex
        if recall.made and not {"year", "week"} <= set(groups):
            raise CatalogueError(
                f"{path}: the recall '{recall.id}' names weeks, and the serial numbers of "
                f"{recall.product} do not tell them: give their pattern the groups year and week"
            )


def _refuse_unknown(path: Path, what: str, unknown: set[str]) -> None:
    if unknown:
        raise CatalogueError(f"{path}: there are no such {what}: {', '.join(sorted(unknown))}")


def _refuse_doubled(place: Path, what: str, keys: Iterable[str]) -> None:
    listed = list(keys)
    doubled = {key for key in listed if listed.count(key) > 1}
    if doubled:
        raise CatalogueError(f"{place}: {what} used twice: {', '.join(sorted(doubled))}")
