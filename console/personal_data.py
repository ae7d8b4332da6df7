"""The pages about personal data: find a person, hand out or erase what is held of them, receipts.

Contacts travel in forms only: an address of a page is written into logs and histories.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from aftercare.errors import NotFound
from aftercare.languages import preferred_language
from aftercare.privacy.erasure import ConversationInWork, erase_person
from aftercare.privacy.export import export_person
from aftercare.privacy.holdings import Holdings, holdings_of
from aftercare.privacy.people import (
    Person,
    find_customer,
    find_people,
    read_contact,
    stranger,
)
from aftercare.privacy.receipts import (
    REASONS,
    Receipt,
    find_receipt,
    hash_contact,
    newest_receipts,
    receipt_of,
)
from aftercare.privacy.stores import Author
from aftercare.staff.roles import PERSONAL_DATA
from aftercare.tables.privacy import PrivacyReceipt
from console.access import Visit, open_change, open_visit, seen_receipts
from console.forms import Form, query_value
from console.frame_words import FRAME_WORDS
from console.pages import go, show
from console.paging import fetch_page, read_place
from console.personal_data_words import STORES, WORDS

router = APIRouter()

#: How long a page waits for the bot to finish messages in work.
_PATIENCE_SECONDS = 5.0
_RECEIPTS_OF_PERSON = 10
_LONGEST_WHO = 300


@dataclass(frozen=True)
class Found:
    """A person with how much there is of them."""

    person: Person
    held: Holdings
    remembered: int


@router.get("/personal-data", name="personal_data")
def show_start(request: Request) -> Response:
    with open_visit(request, PERSONAL_DATA) as visit:
        return _page(request, visit)


@router.post("/personal-data", name="find_person")
def find_person(request: Request, form: Form) -> Response:
    who = form.get("who", "").strip()[:_LONGEST_WHO]
    with open_change(request, form, PERSONAL_DATA):
        pass
    # Looking through all messages takes a while, so nobody who writes has to wait for it.
    with open_visit(request, PERSONAL_DATA) as visit:
        people = find_people(visit.session, who)
        if not people and (typed := stranger(who)):
            people = [typed]
        found = [_found(visit, person) for person in people]
        known = [one for one in found if one.person.customer_id is not None or one.held]
        problem = "" if known else ("nobody" if who else "too_short")
        return _page(
            request,
            visit,
            status=200 if known else 404,
            who=who,
            found=known,
            problem=problem,
            about_them=_receipts_about(visit, who),
        )


@router.post("/personal-data/export", name="export_person")
def send_export(request: Request, form: Form) -> Response:
    with open_change(request, form, PERSONAL_DATA) as visit:
        person, author = _person(visit.session, form), Author(visit.staff.id, visit.staff.name)
    if person is None or person.customer_id is None:
        return _problem(request, "gone", 404)
    archive, receipt = export_person(visit.desk.stores(), person, author, visit.desk.clock)
    name = f"personal-data-{receipt.number}.zip"
    return Response(
        archive,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("/personal-data/erase", name="erase_person")
def send_erasure(request: Request, form: Form) -> Response:
    with open_change(request, form, PERSONAL_DATA) as visit:
        person, author = _person(visit.session, form), Author(visit.staff.id, visit.staff.name)
    if person is None:
        return _problem(request, "gone", 404)
    if not _is_confirmed(person, form.get("confirm", "")):
        return _problem(request, "not_confirmed", 422, person)
    desk = visit.desk
    try:
        receipt = erase_person(
            desk.stores(), person, author, desk.clock, patience=_PATIENCE_SECONDS
        )
    except ConversationInWork:
        return _problem(request, "in_work", 409, person)
    query = {"done": "1", "lang": _asked_language(request)}
    return go(request, "receipt", query, number=receipt.number)


@router.get("/personal-data/receipts/{number}", name="receipt")
def show_receipt(request: Request, number: str) -> Response:
    with open_visit(request, PERSONAL_DATA) as visit:
        receipt = _read_receipt(visit, number)
        language = _language(request)
        return show(
            request,
            "receipt.html",
            area="personal_data",
            language=language,
            words=WORDS[language],
            stores=STORES[language],
            reasons=REASONS,
            receipt=receipt,
            done=bool(query_value(request, "done")),
            asked_language=_asked_language(request),
        )


def _read_receipt(visit: Visit, number: str) -> Receipt:
    """Raises NotFound."""
    receipt = None
    if number.isascii() and number.isdigit() and len(number) < 10:
        receipt = find_receipt(visit.session, int(number))
    if receipt is None:
        raise NotFound("no such receipt")
    return receipt


def _problem(request: Request, problem: str, status: int, person: Person | None = None) -> Response:
    with open_visit(request, PERSONAL_DATA) as visit:
        found = [_found(visit, person)] if person else []
        return _page(request, visit, status=status, found=found, problem=problem)


def _page(
    request: Request,
    visit: Visit,
    *,
    status: int = 200,
    who: str = "",
    found: list[Found] | None = None,
    problem: str = "",
    about_them: list[Receipt] | None = None,
) -> Response:
    language = _language(request)
    receipts = fetch_page(
        visit.session,
        seen_receipts(visit),
        read_place(request, int),
        PrivacyReceipt.at,
        PrivacyReceipt.id,
    )
    return show(
        request,
        "personal_data.html",
        status=status,
        area="personal_data",
        language=language,
        words=WORDS[language],
        asked_language=_asked_language(request),
        who=who,
        found=found or [],
        problem=problem,
        about_them=about_them or [],
        page=receipts,
        receipts=[receipt_of(row) for row in receipts.rows],
    )


def _found(visit: Visit, person: Person) -> Found:
    held = holdings_of(visit.session, person)
    return Found(person, held, visit.desk.stores().trackers.count(held.conversations))


def _receipts_about(visit: Visit, who: str) -> list[Receipt]:
    if not who:
        return []
    person_hash = hash_contact(who, visit.desk.settings.private_secret)
    return newest_receipts(visit.session, _RECEIPTS_OF_PERSON, person_hash)


def _person(session: Session, form: dict[str, str]) -> Person | None:
    """Whom a form of the page is about; None where they are gone."""
    number = form.get("customer", "")
    if number:
        return find_customer(session, number)
    return stranger(form.get("contact", ""))


def _is_confirmed(person: Person, typed: str) -> bool:
    typed = typed.strip()
    known_as = person.known_as.casefold()
    return typed.casefold() == known_as or (read_contact(typed) or "").casefold() == known_as


def _asked_language(request: Request) -> str:
    """The language that was chosen on the page; empty where the browser's counts."""
    asked = query_value(request, "lang", 5)
    return asked if asked in FRAME_WORDS else ""


def _language(request: Request) -> str:
    return _asked_language(request) or preferred_language(
        request.headers.get("accept-language", ""), "en"
    )
