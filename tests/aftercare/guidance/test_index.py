from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from aftercare.catalogue.load import load_catalogue
from aftercare.database import SessionFactory, writing
from aftercare.errors import GuidanceUnavailable
from aftercare.guidance.index import FOLDER, GuidanceIndex, build_index
from tests.aftercare.catalogue.folders import copy_catalogue
from tests.desks import Library, copy_index


@pytest.fixture
def index(library: Library) -> GuidanceIndex:
    return GuidanceIndex(library.folder)


def _anchors(index: GuidanceIndex, question: str, product: str, language: str) -> list[str]:
    return [hit.anchor for hit in index.search(question, product=product, language=language)]


def test_best_section_comes_first_and_scores_fall(index: GuidanceIndex) -> None:
    hits = index.search("error E18 water does not drain", product="mare-w900", language="en")
    assert hits[0].anchor == "error-e18"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.coverage <= 1 for hit in hits)


def test_only_sections_of_the_asked_product_are_found(index: GuidanceIndex) -> None:
    for product in ("mare-w900", "mare-w700", "fonte-p30"):
        hits = index.search("water does not drain", product=product, language="en", limit=20)
        assert hits
        assert {hit.product for hit in hits} == {product}


def test_same_code_means_each_products_own_section(index: GuidanceIndex) -> None:
    robot = _anchors(index, "código E35", "vento-r50", "pt")
    washer = _anchors(index, "código E35", "mare-w700", "pt")
    assert robot[0] == washer[0] == "error-e35"


def test_name_of_the_product_in_the_question_changes_nothing(index: GuidanceIndex) -> None:
    plain = index.search("o que é E18", product="mare-w900", language="pt")
    named = index.search("o que é E18 na minha Maré W900", product="mare-w900", language="pt")
    assert named == plain
    assert index.search("Maré W900", product="mare-w900", language="pt") == []


def test_limit_is_kept(index: GuidanceIndex) -> None:
    assert len(index.search("water", product="fonte-p30", language="en", limit=2)) == 2


@pytest.mark.parametrize(
    ("question", "product", "language", "anchor"),
    [
        ("desclaing the machine", "aroma-c200", "en", "descaling"),
        ("how do i make a capuccino", "aroma-c200", "en", "cappuccino"),
        ("descalsificar", "mare-w900", "pt", "descaling"),
        ("nivelar a maquina", "mare-w900", "pt", "levelling"),
    ],
)
def test_typing_error_still_finds_the_section(
    index: GuidanceIndex, question: str, product: str, language: str, anchor: str
) -> None:
    assert _anchors(index, question, product, language)[0] == anchor


@pytest.mark.parametrize("question", ["", "???", "xyzzy qwrtpl", "how do I"])
def test_question_without_a_known_word_finds_nothing(index: GuidanceIndex, question: str) -> None:
    assert index.search(question, product="mare-w900", language="en") == []


def test_unknown_product_finds_nothing(index: GuidanceIndex) -> None:
    assert index.search("water", product="no-such", language="en") == []


def test_missing_index_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(GuidanceUnavailable, match="make load"):
        GuidanceIndex(tmp_path).search("water", product="mare-w900", language="en")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("en.db", b"no database at all"),
        ("en.db", b""),
        ("pt.db", None),
        ("fingerprint", None),
    ],
)
def test_damaged_index_is_unavailable(
    library: Library, tmp_path: Path, file: str, content: bytes | None
) -> None:
    copy_index(library, tmp_path)
    path = tmp_path / FOLDER / file
    if content is not None:
        assert path.exists()
        path.write_bytes(content)
    else:
        path.unlink()
    with pytest.raises(GuidanceUnavailable):
        GuidanceIndex(tmp_path).search("water", product="mare-w900", language="en")


def test_index_is_found_once_it_has_been_built(library: Library, tmp_path: Path) -> None:
    index = GuidanceIndex(tmp_path)
    with pytest.raises(GuidanceUnavailable):
        index.search("drain", product="mare-w900", language="en")
    copy_index(library, tmp_path)
    assert index.search("drain", product="mare-w900", language="en")


def test_rebuilt_index_is_noticed_at_the_next_question(
    stocked_sessions: SessionFactory, library: Library, tmp_path: Path, now: datetime
) -> None:
    copy_index(library, tmp_path)
    index = GuidanceIndex(tmp_path)
    assert index.search("xylophone", product="mare-w900", language="en") == []
    folder = copy_catalogue(tmp_path / "changed")
    manual = folder / "manuals" / "mare-w900" / "en.md"
    manual.write_text(
        manual.read_text(encoding="utf-8") + "\n## The xylophone {#xylophone}\n\nPlay it.\n",
        encoding="utf-8",
    )
    with writing(stocked_sessions) as session:
        load_catalogue(session, folder, now)
    build_index(stocked_sessions, tmp_path)
    assert _anchors(index, "xylophone", "mare-w900", "en") == ["xylophone"]


def test_rebuilding_leaves_no_half_built_folders(
    stocked_sessions: SessionFactory, tmp_path: Path
) -> None:
    (tmp_path / "guidance.new").mkdir()
    build_index(stocked_sessions, tmp_path)
    assert [path.name for path in tmp_path.glob("guidance*")] == ["guidance"]


def test_company_without_manuals_has_an_empty_index(
    sessions: SessionFactory, tmp_path: Path
) -> None:
    build_index(sessions, tmp_path)
    assert GuidanceIndex(tmp_path).search("water", product="p", language="pt") == []
