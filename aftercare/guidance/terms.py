"""Turns text into search terms: words without small words, stemmed, with and without accents."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import Stemmer
from bm25s.stopwords import STOPWORDS_EN, STOPWORDS_PORTUGUESE

_WORD = re.compile(r"\w+")
_STEMMERS = {"en": "english", "pt": "portuguese"}
#: Small words of questions that the lists leave in.
_ASKING = {
    "en": """
        how do does did can could would should what which when where why who i you my me it its
        to please need want help get use using
    """,
    "pt": """
        como faço faco fazer posso pode podia qual quais quando onde porque por que quem eu você
        voce meu minha me para pra preciso quero ajuda usar uso
    """,
}


def terms(text: str, language: str) -> list[str]:
    """The search terms of a text, in order, doubles included.

    A word with accents gives two terms where its stem differs without them, because customers
    often write without accents.
    """
    found: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        flat = _without_accents(word)
        if flat in _small_words(language) or len(flat) < 2:
            continue
        stemmed = _without_accents(_stemmer(language).stemWord(word))
        found.append(stemmed)
        if flat != word:
            other = _stemmer(language).stemWord(flat)
            if other != stemmed:
                found.append(other)
    return found


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(_STEMMERS[language])


@cache
def _small_words(language: str) -> frozenset[str]:
    listed = {"en": STOPWORDS_EN, "pt": STOPWORDS_PORTUGUESE}[language]
    return frozenset(_without_accents(word) for word in (*listed, *_ASKING[language].split()))


def _without_accents(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(character for character in decomposed if not unicodedata.combining(character))
