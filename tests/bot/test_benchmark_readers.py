"""The public benchmarks' files, as their authors build them, on made-up messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.benchmark.readers import Texts, a_few_each, banking77, braun2017, clinc150, hint3, hwu64
from bot.measurements import UnusableError


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_hint3_keeps_what_is_out_of_scope_apart(tmp_path: Path) -> None:
    write(tmp_path, "toys_train.csv", 'sentence,label\n"a kite, red",BUY\n')
    write(tmp_path, "toys_test.csv", "sentence,label\nred kites,BUY\nhm,NO_NODES_DETECTED\n")

    task = hint3(tmp_path, "toys")

    assert task.learnt == Texts(["a kite, red"], ["BUY"])
    assert task.asked == Texts(["red kites"], ["BUY"])
    assert task.outside == ["hm"]


def test_hwu64_keeps_commas_of_the_text(tmp_path: Path) -> None:
    write(tmp_path, "hwu_small_train.csv", "greet,exampleSentence,well, hello, you\n")
    write(tmp_path, "hwu_small_test.csv", "greet,exampleSentence,hello\n")

    task = hwu64(tmp_path, "small")

    assert task.learnt == Texts(["well, hello, you"], ["greet"])
    assert task.asked == Texts(["hello"], ["greet"])


def test_braun2017_divides_by_the_mark_of_each_sentence(tmp_path: Path) -> None:
    sentences = [
        {"text": "next tram", "intent": "Departure", "training": True},
        {"text": "tram now", "intent": "None", "training": False},
    ]
    write(tmp_path, "TramCorpus.json", json.dumps({"sentences": sentences}))

    task = braun2017(tmp_path, "Tram")

    assert task.learnt == Texts(["next tram"], ["Departure"])
    assert task.asked == Texts(["tram now"], ["None"])


def test_banking77_has_a_heading(tmp_path: Path) -> None:
    write(tmp_path, "train.csv", "text,category\nmy coins?,coins\n")
    write(tmp_path, "test.csv", 'text,category\n"coins,\nplease",coins\n')

    task = banking77(tmp_path)

    assert task.learnt == Texts(["my coins?"], ["coins"])
    assert task.asked == Texts(["coins,\nplease"], ["coins"])


def test_clinc150_has_a_part_to_choose_a_threshold_with(tmp_path: Path) -> None:
    parts = {
        "train": [["learn", "a"]],
        "test": [["ask", "a"]],
        "val": [["check", "a"]],
        "oos_test": [["what", "oos"]],
        "oos_train": [["unused", "oos"]],
    }
    write(tmp_path, "data_full.json", json.dumps(parts))

    task = clinc150(tmp_path)

    assert task.learnt == Texts(["learn"], ["a"])
    assert task.asked == Texts(["ask"], ["a"])
    assert task.checked == Texts(["check"], ["a"])
    assert task.outside == ["what"]


def test_a_few_of_each_intent_are_the_same_every_time() -> None:
    examples = Texts([f"text {at}" for at in range(30)], ["a", "b"] * 14 + ["c", "c"])

    few = a_few_each(examples, 5, seed=0)

    assert few == a_few_each(examples, 5, seed=0)
    assert few.texts != a_few_each(examples, 5, seed=1).texts
    assert [few.intents.count(name) for name in "abc"] == [5, 5, 2]
    assert set(zip(few.texts, few.intents, strict=True)) <= set(
        zip(examples.texts, examples.intents, strict=True)
    )


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match=r"train\.csv cannot be read: No such file"):
        banking77(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "reader", "told"),
    [
        ("train.csv", "words,kind\n", lambda folder: banking77(folder), "no columns text and"),
        ("hwu_small_train.csv", "greet\n", lambda folder: hwu64(folder, "small"), "line 1"),
        ("XCorpus.json", "{", lambda folder: braun2017(folder, "X"), "not JSON"),
        ("XCorpus.json", "[]", lambda folder: braun2017(folder, "X"), "not built like"),
        ("data_full.json", "{}", lambda folder: clinc150(folder), "not built like"),
        ("data_full.json", "[1]", lambda folder: clinc150(folder), "not built like"),
    ],
)
def test_another_file_of_that_name_is_told(
    tmp_path: Path, name: str, text: str, reader: Any, told: str
) -> None:
    write(tmp_path, name, text)

    with pytest.raises(UnusableError, match=told):
        reader(tmp_path)
