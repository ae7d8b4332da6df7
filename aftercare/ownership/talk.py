"""Tells a customer how a product is covered and why, and what to do where it is called back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.catalogue.snapshot import ProductView, part_id
from aftercare.database import SessionFactory, reading
from aftercare.intake.dialogue import Intake
from aftercare.intake.state import Memory
from aftercare.ownership.known import Piece, piece_meant
from aftercare.ownership.recalls import recall_of
from aftercare.ownership.words import cover_values, show_days, show_terms
from aftercare.replies import Reply
from aftercare.tables.catalogue import Feature, Part
from aftercare.tables.ownership import Recall
from aftercare.talk import Talk
from aftercare.warranty import Coverage, CoverState, Dates, TermKind, coverage
from aftercare.wording import show_date


class WarrantyTalk:
    """`today` is the day at the company's place. Raises StorageUnavailable."""

    def __init__(self, sessions: SessionFactory, today: Callable[[], date]) -> None:
        self._sessions = sessions
        self._today = today

    def answer(
        self,
        product: ProductView,
        bought: str | None,
        part: str | None,
        memory: Memory,
        talk: Talk,
    ) -> list[Reply]:
        """Until when it is covered and why; without a day of purchase, the terms alone.

        `part` is one of the product's parts or features, where one was named.
        """
        day = date.fromisoformat(bought) if bought else None
        with reading(self._sessions) as session:
            piece = piece_meant(session, talk.conversation_id, product.id, day)
            replies = self._answer(session, product, day, part, piece, talk)
            recall = recall_of(session, product.id, piece.serial) if piece else None
            if recall:
                replies[:0] = _tell(recall, memory, talk)
        return replies

    def recalls(self, intake: Intake, talk: Talk) -> list[Reply]:
        """What to do at once where the serial number on file is called back; told once."""
        product = intake.state.records.get("product")
        serial = next(
            (
                intake.state.records[record.field]
                for record in intake.service.records
                if record.kind == "serial" and record.field in intake.state.records
            ),
            None,
        )
        if not product or not serial:
            return []
        with reading(self._sessions) as session:
            recall = recall_of(session, product, serial)
            return _tell(recall, intake.memory, talk) if recall else []

    def _answer(
        self,
        session: Session,
        product: ProductView,
        bought: date | None,
        part: str | None,
        piece: Piece | None,
        talk: Talk,
    ) -> list[Reply]:
        rules, language = product.warranty, talk.language
        names = _names(session, product.id, language)
        special = rules.wear_parts.union(*(term.parts for term in rules.terms))
        part = part if part in special else None
        dates = piece.dates if piece and piece.dates else Dates(bought) if bought else None
        if not rules.terms:
            return [Reply("utter_warranty_none", {"product": product.name[language]})]
        if dates is None:
            values = {
                "product": product.name[language],
                "terms": show_terms(rules, names, language),
            }
            told = [Reply("utter_warranty_term", values)]
            exclusions = rules.exclusions.get(language)
            if exclusions:
                told.append(Reply("utter_warranty_exclusions", {"exclusions": exclusions}))
            return told
        repairs = piece.repairs if piece else ()
        found = coverage(rules, dates, self._today(), repairs, part)
        what = product.name[language]
        if part:
            what = f"{names.get(part, part)} ({what})"
        replies = self._verdict(found, what, language)
        if part in rules.wear_parts:
            replies.append(Reply("utter_warranty_wear_part", {"part": names.get(part or "", "")}))
        if part is None:
            replies.extend(self._longer_parts(product, found, dates, piece, names, language))
        return replies

    def _verdict(self, found: Coverage, what: str, language: str) -> list[Reply]:
        if found.cover is None:
            return [Reply("utter_warranty_none", {"product": what})]
        values = {"product": what, **cover_values(found.cover, language)}
        if not found.in_force:
            response = "utter_warranty_over"
        elif found.cover.term.kind is TermKind.STATUTORY:
            response = "utter_warranty_in_force_by_law"
        else:
            response = "utter_warranty_in_force"
        replies = [Reply(response, values)]
        if found.cover.extended_days:
            days = show_days(found.cover.extended_days, language)
            replies.append(Reply("utter_warranty_extended", {"days": days}))
        return replies

    def _longer_parts(
        self,
        product: ProductView,
        whole: Coverage,
        dates: Dates,
        piece: Piece | None,
        names: dict[str, str],
        language: str,
    ) -> list[Reply]:
        """The parts that are covered for longer than the whole."""
        repairs, lines = piece.repairs if piece else (), []
        for part in sorted({part for term in product.warranty.terms for part in term.parts}):
            found = coverage(product.warranty, dates, self._today(), repairs, part)
            longer = found.cover and (not whole.cover or found.cover.until > whole.cover.until)
            if found.state is CoverState.IN_FORCE and found.cover and longer:
                until = show_date(found.cover.until, language)
                lines.append(f"– {names.get(part, part)}: {until}")
        return [Reply("utter_warranty_parts", {"parts": "\n".join(lines)})] if lines else []


def piece_of_part(product: str, value: str | None) -> str | None:
    """The part or feature that a record of kind part names, where it is the product's."""
    before = part_id(product, "")
    return value.removeprefix(before) if value and value.startswith(before) else None


def _tell(recall: Recall, memory: Memory, talk: Talk) -> list[Reply]:
    if recall.id in memory.recalls_told:
        return []
    memory.recalls_told.append(recall.id)
    return [
        Reply(
            "utter_recall",
            {
                "product": recall.product.name[talk.language],
                "hazard": recall.hazard[talk.language],
                "instructions": recall.instructions[talk.language],
            },
        )
    ]


def _names(session: Session, product: str, language: str) -> dict[str, str]:
    """The names of the product's parts and features; a part's name stands before a feature's."""
    names: dict[str, str] = {}
    for table in (Feature, Part):
        rows = session.execute(select(table.key, table.name).where(table.product_id == product))
        names.update({key: name[language] for key, name in rows})
    return names
