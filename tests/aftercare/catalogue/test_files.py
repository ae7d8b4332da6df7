from __future__ import annotations

import re
from pathlib import Path

import pytest

from aftercare.catalogue.entries import LANGUAGES
from aftercare.catalogue.files import CatalogueFiles, read_catalogue
from aftercare.catalogue.service_files import RecordKind
from aftercare.errors import CatalogueError
from aftercare.intake.fields import READERS
from tests.aftercare.catalogue.folders import CATALOGUE, copy_catalogue, replace_in


@pytest.fixture(scope="module")
def sample() -> CatalogueFiles:
    return read_catalogue(CATALOGUE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_catalogue(tmp_path, manuals=False)


# Each mistake: the file, what stands there, what is written instead.
MISTAKES = {
    "unknown key": ("company.yml", "answer_within:", "fax: none\nanswer_within:"),
    "missing key": ("company.yml", "default_language: en\n", ""),
    "language nobody speaks here": ("company.yml", "[en, pt]", "[en, fr]"),
    "time that is no time": ("company.yml", 'mon: ["08:00-18:00"]', 'mon: ["eight-18:00"]'),
    "times in the wrong order": ("company.yml", 'mon: ["08:00-18:00"]', 'mon: ["18:00-17:00"]'),
    "stretches that overlap": (
        "company.yml",
        'mon: ["08:00-18:00"]',
        'mon: ["08:00-13:00", "12:00-18:00"]',
    ),
    "night that goes on into the next morning's hours": (
        "company.yml",
        'mon: ["08:00-18:00"]',
        'mon: ["18:00-08:30"]',
    ),
    "target that is no duration": ("company.yml", "{response: 1h,", "{response: soon,"),
    "target of a number without a unit": ("company.yml", "{response: 1h,", "{response: 60,"),
    "target of an unknown priority": ("company.yml", "    urgent: {", "    pressing: {"),
    "targets without business hours of a region": (
        "company.yml",
        'fri: ["08:00-12:00", "13:30-17:30"]\n      holidays: {country: BR, region: AM}',
        'fri: []\n        mon: []\n        tue: []\n        wed: []\n        thu: []',
    ),
    "region's holidays of no region": ("company.yml", "region: AM", "region: QQ"),
    "postcode of a region twice": ("company.yml", "'690', '691'", "'690', '690'"),
    "warning when all is used up": ("company.yml", "warn_at_percent: 75", "warn_at_percent: 100"),
    "holidays of no country": ("company.yml", "country: BR", "country: QQ"),
    "holidays of no region": ("company.yml", "region: SP", "region: QQ"),
    "time zone that does not exist": ("company.yml", "America/Sao_Paulo", "America/Atlantis"),
    "day of the week that does not exist": ("company.yml", "    mon:", "    monday:"),
    "answer time in one language": ("company.yml", ", pt: um dia útil", ""),
    "YAML that is none": ("categories.yml", "- id: coffee_machine", "- id: [coffee_machine"),
    "category twice": ("categories.yml", "id: coffee_machine", "id: washing_machine"),
    "name in one language only": (
        "categories.yml",
        "{en: coffee machine, pt: máquina de café}",
        "{en: coffee machine}",
    ),
    "unknown category": ("products/mare-w900.yml", "washing_machine", "tumble_dryer"),
    "negative price": ("products/mare-w900.yml", "amount: 329900", "amount: -1"),
    "price with a point": ("products/mare-w900.yml", "amount: 329900", "amount: 3299.5"),
    "currency in small letters": ("products/mare-w900.yml", "BRL", "brl"),
    "importance out of range": ("products/mare-w900.yml", "importance: 5", "importance: 6"),
    "rating out of range": ("products/mare-w900.yml", "rating: 5", "rating: 0"),
    "pattern that is none": ("products/mare-w900.yml", r"'W9\d{8}'", "'W9('"),
    "example that misses the pattern": ("products/mare-w900.yml", "W912345678", "X912345678"),
    "wrong check digit in the example": (
        "products/nimbera-d25.yml",
        "example: D225140375",
        "example: D225140376",
    ),
    "unknown check digits": ("products/nimbera-d25.yml", "check: luhn", "check: lunh"),
    "no warranty at all": ("products/mare-w700.yml", "warranty_months: 12\n", ""),
    "two kinds of warranty": (
        "products/mare-w900.yml",
        "warranty:\n",
        "warranty_months: 12\nwarranty:\n",
    ),
    "term that lasts no day": ("products/mare-w900.yml", "days: 90", "days: 0"),
    "term twice": ("products/mare-w900.yml", "id: commercial", "id: legal"),
    "term of an unknown part": (
        "products/nimbera-d25.yml",
        "parts: [compressor]",
        "parts: [turbine]",
    ),
    "term extended by an unknown service": (
        "products/mare-w900.yml",
        "extended_by: [repair]",
        "extended_by: [rapair]",
    ),
    "recall of an unknown product": ("recalls.yml", "product: fonte-p30", "product: fonte-p31"),
    "recall by weeks that no serial tells": (
        "recalls.yml",
        "product: nimbera-d25",
        "product: mare-w900",
    ),
    "recall of a range from end to beginning": (
        "recalls.yml",
        "first: P330100000",
        "first: P340100000",
    ),
    "feature twice": ("products/mare-w900.yml", "- id: fill", "- id: drain"),
    "part twice": ("products/mare-w900.yml", "- id: door_seal", "- id: drain_pump"),
    "maintenance never due": ("products/mare-w900.yml", "every_months: 1", "every_months: 0"),
    "maintenance twice": ("products/mare-w900.yml", "id: drawer_clean", "id: drum_clean"),
    "model of another product": ("products/mare-w900.yml", "model: W900", "model: W700"),
    "product of another name than its file": (
        "products/mare-w900.yml",
        "id: mare-w900",
        "id: mare-w999",
    ),
    "product twice": ("products/mare-w900.yml", "id: mare-w900", "id: mare-w700"),
    "key with capitals": ("products/mare-w900.yml", "- id: drain\n", "- id: Drain\n"),
    "unknown kind of record": ("services/repair.yml", "kind: past_date", "kind: birthday"),
    "choice without choices": ("services/repair.yml", "kind: past_date", "kind: choice"),
    "choices without choice": ("services/privacy.yml", "kind: choice", "kind: description"),
    "symptom twice": ("symptoms.yml", "id: leak", "id: noise"),
    "symptom without a name": ("symptoms.yml", "name: {en: Leaks, pt: Vaza}", "name: {en: Leaks}"),
    "choice by an unknown symptom": (
        "services/return.yml",
        "symptoms: [damaged]",
        "symptoms: [scorched]",
    ),
    "symptom of two choices": ("services/return.yml", "symptoms: [damaged]", "symptoms: [leak]"),
    "choice twice": ("services/privacy.yml", "- id: export", "- id: erase"),
    "record twice": ("services/repair.yml", "- field: email", "- field: name"),
    "unknown completion": ("services/repair.yml", "open_ticket", "open_sesame"),
    "intent of another service": ("services/repair.yml", "request_repair", "file_complaint"),
    "question with a placeholder nobody fills": (
        "services/repair.yml",
        "looks like {serial_example}.",
        "looks like {serial_number}.",
    ),
    "question with a single brace": (
        "services/repair.yml",
        "'Which product is it?'",
        "'Which product is it? }'",
    ),
    "answer without what it answers": (
        "services/warranty.yml",
        "  - field: product\n    kind: product",
        "  - field: thing\n    kind: product",
    ),
    "step twice": ("services/repair.yml", "- id: remote_check", "- id: acknowledge"),
    "limit of days where there is no day": (
        "services/repair.yml",
        "kind: description\n",
        "kind: description\n    most_days: 3\n",
    ),
    "record for a role that does not exist": (
        "services/repair.yml",
        "kind: description\n",
        "kind: description\n    seen_by: [king]\n",
    ),
    "sign of another service": (
        "services/maintenance.yml",
        "signs: [maintenance_due]",
        "signs: [error_code]",
    ),
    "service without a name": (
        "services/repair.yml",
        "name: {en: Repair, pt: Conserto}",
        "name: {}",
    ),
}  # fmt: skip


IN_NO_SINGLE_FILE = {
    "model of another product",
    "intent of another service",
    "sign of another service",
}


def test_sample_company_is_read_whole(sample: CatalogueFiles) -> None:
    assert sample.company.name == "Marulho"
    assert {product.id for product in sample.products} == {
        "mare-w900",
        "mare-w700",
        "aroma-c200",
        "brisa-a12",
        "vento-r50",
        "fonte-p30",
        "quendra-h60",
        "nimbera-d25",
    }
    services = {path.stem for path in (CATALOGUE / "services").glob("*.yml")}
    assert {service.id for service in sample.services} == services


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_refused_with_the_name_of_the_file(folder: Path, mistake: str) -> None:
    name, old, new = MISTAKES[mistake]
    replace_in(folder / name, old, new)
    with pytest.raises(CatalogueError) as refusal:
        read_catalogue(folder)
    named = name if mistake not in IN_NO_SINGLE_FILE else ""
    assert named in str(refusal.value)
    assert str(folder) in str(refusal.value)


@pytest.mark.parametrize("name", ["company.yml", "categories.yml", "symptoms.yml"])
def test_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(CatalogueError, match=re.escape(name)):
        read_catalogue(folder)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"just words", b"- a\n- b\n", b"name: \xff\xfe\n", b"\x00"]
)
@pytest.mark.parametrize("name", ["company.yml", "categories.yml", "services/repair.yml"])
def test_file_of_another_shape_is_named(folder: Path, name: str, content: bytes) -> None:
    if (name, content) == ("categories.yml", b"[]"):
        content = b"{}x"
    (folder / name).write_bytes(content)
    with pytest.raises(CatalogueError, match=re.escape(name)):
        read_catalogue(folder)


def test_every_kind_of_record_has_its_reader() -> None:
    assert set(READERS) == set(RecordKind.__args__)


def test_every_kind_of_record_is_used_by_some_service(sample: CatalogueFiles) -> None:
    used = {record.kind for service in sample.services for record in service.records}
    assert used == set(RecordKind.__args__)


def test_everything_customers_meet_is_worded_in_every_language(sample: CatalogueFiles) -> None:
    for product in sample.products:
        for language in LANGUAGES:
            assert getattr(product.name, language)
            assert getattr(product.names, language), product.id
            for feature in product.features:
                assert getattr(feature.words, language), (product.id, feature.id)
    for service in sample.services:
        for language in LANGUAGES:
            for record in service.records:
                assert getattr(record.ask, language).strip(), (service.id, record.field)
                for choice in record.choices:
                    assert getattr(choice.words, language), (service.id, choice.id)


def test_services_without_contact_neither_confirm_nor_ask_for_a_name(
    sample: CatalogueFiles,
) -> None:
    """What nobody can answer to needs no name; what somebody answers to needs a way to."""
    for service in sample.services:
        kinds = {record.kind for record in service.records}
        reachable = bool(kinds & {"email", "phone", "contact"})
        assert ("name" in kinds) == reachable, service.id
