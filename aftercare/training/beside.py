"""Words of walking through something, said while no training is under way."""

from __future__ import annotations

from dataclasses import replace

from aftercare.intake.state import Memory
from aftercare.intake.understood import FALLBACK, Understood
from aftercare.replies import Quoted, Reply
from aftercare.talk import Talk
from aftercare.training.hearing import REQUEST_TRAINING, SUMMARY
from aftercare.training.trainer import Trainer
from aftercare.training.words import asks_for_training, asks_to_be_led

#: The intents as which the bot may understand a wish for a training.
_MAY_WANT_TRAINING = frozenset(
    {"ask_usage", "inform", "correct", "check_ticket_status", "repeat_step", FALLBACK}
)
#: "Guide me through cleaning the filter" is taken for the wish to have it cleaned.
_MAY_WANT_TO_BE_LED = frozenset({"request_maintenance", "request_installation"})
#: How many parts further each intent goes in an answer that comes in parts.
_MOVES = {"next_step": 1, "skip": 1, "previous_step": -1, "repeat_step": 0}


def wants_training(said: Understood) -> bool:
    """Whether a message outside of an intake wants to be trained."""
    if said.pressed:
        return said.intent == REQUEST_TRAINING
    if said.intent in _MAY_WANT_TO_BE_LED:
        return asks_to_be_led(said.text)
    return said.intent in _MAY_WANT_TRAINING and asks_for_training(said.text)


def walk_on(
    trainer: Trainer, said: Understood, *, in_intake: bool, memory: Memory, talk: Talk
) -> list[Reply]:
    """Answer "next", "repeat", "I'm stuck" and the like; in an intake, that asks again anyway."""
    if said.intent == SUMMARY:
        return trainer.summary(memory, talk)
    if said.intent == REQUEST_TRAINING:
        return [Reply("utter_training_later")]
    part = _other_part(said, memory)
    if part:
        replies = [trainer.answers.section(part.section, part.product, talk, part.part)]
        memory.note_quoted(replies)
        return replies
    if said.intent == "pause_training":
        return [Reply("utter_goodbye_briefly" if in_intake else "utter_goodbye")]
    if said.intent == "stuck_on_step":
        return [Reply("utter_offer_person" if in_intake else "utter_sorry_it_did_not_help")]
    if in_intake:
        return []
    return [trainer.left_here(talk) or Reply("utter_what_next")]


def _other_part(said: Understood, memory: Memory) -> Quoted | None:
    """The part of the section quoted last that the message moves to."""
    if memory.quoted is None or said.intent not in _MOVES:
        return None
    quoted = Quoted(**memory.quoted)
    part = quoted.part + _MOVES[said.intent]
    if quoted.parts == 1 or not 0 <= part < quoted.parts:
        return None
    return replace(quoted, part=part)
