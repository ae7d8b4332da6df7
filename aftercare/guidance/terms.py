"""Turns text into search terms: words without small words, stemmed, with and without accents."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

import Stemmer

from aftercare.accents import without_accents
from aftercare.small_words import SMALL_WORDS

#: What every word of denial becomes: "does not drain" and "won't drain" tell of the same trouble.
NOT = "not"
#: A word, or one like "doesn't", which the next rule would otherwise never see whole.
_WORD = re.compile(r"\w+(?:['’]t\b)?")
#: "E-18" is the code E18.
_HYPHEN_IN_CODE = re.compile(r"\b([a-z]{1,2})-(?=\d{1,3}\b)")
_CODE = re.compile(r"[a-z]{1,2}\d{1,3}")
_STEMMERS = {"en": "english", "pt": "portuguese"}
_DENIALS = {
    "en": """
        not no never cannot nothing cant dont doesnt didnt isnt arent wasnt wont wouldnt couldnt
        hasnt havent
    """,
    "pt": "não nem nunca",
}
#: Small words, and those of asking, that the lists leave in.
_SMALL = {
    "en": """
        how do does did can could would should what which when where why who i you my me it its
        to please need want help get use using
        about again all already also am any anyway around because been being both came come comes
        coming doing done each else even ever every explain gets getting give go goes going gone got
        had has have having he her here him his instead itself just know let lets like make makes
        made making many more most much mean means myself now often once only other our own put
        really same say says she show so some something still take tell than them those thing
        things though too try until very way we well were whose yes yet your
    """,
    "pt": """
        como faço faco fazer posso pode podia qual quais quando onde porque por que quem eu você
        voce meu minha me para pra preciso quero ajuda usar uso
        agora ainda algum alguma alguém aqui assim até cada coisa dar dá dele dela deles desse deste
        desta disso dizer é era essa esse está estão estava estou explica explicar faz fazendo feito
        fica ficam ficar ficou fiz foi for forma gostaria há isso isto já jeito maneira mesmo mim
        modo muito nada nenhum nenhuma nesse nessa neste nosso nossa outro outra pois pro próprio
        quanto quase saber se seja ser será seu sua significa só sobre tá também tanto tão tem tenho
        ter tinha toda todo tudo tô um uma uns umas vai vão vem ver vez vocês vou
    """,
}


def words(text: str) -> list[str]:
    """The words of a text in order, in lower case."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _WORD.findall(_HYPHEN_IN_CODE.sub(r"\1", plain))


def is_code(term: str) -> bool:
    """Whether this is what a display shows, like E18; such a term is meant exactly."""
    return _CODE.fullmatch(term) is not None


@lru_cache(maxsize=50_000)
def terms_of(word: str, language: str) -> tuple[str, ...]:
    """The terms of one word: none for a small word.

    A word with accents gives two terms where its stem differs without them, because customers
    often write without accents.
    """
    flat = without_accents(word).replace("’", "'")
    if flat in _denials(language) or (language == "en" and flat.endswith("n't")):
        return (NOT,)
    if flat in _small_words(language) or len(flat) < 2:
        return ()
    stemmed = without_accents(_stemmer(language).stemWord(word))
    if flat == word:
        return (stemmed,)
    other = _stemmer(language).stemWord(flat)
    return (stemmed,) if other == stemmed else (stemmed, other)


def terms(text: str, language: str) -> list[str]:
    """The search terms of a text, in order, doubles included."""
    return [term for word in words(text) for term in terms_of(word, language)]


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(_STEMMERS[language])


@cache
def _denials(language: str) -> frozenset[str]:
    return frozenset(without_accents(word) for word in _DENIALS[language].split())


@cache
def _small_words(language: str) -> frozenset[str]:
    listed = (*SMALL_WORDS[language], *_SMALL[language].split())
    return frozenset(without_accents(word) for word in listed)
