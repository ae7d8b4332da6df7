"""Answers a question from a product's manual: the best section quoted, or what else there is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from aftercare.database import SessionFactory, glancing, reading
from aftercare.guidance.decision import Outcome, decide
from aftercare.guidance.index import GuidanceIndex, Hit
from aftercare.guidance.quoting import STEP_BY_STEP, in_parts, warning_line, worth_training
from aftercare.guidance.sections import notices_of, read_blocks
from aftercare.guidance.troubleshooting import ManualPart, Remedy, read_remedies
from aftercare.replies import Button, Quoted, Reply, Source
from aftercare.tables.manuals import Manual, ManualSection, ManualStatus

#: Written once and run without the object mapper, for every question that is answered.
_FIND_SECTION = (
    select(
        Manual.title,
        Manual.version,
        ManualSection.heading,
        ManualSection.page,
        ManualSection.markdown,
    )
    .join(ManualSection.manual)
    .where(
        Manual.product_id == bindparam("product"),
        Manual.language == bindparam("language"),
        Manual.status == ManualStatus.CURRENT,
        ManualSection.anchor == bindparam("anchor"),
    )
)


@dataclass(frozen=True)
class _Section:
    manual_title: str
    version: str
    product: str
    language: str
    anchor: str
    heading: str
    page: int | None
    markdown: str


class Guidance:
    """Questions to the manuals. Raises GuidanceUnavailable and StorageUnavailable."""

    def __init__(self, sessions: SessionFactory, index: GuidanceIndex) -> None:
        self._sessions = sessions
        self._index = index

    def answer(self, question: str, *, product: str, language: str) -> Reply:
        """The section that answers, or headings to choose from, or the admission that none fits."""
        decision = decide(self._index.search(question, product=product, language=language))
        read = [self._section(product, language, hit.anchor) for hit in decision.hits]
        found = [section for section in read if section]
        if not found:
            return Reply("utter_manual_no_answer")
        if decision.outcome is Outcome.ANSWER:
            return _quote(found[0])
        buttons = tuple(
            Button(section.heading, "ask_usage", {"section": section.anchor, "product": product})
            for section in found
        )
        if decision.outcome is Outcome.NARROW and len(found) == 2:
            headings = {"first": found[0].heading, "second": found[1].heading}
            return Reply("utter_manual_which_of_two", headings, buttons=buttons)
        return Reply("utter_manual_which_section", buttons=buttons)

    def next_best(
        self, question: str, *, product: str, language: str, without: Collection[str]
    ) -> Reply | None:
        """The best section but those that were quoted before; None where no other comes near."""
        hits = self._index.search(question, product=product, language=language)
        decision = decide([hit for hit in hits if hit.anchor not in without])
        if decision.outcome is Outcome.NONE:
            return None
        section = self._section(product, language, decision.hits[0].anchor)
        return _quote(section) if section else None

    def remedies(self, product: str, language: str) -> list[Remedy]:
        """What the product's manual says of faults."""
        with reading(self._sessions) as session:
            rows = session.execute(
                select(
                    ManualSection.anchor,
                    ManualSection.heading,
                    ManualSection.path,
                    ManualSection.markdown,
                )
                .join(ManualSection.manual)
                .where(
                    Manual.product_id == product,
                    Manual.language == language,
                    Manual.status == ManualStatus.CURRENT,
                )
                .order_by(ManualSection.position)
            ).all()
        return read_remedies(
            ManualPart(row.anchor, row.heading, tuple(row.path), row.markdown) for row in rows
        )

    def remedy(self, remedy: Remedy, *, product: str, language: str) -> Reply | None:
        """A remedy quoted: its section, or of a table that is all about faults its one row.

        None where the manual has lost the section meanwhile.
        """
        section = self._section(product, language, remedy.anchor)
        if section is None:
            return None
        if not remedy.row:
            return _quote(section)
        notices = notices_of(read_blocks(section.markdown))
        warnings = [warning_line(notice, language) for notice in notices]
        quote = "\n".join([*warnings, "", remedy.row]).strip()
        place = Quoted(product, section.anchor, 0, 1, language, section.version, section.heading)
        return Reply(
            "utter_manual_answer",
            {"heading": section.heading, "quote": quote},
            sources=(_source(section),),
            quoted=place,
        )

    def search(self, question: str, *, product: str, language: str, limit: int) -> list[Hit]:
        """The sections nearest to a question, the best first."""
        return self._index.search(question, product=product, language=language, limit=limit)

    def section(self, anchor: str, *, product: str, language: str, part: int = 0) -> Reply:
        """The named section quoted, or the admission that there is none.

        `part` counts from 0 in a section that comes in several messages.
        """
        found = self._section(product, language, anchor)
        return _quote(found, part) if found else Reply("utter_manual_no_answer")

    def _section(self, product: str, language: str, anchor: str) -> _Section | None:
        place = {"product": product, "language": language, "anchor": anchor}
        with glancing(self._sessions) as connection:
            row = connection.execute(_FIND_SECTION, place).one_or_none()
        if row is None:
            return None
        return _Section(
            row.title, row.version, product, language, anchor, row.heading, row.page, row.markdown
        )


def _quote(section: _Section, part: int = 0) -> Reply:
    blocks = read_blocks(section.markdown)
    parts = in_parts(blocks, section.language)
    part = min(part, len(parts) - 1)
    last = part == len(parts) - 1
    place = Quoted(
        section.product,
        section.anchor,
        part,
        len(parts),
        section.language,
        section.version,
        section.heading,
    )
    train = Button(
        STEP_BY_STEP[section.language],
        "request_training",
        {"section": section.anchor, "product": section.product},
    )
    return Reply(
        "utter_manual_answer" if last else "utter_manual_answer_part",
        {"heading": section.heading, "quote": parts[part]},
        buttons=(train,) if worth_training(blocks) else (),
        sources=(_source(section),),
        quoted=place,
    )


def _source(section: _Section) -> Source:
    # The page is that of the printed manual; the link opens the section with its figures.
    page = f", p. {section.page}" if section.page else ""
    return Source(
        title=section.manual_title,
        section=section.heading + page,
        path=f"/manuals/{section.product}/{section.language}/{section.anchor}",
        language=section.language,
    )
