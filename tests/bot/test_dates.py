"""Dates in sentences: the phrase that is found, and the days it can mean."""

from __future__ import annotations

from datetime import date

import pytest

from bot.nlu.dates import find_dates

#: A Wednesday, shortly after a February without a leap day.
TODAY = date(2026, 3, 4)

#: Sentence, the phrase in it, the day looking back, the day looking ahead ("" = the same).
FOUND = [
    # Counted from today.
    ("I bought it yesterday", "yesterday", "2026-03-03", ""),
    ("it stopped today", "today", "2026-03-04", ""),
    ("come tomorrow please", "tomorrow", "2026-03-05", ""),
    ("since the day before yesterday", "the day before yesterday", "2026-03-02", ""),
    ("the day after tomorrow is fine", "the day after tomorrow", "2026-03-06", ""),
    ("I got it 3 days ago", "3 days ago", "2026-03-01", ""),
    ("bought three weeks ago", "three weeks ago", "2026-02-11", ""),
    ("about a month ago", "a month ago", "2026-02-04", ""),
    ("a couple of weeks back", "couple of weeks back", "2026-02-18", ""),
    ("in two weeks", "in two weeks", "2026-03-18", ""),
    ("it came last week", "last week", "2026-02-25", ""),
    ("next month", "next month", "2026-04-04", ""),
    ("comprei ontem", "ontem", "2026-03-03", ""),
    ("parou anteontem", "anteontem", "2026-03-02", ""),
    ("pode ser depois de amanhã?", "depois de amanhã", "2026-03-06", ""),
    ("comprei há 3 dias", "há 3 dias", "2026-03-01", ""),
    ("comprei ha duas semanas", "ha duas semanas", "2026-02-18", ""),
    ("faz quase um ano", "faz quase um ano", "2025-03-04", ""),
    ("três meses atrás", "três meses atrás", "2025-12-04", ""),
    ("foi na semana passada", "semana passada", "2026-02-25", ""),
    ("no mês passado", "mês passado", "2026-02-04", ""),
    ("venham na semana que vem", "semana que vem", "2026-03-11", ""),
    ("daqui a 3 dias", "daqui a 3 dias", "2026-03-07", ""),
    ("half a year ago", "half a year ago", "2025-09-04", ""),
    ("a year and a half ago", "a year and a half ago", "2024-09-04", ""),
    ("há um ano e meio", "há um ano e meio", "2024-09-04", ""),
    ("há meio ano", "há meio ano", "2025-09-04", ""),
    ("há quinze dias", "há quinze dias", "2026-02-17", ""),
    ("há coisa de dois meses", "há coisa de dois meses", "2026-01-04", ""),
    ("it has been leaking for three days", "for three days", "2026-03-01", ""),
    ("for a month now", "for a month", "2026-02-04", ""),
    ("since this morning", "this morning", "2026-03-04", ""),
    ("it died last night", "last night", "2026-03-03", ""),
    ("come tonight", "tonight", "2026-03-04", ""),
    ("esta noite", "esta noite", "2026-03-04", ""),
    # Days of the week.
    ("desde terça", "desde terça", "2026-03-03", "2026-03-10"),
    ("desde a segunda", "desde a segunda", "2026-03-02", "2026-03-09"),
    ("on monday", "monday", "2026-03-02", "2026-03-09"),
    ("last friday", "last friday", "2026-02-27", ""),
    ("next friday", "next friday", "2026-03-06", ""),
    ("Wednesday", "Wednesday", "2026-02-25", "2026-03-11"),
    ("na segunda-feira", "na segunda-feira", "2026-03-02", "2026-03-09"),
    ("sexta-feira passada", "sexta-feira passada", "2026-02-27", ""),
    ("sexta que vem", "sexta que vem", "2026-03-06", ""),
    ("próxima terça", "próxima terça", "2026-03-10", ""),
    ("no sábado", "no sábado", "2026-02-28", "2026-03-07"),
    ("quarta", "quarta", "2026-02-25", "2026-03-11"),
    # Days and months with names.
    ("on March 3, 2025", "March 3, 2025", "2025-03-03", ""),
    ("the 3rd of March 2025", "3rd of March 2025", "2025-03-03", ""),
    ("since December", "since December", "2025-12-01", "2026-12-01"),
    ("Bought in may", "in may", "2025-05-01", "2026-05-01"),
    ("bought last May", "last May", "2025-05-01", "2026-05-01"),
    ("em 10 de janeiro de 2025", "10 de janeiro de 2025", "2025-01-10", ""),
    ("no dia 1º de maio de 2025", "1º de maio de 2025", "2025-05-01", ""),
    ("10 de Janeiro", "10 de Janeiro", "2026-01-10", "2027-01-10"),
    ("desde dezembro", "desde dezembro", "2025-12-01", "2026-12-01"),
    ("agosto", "agosto", "2025-08-01", "2026-08-01"),
    ("in 2024", "in 2024", "2024-01-01", ""),
    ("comprei em 2024", "em 2024", "2024-01-01", ""),
    # Numbers: the day first, as in Brazil, Portugal and Great Britain.
    ("on 05/01/2026", "05/01/2026", "2026-01-05", ""),
    ("31/12/2025", "31/12/2025", "2025-12-31", ""),
    ("10.02.2026", "10.02.2026", "2026-02-10", ""),
    ("10-04-26", "10-04-26", "2026-04-10", ""),
    ("2025-11-09", "2025-11-09", "2025-11-09", ""),
    ("comprei 1/2", "1/2", "2026-02-01", "2027-02-01"),
    # Leap days.
    ("29/02/2024", "29/02/2024", "2024-02-29", ""),
    ("29 February", "29 February", "2024-02-29", "2028-02-29"),
    ("29 de fevereiro de 2024", "29 de fevereiro de 2024", "2024-02-29", ""),
]

