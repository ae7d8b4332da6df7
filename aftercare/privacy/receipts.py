"""Receipts: what was found in each store, what became of it, and why; nothing of the person."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.privacy.people import Person, read_contact
from aftercare.tables.privacy import PrivacyReceipt, ReceiptKind


class Why(StrEnum):
    """Why records were kept, or changed instead of removed."""

    STATISTICS = "statistics"
    OTHERS_CASE = "others_case"
    NOT_PROVED = "not_proved"
    NO_PERSONAL_DATA = "no_personal_data"
    CANNOT_CHANGE = "cannot_change"


#: For staff and operators, who read receipts.
REASONS: dict[Why, dict[str, str]] = {
    Why.STATISTICS: {
        "en": "Service, product, dates and outcome are kept for warranty, law and statistics; "
        "contact, name, address and words are gone.",
        "pt": "Serviço, produto, datas e resultado ficam para garantia, lei e estatística; "
        "contato, nome, endereço e palavras foram removidos.",
    },
    Why.OTHERS_CASE: {
        "en": "They belong to another customer's case; only this person's contact was taken out.",
        "pt": "Pertencem ao caso de outro cliente; só o contato desta pessoa foi retirado.",
    },
    Why.NOT_PROVED: {
        "en": "Somebody typed the contact there; nobody proved that it was this person, so it is "
        "not handed out.",
        "pt": "Alguém escreveu ali o contato; não está comprovado que foi esta pessoa, por isso "
        "não é entregue.",
    },
    Why.NO_PERSONAL_DATA: {
        "en": "It holds the products' manuals and nothing of customers.",
        "pt": "Contém os manuais dos produtos e nada dos clientes.",
    },
    Why.CANNOT_CHANGE: {
        "en": "Backups are not changed. Delete those that were made before; after restoring one, "
        "erase again.",
        "pt": "Cópias de segurança não são alteradas. Apague as anteriores; depois de restaurar "
        "uma delas, apague a pessoa de novo.",
    },
}


@dataclass(frozen=True)
class StoreLine:
    """One store of a receipt; the numbers count records."""

    store: str
    found: int
    handed_out: int = 0
    removed: int = 0
    anonymised: int = 0
    kept: int = 0
    why: Why | None = None


@dataclass(frozen=True)
class Receipt:
    number: int
    kind: ReceiptKind
    at: datetime
    by: str | None
    """Name of the member of staff; None where the operator's command did it."""
    person_hash: str
    lines: tuple[StoreLine, ...]


def write_receipt(
    session: Session,
    kind: ReceiptKind,
    person_hash: str,
    lines: Iterable[StoreLine],
    *,
    staff_id: int | None,
    now: datetime,
) -> Receipt:
    row = PrivacyReceipt(
        kind=kind,
        at=now,
        person_hash=person_hash,
        staff_id=staff_id,
        stores=[asdict(line) for line in lines],
    )
    session.add(row)
    session.flush()
    return receipt_of(row)


def find_receipt(session: Session, number: int) -> Receipt | None:
    row = session.get(PrivacyReceipt, number)
    return receipt_of(row) if row else None


def newest_receipts(session: Session, most: int, person_hash: str | None = None) -> list[Receipt]:
    """The last receipts, newest first; of one person where their hash is given."""
    rows = select(PrivacyReceipt).order_by(PrivacyReceipt.id.desc()).limit(most)
    if person_hash is not None:
        rows = rows.where(PrivacyReceipt.person_hash == person_hash)
    return [receipt_of(row) for row in session.scalars(rows)]


def hash_of(person: Person, secret: str) -> str:
    return hash_contact(person.known_as, secret)


def hash_contact(who: str, secret: str) -> str:
    """Without the desk's own secret nobody can try addresses against it."""
    contact = read_contact(who) or who.strip()
    return hmac.new(secret.encode(), contact.encode(), hashlib.sha256).hexdigest()


def receipt_of(row: PrivacyReceipt) -> Receipt:
    """The receipt that a row holds."""
    return Receipt(
        number=row.id,
        kind=ReceiptKind(row.kind),
        at=row.at,
        by=row.staff.name if row.staff else None,
        person_hash=row.person_hash,
        lines=tuple(
            StoreLine(**{**line, "why": Why(line["why"]) if line["why"] else None})
            for line in row.stores
        ),
    )
