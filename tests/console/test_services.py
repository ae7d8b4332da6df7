"""The plan of the services in the console: read, edited as a draft, put in force, brought back."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select

from aftercare.catalogue.versions import current_plan, draft_plan
from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.catalogue import Service
from aftercare.tables.staff import Staff
from tests.console.browsers import Response, TestClient

Post = Callable[..., Response]
REPAIR = "/console/services/repair"
FIELD = re.compile(
    r'<input (?:type="hidden" )?(?:id="[^"]+" )?name="([^"]+)"[^>]* value="([^"]*)"'
    r'|<textarea [^>]*name="([^"]+)"[^>]*>\n([^<]*)</textarea>'
    r'|<select id="[^"]+" name="([^"]+)"[^>]*>.*?<option value="([^"]*)" selected>',
    re.DOTALL,
)
CHECK = re.compile(r'<input type="checkbox" name="([^"]+)" value="yes" checked')


@pytest.fixture
def manager(browser: TestClient, database: SessionFactory) -> TestClient:
    with writing(database) as session:
        session.scalars(select(Staff)).one().role = "manager"
    return browser


def fields(page: str) -> dict[str, str]:
    """The fields of the form as they stand on the page."""
    form = page[page.index('class="stack plan-form"') :]
    found: dict[str, str] = {}
    for one in FIELD.findall(form):
        name, value = next((n, v) for n, v in zip(one[::2], one[1::2], strict=True) if n)
        found.setdefault(name, unescape(value))
    return {**found, **dict.fromkeys(CHECK.findall(form), "yes")}


def edit(manager: TestClient, path: str, **changes: str) -> Response:
    """Change fields of a form; a change to nothing is a check that is taken away."""
    sent = {**fields(manager.get(path).text), **changes}
    return manager.post(path, data={name: value for name, value in sent.items() if value or name})


def put_in_force(manager: TestClient, post: Post, note: str = "") -> Response:
    page = manager.get(REPAIR).text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen, page
    return post(f"{REPAIR}/draft/put-in-force", seen=seen[1], note=note)


def test_list_shows_each_service_with_its_gaps(manager: TestClient) -> None:
    page = unescape(manager.get("/console/services").text)
    for name in ("Installation", "Maintenance", "Repair", "Training for use", "Complaint"):
        assert f">{name}</a>" in page
    assert "Nobody has the role “technician”" in page
    assert page.count(">Complete</span>") >= 5
    assert "services have plans that lack" in manager.get("/console/").text


def test_agent_reads_the_process_and_cannot_change_it(browser: TestClient, post: Post) -> None:
    page = unescape(browser.get(REPAIR).text)
    assert '<ol class="flow">' in page
    assert "within 8 h" in page
    assert "What happens, in your own words?" in page
    assert "/edit/" not in page
    assert browser.get(f"{REPAIR}/edit/procedure").status_code == 403
    assert post(f"{REPAIR}/edit/procedure").status_code == 403
    assert post(f"{REPAIR}/draft/put-in-force").status_code == 403
    assert "plans that lack" not in browser.get("/console/").text


@pytest.mark.parametrize("path", ["/console/services/none", f"{REPAIR}/edit/none"])
def test_what_does_not_exist_is_not_found(manager: TestClient, path: str) -> None:
    assert manager.get(path).status_code == 404
    assert manager.get(f"{REPAIR}/versions/77").status_code == 404
    assert manager.get(f"{REPAIR}/records/none").status_code == 404


@pytest.mark.parametrize(
    "part", ["names", "requirements", "need", "procedure", "records", "resources", "measure"]
)
def test_form_that_is_sent_as_it_stands_changes_nothing(
    manager: TestClient, database: SessionFactory, part: str
) -> None:
    assert edit(manager, f"{REPAIR}/edit/{part}").status_code == 303
    with reading(database) as session:
        draft = draft_plan(session, "repair")
        assert draft and draft.stored == current_plan(session, "repair").stored


@pytest.mark.parametrize("record", ["description", "purchase_date", "product", "email"])
def test_record_that_is_sent_as_it_stands_changes_nothing(
    manager: TestClient, database: SessionFactory, record: str
) -> None:
    assert edit(manager, f"{REPAIR}/records/{record}").status_code == 303
    with reading(database) as session:
        draft = draft_plan(session, "repair")
        assert draft and draft.stored == current_plan(session, "repair").stored


def test_choices_are_kept_with_their_words(manager: TestClient, database: SessionFactory) -> None:
    path = "/console/services/return/records/reason"
    assert edit(manager, path).status_code == 303
    with reading(database) as session:
        draft = draft_plan(session, "return")
        assert draft and draft.stored == current_plan(session, "return").stored


def test_edit_is_a_draft_until_it_is_put_in_force(
    manager: TestClient, database: SessionFactory, post: Post
) -> None:
    edit(manager, f"{REPAIR}/records/description", **{"ask.en": "What is wrong with it?"})
    page = unescape(manager.get(REPAIR).text)
    assert "Draft of version 2" in page
    assert "<del>What happens, in your own words?" in page
    assert "<ins>What is wrong with it?</ins>" in page
    assert "What is wrong with it?" in manager.get(f"{REPAIR}/preview").text
    with reading(database) as session:
        assert session.get_one(Service, "repair").version == 1

    put_in_force(manager, post, note="Shorter.")
    with reading(database) as session:
        repair = session.get_one(Service, "repair")
        assert repair.version == 2
        assert repair.records[1].ask["en"] == "What is wrong with it?"
    page = unescape(manager.get(f"{REPAIR}?saved=in_force").text)
    assert "Version 2 is in force." in page
    assert "Shorter." in page


def test_steps_are_added_moved_and_taken_out(manager: TestClient, database: SessionFactory) -> None:
    edit(
        manager,
        f"{REPAIR}/edit/procedure",
        **{
            "1.remove": "yes",
            "2.place": "1",
            "5.en": "Order the part",
            "5.pt": "Encomendar a peça",
            "5.role": "warehouse",
            "5.hours": "40",
            "5.required": "yes",
        },
    )
    with reading(database) as session:
        draft = draft_plan(session, "repair")
        assert draft
        steps = draft.plan.procedure
        assert [step.id for step in steps] == [
            "visit",
            "acknowledge",
            "repair",
            "follow_up",
            "order_the_part",
        ]
        assert (steps[-1].role, steps[-1].hours, steps[-1].required) == ("warehouse", 40, True)


def test_mistake_is_told_at_its_field_and_nothing_is_saved(
    manager: TestClient, database: SessionFactory
) -> None:
    changes = {"0.hours": "soon", "1.role": "the boss", "2.en": "Kept words"}
    answer = edit(manager, f"{REPAIR}/edit/procedure", **changes)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert re.search(r'name="0.hours"[^>]*value="soon" aria-invalid="true"', page)
    assert 'id="0.hours-problem">Write a whole number' in page
    assert 'id="1.role-problem">Write it in small letters' in page
    assert "Kept words" in page
    with reading(database) as session:
        assert draft_plan(session, "repair") is None


def test_question_with_a_brace_that_nobody_fills_is_refused(manager: TestClient) -> None:
    answer = edit(manager, f"{REPAIR}/records/description", **{"ask.pt": "Olá {nome}?"})
    assert answer.status_code == 422
    assert 'id="ask' in answer.text or "no other brace" in unescape(answer.text)


def test_record_that_the_bot_needs_cannot_be_taken_out(manager: TestClient) -> None:
    answer = edit(manager, "/console/services/warranty/edit/records", **{"0.remove": "yes"})
    assert answer.status_code == 422
    assert "cannot be completed without a record 'product'" in unescape(answer.text)


def test_record_with_choices_is_added_and_never_takes_an_old_name(
    manager: TestClient, database: SessionFactory, post: Post
) -> None:
    new = {"label.en": "Description", "label.pt": "Uso", "ask.en": "Where is it used?"}
    edit(
        manager,
        f"{REPAIR}/records/new",
        **new,
        **{
            "ask.pt": "Onde é usado?",
            "kind": "choice",
            "required": "yes",
            "seen_by.manager": "yes",
        },
        **{"0.en": "At home", "0.pt": "Em casa", "0.words.en": "home\nhouse"},
    )
    with reading(database) as session:
        draft = draft_plan(session, "repair")
        assert draft
        record = draft.plan.records[-1]
    # "description" is what another record is called.
    assert (record.field, record.kind, record.seen_by) == ("description_2", "choice", ("manager",))
    assert [(c.id, c.words.en) for c in record.choices] == [("at_home", ("home", "house"))]


def test_choice_record_without_choices_is_refused(manager: TestClient) -> None:
    answer = edit(manager, f"{REPAIR}/records/new", **{"label.en": "Use", "kind": "choice"})
    assert answer.status_code == 422
    assert "needs choices" in unescape(answer.text)


def test_two_people_at_the_same_plan_do_not_lose_words(
    manager: TestClient, database: SessionFactory
) -> None:
    path = f"{REPAIR}/edit/need"
    mine = {**fields(manager.get(path).text), "keywords.en": "kaput\nbroken"}
    edit(manager, f"{REPAIR}/edit/names", **{"name.en": "Repairs"})
    answer = manager.post(path, data=mine)
    assert answer.status_code == 409
    assert "Somebody else has changed this plan" in answer.text
    assert "kaput" in answer.text
    again = {**fields(answer.text)}
    assert manager.post(path, data=again).status_code == 303
    with reading(database) as session:
        draft = draft_plan(session, "repair")
        assert draft and draft.plan.name.en == "Repairs"
        assert draft.plan.keywords.en == ("kaput", "broken")


def test_draft_that_changed_since_it_was_read_is_not_put_in_force(
    manager: TestClient, database: SessionFactory, post: Post
) -> None:
    edit(manager, f"{REPAIR}/edit/names", **{"name.en": "Repairs"})
    answer = post(f"{REPAIR}/draft/put-in-force", seen="2/of-yesterday/1", note="My reason.")
    assert answer.status_code == 409
    assert "Nothing was put in force" in answer.text
    assert "My reason." in answer.text
    with reading(database) as session:
        assert session.get_one(Service, "repair").version == 1


def test_draft_is_dropped(manager: TestClient, database: SessionFactory, post: Post) -> None:
    edit(manager, f"{REPAIR}/edit/names", **{"name.en": "Repairs"})
    post(f"{REPAIR}/draft/drop")
    with reading(database) as session:
        assert draft_plan(session, "repair") is None


def test_past_version_is_read_and_brought_back(
    manager: TestClient, database: SessionFactory, post: Post
) -> None:
    edit(manager, f"{REPAIR}/edit/names", **{"name.en": "Repairs"})
    put_in_force(manager, post)
    page = unescape(manager.get(f"{REPAIR}/versions/1").text)
    assert "<del>Repairs</del>" in page
    assert "<ins>Repair</ins>" in page
    assert post(f"{REPAIR}/versions/1/again", seen="1").status_code == 409
    assert post(f"{REPAIR}/versions/1/again", seen="2").status_code == 303
    with reading(database) as session:
        assert session.get_one(Service, "repair").name["en"] == "Repair"
        assert current_plan(session, "repair").note == "Version 1 again."


def test_gap_is_shown_with_the_way_to_close_it(manager: TestClient) -> None:
    edit(
        manager,
        f"{REPAIR}/edit/measure",
        **{
            f"measure.{name}": ""
            for name in ("name.en", "name.pt", "definition.en", "definition.pt", "target")
        },
    )
    edit(manager, f"{REPAIR}/records/email", **{"ask.pt": ""})
    page = unescape(manager.get(REPAIR).text)
    assert "It has no measure." in page
    assert "Record email: a text is missing in Portuguese." in page
    assert f'href="{REPAIR}/edit/measure"' in page


def test_words_of_a_plan_are_never_markup(manager: TestClient) -> None:
    edit(manager, f"{REPAIR}/edit/names", **{"name.en": "<script>alert(1)</script>"})
    for path in (REPAIR, f"{REPAIR}/preview", f"{REPAIR}/edit/names", "/console/services"):
        assert "<script>alert" not in manager.get(path).text


def test_fault_that_the_catalogue_does_not_have_is_told_at_its_choice(manager: TestClient) -> None:
    path = "/console/services/return/records/reason"
    answer = edit(manager, path, **{"1.symptoms": "damaged, scorched"})
    assert answer.status_code == 422
    assert 'id="1.symptoms-problem">The catalogue has no such fault: scorched' in answer.text


def test_sign_of_another_service_is_refused(manager: TestClient) -> None:
    path = "/console/services/maintenance/edit/need"
    answer = edit(manager, path, **{"sign.error_code": "yes"})
    assert answer.status_code == 422
    assert "This tells the need of “Repair” already" in unescape(answer.text)
    assert re.search('name="sign.error_code"[^>]* aria-invalid="true"', answer.text)
