"""The generic intake: what is asked next, and what a message means to it.

It is the same for every service; the catalogue says which records one needs. A message that
is no answer but another wish is handed back (Verdict.DIGRESSION), for the bot's rules to answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto

from aftercare.catalogue.snapshot import Catalogue, Record, ServiceView
from aftercare.intake.digressions import (
    COURTESIES,
    DIGRESSIONS,
    FREE_TEXT,
    INTERRUPTS,
    TOLD_IN_STORIES,
)
from aftercare.intake.double import wants_new_ticket
from aftercare.intake.fields import MISTYPED_SERIAL, Accepted, Refused, introduces_by_name, read
from aftercare.intake.filing import Filing
from aftercare.intake.naming import named_record, names_no_product
from aftercare.intake.questions import Questions
from aftercare.intake.remedy import heard_of_remedy, helped_after_all
from aftercare.intake.state import CONFIRMATION, DOUBLE, REMEDY, WHAT_TO_CHANGE, IntakeState, Memory
from aftercare.intake.understood import Understood
from aftercare.intake.words import telling_words, words_of
from aftercare.replies import Reply
from aftercare.tables.guidance import Outcome

#: "Nothing", "it's fine": answers to what should be changed.
_NOTHING_TO_CHANGE = frozenset({"affirm", "deny", "skip", "guidance_helped", "guidance_not_helped"})
_SURE = 0.6
_VERY_SURE = 0.75
#: At the confirmation, and in a word or two, little else than yes or no is likely.
_LIKELY = 0.45
_SHORT = 6
_BARE = 3
_PATIENCE = 3


class Verdict(Enum):
    ASK = auto()
    COMPLETE = auto()
    CANCELLED = auto()
    DIGRESSION = auto()
    #: The manual's remedy worked: nothing is left to ask for.
    SOLVED = auto()


@dataclass
class Step:
    """What a message led to: what is to be said, and whether the intake goes on."""

    verdict: Verdict
    replies: list[Reply] = field(default_factory=list)


@dataclass(frozen=True)
class Intake:
    """One step of an intake; `state` is changed in place."""

    catalogue: Catalogue
    state: IntakeState
    memory: Memory
    today: date
    language: str

    @property
    def service(self) -> ServiceView:
        return self.catalogue.services[self.state.service]

    def begin(self, said: Understood) -> Step:
        """Take from the first message all that it already tells, then ask for the rest."""
        self._filing.prefill(said)
        replies = []
        opening = self.service.opening[self.language]
        if opening:
            replies.append(Reply("utter_intake_opening", {"opening": opening}))
        return self._go_on(replies)

    def resume(self) -> Step:
        """Ask again for what was being asked, after something else was answered."""
        if self.state.asking == REMEDY:
            self.state.refusals = max(self.state.refusals, 1)  # a yes is now one to the question
        asks_beside = self.state.asking in (REMEDY, DOUBLE)
        return self._ask() if asks_beside else self._go_on([])

    def take(self, said: Understood) -> Step:
        """Read a message as the answer to what is being asked."""
        if self._is_cancel(said):
            return Step(Verdict.CANCELLED, [Reply("utter_intake_cancelled")])
        if helped_after_all(said, self.state, self.memory):
            self.state.remedy = Outcome.HELPED
            return Step(Verdict.SOLVED, [Reply("utter_remedy_worked")])
        if self.state.asking == REMEDY:
            return self._take_remedy(said)
        if self.state.asking == DOUBLE:
            return self._take_double(said)
        if self.state.asking == CONFIRMATION:
            return self._take_confirmation(said)
        if self.state.asking == WHAT_TO_CHANGE:
            return self._take_what_to_change(said)
        return self._take_answer(self.service.record(self.state.asking), said)

    # What the messages mean -------------------------------------------------

    def _take_answer(self, record: Record, said: Understood) -> Step:
        if said.pressed and said.intent in DIGRESSIONS:
            return Step(Verdict.DIGRESSION)
        left_out = self._is_skip(said) or names_no_product(record, said)
        if left_out or self._says_only_the_wish(record, said):
            return self._skip(record)
        if self._is_bare_yes_or_no(record, said):
            return self._skip(record) if said.intent == "deny" else self._ask_again(record)
        interrupts = self._interrupts(record, said)
        if interrupts and (record.kind in FREE_TEXT or record.choices):
            return Step(Verdict.DIGRESSION)
        if record.kind in FREE_TEXT or said.intent == "correct":
            corrected = self._correct_other(record, said)
            if corrected:
                return self._go_on(corrected)
        if record.kind == "description" and self._names_only_a_product(said):
            told = self._absorb_aloud(record, said)
            if told:
                return self._go_on(told)
        if record.kind == "past_date" and self._filing.tells_what_fails(said):
            return self._go_on(self._absorb_aloud(record, said))  # "it leaks since yesterday"
        reading = self._read(record, said)
        if isinstance(reading, Accepted):
            self._filing.accept_answer(record, reading.value, said)
            self._filing.absorb(said)
            # "In March, is it still covered?" gives the answer and asks: both are heard.
            return Step(Verdict.DIGRESSION) if interrupts else self._go_on([])
        ahead = [] if reading.sure else self._filing.choose_ahead(said)
        if ahead:
            return self._go_on([self._questions.tell("utter_record_noted", one) for one in ahead])
        own_wish = said.intent == self.service.intent
        digresses = self._is_digression(said) and not own_wish and record.kind != "description"
        # "Will it rain tomorrow?" holds a date and still gives none.
        if digresses and (not reading.sure or len(words_of(said.text)) >= _SHORT):
            return Step(Verdict.DIGRESSION)
        if not reading.sure:
            told = self._correct_other(record, said) or self._absorb_aloud(record, said)
            # The product that is on file already, named once more, is no wrong answer.
            if told or (self._names_only_a_product(said) and record.kind != "product"):
                return self._go_on(told)
            # Nothing else is to be made of it, so that less likelihood is enough.
            if said.intent in INTERRUPTS | COURTESIES and said.confidence >= _LIKELY:
                return Step(Verdict.DIGRESSION)
        return self._refuse(record, reading)

    def _take_remedy(self, said: Understood) -> Step:
        """Whether the manual's remedy worked; who says anything else twice goes on without it."""
        again = self.state.refusals > 0
        more = self._hear_another_fault(said)
        outcome = heard_of_remedy(
            said, self.service.intent, asked_again=again, another_fault=bool(more)
        )
        if outcome is Outcome.HELPED and not more:
            self.state.remedy = outcome
            return Step(Verdict.SOLVED, [Reply("utter_remedy_worked")])
        changed = self._correct_other(None, said)
        if self.state.remedy is None:
            return self._go_on([*changed, *more])  # it was another model's remedy
        if outcome is None and not changed:
            beside = not more and said.intent != "guidance_helped"
            if self._is_digression(said) and (beside or said.intent in INTERRUPTS):
                return Step(Verdict.DIGRESSION)
            filled = self._filing.absorb(said)
            changed = [self._questions.tell("utter_record_noted", record) for record in filled]
            if not changed and not again:
                self.state.refusals += 1
                return self._ask(more)
        self.state.remedy = outcome or Outcome.SKIPPED
        self.state.refusals = 0
        not_helped = [Reply("utter_remedy_not_helped")] if outcome is Outcome.NOT_HELPED else []
        return self._go_on([*more, *changed, *not_helped])

    def _hear_another_fault(self, said: Understood) -> list[Reply]:
        """ "And now it also leaks": told while the remedy for the first fault is being tried."""
        story = self._filing.add_fault(said)
        return [self._noted(story, said)] if story else []

    def _take_double(self, said: Understood) -> Step:
        """Add it to the open ticket, or open a new one; who says neither twice gets a new one."""
        self.state.opens_new = wants_new_ticket(said)
        if self.state.opens_new is None:
            if self._is_digression(said):
                return Step(Verdict.DIGRESSION)
            if not self._out_of_patience():
                return self._ask()
            self.state.opens_new = True
        return Step(Verdict.COMPLETE)

    def _take_confirmation(self, said: Understood) -> Step:
        if self._interrupts(None, said):
            return Step(Verdict.DIGRESSION)
        corrected = self._correct_other(None, said) or self._choose_anew(said)
        if corrected:
            return self._go_on(corrected)
        if said.intent == "affirm" and said.confidence >= _LIKELY:
            if self._questions.next_field() in (CONFIRMATION, ""):
                return Step(Verdict.COMPLETE)
            return self._go_on([])  # the catalogue has come to ask for more meanwhile
        if not self._is_digression(said):
            named = named_record(self.service, said)
            if named:
                return self._ask_anew(named)
        if said.intent in ("deny", "correct", "choose_field"):
            self.state.asking = WHAT_TO_CHANGE
            return self._ask()
        if self._is_digression(said):
            return Step(Verdict.DIGRESSION)
        return Step(Verdict.ASK, [Reply("utter_please_confirm")])

    def _take_what_to_change(self, said: Understood) -> Step:
        corrected = self._correct_other(None, said)
        if corrected:
            return self._go_on(corrected)
        named = named_record(self.service, said)
        if named:
            return self._ask_anew(named)
        if said.intent in _NOTHING_TO_CHANGE:
            return self._go_on([])
        if self._is_digression(said):
            return Step(Verdict.DIGRESSION)
        return self._ask()

    def _read(self, record: Record, said: Understood) -> Accepted | Refused:
        reading = read(record, said, self._filing.context())
        asked_for_more = record.kind == "description" and self.state.refusals > 0
        if isinstance(reading, Refused) and asked_for_more and any(map(str.isalpha, said.text)):
            return Accepted(said.text)  # still one word: then that word is meant
        if isinstance(reading, Refused) and reading.response == MISTYPED_SERIAL:
            # Asked again already: the number is taken, and stands as unverified.
            return Accepted(reading.values["serial"]) if self.state.refusals else reading
        return reading

    def _is_cancel(self, said: Understood) -> bool:
        if said.intent != "cancel" or said.pressed:
            return said.intent == "cancel"
        words = len(words_of(said.text))
        if said.confidence < (_LIKELY if words <= _SHORT else _SURE) or words > _SHORT * 2:
            return False
        # "I changed my mind" is a reason to return something; "forget it" is none.
        asked = [one for one in self.service.records if one.field == self.state.asking]
        return words < _BARE or not any(
            one.choices and isinstance(self._read(one, said), Accepted) for one in asked
        )

    def _is_skip(self, said: Understood) -> bool:
        if said.intent not in ("skip", "next_step") or said.pressed:
            return said.intent == "skip"
        words = len(words_of(said.text))
        told = any(entity.name != "language" for entity in said.entities)  # "next week" is a date
        enough = _LIKELY if words <= _SHORT and not told else _SURE
        return words <= _SHORT * 2 and said.confidence >= enough

    def _is_bare_yes_or_no(self, record: Record, said: Understood) -> bool:
        """A yes or no where a value was asked for; choices may have words like it."""
        return (
            said.intent in ("affirm", "deny")
            and said.confidence >= _LIKELY
            and not record.choices
            and len(words_of(said.text)) <= _BARE
            and not any(entity.name != "language" for entity in said.entities)
        )

    def _ask_again(self, record: Record) -> Step:
        if not self._out_of_patience():
            return self._ask()
        if record.required:
            return self._ask([Reply("utter_offer_person")])
        return self._skip(record)

    def _is_digression(self, said: Understood) -> bool:
        asked = said.text.endswith("?") and said.intent in INTERRUPTS
        if said.intent not in DIGRESSIONS or said.confidence < (_LIKELY if asked else _SURE):
            return False
        # A word or two that the bot does not know is an answer gone wrong, not another wish.
        told = said.pressed or len(words_of(said.text)) >= _BARE
        return told or said.intent in INTERRUPTS | COURTESIES

    def _says_only_the_wish(self, record: Record, said: Understood) -> bool:
        """ "A human!!" to the question what it is about."""
        return (
            record.kind == "description"
            and not record.required
            and said.intent == self.service.intent
            and not telling_words(said, self.service)
        )

    def _names_only_a_product(self, said: Understood) -> bool:
        """ "The C200" is no story and no question."""
        named = said.first("product") or said.first("product_category")
        return bool(named) and not telling_words(said, self.service)

    def _interrupts(self, record: Record | None, said: Understood) -> bool:
        kind = record.kind if record else ""
        if kind == "name" and not introduces_by_name(said.text):
            if len(words_of(said.text)) > _BARE:
                return said.intent in DIGRESSIONS and said.confidence >= _LIKELY
            return said.intent in INTERRUPTS | COURTESIES and said.confidence >= _VERY_SURE
        if said.intent == self.service.intent or said.confidence < _VERY_SURE or kind == "name":
            return False
        if said.intent in COURTESIES:
            return kind in FREE_TEXT and len(words_of(said.text)) <= _BARE
        if kind == "description" and said.intent in TOLD_IN_STORIES:
            return said.text.endswith("?") and said.intent != "ask_usage"
        return said.intent in INTERRUPTS

    def _correct_other(self, asked: Record | None, said: Understood) -> list[Reply]:
        changed = self._filing.correct(said, asked)
        return [self._questions.tell("utter_record_changed", record) for record in changed]

    def _choose_anew(self, said: Understood) -> list[Reply]:
        """ "I'd rather have a replacement": the one choice that the message makes anew."""
        chosen = [] if said.pressed else self._filing.other_choices(said)
        if len(chosen) != 1:
            return []
        record, value = chosen[0]
        self._filing.accept(record, value)
        return [self._questions.tell("utter_record_changed", record)]

    def _absorb_aloud(self, record: Record, said: Understood) -> list[Reply]:
        filled = self._filing.absorb(said)
        told = [self._questions.tell("utter_record_noted", record) for record in filled]
        story = None if record.choices else self._filing.add_to_story(said)
        return [*told, self._noted(story, said)] if story else told

    def _noted(self, story: Record, said: Understood) -> Reply:
        """What was added to the story, without all that was there before."""
        values = {"label": story.label[self.language], "value": said.text}
        return Reply("utter_record_noted", values)

    # What is asked next -----------------------------------------------------

    def _go_on(self, replies: list[Reply]) -> Step:
        self.state.asking = self._questions.next_field()
        if not self.state.asking:
            return Step(Verdict.COMPLETE, replies)
        return self._ask(replies)

    def _ask(self, replies: list[Reply] | None = None) -> Step:
        return Step(Verdict.ASK, [*(replies or []), self._questions.present()])

    def _ask_anew(self, record: Record) -> Step:
        self._filing.take_out(record)
        self.state.asking = record.field
        return self._ask()

    def _refuse(self, record: Record, reading: Refused) -> Step:
        if reading.category:
            self.state.category = reading.category
            return self._ask()
        reply = Reply(reading.response, reading.values, self._questions.choices(record))
        if self._out_of_patience():
            if not record.required:
                self.state.skipped.append(record.field)
                return self._go_on([Reply("utter_record_left_out")])
            return Step(Verdict.ASK, [reply, Reply("utter_offer_person")])
        return Step(Verdict.ASK, [reply])

    def _skip(self, record: Record) -> Step:
        if not record.required:
            self.state.skipped.append(record.field)
            self.state.refusals = 0
            return self._go_on([])
        if record.kind == "ticket_number":
            return Step(Verdict.ASK, [Reply("utter_ticket_number_needed")])
        if self._out_of_patience():
            return Step(Verdict.ASK, [Reply("utter_record_needed"), Reply("utter_offer_person")])
        return self._ask([Reply("utter_record_needed")])

    def _out_of_patience(self) -> bool:
        """Count an attempt that led nowhere; True at the last one before another way is offered."""
        self.state.refusals += 1
        if self.state.refusals < _PATIENCE:
            return False
        self.state.refusals = 0
        return True

    @property
    def _questions(self) -> Questions:
        return Questions(
            self.catalogue, self.state, self.language, self.memory.own, self.memory.owned
        )

    @property
    def _filing(self) -> Filing:
        return Filing(self.catalogue, self.state, self.memory, self.today, self.language)
