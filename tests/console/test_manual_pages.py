from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.guidance.index import GuidanceIndex
from aftercare.manuals.importing import file_of, run_import
from aftercare.settings import Settings
from aftercare.tables.manuals import Manual, ManualImport
from aftercare.tables.staff import Staff
from console import manuals
from tests.console.browsers import Clock, Response, TestClient, form_token, open_browser, sign_in

PRODUCT = "aroma-c200"
MANUAL = (
    "<h1>Aroma</h1><h2>Use</h2><ol><li>Open the frobnicator.<p class=warning>Hot.</p></li>"
    "<li>Close it.</li></ol><h2>Care</h2><p>Keep it dry.</p>"
    '<img src="https://elsewhere.example/x.png" alt="The tank">'
)


@pytest.fixture(autouse=True)
def read_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The file is read in this process, before the answer."""

    def read(
        settings: Settings, sessions: SessionFactory, number: int, clock: Callable[[], object]
    ) -> None:
        with reading(sessions) as session:
            row = session.get_one(ManualImport, number)
        run_import(sessions, number, file_of(settings.var_dir, number, row.file_name), clock)  # type: ignore[arg-type]

    monkeypatch.setattr(manuals, "start_reading", read)
    yield


@pytest.fixture
def manager(browser: TestClient, database: SessionFactory) -> TestClient:
    with writing(database) as session:
        session.scalars(select(Staff)).one().role = "manager"
    return browser


@pytest.fixture
def upload(manager: TestClient) -> Callable[..., Response]:
    def send(content: bytes | None = MANUAL.encode(), **changes: str) -> Response:
        fields = {
            "csrf": form_token(manager),
            "product": PRODUCT,
            "language": "en",
            "version": "9.0",
            "published_on": "2026-03-01",
            "licence": "CC BY 4.0",
            **changes,
        }
        files = {"file": ("aroma.html", content or b"", "text/html")}
        return manager.post("/console/manuals", data=fields, files=files)

    return send


def imported(database: SessionFactory) -> Manual:
    with reading(database) as session:
        manual = session.scalars(select(Manual).where(Manual.version == "9.0")).one()
        assert manual.sections
        return manual


def test_area_is_for_managers(browser: TestClient) -> None:
    for path in ("manuals", "manuals/1", "manuals/imports/1", "manuals/1/sections/1"):
        assert browser.get(f"/console/{path}").status_code == 403
    assert "Manuals</a>" not in browser.get("/console/").text


def test_every_version_is_listed_in_both_languages(manager: TestClient) -> None:
    page = manager.get("/console/manuals").text
    assert "Aroma C200 Instruction Manual" in page
    assert "Answers customers" in page
    assert "Responde aos clientes" in manager.get("/console/manuals?lang=pt").text


def test_upload_is_read_and_its_report_shown(
    manager: TestClient, upload: Callable[..., Response], database: SessionFactory
) -> None:
    answer = upload()
    assert answer.status_code == 303
    progress = manager.get(answer.headers["location"])
    assert progress.status_code == 303
    page = manager.get(progress.headers["location"]).text
    assert "Draft" in page
    assert "A picture could not be taken over: The tank" in page
    assert "the maintenance plan" in page.lower()
    assert re.search(r"<dt>Steps</dt><dd>2</dd>", page)
    manual = imported(database)
    assert (manual.licence, manual.source) == ("CC BY 4.0", "aroma.html")


def test_progress_looks_again_until_the_file_is_read(
    manager: TestClient,
    upload: Callable[..., Response],
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
) -> None:
    monkeypatch.setattr(manuals, "start_reading", lambda *_: None)
    address = upload().headers["location"]
    page = manager.get(address)
    assert page.headers["refresh"] == "2"
    assert "Waiting" in page.text
    assert "aroma.html" in manager.get("/console/manuals").text
    # A website that was stopped meanwhile leaves nobody who could tell.
    clock.pass_by(minutes=12)
    page = manager.get(address)
    assert "refresh" not in page.headers
    assert "Reading was interrupted" in page.text


def test_file_that_cannot_be_read_says_why(
    manager: TestClient, upload: Callable[..., Response]
) -> None:
    page = manager.get(upload(b"%PDF-1.4 x").headers["location"])
    assert "refresh" not in page.headers
    assert "no PDF file" in page.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": " "}, "A version is needed"),
        ({"published_on": "soon"}, "2026-03-31"),
        ({"language": "de"}, "Choose the language"),
        ({"product": "toaster"}, "Choose the product"),
        ({"content": None}, "Choose a file"),
    ],
)
def test_form_that_is_not_complete_comes_back_filled(
    upload: Callable[..., Response], settings: Settings, changes: dict[str, str], words: str
) -> None:
    answer = upload(**changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="CC BY 4.0"' in answer.text
    assert not list((settings.var_dir / "manuals").glob("*"))


def test_upload_needs_the_form_of_this_session_and_somebody_signed_in(
    upload: Callable[..., Response],
    settings: Settings,
    database: SessionFactory,
    clock: Clock,
) -> None:
    assert upload(csrf="wrong").status_code == 403
    stranger = open_browser(settings, database, clock)
    answer = stranger.post("/console/manuals", files={"file": ("a.html", b"x", "text/html")})
    assert answer.status_code == 303
    assert not list((settings.var_dir / "manuals").glob("*"))


def test_file_over_the_limit_is_refused(
    settings: Settings, database: SessionFactory, clock: Clock
) -> None:
    small = settings.model_copy(update={"max_manual_bytes": 65536})
    with writing(database) as session:
        session.scalars(select(Staff)).one().role = "admin"
    browser = open_browser(small, database, clock)
    sign_in(browser)
    files = {"file": ("a.html", b"x" * 200_000, "text/html")}
    data = {"csrf": form_token(browser)}
    assert browser.post("/console/manuals", data=data, files=files).status_code == 413


def test_person_corrects_publishes_and_goes_back(
    manager: TestClient,
    upload: Callable[..., Response],
    post: Callable[..., Response],
    database: SessionFactory,
    settings: Settings,
) -> None:
    upload()
    manual = imported(database)
    use, care = manual.sections
    address = f"/console/manuals/{manual.id}/sections/{use.id}"
    assert "<b>Step 1</b> Open the frobnicator." in manager.get(address).text
    text = "1. Open the frobnicator.\n\n   > [!DANGER]\n   > Very hot.\n2. Close it."
    saved = post(address, heading="Using it", text=text)
    assert saved.status_code == 303
    page = manager.get(saved.headers["location"]).text
    assert "Saved." in page
    assert "<b>DANGER</b> Very hot." in page
    assert post(address, heading="", text="x").status_code == 422
    assert post(f"/console/manuals/{manual.id}/publish").status_code == 303
    hits = GuidanceIndex(settings.var_dir).search(
        "open the frobnicator", product=PRODUCT, language="en"
    )
    assert hits[0].anchor == "use"
    # What is corrected in the version that answers, answers at once.
    post(f"/console/manuals/{manual.id}/sections/{care.id}", heading="Care", text="Use a gribble.")
    hits = GuidanceIndex(settings.var_dir).search("gribble", product=PRODUCT, language="en")
    assert hits[0].anchor == "care"
    assert post(f"/console/manuals/{manual.id}/remove").status_code == 409
    joined = post(f"/console/manuals/{manual.id}/sections/{care.id}", do="join")
    assert joined.headers["location"].endswith(f"/sections/{use.id}?done=1")
    assert post(address, do="remove").status_code == 422


def test_draft_is_removed(
    manager: TestClient,
    upload: Callable[..., Response],
    post: Callable[..., Response],
    database: SessionFactory,
) -> None:
    upload()
    number = imported(database).id
    assert post(f"/console/manuals/{number}/remove").status_code == 303
    assert manager.get(f"/console/manuals/{number}").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["manuals/0", "manuals/99999999999999999999", "manuals/x", "manuals/imports/99999999999999999",
     "manuals/1/sections/0", "manuals/1/figures/99999999999999999999"],
)  # fmt: skip
def test_what_is_not_there_is_told(manager: TestClient, path: str) -> None:
    assert manager.get(f"/console/{path}").status_code == 404


def test_catalogues_manuals_are_shown_without_a_form(
    manager: TestClient, database: SessionFactory
) -> None:
    with reading(database) as session:
        manual = session.scalars(select(Manual)).first()
        assert manual
        section = manual.sections[0].id
    page = manager.get(f"/console/manuals/{manual.id}/sections/{section}").text
    assert "<textarea" not in page
    assert "correct it there" in page
