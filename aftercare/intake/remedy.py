"""Hears whether the manual's remedy worked, and who does not want to be offered one."""

from __future__ import annotations

import re

from aftercare.intake.understood import Understood
from aftercare.intake.words import plain
from aftercare.tables.guidance import Outcome

_LIKELY = 0.45
#: "It still leaks": whatever else the message is taken for.
_STILL = re.compile(
    r"\b(?:still|same (?:problem|thing|as before)|no (?:change|difference|better)|ainda|continua\w*"
    r"|na mesma|mesma coisa|mesmo problema|nada mudou|nao mudou|nao adiantou|nao resolveu)\b"
)
_TRIED = re.compile(
    r"\b(?:already (?:tried|checked|cleaned|did|done|followed|reset|restarted|unplugged|changed"
    r"|replaced)|(?:i|we|ve|have) (?:tried|checked|cleaned|followed|unplugged|restarted|reset)"
    r"|tried (?:everything|it all|all)"
    r"|(?:what|as|like|everything) (?:\w+ ){0,2}(?:the )?manual (?:says|said|tells)"
    r"|followed the (?:manual|instructions|steps)|according to the manual"
    r"|ja (?:tentei|tentamos|limpei|limpamos|verifiquei|chequei|olhei|fiz|fizemos|testei|troquei"
    r"|segui|reiniciei|desliguei|tirei da tomada|resetei)|(?:tentei|fiz|testei) (?:de )?tudo"
    r"|segui (?:o manual|as instrucoes|os passos)|(?:como|conforme|o que) (?:\w+ ){0,2}o manual)\b"
)
#: Somebody to come, another one, the money back: whoever asks for that is not sent to the manual.
_WANTS_ELSE = re.compile(
    r"\b(?:technicians?|engineers?|repair ?(?:man|person)|(?:send|get) (?:me )?(?:somebody|someone)"
    r"|replacement|a new one|refund|money back|exchange it|tecnic[oa]s?|visita|assistencia"
    r"|(?:manda\w*|envi\w+) alguem|trocar por|quero (?:a |uma )?troca|(?:um novo|uma nova)"
    r"|reembolso|dinheiro de volta|estorno)\b"
)
_OTHER_THAN_REPAIR = frozenset({"replace", "refund"})


def wants_no_remedy(story: str, said: Understood) -> bool:
    """Whether the customer has tried what there is to try, or asks for something else outright."""
    text = plain(f"{story}\n{said.text}").replace("'", " ").replace("’", " ")
    wishes_else = not _OTHER_THAN_REPAIR.isdisjoint(said.wished())
    return wishes_else or bool(_TRIED.search(text) or _WANTS_ELSE.search(text))


def heard_of_remedy(said: Understood, own_intent: str, *, asked_again: bool) -> Outcome | None:
    """What a message says of the remedy; None where it says nothing of it.

    "OK" to the steps means that they will be tried; only to the question whether they helped, yes.
    """
    if not said.pressed and said.confidence < _LIKELY:
        return Outcome.NOT_HELPED if _STILL.search(plain(said.text)) else None
    if said.intent == "guidance_helped" or (said.intent == "affirm" and asked_again):
        return Outcome.HELPED
    if said.intent in ("guidance_not_helped", "deny"):
        return Outcome.NOT_HELPED
    if not said.pressed and _STILL.search(plain(said.text)):
        return Outcome.NOT_HELPED
    return Outcome.SKIPPED if said.intent in ("skip", own_intent) else None
