"""complaints.yml: what it may say, and what the desk does with it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from sqlalchemy.orm import Session

from aftercare.complaints.files import ComplaintsFile, read_complaints
from aftercare.complaints.plan import (
    add_cause,
    causes_of,
    put_complaints,
    read_complaint_plan,
)
from aftercare.database import SessionFactory, writing
from aftercare.errors import CatalogueError
from aftercare.settings import PROJECT_ROOT
from aftercare.tables.complaints import ComplaintCause, Offer, Severity

CATALOGUE = PROJECT_ROOT / "catalogue"


def test_sample_is_read_alike_by_both_loaders() -> None:
    text = (CATALOGUE / "complaints.yml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    assert ComplaintsFile.model_validate(content) == read_complaints(CATALOGUE)
    assert set(read_complaints(CATALOGUE).scale.means) == set(Severity)
    # An explanation and an apology are given with the proposal itself.
    follow = set(read_complaints(CATALOGUE).follow)
    assert follow == set(Offer) - {Offer.EXPLANATION, Offer.APOLOGY}


def test_company_without_the_file_has_the_defaults(tmp_path: Path) -> None:
    assert read_complaints(tmp_path) == ComplaintsFile()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("proposal_within: soon", "write a duration"),
        ("valid_days: 3\nremind_days: 3", "the reminder would come before the proposal"),
        ("causes: [{id: a, name: {en: A, pt: A}}, {id: a, name: {en: B, pt: B}}]", "twice"),
        ("scale: {repeated: {medium: 3, high: 2}}", "below the medium one"),
        ("scale: {amounts: [{currency: BRL, medium: 3, high: 2}]}", "below the medium one"),
        ("scale: {means: {grave: {en: A, pt: A}}}", "means.grave"),
        ("follow: {a gift: {en: A, pt: A}}", "follow"),
        ("[", "cannot be read|expected"),
    ],
)
def test_mistake_is_told_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "complaints.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=said) as refused:
        read_complaints(tmp_path)
    assert "complaints.yml" in str(refused.value)


@pytest.mark.parametrize(
    ("own", "holidays", "bodies"),
    [
        (None, "BR", ["consumidor-gov-br", "procon"]),
        ("PT", "BR", ["livro-de-reclamacoes", "arbitragem-de-consumo"]),
        (None, "JP", []),
        (None, None, []),
    ],
)
def test_outside_bodies_are_those_of_the_country(
    sessions: SessionFactory, own: str | None, holidays: str | None, bodies: list[str]
) -> None:
    file = read_complaints(CATALOGUE).model_copy(update={"country": own})
    with writing(sessions) as session:
        put_complaints(session, file, holidays)
        assert [body.id for body in read_complaint_plan(session).bodies()] == bodies


def test_causes_follow_the_file_and_managers_keep_theirs(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        put_complaints(session, _with_causes("delivery", "misuse"), "BR")
        own = add_cause(session, {"en": "Packaging", "pt": "Embalagem"})
        put_complaints(session, _with_causes("misuse", "weather"), "BR")
        assert [one.id for one in causes_of(session)] == ["misuse", "weather", own.id]
        gone = causes_of(session, also="delivery")
        assert {one.id for one in gone} == {"delivery", "misuse", "weather", own.id}
        assert not _cause(session, "delivery").active


def _with_causes(*ids: str) -> ComplaintsFile:
    causes = [{"id": one, "name": {"en": one, "pt": one}} for one in ids]
    return ComplaintsFile.model_validate({"causes": causes})


def _cause(session: Session, key: str) -> ComplaintCause:
    return session.get_one(ComplaintCause, key)
