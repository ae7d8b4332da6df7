from __future__ import annotations

from datetime import date

import pytest

from aftercare.catalogue.snapshot import Catalogue
from aftercare.wording import show_date, show_value


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
