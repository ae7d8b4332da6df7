"""Managers find, hand out and erase what is held of a person; nobody else sees anything of it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.staff.roles import Role
from aftercare.tables.conversations import Customer, MessageState
from aftercare.tables.privacy import PrivacyReceipt
from aftercare.tables.staff import Staff
from console import personal_data
from console.personal_data_words import STORES, WORDS
from tests.console.browsers import Response, TestClient
from tests.factories import make_conversation, make_customer, make_message, make_ticket

Post = Callable[..., Response]
EMAIL = "zulmira@mail.example"
PAGE, EXPORT, ERASE = (
    "/console/personal-data",
    "/console/personal-data/export",
    "/console/personal-data/erase",
)


@pytest.fixture
def person(database: SessionFactory) -> int:
    """Zulmira, with a conversation and an open ticket."""
    with writing(database) as session:
        customer = make_customer(session, name="Zulmira <b>", email=EMAIL, phone="+351912345678")
        talk = make_conversation(session, customer_id=customer.id)
        make_message(session, talk, "It does not spin")
        make_ticket(session, conversation_id=talk.id, email=EMAIL)
    return customer.id


@pytest.fixture
def manager(browser: TestClient, database: SessionFactory) -> TestClient:
    """The browser in which Rita is signed in, who is a manager now."""
    give_role(database, Role.MANAGER)
    return browser


def give_role(database: SessionFactory, role: str) -> None:
    with writing(database) as session:
        session.scalars(select(Staff)).one().role = role


def receipts(database: SessionFactory) -> list[PrivacyReceipt]:
    with reading(database) as session:
        return list(session.scalars(select(PrivacyReceipt).order_by(PrivacyReceipt.id)))


@pytest.mark.parametrize("role", [Role.AGENT, "", "Manager", "unknown"])
def test_other_roles_see_and_change_nothing(
    browser: TestClient, database: SessionFactory, post: Post, person: int, role: str
) -> None:
    give_role(database, role)
    for answer in (
        browser.get(PAGE),
        browser.get(f"{PAGE}/receipts/1"),
        post(PAGE, who=EMAIL),
        post(EXPORT, customer=f"{person}"),
        post(ERASE, customer=f"{person}", confirm=EMAIL),
    ):
        assert answer.status_code == 403
        assert "This page is not for your role" in answer.text
        assert "Zulmira" not in answer.text
    assert receipts(database) == []
    assert 'href="/console/personal-data"' not in browser.get("/console/").text


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
def test_managers_and_administrators_find_the_way(
    browser: TestClient, database: SessionFactory, role: str
) -> None:
    give_role(database, role)
    assert 'href="/console/personal-data"' in browser.get("/console/customers").text
    page = browser.get(PAGE)
    assert page.status_code == 200
    assert "Nothing was handed out or erased yet" in page.text


@pytest.mark.parametrize("who", [EMAIL.upper(), "+351 912 345 678", "number", "ticket"])
def test_person_is_found_with_how_much_there_is(
    manager: TestClient, database: SessionFactory, post: Post, person: int, who: str
) -> None:
    with writing(database) as session:
        number = make_ticket(session, email=EMAIL).number
        make_message(session, make_conversation(session), f"mine is {EMAIL}")
    page = post(PAGE, who={"number": f"{person}", "ticket": number}.get(who, who))
    assert page.status_code == 200
    text = re.sub(r"<[^>]+>", "|", page.text)
    assert "Zulmira &lt;b&gt;" in text
    assert re.search(r"Tickets\|+2, of them open: 2\|", text)
    assert re.search(r"unknown people with this contact\|+1\|", text)
    assert "the work on them ends here" in page.text


@pytest.mark.parametrize("who", ["", "nobody@mail.example", "%", "<script>", "x" * 1000])
def test_unknown_person_gets_a_hint_and_is_not_repeated_in_an_address(
    manager: TestClient, post: Post, person: int, who: str
) -> None:
    page = post(PAGE, who=who)
    assert page.status_code == 404
    assert 'role="alert"' in page.text
    assert "Zulmira" not in page.text
    assert "<script>" not in page.text


def test_people_who_share_a_phone_are_all_shown(
    manager: TestClient, database: SessionFactory, post: Post, person: int
) -> None:
    with writing(database) as session:
        make_customer(session, name="Rui", email="rui@mail.example", phone="+351912345678")
    page = post(PAGE, who="912345678").text
    assert "More than one customer" in page
    assert page.count("Erase for good") == page.count("Download the data") == 2


def test_export_is_an_archive_with_a_receipt(
    manager: TestClient, database: SessionFactory, post: Post, person: int
) -> None:
    answer = post(EXPORT, customer=f"{person}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="personal-data-1.zip"'
    assert answer.headers["cache-control"] == "no-store"
    assert "tickets.json" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    (receipt,) = receipts(database)
    assert receipt.kind == "export"
    page = manager.get(PAGE).text
    assert "Export" in page and "Rita Prado" in page


def test_typed_contact_alone_is_never_handed_out(
    manager: TestClient, database: SessionFactory, post: Post
) -> None:
    with writing(database) as session:
        make_message(session, make_conversation(session), "I am nobody@mail.example")
    page = post(PAGE, who="nobody@mail.example")
    assert page.status_code == 200
    assert "nobody proved that the contact is theirs" in page.text
    assert "Download the data" not in page.text
    assert post(EXPORT, contact="nobody@mail.example").status_code == 404
    assert (
        post(ERASE, contact="nobody@mail.example", confirm="nobody@mail.example").status_code == 303
    )


@pytest.mark.parametrize("typed", ["", " ", "zulmira", "erase", "yes", "912345678"])
def test_erasure_needs_the_contact_typed(
    manager: TestClient, database: SessionFactory, post: Post, person: int, typed: str
) -> None:
    page = post(ERASE, customer=f"{person}", confirm=typed)
    assert page.status_code == 422
    assert "Nothing was erased" in page.text
    assert EMAIL in page.text
    with reading(database) as session:
        assert session.get(Customer, person)
    assert receipts(database) == []


def test_erasure_leads_to_its_receipt(
    manager: TestClient, database: SessionFactory, post: Post, person: int
) -> None:
    answer = post(ERASE, customer=f"{person}", confirm=f" {EMAIL.upper()} ")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/personal-data/receipts/1?done=1"
    page = manager.get(answer.headers["location"]).text
    assert "Erased. This is the receipt" in page
    assert "Service, product, dates and outcome are kept" in page
    assert EMAIL not in page and "Zulmira" not in page
    with reading(database) as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 0
    (receipt,) = receipts(database)
    assert (receipt.kind, receipt.staff_id) == ("erasure", 1)
    found = post(PAGE, who=EMAIL)
    assert found.status_code == 404
    assert "Receipts about this contact" in found.text


def test_person_who_is_gone_meanwhile_is_told(manager: TestClient, post: Post, person: int) -> None:
    post(ERASE, customer=f"{person}", confirm=EMAIL)
    for answer in (
        post(ERASE, customer=f"{person}", confirm=EMAIL),
        post(EXPORT, customer=f"{person}"),
        post(EXPORT),
        post(ERASE, customer="9" * 30),
    ):
        assert answer.status_code == 404
        assert "not on file any more" in answer.text


def test_bot_in_work_is_told_and_nothing_is_removed(
    manager: TestClient,
    database: SessionFactory,
    post: Post,
    person: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(personal_data, "_PATIENCE_SECONDS", 0.0)
    with writing(database) as session:
        talk = make_conversation(session, customer_id=person)
        make_message(session, talk, "hello?", state=MessageState.RECEIVED)
    page = post(ERASE, customer=f"{person}", confirm=EMAIL)
    assert page.status_code == 409
    assert "The bot still works on a message" in page.text
    with reading(database) as session:
        assert session.get(Customer, person)


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "9" * 30, "%C2%B2"])
def test_receipt_that_does_not_exist_is_a_page_that_says_so(
    manager: TestClient, post: Post, person: int, number: str
) -> None:
    post(EXPORT, customer=f"{person}")
    assert manager.get(f"{PAGE}/receipts/{number}").status_code == 404


def test_receipts_are_paged(manager: TestClient, post: Post, person: int) -> None:
    for _ in range(26):
        post(EXPORT, customer=f"{person}")
    page = manager.get(PAGE).text
    assert page.count("/personal-data/receipts/") == 25
    (older,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert manager.get(older.replace("&amp;", "&")).text.count("/personal-data/receipts/") == 1


def test_browser_or_link_chooses_the_language(manager: TestClient, post: Post, person: int) -> None:
    portuguese = {"accept-language": "pt-BR,pt;q=0.9,en;q=0.5"}
    page = manager.get(PAGE, headers=portuguese).text
    assert '<html lang="pt-BR">' in page
    assert "Procurar a pessoa" in page and "Dados pessoais" in page and "Sair" in page
    assert "Find the person" in manager.get(f"{PAGE}?lang=en", headers=portuguese).text
    assert "Find the person" in manager.get(f"{PAGE}?lang=xx").text
    found = post(f"{PAGE}?lang=pt", who=EMAIL).text
    assert "Apagar definitivamente" in found
    assert "/console/personal-data/erase?lang=pt" in found
    done = post(f"{ERASE}?lang=pt", customer=f"{person}", confirm=EMAIL).headers["location"]
    receipt = manager.get(done).text
    assert "Memória do assistente" in receipt and "2 de mar. de 2026" in receipt
    assert '<html lang="en">' in manager.get("/console/", headers=portuguese).text


def test_both_languages_say_the_same() -> None:
    assert WORDS["en"].keys() == WORDS["pt"].keys()
    assert STORES["en"].keys() == STORES["pt"].keys()


def test_every_store_of_a_receipt_has_a_name(
    manager: TestClient, database: SessionFactory, post: Post, person: int
) -> None:
    post(EXPORT, customer=f"{person}")
    post(ERASE, customer=f"{person}", confirm=EMAIL)
    named = {line["store"] for receipt in receipts(database) for line in receipt.stores}
    assert named == set(STORES["en"])


def test_card_number_in_a_note_is_masked(
    browser: TestClient, database: SessionFactory, post: Post
) -> None:
    with writing(database) as session:
        number = make_ticket(session).number
    post(
        f"/console/tickets/{number}/status",
        to="in_progress",
        seen="new",
        note="she paid with 4111 1111 1111 1111",
    )
    assert "she paid with •••• •••• •••• 1111" in browser.get(f"/console/tickets/{number}").text
