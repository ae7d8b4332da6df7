"""What words are about: the lists, how they are looked up, and the features made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List

import pytest
import yaml

from bot.nlu.concepts import WORD_LISTS, Concepts
from bot.nlu.text import plain


@pytest.fixture(scope="module")
def concepts() -> Concepts:
    return Concepts()


def _of(concepts: Concepts, text: str) -> List[str]:
    return [concept for found in concepts.read(text).found for concept in found]


def _lists(language: str) -> Dict[str, List[str]]:
    return yaml.safe_load((WORD_LISTS / f"{language}.yml").read_text(encoding="utf-8"))


def test_both_languages_have_the_same_concepts() -> None:
    assert list(_lists("en")) == list(_lists("pt"))


@pytest.mark.parametrize("language", ["en", "pt"])
def test_entries_are_plain_and_stand_once_in_a_concept(language: str) -> None:
    for concept, entries in _lists(language).items():
        assert len(entries) == len(set(entries)), concept
        assert [one for one in entries if not isinstance(one, str) or plain(one) != one] == []


@pytest.mark.parametrize(
    ("english", "portuguese", "concept"),
    [
        ("I want my MONEY BACK", "quero meu reembolso", "refund"),
        ("the pump died", "a bomba pifou", "broken"),
        ("it isn't leaking", "está vazando", "leak"),
        ("still no parcel", "ainda não chegou a encomenda", "delivery"),
        ("great machine", "ótima máquina", "praise"),
    ],
)
def test_the_same_thing_is_the_same_concept_in_both_languages(
    concepts: Concepts, english: str, portuguese: str, concept: str
) -> None:
    assert concept in _of(concepts, english)
    assert concept in _of(concepts, portuguese)


def test_the_longest_phrase_wins_over_its_words(tmp_path: Path) -> None:
    (tmp_path / "en.yml").write_text("a: [switch off]\nb: [switch, around]\nc: [refund*]\n")
    small = Concepts(tmp_path)
    assert small.read("switch off").found == [("a",)]
    assert small.read("switch it around").found == [("b",), ("b",)]
    assert small.read("refunded the rest").found == [("c",)]


def test_a_word_may_be_about_two_things(tmp_path: Path) -> None:
    (tmp_path / "en.yml").write_text("a: [show]\n")
    (tmp_path / "pt.yml").write_text("b: [show]\n")
    assert Concepts(tmp_path).read("show").found == [("a", "b")]


def test_features_tell_what_stands_near_and_together(concepts: Concepts) -> None:
    features = concepts.read("it does not work, where is my refund?").features()
    assert {"not", "works", "not>works", "refund", "?"} <= set(features)
    assert [one for one in features if one.startswith("length ")] == ["length 2"]


def test_a_text_without_any_known_word_has_its_length_only(concepts: Concepts) -> None:
    assert concepts.read("xyzzy").features() == ["length 0"]
