from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from aftercare.catalogue.snapshot import Catalogue
from aftercare.wording import (
    show_date,
    show_day_end,
    show_minutes,
    show_opening,
    show_value,
    show_within,
)


@pytest.mark.parametrize(
    ("language", "shown"), [("en", "3 December 2026"), ("pt", "3 de dezembro de 2026")]
)
def test_day_is_written_out_so_that_nobody_mistakes_it(language: str, shown: str) -> None:
    assert show_date(date(2026, 12, 3), language) == shown


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("product", "mare-w900", "Lavadora Maré W900"),
        ("product", "sold-out", "sold-out"),
        ("purchase_date", "2026-12-03", "3 de dezembro de 2026"),
        ("wanted", "refund", "Dinheiro de volta"),
        ("symptom", "leak", "Vaza"),
        ("amount", "1299.00 BRL", "R$\xa01.299,00"),
        ("amount", "89.90", "89,90"),
        ("name", "João", "João"),
    ],
)
def test_stored_value_is_shown_as_the_customer_would_say_it(
    catalogue: Catalogue, field: str, value: str, shown: str
) -> None:
    record = catalogue.services["return"].record(field)
    assert show_value(record, value, catalogue, "pt") == shown


@pytest.mark.parametrize(
    ("opens", "language", "told"),
    [
        ("2026-03-02T14:00Z", "en", "today at 11:00 (time in Sao Paulo)"),
        ("2026-03-02T14:00Z", "pt", "hoje às 11:00 (horário de São Paulo)"),
        ("2026-03-04T11:00Z", "en", "Wednesday, 4 March, at 08:00 (time in Sao Paulo)"),
        ("2026-03-04T11:00Z", "pt", "quarta-feira, 4 de março, às 08:00 (horário de São Paulo)"),
    ],
)
def test_opening_is_told_with_the_place_whose_time_it_is(
    now: datetime, opens: str, language: str, told: str
) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    assert show_opening(datetime.fromisoformat(opens), now, zone, language) == told


@pytest.mark.parametrize(
    ("minutes", "language", "told"),
    [(1, "en", "1 minute"), (4, "pt", "4 minutos"), (120, "en", "2 hours")],
)
def test_waits_are_told_in_words(minutes: int, language: str, told: str) -> None:
    assert show_minutes(minutes, language) == told


@pytest.mark.parametrize(
    ("due", "language", "shown"),
    [
        ("2026-11-24 10:00", "en", "by the end of Tuesday, 24 November"),
        ("2026-11-24 10:00", "pt", "até o fim de terça-feira, 24 de novembro"),
        ("2026-11-23 17:00", "en", "by the end of today"),
        ("2026-11-23 17:00", "pt", "até o fim do dia de hoje"),
    ],
)
def test_deadline_is_told_as_a_day_at_the_place(due: str, language: str, shown: str) -> None:
    zone = ZoneInfo("America/Manaus")
    local = datetime.fromisoformat(due).replace(tzinfo=zone)
    # Monday evening in Manaus, where it is Tuesday in UTC already.
    now = datetime(2026, 11, 24, 1, 0, tzinfo=ZoneInfo("UTC"))
    assert show_day_end(local, now, language) == shown


@pytest.mark.parametrize(
    ("language", "shown"), [("en", "within one working day"), ("pt", "em até um dia útil")]
)
def test_time_that_is_worded_already_is_one_within_which(language: str, shown: str) -> None:
    worded = {"en": "one working day", "pt": "um dia útil"}[language]
    assert show_within(worded, language) == shown
