"""The catalogue's phrases in messages: word for word, and with other words in between."""

from __future__ import annotations

from typing import List

import pytest

from bot.nlu.phrases import LoosePhrases, Phrases, tokens_of

LOOSE = LoosePhrases(
    {
        "power": ["not turn on", "não liga"],
        "turn": ["not turn"],
        "door": ["door stuck"],
        "drain": ["not drain", "not draining"],
    }
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("W-900's lid, isn't it?", ["w", "900", "s", "lid", ",", "isn't", "it", "?"]),
        ("filtro d’água", ["filtro", "d", "agua"]),
        ("lava-roupas W900/W700", ["lava", "roupas", "w900", "w700"]),
        ("a/c", ["a", "/", "c"]),
        ("a_b\nÉ", ["a", "_", "b", "\n", "e"]),
        ("", []),
    ],
)
def test_text_is_cut_into_plain_words_and_signs(text: str, words: List[str]) -> None:
    assert [token.text for token in tokens_of(text)] == words


def test_positions_are_those_of_the_text() -> None:
    text = "😡 É a Máquina-X!"
    assert [text[token.start : token.end] for token in tokens_of(text)] == [
        *("😡", "É", "a", "Máquina", "X", "!")
    ]


def test_longest_phrase_wins() -> None:
    phrases = Phrases({"machine": ["washing machine"], "wash": ["washing"]})
    found = phrases.find(tokens_of("washing? my washing machine"))
    assert [(one.label, one.first, one.last) for one in found] == [
        ("wash", 0, 1),
        ("machine", 3, 5),
    ]


def test_no_phrases_find_nothing() -> None:
    assert Phrases({}).find(tokens_of("washing machine")) == []


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("it won't turn on", ["power"]),
        ("it never turns", []),
        ("it does not even turn", ["turn"]),
        ("não quer mais ligar", []),
        ("ela não me liga mais", ["power"]),
        ("the door is really stuck", ["door"]),
        ("the door of the old one got stuck", []),
        ("the door. Stuck in traffic", []),
        ("it stopped draining", ["drain"]),
        ("fails to drain", ["drain"]),
        ("drain it", []),
    ],
)
def test_small_words_and_a_few_others_may_stand_between(text: str, labels: List[str]) -> None:
    assert [found.label for found in LOOSE.find(tokens_of(text))] == labels


def test_words_of_customers_are_not_kept() -> None:
    phrases = Phrases({"wash": ["washing"]})
    before = len(phrases._vocabulary.strings)
    phrases.find(tokens_of("washing zzyzx qwertz secret words"))
    phrases.find(tokens_of("other qqqq words entirely washing"))
    assert len(phrases._vocabulary.strings) <= before + 1  # the mask
