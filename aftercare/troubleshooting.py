"""Offers the manual's own remedy for a fault before a ticket is opened for it."""

from __future__ import annotations

from dataclasses import replace

from aftercare.catalogue.entries import Words
from aftercare.catalogue.snapshot import Catalogue
from aftercare.errors import StorageUnavailable
from aftercare.guidance.answers import Guidance
from aftercare.guidance.remedies import Symptoms, find_remedy, symptoms_of
from aftercare.guidance.terms import words
from aftercare.intake.dialogue import Intake
from aftercare.intake.remedy import wants_no_remedy
from aftercare.intake.state import NO_REMEDY, REMEDY
from aftercare.intake.understood import Understood
from aftercare.log import log_failure
from aftercare.replies import Reply
from aftercare.safety import words_of_danger
from aftercare.tables.guidance import Outcome, QuotedFor
from aftercare.talk import Talk
from aftercare.verdicts import Verdicts

_REPAIR = "repair"


class Troubleshooting:
    """`intake.state` and `intake.memory` are changed in place."""

    def __init__(self, guidance: Guidance, verdicts: Verdicts, safety_words: Words) -> None:
        self._guidance = guidance
        self._verdicts = verdicts
        self._safety_words = safety_words

    def before_question(
        self, replies: list[Reply], intake: Intake, said: Understood, talk: Talk
    ) -> list[Reply]:
        """The replies of which the last one asks for a record, or the remedy in its place.

        It is looked for once an intake, as soon as product and fault are known.
        """
        state = intake.state
        if state.remedy is not None or not intake.service.troubleshoot:
            return replies
        by_kind = {intake.service.record(name).kind: name for name in state.records}
        if not {"product", "description"} <= by_kind.keys() or not _repair_wanted(intake):
            return replies
        story = state.records[by_kind["description"]]
        state.remedy = NO_REMEDY
        offer: list[Reply] = []
        if not self._ruled_out(story, intake, said):
            offer = self._remedy(story, state.records[by_kind["product"]], intake, talk)
        if not offer:
            return replies
        state.remedy, state.asking, state.refusals = "", REMEDY, 0
        self._verdicts.note(offer, intake.memory, talk, question=story, purpose=QuotedFor.FAULT)
        state.remedy_answer = intake.memory.answer
        return [*replies[:-1], *offer]

    def settle(self, intake: Intake, talk: Talk) -> None:
        """Note what the customer has said of the remedy, if that was the answer."""
        if intake.state.remedy in set(Outcome):
            self._verdicts.settle(Outcome(intake.state.remedy), intake.memory, talk)

    def _ruled_out(self, story: str, intake: Intake, said: Understood) -> bool:
        """Danger, a wish for something else, or steps and questions that did not help before."""
        return (
            intake.memory.warned
            or intake.memory.stuck_at is not None
            or (intake.memory.unanswered and story == intake.memory.question)
            or bool(words_of_danger(f"{story}\n{said.text}", self._safety_words))
            or wants_no_remedy(story, said)
        )

    def _remedy(self, story: str, product: str, intake: Intake, talk: Talk) -> list[Reply]:
        """The remedy quoted, behind what leads to it.

        Empty where none fits, or it was quoted in this conversation.
        """
        try:
            found = find_remedy(
                story,
                self._guidance.remedies(product, talk.language),
                listed_symptoms(intake.catalogue, talk.language),
                _product_words(intake.catalogue, product, talk.language),
            )
            if found is None or f"{product}/{found.anchor}" in intake.memory.shown:
                return []
            quoted = self._guidance.remedy(found, product=product, language=talk.language)
        except StorageUnavailable as error:
            # The ticket matters more than the remedy.
            log_failure("remedy_not_found", error, conversation_id=talk.conversation_id)
            return []
        if quoted is None:
            return []
        first = Reply("utter_remedy_first_with_warnings" if found.warns else "utter_remedy_first")
        in_parts = quoted.quoted is not None and quoted.quoted.parts > 1
        response = quoted.response if in_parts else "utter_remedy"
        return [first, replace(quoted, response=response, buttons=())]


def _repair_wanted(intake: Intake) -> bool:
    """Where a service asks what would put it right, only a repair can be saved by a remedy."""
    for record in intake.service.records:
        if any(choice.id == _REPAIR for choice in record.choices):
            return intake.state.records.get(record.field) == _REPAIR
    return True


def _product_words(catalogue: Catalogue, product: str, language: str) -> list[str]:
    """What the product is called, and the models that the customer may have named before."""
    names = [one.name[language] for one in catalogue.products.values()]
    models = [word for name in names for word in words(name) if any(map(str.isdigit, word))]
    return [*words(catalogue.products[product].name[language]), *models]


def listed_symptoms(catalogue: Catalogue, language: str) -> Symptoms:
    """The catalogue's faults, as its services list them."""
    for service in catalogue.services.values():
        for record in service.records:
            if record.kind == "symptom":
                listed = [(one.id, one.words.get(language, [])) for one in record.choices]
                return symptoms_of(listed, language)
    return symptoms_of([], language)