NO_DATE = [
    "29/02/2023",
    "29 de fevereiro de 2023",
    "31/04/2026",
    "2026-02-30",
    "12/31/2025",
    "32/01/2026",
    "00/00/0000",
    "99/99",
    "I may go",
    "it may be the pump",
    "do you answer 24/7?",
    "it cost 3.50",
    "R$ 1.234,56",
    "version 1.2.3",
    "the second time this happens",
    "it broke in a week",
    "guaranteed for two years",
    "the warranty is for 2 years",
    "a segunda vez",
    "na segunda lavagem parou",
    "uma quinta parte da água",
    "tem 2 anos de garantia?",
    "o mar está calmo",
    "me chamo Marco",
    "set it up for me",
    "dez reais",
    "out of order",
    "W900",
    "E18",
    "",
    "?!",
]


@pytest.mark.parametrize(("text", "phrase", "past", "future"), FOUND)
def test_date_is_found_and_resolved(text: str, phrase: str, past: str, future: str) -> None:
    (found,) = find_dates(text, TODAY)
    assert text[found.start : found.end] == phrase
    assert found.past == date.fromisoformat(past)
    assert found.future == date.fromisoformat(future or past)


@pytest.mark.parametrize("text", NO_DATE)
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert find_dates(text, TODAY) == []


def test_several_dates_come_in_the_order_of_the_sentence() -> None:
    text = "Comprei em 10/01/2026 e parou ontem, dia 3 de março"
    found = find_dates(text, TODAY)
    assert [text[one.start : one.end] for one in found] == ["10/01/2026", "ontem", "3 de março"]


def test_positions_hold_behind_accents_and_emoji() -> None:
    text = "😡 É a décima vez, já! Parou há 3 dias 😡"
    (found,) = find_dates(text, TODAY)
    assert text[found.start : found.end] == "há 3 dias"


@pytest.mark.parametrize("weekday", range(7))
def test_a_day_of_the_week_is_never_today(weekday: int) -> None:
    today = date(2026, 3, 2 + weekday)
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    for number, name in enumerate(names):
        (found,) = find_dates(name, today)
        assert found.past.weekday() == found.future.weekday() == number
        assert 1 <= (today - found.past).days <= 7
        assert 1 <= (found.future - today).days <= 7


def test_a_message_full_of_dates_is_read_only_at_its_beginning() -> None:
    text = " ".join(f"{day:02}/01/2026" for day in range(1, 29))
    assert [one.past.day for one in find_dates(text, TODAY)] == [1, 2, 3, 4, 5, 6]
