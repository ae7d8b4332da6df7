"""A mistake in an arranged training is told with its place, before anything is changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from aftercare.catalogue.files import read_catalogue
from aftercare.catalogue.load import load_catalogue
from aftercare.database import SessionFactory, writing
from aftercare.errors import CatalogueError
from tests.aftercare.catalogue.folders import copy_catalogue, replace_in
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sections: [mopping]", "sections: [moping]"),
        ("section: cleaning-filter\n        answers", "section: cleaning-filtre\n        answers"),
    ],
)
def test_section_that_the_manual_lacks_is_named(
    tmp_path: Path, sessions: SessionFactory, old: str, new: str
) -> None:
    folder = copy_catalogue(tmp_path)
    replace_in(folder / "products" / "vento-r50.yml", old, new)
    wrong = new.split(": ")[1].split()[0].strip("[]:")
    with (
        pytest.raises(CatalogueError, match=f"vento-r50: lesson '.+' names section '{wrong}'"),
        writing(sessions) as session,
    ):
        load_catalogue(session, folder, NOW)


def test_lesson_that_stands_twice_is_refused(tmp_path: Path) -> None:
    folder = copy_catalogue(tmp_path, manuals=False)
    replace_in(folder / "products" / "vento-r50.yml", "- id: mop\n", "- id: app\n")
    with pytest.raises(CatalogueError, match="lesson used twice: app"):
        read_catalogue(folder)
