"""What a message means to somebody who is being trained."""

from __future__ import annotations

import re
from enum import Enum, auto

from aftercare.catalogue.snapshot import Catalogue
from aftercare.intake.understood import FALLBACK, Understood
from aftercare.intake.words import plain, tells_a_fault, words_of
from aftercare.training.state import Asking, TrainingState
from aftercare.training.words import asks_for_training

#: Button-only: start a training, under a quoted answer or in a menu.
REQUEST_TRAINING = "request_training"
SUMMARY = "request_training_summary"


class Heard(Enum):
    NEXT = auto()
    BACK = auto()
    REPEAT = auto()
    STUCK = auto()
    PAUSE = auto()
    SUMMARY = auto()
    CANCEL = auto()
    QUESTION = auto()  # the manual answers it, and the training goes on
    BESIDE = auto()  # a rule of the bot answers it, and the training goes on
    OTHER_WISH = auto()
    ANEW = auto()  # another training
    OTHER = auto()


_MEANT = {
    "next_step": Heard.NEXT,
    "affirm": Heard.NEXT,
    "skip": Heard.NEXT,
    "guidance_helped": Heard.NEXT,
    "previous_step": Heard.BACK,
    "repeat_step": Heard.REPEAT,
    "stuck_on_step": Heard.STUCK,
    "deny": Heard.STUCK,
    "guidance_not_helped": Heard.STUCK,
    "pause_training": Heard.PAUSE,
    "goodbye": Heard.PAUSE,
    SUMMARY: Heard.SUMMARY,
    "cancel": Heard.CANCEL,
}
#: Answered by the bot's rules (data/rules/digressions.yml).
_BESIDE = frozenset(
    {
        "greet",
        "thank",
        "bot_challenge",
        "ask_capabilities",
        "change_language",
        "ask_waiting_time",
        "ask_warranty",
        "attach_files",
        "come_back",
        "postback",
        "out_of_scope",
    }
)
#: "It does not turn on" while a step is shown is no wish for a repair yet.
_TOLD_AT_A_STEP = frozenset({"request_repair", "file_complaint"})
#: What is asked there is found in the message by itself.
_PROOFS = frozenset({Asking.CODE, Asking.PROOF, Asking.EMAIL})
_LIKELY = 0.45
_SURE = 0.6
_VERY_SURE = 0.75
_ANY = 0.2
_FEW_WORDS = 2
_PERSON = "request_human"
_STEP = re.compile(
    r"^(?:(?:go to |back to |volta\w* (?:ao |para o )?)?(?:step|passo|etapa) )?(\d+)$"
)


def hear(said: Understood, state: TrainingState, catalogue: Catalogue) -> Heard:
    """The meaning of a message, by what is asked and how sure the bot is."""
    services = catalogue.service_by_intent
    walking = state.asking in (Asking.STEP, Asking.CHECK)
    if state.asking in _PROOFS and (said.first("email") or said.first("ticket_number")):
        return Heard.OTHER  # that is the answer, whatever else it may be taken for
    if said.pressed:
        if said.intent == REQUEST_TRAINING:
            return Heard.ANEW
        if said.intent in services and said.intent != "ask_usage":
            return Heard.OTHER_WISH
        if said.intent == "ask_usage":
            return Heard.QUESTION
        return Heard.BESIDE if said.intent in _BESIDE else _MEANT.get(said.intent, Heard.OTHER)
    intent, confidence = _likeliest(said)
    enough = len(words_of(said.text)) > _FEW_WORDS
    if walking and enough and asks_for_training(said.text) and intent == "ask_usage":
        return Heard.ANEW
    if intent == _PERSON and confidence >= _SURE:
        return Heard.OTHER_WISH
    if intent in _MEANT and (confidence >= _LIKELY or not enough):
        return _MEANT[intent]
    if walking and intent in _TOLD_AT_A_STEP:
        return Heard.STUCK
    if intent in _BESIDE and confidence >= _SURE:
        return Heard.BESIDE
    if intent == "ask_usage" or (walking and enough and said.text.endswith("?")):
        return Heard.QUESTION if walking else Heard.OTHER
    if walking and intent in services and confidence >= _VERY_SURE and enough:
        return Heard.OTHER_WISH
    if walking and enough and (said.first("symptom") or tells_a_fault(said.text)):
        return Heard.STUCK
    return Heard.OTHER


def named_step(text: str) -> int | None:
    """The step (from 1) that "step 3" or "passo 3" names."""
    named = _STEP.match(plain(text))
    return int(named[1]) if named else None


def _likeliest(said: Understood) -> tuple[str, float]:
    """The intent; where none was likely enough for Rasa, the first of them that moves in steps."""
    if said.intent != FALLBACK or not said.ranking:
        return said.intent, said.confidence
    intent, confidence = said.ranking[0]
    return (intent, confidence) if intent in _MEANT and confidence >= _ANY else (FALLBACK, 0.0)
