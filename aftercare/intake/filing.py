"""What an intake has on file: takes values from messages and from earlier in the conversation.

It asks nothing; dialogue.py decides what a message means before anything is filed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aftercare.catalogue.snapshot import Catalogue, Record, ServiceView, part_id
from aftercare.intake.fields import (
    MISTYPED_SERIAL,
    Accepted,
    Context,
    Refused,
    already_said,
    read,
    told_part,
    told_symptom,
)
from aftercare.intake.remedy import may_tell_another_fault
from aftercare.intake.state import NO_REMEDY, IntakeState, Memory
from aftercare.intake.understood import Understood
from aftercare.intake.words import added_words, telling_words, tells_a_fault
from aftercare.tables.guidance import Outcome

#: Kinds that are kept for the next intake of the same conversation.
REMEMBERED = frozenset({"name", "email", "phone", "address"})
#: A question may be short ("how do I descale it?") and so may praise; a story is not.
_TELLING_WORDS = {"ask_usage": 1, "give_feedback": 2}
_TELLING_WORDS_OF_A_STORY = 3


@dataclass(frozen=True)
class Filing:
    """The records of one intake; `state` and `memory` are changed in place."""

    catalogue: Catalogue
    state: IntakeState
    memory: Memory
    today: date
    language: str

    @property
    def service(self) -> ServiceView:
        return self.catalogue.services[self.state.service]

    def context(self) -> Context:
        return Context(self.catalogue, self.state.records.get("product"), self.today, self.language)

    def prefill(self, said: Understood) -> None:
        if not said.pressed:
            for record in self.service.records:
                if record.kind == "description" and self._tells_what_happened(said):
                    self.accept_answer(record, self._story_so_far(record) + said.text, said)
        self.absorb(said)
        for record, value in self._choices_told(said):
            self.accept(record, value)
        for record in self.service.records:
            if record.field in self.state.records:
                continue
            if record.kind in self.memory.known:
                self.state.records[record.field] = self.memory.known[record.kind]
            elif record.kind == "contact" and self._known_contact():
                self.state.records[record.field] = self._known_contact()
            elif record.kind == "description" and self._told_before(said):
                self.accept_answer(record, self._told_before(said), said)
            elif record.kind == "past_date" and self._known_day():
                self.state.records[record.field] = self._known_day()
            elif record.kind == "product" and record.required and not self.state.category:
                self._prefill_product(record)

        self._prefill_own_ticket()
        self._prefill_own_product()

    def absorb(self, said: Understood) -> list[Record]:
        """Take values for records that nobody has asked for yet; the records that it filled."""
        category = said.first("product_category")
        if category and not said.first("product") and "product" not in self.state.records:
            self.state.category = category.value
        filled = []
        for record in self.service.records:
            settled = record.field in self.state.records and not self._tells_closer(record, said)
            if settled or (record.noted and not self._is_told(said)):
                continue
            if record.kind == "part":
                self._hear_part(said)
            value = already_said(record, said, self.context())
            if value is not None:
                self.accept(record, value)
                if not record.noted:  # the summary shows it soon enough
                    filled.append(record)
        return filled

    def other_choices(self, said: Understood) -> list[tuple[Record, str]]:
        """Choices that a message makes differently from what is on file."""
        return [
            (record, value)
            for record, value in self._choices_in(said)
            if self.state.records.get(record.field, value) != value
        ]

    def correct(self, said: Understood, asked: Record | None) -> list[Record]:
        """Change what the message gives anew ("no, it's the W700"); the records it changed."""
        changed = []
        for record in self.service.records:
            if record is asked or record.field not in self.state.records:
                continue
            # Whoever tells more of a fault corrects nothing: "yes, it leaks and stinks".
            if record.noted and (asked or said.intent not in ("correct", "deny")):
                continue
            value = already_said(record, said, self.context())
            if value is not None and value != self.state.records[record.field]:
                self.accept(record, value)
                changed.append(record)
        return changed

    def accept_answer(self, record: Record, value: str, said: Understood) -> None:
        """File an answer; a question is searched in the manual without the product's name."""
        if record.kind == "description" and self.service.completion == "answer_from_manual":
            self.memory.question = self.memory.searched = value
            if value == said.text and telling_words(said, self.service):
                self.memory.searched = said.text_without("product", "product_category")
        self.accept(record, value)

    def add_to_story(self, said: Understood) -> Record | None:
        """Keep what a message tells of the wish while something else was asked."""
        if said.pressed or said.intent != self.service.intent:
            return None
        return self._tell_on(said) if len(telling_words(said, self.service)) > 1 else None

    def add_fault(self, said: Understood) -> Record | None:
        """Keep in the story that a message tells of another fault than the one on file."""
        for record in self.service.records:
            if _particular_symptom(record, said) and not said.pressed:
                held = self.state.records.get(record.field)
                told = {symptom.value for symptom in said.all("symptom")}
                if held not in told and may_tell_another_fault(said, first_known=held is not None):
                    return self._tell_on(said)
        return None

    def tells_what_fails(self, said: Understood) -> bool:
        """Whether a message tells of the fault, and nothing of when the product was bought."""
        tells = said.intent == self.service.intent and self._tells_a_symptom(said)
        return tells and not said.pressed and not said.first("date", "purchase")

    def choose_ahead(self, said: Understood) -> list[Record]:
        """Make choices that are still to be asked by a clear wish ("I want my money back")."""
        wished = said.wished()
        chosen = [
            record
            for record in self.service.records
            if record.kind == "choice"
            and record.field not in self.state.records
            and len(wished) == 1
            and wished[0] in [choice.id for choice in record.choices]
        ]
        for record in chosen:
            self.accept(record, wished[0])
        return chosen

    def _tell_on(self, said: Understood) -> Record | None:
        """Put a message behind the story; the record that holds it."""
        if self.state.remedy == NO_REMEDY:
            self.state.remedy = None  # with what is told now there may be one
        for record in self.service.records:
            if record.kind == "description":
                before = self.state.records.get(record.field)
                self.accept(record, f"{before}\n{said.text}" if before else said.text)
                return record
        return None

    def take_out(self, record: Record) -> None:
        """Forget a value that is to be asked for anew."""
        self.state.records.pop(record.field, None)
        self.memory.known.pop(record.kind, None)
        if record.kind == "product":
            self.state.category = None

    def accept(self, record: Record, value: str) -> None:
        if record.kind == "product" and value != self.state.records.get(record.field):
            self._drop_foreign_remedy()
        self.state.records[record.field] = value
        self.state.refusals = 0
        if record.field in self.state.skipped:
            self.state.skipped.remove(record.field)
        if record.kind in REMEMBERED:
            self.memory.known[record.kind] = value
        elif record.kind == "ticket_number":
            self._settle_proof(value)
        elif record.kind == "contact":
            self.memory.known["email" if "@" in value else "phone"] = value
        if record.kind == "product":
            self.memory.product = value
            self._drop_foreign_serial()
            self._find_part_again(value)
            self._fill_from_owned(value)

    def _prefill_own_ticket(self) -> None:
        """Who has one open ticket most likely speaks of that one."""
        if len(self.memory.own) != 1:
            return
        for record in self.service.records:
            if record.kind == "ticket_number" and record.field not in self.state.records:
                self.accept(record, self.memory.own[0]["number"])

    def _settle_proof(self, number: str) -> None:
        """Nobody need prove a ticket to be theirs that is, or that they proved before."""
        own = {ticket["number"] for ticket in self.memory.own}
        mine = own.union(self.memory.own_closed, self.memory.proved)
        for record in self.service.records:
            if record.kind != "proof":
                continue
            if number in mine and record.field not in self.state.skipped:
                self.state.skipped.append(record.field)
            elif number not in mine and record.field in self.state.skipped:
                self.state.skipped.remove(record.field)

    def _known_day(self) -> str:
        """The day of purchase, where the warranty of the same product was asked for before."""
        same = self.memory.bought_product == self.state.records.get("product")
        return (self.memory.bought or "") if same else ""

    def _known_contact(self) -> str:
        return self.memory.known.get("email") or self.memory.known.get("phone") or ""

    def _story_so_far(self, record: Record) -> str:
        """What an intake that was changed over to this one had been told, as lines before more."""
        told = self.state.records.get(record.field)
        return f"{told}\n" if told and self.service.completion == "open_ticket" else ""

    def _told_before(self, said: Understood) -> str:
        """What the customer wrote before the wish was clear, asked in vain, or is stuck at."""
        if self.memory.stuck_at and self.service.completion == "open_ticket":
            return self.memory.stuck_at
        question = self.memory.question
        if not question or said.first("product") or self.service.completion != "open_ticket":
            return ""
        # Offered because the manual did not help, the ticket is about the question itself.
        offered = said.pressed and self.memory.unanswered
        fits = offered or self.service.intent == "request_human" or tells_a_fault(question)
        return question if fits else ""

    def _prefill_product(self, record: Record) -> None:
        """What was talked about before is most likely meant again; the summary shows it."""
        if self.memory.product in self.catalogue.products:
            self.state.records[record.field] = self.memory.product
            self._find_part_again(self.memory.product)

    def _choices_told(self, said: Understood) -> list[tuple[Record, str]]:
        """Choices that the first message makes already ("I want my money back")."""
        if said.pressed or said.intent != self.service.intent:
            return []
        return [
            (record, value)
            for record, value in self._choices_in(said)
            # A list that is open to "something else" is only answered when it is asked, or by a
            # clear wish ("I want my money back").
            if record.field not in self.state.records
            and (
                said.wished() == [value]
                or not any(choice.id == "other" for choice in record.choices)
            )
        ]

    def _choices_in(self, said: Understood) -> list[tuple[Record, str]]:
        """What a message says of records with choices; a rating is no word among others."""
        found = []
        for record in self.service.records:
            if record.kind == "choice" and not all(
                choice.id.isdigit() for choice in record.choices
            ):
                reading = read(record, said, self.context())
                if isinstance(reading, Accepted):
                    found.append((record, reading.value))
        return found

    def _tells_what_happened(self, said: Understood) -> bool:
        if said.intent != self.service.intent and not said.first("error_code"):
            return False
        telling = len(telling_words(said, self.service))
        if self.service.completion == "add_to_ticket":
            return len(added_words(said, self.service)) >= _TELLING_WORDS_OF_A_STORY
        if said.first("error_code"):
            return True
        if telling and (said.first("feature") or said.first("part") or self._tells_a_symptom(said)):
            return True
        return telling >= _TELLING_WORDS.get(self.service.intent, _TELLING_WORDS_OF_A_STORY)

    def _tells_a_symptom(self, said: Understood) -> bool:
        """Whether a fault is told by more than "it is broken", the most general one."""
        return any(_particular_symptom(record, said) for record in self.service.records)

    def _tells_closer(self, record: Record, said: Understood) -> bool:
        """Whether "it is broken" is on file, and the message tells what it does."""
        held = self.state.records.get(record.field)
        particular = _particular_symptom(record, said)
        return particular and held == record.choices[-1].id

    def _is_told(self, said: Understood) -> bool:
        """Whether a message tells of the wish: an address may name a pump, too."""
        asked = [record for record in self.service.records if record.field == self.state.asking]
        story = not asked or asked[0].kind in ("product", "description") or asked[0].noted
        return not said.pressed and (story or said.intent == self.service.intent)

    def _hear_part(self, said: Understood) -> None:
        part = told_part(said)
        if part and part.by_product:
            self.state.part_heard = dict(part.by_product)

    def _find_part_again(self, product: str) -> None:
        """The part that was told is another one in another product, and may be none."""
        for record in self.service.records:
            if record.kind == "part":
                self.state.records.pop(record.field, None)
                piece = self.state.part_heard.get(product)
                if piece:
                    self.state.records[record.field] = part_id(product, piece)

    def _drop_foreign_remedy(self) -> None:
        """The manual of another model may have a remedy of its own; who skipped one wants none."""
        if self.state.remedy == "":
            self.memory.answer = None  # what is said of it from now on is not meant for it
        if self.state.remedy not in (Outcome.HELPED, Outcome.SKIPPED):
            self.state.remedy = None

    def _drop_foreign_serial(self) -> None:
        """A serial number of another model is asked for again."""
        for record in self.service.records:
            held = self.state.records.get(record.field)
            if record.kind == "serial" and held:
                reading = read(record, Understood(held, "inform"), self.context())
                mistyped = isinstance(reading, Refused) and reading.response == MISTYPED_SERIAL
                if not isinstance(reading, Accepted) and not mistyped:
                    del self.state.records[record.field]

    def _prefill_own_product(self) -> None:
        """Who asks for the warranty and owns one product most likely means that one."""
        for record in self.service.records:
            if record.kind != "product":
                continue
            known = self.state.records.get(record.field)
            if known is None and self.service.completion == "answer_warranty":
                of_kind = {
                    product.id
                    for product in self.catalogue.products.values()
                    if self.state.category in (None, product.category)
                }
                own = {one["product"] for one in self.memory.owned} & of_kind
                if len(own) == 1:
                    self.accept(record, own.pop())
            elif known is not None:
                self._fill_from_owned(known)

    def _fill_from_owned(self, product: str) -> None:
        """Nobody is asked for what is registered of the only piece that they have."""
        pieces = [one for one in self.memory.owned if one["product"] == product]
        for kind, name in (("past_date", "bought"), ("serial", "serial")):
            registered = {one[name] for one in self.memory.owned if one["product"] != product}
            for record in self.service.records:
                if record.kind != kind:
                    continue
                if self.state.records.get(record.field) in registered:
                    del self.state.records[record.field]  # of another product
                if len(pieces) == 1 and pieces[0][name]:
                    self.state.records.setdefault(record.field, pieces[0][name])


def _particular_symptom(record: Record, said: Understood) -> bool:
    symptom = told_symptom(record, said) if record.kind == "symptom" else None
    return symptom is not None and symptom.value != record.choices[-1].id
