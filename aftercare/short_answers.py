"""Hears "yes", "no" and "cancel" outside of an intake as the button of the last answer saying so.

It words nothing; the places of the buttons are those in domain.yml.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aftercare.intake.understood import Entity, Understood
from aftercare.intake.words import plain, words_of
from aftercare.postbacks import INTENT as POSTBACK
from aftercare.replies import Button, Reply
from aftercare.visits.wishes import wants_to_move

_LIKELY = 0.45
#: Longer answers say more than yes or no.
_SHORT = 6
_PAYLOAD = re.compile(r"^/(?P<intent>\w+)(?P<entities>\{.*\})?$")
#: "fri", "nov": what the titles of times shorten.
_ABBREVIATED = 3
_ORDINALS = (
    frozenset(["first", "1st", "primeiro", "primeira"]),
    frozenset(["second", "2nd", "segundo"]),  # "segunda" is Monday
    frozenset(["third", "3rd", "terceiro", "terceira"]),
    frozenset(["fourth", "4th", "last", "quarto", "ultimo"]),
)
#: What may stand beside the words of a time without changing what is said.
_BESIDE_A_TIME = frozenset(
    [
        *("a", "the", "one", "on", "at", "in", "of", "as", "for", "is", "it", "me", "i", "take"),
        *("fine", "ok", "okay", "yes", "please", "works", "good", "great", "perfect", "then"),
        *("would", "be", "want", "that", "this", "time", "slot", "option"),
        *("o", "um", "uma", "no", "na", "em", "de", "da", "do", "das", "dos", "para", "por", "sim"),
        *("favor", "pode", "ser", "perfeito", "otimo", "entao", "eu", "quero", "prefiro", "fico"),
        *("com", "dia", "horario", "opcao"),
    ]
)
_REFUSED = re.compile(r"\b(?:not|n t|cannot|no|never|nao|nunca|nem)\b|n.t\b")
_YES, _NO, _CANCEL = "affirm", "deny", "cancel"
#: What is said where nothing was asked.
NOTHING_ASKED = {
    _YES: "utter_what_next",
    _NO: "utter_anything_else",
    _CANCEL: "utter_nothing_to_cancel",
}
_HELPED_OR_NOT = {_YES: 0, _NO: 1}
_TICKET_OR_PERSON = {_YES: 0}
_TIME_OR_CANCEL = {_CANCEL: 1}
#: The place of the button that each answer presses, by the response that has it.
_PLACES: Mapping[str, Mapping[str, int]] = {
    "utter_manual_answer": _HELPED_OR_NOT,
    "utter_manual_answer_in_other_language": _HELPED_OR_NOT,
    "utter_sorry_it_did_not_help": _TICKET_OR_PERSON,
    "utter_manual_no_answer": _TICKET_OR_PERSON,
    "utter_safety_next": _TICKET_OR_PERSON,
    "utter_contested_too_late": _TICKET_OR_PERSON,
    "utter_ticket_offers_open": {_YES: 0},
    "utter_ticket_offers_resolved": {_YES: 0, _NO: 1},
    "utter_manual_which_section": {_NO: 0},
    "utter_manual_which_of_two": {_NO: 0},
    "utter_visit_none_fits": {_NO: 0},
    "utter_visit_booked": _TIME_OR_CANCEL,
    "utter_visit_moved": _TIME_OR_CANCEL,
    "utter_visit_status": _TIME_OR_CANCEL,
    "utter_visit_booked_by_staff": {_YES: 0, _NO: 1, _CANCEL: 2},
    "utter_visit_reminder": {_YES: 0, _NO: 1, _CANCEL: 2},
    "utter_visit_cancel_sure": {_YES: 0, _NO: 1, _CANCEL: 0},
}


#: Responses whose buttons are times or areas of a visit; they may also be told in words.
OFFERS = frozenset({"utter_visit_offer", "utter_visit_area"})
#: The same for "another day", where times are offered.
_OTHER_TIME: Mapping[str, int] = {"utter_visit_none_fits": 0}


@dataclass(frozen=True)
class LastAnswer:
    """The last thing that was said to the customer: its response and its buttons' payloads."""

    response: str
    payloads: tuple[str, ...] = ()
    offered: tuple[tuple[str, str], ...] = ()
    """Title and payload of each time or area of a visit that was said along with it."""


def button_meant(said: Understood, last: LastAnswer | None) -> Understood | None:
    """The pressed button that a typed answer stands for; None where it stands for none."""
    if last is None or said.pressed or len(words_of(said.text)) > _SHORT:
        return None
    place = None
    if said.confidence >= _LIKELY:
        place = _PLACES.get(last.response, {}).get(said.intent)
    if place is None and wants_to_move(said.text):
        place = _OTHER_TIME.get(last.response)
    if place is None or place >= len(last.payloads):
        return None
    return _pressed(said, last.payloads[place])


def offer_told(said: Understood, last: LastAnswer | None) -> Understood | Reply | None:
    """The time or area of a visit that a typed answer tells: "the first one", "friday morning".

    Where it tells several of those that were offered, or says more than that ("friday is bad"),
    these are offered again.
    """
    spoken = words_of(said.text)
    refused = _REFUSED.search(plain(said.text)) or wants_to_move(said.text)
    if last is None or said.pressed or refused or len(spoken) > _SHORT:
        return None
    chosen = _told_of(last.offered, spoken)
    if not chosen:
        return None
    if len(chosen) == 1 and "?" not in said.text and _says_no_more(spoken, chosen[0][0]):
        return _pressed(said, chosen[0][1])
    buttons = [Button(title, POSTBACK, _entities(payload)) for title, payload in chosen]
    area = buttons[0].entities.get("do") == "visit_area"
    number = buttons[0].entities.get("of", "").partition(" ")[0]
    response = "utter_visit_area" if area else "utter_visit_offer"
    return Reply(response, {"number": number}, tuple(buttons))


def _told_of(offered: Sequence[tuple[str, str]], spoken: list[str]) -> list[tuple[str, str]]:
    for at, ordinal in enumerate(_ORDINALS):
        if ordinal.intersection(spoken) or spoken == [str(at + 1)]:
            return list(offered[at : at + 1])
    titles = [_words_of_title(title) for title, _ in offered]
    known = [word for word in spoken if any(_names(word, title) for title in titles)]
    return [
        one
        for one, title in zip(offered, titles, strict=True)
        if known and all(_names(word, title) for word in known)
    ]


def _says_no_more(spoken: list[str], title: str) -> bool:
    """Whether every word tells the time, or nothing at all."""
    own = _words_of_title(title)
    ordinals = frozenset[str]().union(*_ORDINALS)
    return all(
        plain(word) in _BESIDE_A_TIME or word in ordinals or _names(word, own) or word.isdigit()
        for word in spoken
    )


def _names(word: str, title: list[str]) -> bool:
    """Whether a word stands in a title, which has "fri" for "friday"."""
    return any(word == one or (len(one) == _ABBREVIATED and word.startswith(one)) for one in title)


def _words_of_title(title: str) -> list[str]:
    return [word for word in words_of(title) if word.isdigit() or len(word) >= _ABBREVIATED]


def _pressed(said: Understood, payload: str) -> Understood | None:
    read = _PAYLOAD.match(payload)
    if read is None:
        return None
    entities = tuple(Entity(name, value) for name, value in _entities(payload).items())
    return Understood(said.text, read["intent"], entities=entities, pressed=True)


def _entities(payload: str) -> dict[str, str]:
    read = _PAYLOAD.match(payload)
    told = json.loads(read["entities"] or "{}") if read else {}
    return {name: str(value) for name, value in told.items()}
