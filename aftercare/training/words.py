"""Tells by its words that a message asks to be trained, or to go on with a training.

The bot calls both a question about use; only some of these want to be led step by step.
"""

from __future__ import annotations

import re

from aftercare.intake.words import main_words, plain

_TRAIN = re.compile(
    r"\b(?:train(?:ing|ed)?|trainning|lessons?|tutorial|(?<!of )course|teach|taught|coach"
    r"|walk (?:me|us|him|her|my \w+) through|guide (?:me|us)|step ?-?by ?-?step"
    r"|learn(?:ing)? (?:how|to|about)|to learn"
    r"|trein\w*|aulas?|licao|licoes|(?<!em )curso|ensin\w*|aprend\w*|passo ?-?a ?-?passo"
    r"|me gui[ae]r?|guia-?me|capacita\w*)\b"
)
_GO_ON = re.compile(
    r"\b(?:continu\w*|resum(?:e|ing)|go(?:ing)? on|pick(?:ing)? up|carry on|left off|stopped"
    r"|paused|where (?:i|we) (?:was|were|left|stopped)|retom\w*|de onde (?:parei|paramos|parou)"
    r"|onde (?:parei|paramos)|pausad\w*|seguir com|prosseguir|parei)\b"
)
#: What is said around the topic that is to be learnt, in plain form.
_AROUND = """
    train training trainning trained lesson lessons tutorial course teach taught coach walk through
    guide step steps by learn learning use using used works work how show me my please want would
    like can could you start begin new guided mode function functions operate properly correctly
    treinar treino treinamento treinada treinado aula aulas licao licoes curso ensina ensinar
    ensine ensinem ensinas aprender aprendo passo guia guiar usar uso utilizar funciona funcionar
    como quero queria gostaria preciso pode poderia podes favor mexer comecar novo nova modo
    direito corretamente mim capacitacao produto aparelho maquina product machine appliance device
"""


def asks_for_training(text: str) -> bool:
    """Whether the message wants to be shown step by step rather than told."""
    return bool(_TRAIN.search(plain(text)))


def asks_to_go_on(text: str) -> bool:
    """Whether the message wants to go on with a training that was left."""
    return bool(_GO_ON.search(plain(text)))


def topic_of(text: str) -> str:
    """What is to be learnt, without the words of wishing; empty where only the wish is told."""
    around = _AROUND.split()
    return " ".join(word for word in main_words(text) if word not in around)
