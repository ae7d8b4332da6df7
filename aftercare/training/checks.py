"""The short check after a lesson: questions out of the manual, or those of the catalogue."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from aftercare.guidance.sections import WarningLevel
from aftercare.intake.understood import Understood
from aftercare.intake.words import plain
from aftercare.training.lessons import Lesson, Stop

LETTERS = "ABCDE"
_ANSWERS = 3
#: So alike, a typed answer is that one and no other.
_SAME = 80
_APART = 10
_LETTER = re.compile(
    r"^(?:(?:it ?'?s|is|e|the|a) )?"
    r"(?:(?:option|answer|letter|number|opcao|resposta|letra|numero) ?)?"
    r"(?:([a-e])|([1-5]))\W*$"
)
_ORDINALS = (
    re.compile(r"\b(?:first|1st|primeir[oa]|1[oa])\b"),
    re.compile(r"\b(?:second|2nd|segund[oa]|2[oa])\b"),
    re.compile(r"\b(?:third|3rd|terceir[oa]|3[oa])\b"),
)
_SHORT = 4


@dataclass(frozen=True)
class Question:
    """`ask` is the text of an arranged question, else empty: `response` words the others."""

    response: str
    ask: str
    section: str
    answers: tuple[str, ...]
    right: int

    def listed(self) -> str:
        return "\n".join(
            f"{letter}) {answer}" for letter, answer in zip(LETTERS, self.answers, strict=False)
        )


def questions_of(
    lesson: Lesson, key: str, language: str, elsewhere: Callable[[], list[str]]
) -> list[Question]:
    """The questions of one training; the same key always gives them in the same order.

    `elsewhere`: warnings of the rest of the manual, among which the lesson's own is hidden.
    """
    chance = random.Random(key)  # noqa: S311 - it shuffles answers
    if lesson.checks:
        return [
            _shuffled(
                "utter_training_question",
                [answer[language] for answer in check["answers"]],
                check["section"],
                chance,
                ask=check["ask"][language],
            )
            for check in lesson.checks
        ]
    made = [_which_first(lesson, chance), _which_warning(lesson, elsewhere, chance)]
    return [question for question in made if question]


def read_answer(said: Understood, question: Question) -> int | None:
    """Which answer is meant, from 0; None where the message is no answer."""
    pressed = said.first("choice")
    if said.pressed:
        letter = pressed.value.upper() if pressed else ""
        at = LETTERS.find(letter) if letter else -1
        return at if 0 <= at < len(question.answers) else None
    text = plain(said.text)
    named = _LETTER.match(text)
    if named:
        at = ord(named[1]) - ord("a") if named[1] else int(named[2]) - 1
        return at if at < len(question.answers) else None
    if len(text.split()) <= _SHORT:
        for at, ordinal in enumerate(_ORDINALS[: len(question.answers)]):
            if ordinal.search(text):
                return at
    alike = sorted(
        (
            (fuzz.token_set_ratio(text, plain(answer)), at)
            for at, answer in enumerate(question.answers)
        ),
        reverse=True,
    )
    best, second = alike[0], alike[1]
    clear = best[0] >= _SAME and best[0] - second[0] >= _APART
    return best[1] if clear and len(text.split()) > 1 else None


def _which_first(lesson: Lesson, chance: random.Random) -> Question | None:
    """Steps of one section, of which the earliest is right."""
    runs: list[list[Stop]] = []
    for stop in lesson.stops:
        if runs and runs[-1][-1].section == stop.section:
            runs[-1].append(stop)
        else:
            runs.append([stop])
    longest = max(runs, key=len)
    if len(longest) < _ANSWERS:
        return None
    places = sorted(chance.sample(range(len(longest)), _ANSWERS))
    return _shuffled(
        "utter_training_question_order",
        [longest[place].text.split("\n")[0] for place in places],
        longest[0].section,
        chance,
    )


def _which_warning(
    lesson: Lesson, elsewhere: Callable[[], list[str]], chance: random.Random
) -> Question | None:
    """The lesson's own warning among others of the manual."""
    own = [
        (stop.section, notice.text)
        for stop in lesson.stops
        for notice in stop.notices
        if notice.level is not WarningLevel.NOTE
    ]
    others = elsewhere() if own else []
    if len(others) < _ANSWERS - 1:
        return None
    section, right = chance.choice(own)
    return _shuffled(
        "utter_training_question_warning",
        [right, *chance.sample(others, _ANSWERS - 1)],
        section,
        chance,
    )


def _shuffled(
    response: str, answers: Sequence[str], section: str, chance: random.Random, ask: str = ""
) -> Question:
    """A question whose first answer is the right one, put in some order."""
    order = list(range(len(answers)))
    chance.shuffle(order)
    return Question(response, ask, section, tuple(answers[at] for at in order), order.index(0))
