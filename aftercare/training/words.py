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
#: Only who does it oneself wants to be led through it.
_LED = re.compile(
    r"\b(?:(?:walk|guide|take|talk|lead) (?:me|us|him|her|my \w+) through"
    r"|(?:teach|train|coach) (?:me|us)|show (?:me|us) (?:how|step ?-?by ?-?step)"
    r"|(?:me|nos) (?:gui[ae]\w*|ensin\w+|trein\w+|(?:mostr\w+|expli\w+) (?:como|passo))"
    r"|(?:gui[ae]|ensin\w+|trein\w+)-(?:me|nos)|(?:mostr\w+|expli\w+)-(?:me|nos) (?:como|passo))\b"
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

#: What is said of being stuck, and where, that does not tell of what; in plain form.
_STUCK = """
    am im have got get gets getting stuck stuk lost confused confusing unclear help hand need here
    still past part one two three point cant cannot don dont do does did didn didnt not know
    understand manage sure trouble having problem difficult difficulty hard again what where mean
    makes sense supposed meant completely totally pls working
    travei travo travado travada travou preso presa parado parada parei fiquei fico ficou empaquei
    emperrei emperrado emperrada perdi perdido perdida confuso confusa ajuda ajudar ajudinha
    socorro aqui daqui ali ainda nesse nessa neste nesta desse dessa deste desta etapa parte ponto
    dois tres consigo consegui conseguindo passar fazer entendi entendo percebi percebo sei onde
    fica assim quer dizer to tou dificuldade dificil deu certo funcionou pra
"""
#: Fewer words than these tell no trouble.
_TELLING = 2


def asks_for_training(text: str) -> bool:
    """Whether the message wants to be shown step by step rather than told."""
    return bool(_TRAIN.search(plain(text)))


def asks_to_be_led(text: str) -> bool:
    """Whether the message wants to be led through work that others leave to a technician."""
    return bool(_LED.search(plain(text)))


def asks_to_go_on(text: str) -> bool:
    """Whether the message wants to go on with a training that was left."""
    return bool(_GO_ON.search(plain(text)))


def topic_of(text: str) -> str:
    """What is to be learnt, without the words of wishing; empty where only the wish is told."""
    around = _AROUND.split()
    return " ".join(word for word in main_words(text) if word not in around)


def tells_trouble(text: str) -> bool:
    """Whether somebody who is stuck tells of what: more than "I am stuck on this step"."""
    told = topic_of(text).split()
    return len(told) >= _TELLING and not set(_STUCK.split()).issuperset(told)
