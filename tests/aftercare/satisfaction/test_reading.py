from __future__ import annotations

import pytest

from aftercare.satisfaction.reading import Rating, read_rating


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        ("5", 5),
        ("4/5", 4),
        ("2 out of 5", 2),
        ("nota 4", 4),
        ("dou 3", 3),
        ("I'd give it a 3", 3),
        ("cinco estrelas", 5),
        ("uma estrela", 1),
        ("⭐⭐⭐", 3),
        ("muito bom!", 5),
        ("Great", 5),
        ("boa", 4),
        ("ok", 3),
        ("mais ou menos", 3),
        ("not bad", 3),
        ("not happy at all", 2),
        ("I wasn't happy", 2),
        ("não gostei", 2),
        ("nao foi bom", 2),
        ("PÉSSIMO", 1),
        ("very bad", 1),
        ("muito ruim", 1),
    ],
)
def test_rating_is_read_as_people_give_it(text: str, stars: int) -> None:
    assert read_rating(text) == Rating(stars, tells_why=False)


@pytest.mark.parametrize("text", ["5, the technician was kind", "2 porque demorou demais"])
def test_rating_with_more_words_tells_why(text: str) -> None:
    rating = read_rating(text)
    assert rating
    assert rating.tells_why


@pytest.mark.parametrize(
    "text",
    [
        "8/10",
        "10",
        "0",
        "6",
        "5 weeks",
        "1 hour late",
        "um pouco melhor",
        "where is my order",
        "my machine leaks again and that is bad news for the carpet",
        "",
    ],
)
def test_what_gives_no_rating_of_five_is_not_taken_for_one(text: str) -> None:
    assert read_rating(text) is None
