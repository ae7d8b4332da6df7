"""Hears whether the manual's remedy worked, and who does not want to be offered one."""

from __future__ import annotations

import re

from aftercare.intake.state import IntakeState, Memory
from aftercare.intake.understood import Understood
from aftercare.intake.words import plain
from aftercare.tables.guidance import Outcome

_LIKELY = 0.45
_VERY_SURE = 0.75
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
#: Somebody to come at once; "I don't need a technician" is left out.
_SENT_FOR = re.compile(
    r"(?<!not )(?<!n t )(?<!dont )(?<!no )(?<!nao )\b"
    r"(?:(?:send|need|want|get|call|book|prefer|like|have) (?:me |in |over |out )?"
    r"(?:a |an |the |your )?(?:technician|engineer|repair ?(?:man|person))"
    r"|send (?:me |over |out )?(?:somebody|someone)"
    r"|(?:somebody|someone) (?:to |should |please )?come"
    r"|(?:mand\w+|envi\w+|venha|vir) (?:logo |aqui |ai |para ca )?"
    r"(?:alguem|(?:um |uma |[oa] )?tecnic[oa])"
    r"|(?:quero|preciso de|prefiro|cham\w+) (?:logo )?(?:um |uma |[oa] )?tecnic[oa])\b"
)
#: The steps are not to be tried at all; that is not to say that they were tried in vain.
_UNWILLING = re.compile(
    r"\b(?:(?:not|n t|dont|wont) (?:want(?: to)?|wanna|going to|gonna|willing to|feel like|like to)"
    r" (?:be )?(?:read|try|do|touch|open|mess|fiddle|attempt|take)\w*"
    r"|(?:not|n t) (?:touching|reading|doing|trying) (?:this|that|it|any|all|these|those)"
    r"|rather not|(?:no|t have|not have|dont have) (?:the )?(?:time|patience)"
    r"|too (?:complicated|difficult|hard|risky|dangerous|much) (?:for me|to do)"
    r"|nao (?:quero|vou|posso|pretendo|me atrevo a) (?:ficar )?"
    r"(?:mexer|ler|lendo|mexendo|tentar|tentando|fazer|abrir|desmontar|arriscar)"
    r"|prefiro nao|nao tenho (?:tempo|paciencia|jeito|coragem)"
    r"|(?:muito|demasiado) (?:complicado|dificil)|(?:complicado|dificil) demais)\b"
)
#: "It worked, but now it leaks"; without such a word it may be "it worked, it no longer leaks".
_ANOTHER = re.compile(
    r"\b(?:but|also|too|as well|besides|another|new (?:problem|fault)|now"
    r"|mas|porem|tambem|alem disso|outr[oa]|novo (?:problema|defeito)|agora)\b"
)
#: Who names the fault has to say that it is gone.
_WORKS = re.compile(
    r"\b(?:work\w*|help\w*|fix\w*|solv\w*|sorted|thank\w*|stopped|gone|fine|great|perfect|good"
    r"|no longer|(?:not|n t) \w+ (?:any ?more|now)|did it|did the trick|drains|spins|cools|heats"
    r"|funcion\w*|ajud\w*|resolv\w*|consert\w*|parou|sumiu|certo|obrigad\w*|valeu|otim\w*|bom|bem"
    r"|nao (?:\w+ ){1,3}mais|voltou)\b"
)
_SHORT_ANSWERS = frozenset({"affirm", "skip", "next_step", "cancel"})
_OTHER_THAN_REPAIR = frozenset({"replace", "refund"})


def wants_no_remedy(story: str, said: Understood) -> bool:
    """Whether the customer has tried what there is to try, or asks for something else outright."""
    text = _spoken(f"{story}\n{said.text}")
    wishes_else = not _OTHER_THAN_REPAIR.isdisjoint(said.wished())
    return wishes_else or bool(_TRIED.search(text) or _WANTS_ELSE.search(text))


def heard_of_remedy(
    said: Understood, own_intent: str, *, asked_again: bool, another_fault: bool = False
) -> Outcome | None:
    """What a message says of the remedy; None where it says nothing of it.

    "OK" to the steps means that they will be tried; only to the question whether they helped, yes.
    Who wants none of them, or somebody to come, has not tried them in vain; nor has who tells of
    `another_fault`.
    """
    text = "" if said.pressed else _spoken(said.text)
    intent = said.intent if said.pressed or said.confidence >= _LIKELY else ""
    straight = bool(_SENT_FOR.search(text) or _UNWILLING.search(text))
    if intent == "guidance_helped" and said.first("symptom") and not _WORKS.search(text):
        intent = ""  # "it's leaking now"
    if intent == "guidance_helped" or (intent == "affirm" and asked_again and not straight):
        return Outcome.HELPED
    if intent == "guidance_not_helped" or _STILL.search(text):
        return Outcome.NOT_HELPED
    if straight or intent == "skip" or (intent == own_intent and not another_fault):
        return Outcome.SKIPPED
    return Outcome.NOT_HELPED if intent == "deny" else None


def helped_after_all(said: Understood, state: IntakeState, memory: Memory) -> bool:
    """Whether the remedy of which nothing more was expected has worked.

    "It worked" may also be said of a section that was quoted since.
    """
    return (
        said.intent == "guidance_helped"
        and (said.pressed or said.confidence >= _VERY_SURE)
        and state.remedy in (Outcome.SKIPPED, Outcome.NOT_HELPED)
        and state.remedy_answer == memory.answer
    )


def may_tell_another_fault(said: Understood, *, first_known: bool) -> bool:
    """Whether a fault that a message names may be another one than the remedy is for.

    `first_known`: it differs from the first, so that "it still ..." does not mean that one.
    """
    text = _spoken(said.text)
    if said.intent in _SHORT_ANSWERS:
        return False  # "pula" skips, and is what a machine does that shakes
    if said.intent == "guidance_helped":
        return bool(_ANOTHER.search(text))
    return first_known or not _STILL.search(text)


def _spoken(text: str) -> str:
    return plain(text).replace("'", " ").replace("’", " ")
