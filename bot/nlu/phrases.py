"""Finds the catalogue's phrases in a message: word for word, or with other words in between.

The text is cut into words here and not by spaCy's tokenizer, and words that no phrase has are
masked: spaCy would otherwise keep every word that a customer ever wrote in its memory.
"""

from __future__ import annotations

import re
from typing import Dict, Iterable, Iterator, List, NamedTuple, Sequence, Set

import spacy
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.util import filter_spans

from bot.nlu.text import plain_in_place, word_set

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]|_|\n")
#: "lava-roupas", "W-900" and "W900/W700" are two words each; "a/c" is one name.
_JOINTS = re.compile(r"(?<=\w)[-‐‑](?=\w)|(?<=\w\w)/(?=\w)|(?<=\d)/(?=[a-z])")
_APOSTROPHES = re.compile("[’´`]")
#: "The W900's lid", "filtro d'água"; not "isn't".
_ELISIONS = re.compile(r"'(?=s\b)|(?<=\bd)'")
_MASK = "\u2022"
#: Signs over which no phrase goes.
BREAKS = frozenset(".,;:!?()\n")

#: Words that deny what follows, in plain form.
_DENIALS = word_set(
    """
    not never nothing cannot cant wont dont doesnt didnt isnt wasnt arent couldnt wouldnt
    hasnt havent aint refuses refused refusing fails failed failing unable longer without
    hardly nao n nunca jamais nem nada sem recusa recusam
    """
)
#: These deny as well, where a verb follows: "stopped draining", "deixou de gelar".
CEASING = ("stopped", "stops", "parou", "pararam", "deixou", "deixa", "quit")
NOT = "not"
#: Words that a phrase may have or not: they change nothing of what it says.
_LEFT_OUT = word_set(
    """
    a an the my our your his her its it this that there is are was were be been being am s
    has have had do does did doing will would can could to of in at by even really just
    still any anymore properly quite so itself o os as um uma meu minha meus minhas nosso
    nossa seu sua de da das dos em na nas nos nele nela pelo pela por que se me te lhe ele
    ela eles elas isso isto este esta estou esse essa estao estava ta tao tava e foi ser era
    tem mais quer querendo consegue conseguiu conseguimos pode vai direito ja ainda mesmo
    """
)
#: So many words that say nothing to the phrase may stand between two of its words.
_MOST_BETWEEN = 2


class Token(NamedTuple):
    """A word or a sign in plain form; `start` and `end` are its place in the customer's text."""

    text: str
    start: int
    end: int


class Found(NamedTuple):
    """A phrase of the label that goes from the first token to before the second one."""

    label: str
    first: int
    last: int


def tokens_of(text: str) -> List[Token]:
    """The words and signs of a text, whose positions stay those of the text."""
    flat = _APOSTROPHES.sub("'", plain_in_place(text))
    flat = _ELISIONS.sub(" ", _JOINTS.sub(" ", flat))
    return [Token(found.group(), *found.span()) for found in _TOKEN.finditer(flat)]


def words_in(phrase: str) -> List[str]:
    """The tokens of a phrase of the catalogue, as `tokens_of` cuts a message."""
    return [token.text for token in tokens_of(phrase)]


class Phrases:
    """Finds phrases word for word, the longest first, without overlaps."""

    def __init__(self, phrases: Dict[str, Iterable[str]]) -> None:
        """`phrases` has the phrases of each label."""
        self._vocabulary = spacy.blank("xx").vocab
        self._matcher = PhraseMatcher(self._vocabulary)
        self._known: Set[str] = set()
        for label, forms in phrases.items():
            cut = {tuple(words) for form in forms for words in self._forms(form) if words}
            self._known.update(word for words in cut for word in words)
            self._matcher.add(label, [Doc(self._vocabulary, list(words)) for words in sorted(cut)])

    def find(self, tokens: Sequence[Token]) -> List[Found]:
        if not self._known:
            return []
        words = [token.text if token.text in self._known else _MASK for token in tokens]
        return [Found(*found) for found in self._match(words)]

    def _forms(self, phrase: str) -> Iterator[List[str]]:
        yield words_in(phrase)

    def _match(self, words: List[str]) -> Iterator[Found]:
        if any(word != _MASK for word in words):
            doc = Doc(self._vocabulary, words)
            for span in filter_spans(self._matcher(doc, as_spans=True)):
                yield Found(span.label_, span.start, span.end)


class LoosePhrases(Phrases):
    """Finds phrases also where small words are left out or a few others stand between.

    "not" or "não" at the beginning of a phrase stands for every denial, and for "stopped" as well:
    "not draining" is found in "it never starts draining" and in "it stopped draining".
    """

    def find(self, tokens: Sequence[Token]) -> List[Found]:
        kept: List[str] = []
        at: List[int] = []
        for position, token in enumerate(tokens):
            word = _essence(token.text)
            if word in self._known or word in BREAKS:
                kept.append(word)
                at.append(position)
        found = []
        for label, first, last in self._match(kept):
            if all(
                self._between(tokens, one, next_) <= _MOST_BETWEEN
                for one, next_ in zip(at[first : last - 1], at[first + 1 : last], strict=True)
            ):
                found.append(Found(label, at[first], at[last - 1] + 1))
        return found

    @staticmethod
    def _between(tokens: Sequence[Token], one: int, next_: int) -> int:
        return sum(bool(_essence(token.text)) for token in tokens[one + 1 : next_])

    def _forms(self, phrase: str) -> Iterator[List[str]]:
        words = [word for word in map(_essence, words_in(phrase)) if word]
        yield words
        if words[0] == NOT and len(words) > 1:
            for ceasing in CEASING:
                yield [ceasing, *words[1:]]


def denies(word: str) -> bool:
    """Whether a word denies what is said after it."""
    return word in _DENIALS or word.endswith("n't")


def _essence(word: str) -> str:
    """What of a word counts for loose phrases; empty for one that may be left out."""
    if denies(word):
        return NOT
    return "" if word in _LEFT_OUT else word
