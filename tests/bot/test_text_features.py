"""Features of texts are scikit-learn's own, only counted in another way."""

from __future__ import annotations

from typing import List

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.nlu.text_features import (
    LearntFeatures,
    _counted,
    by_characters,
    by_tokens,
    for_each,
    learn_features,
)

TEXTS = [
    "the pump leaks and leaks",
    "a bomba não liga, não liga mesmo",
    "pump  it up\nand up",
    "leaks",
    "o a o a",
    "",
]
SEEN_LATER = ["the bomb leaks", "pump pump pump up", "xyzzy", "", "não"]


def _vectorizers() -> List[TfidfVectorizer]:
    return [
        by_tokens(str.split, ngrams=2),
        by_tokens(str.split, 1, rarest=2),
        by_characters(4),
    ]


@pytest.mark.parametrize("place", range(3))
def test_a_new_text_has_the_features_that_scikit_learn_finds(place: int) -> None:
    vectorizer = _vectorizers()[place]
    vectorizer.fit(TEXTS)
    features = LearntFeatures(vectorizer)
    for text in [*TEXTS, *SEEN_LATER]:
        row = np.zeros(len(features))
        at, values = features.of(text)
        row[at] = values
        assert row == pytest.approx(vectorizer.transform([text]).toarray()[0], abs=1e-6), text


@pytest.mark.parametrize("length", [0, 1, 2, 3, 50, 400])
def test_hashes_are_counted_as_numpy_counts_them(length: int) -> None:
    hashes = np.random.default_rng(length).integers(0, 2**64, 60, np.uint64)
    drawn = hashes[np.random.default_rng(1).integers(0, 60, length)]
    wanted, times = np.unique(drawn, return_counts=True)
    found, counted = _counted(drawn.copy())
    assert found.tolist() == wanted.tolist() and counted.tolist() == times.tolist()


def test_characters_are_counted_as_scikit_learn_counts_them() -> None:
    ours = by_characters(4)
    own = TfidfVectorizer(
        lowercase=False,
        analyzer="char_wb",
        ngram_range=(2, 4),
        sublinear_tf=True,
        min_df=2,
        dtype=np.float32,
    )
    found, expected = ours.fit_transform(TEXTS), own.fit_transform(TEXTS)
    assert ours.vocabulary_ == own.vocabulary_
    assert expected.nnz
    assert (found != expected).nnz == 0


def test_features_stand_side_by_side() -> None:
    columns, features = learn_features(_vectorizers(), TEXTS)
    rows = for_each(features, np.arange(columns.shape[1] * 2.0).reshape(-1, 2))
    assert [len(one) for one in rows] == [len(one) for one in features]
    at, values = features[1].of(TEXTS[0])
    second = columns[0].toarray()[0][len(features[0]) :]
    assert second[at] == pytest.approx(values)
    assert rows[1][0, 0] == 2 * len(features[0])


def test_unknown_words_weaken_the_known_ones_where_they_count() -> None:
    _, (features, *_) = learn_features(_vectorizers(), TEXTS)
    (at,), (alone,) = features.of("leaks")
    (with_another,), (weaker,) = features.of("leaks xyzzy", count_unknown=True)
    assert at == with_another
    assert features.of("leaks xyzzy")[1] == pytest.approx([alone])
    assert 0 < weaker < alone
