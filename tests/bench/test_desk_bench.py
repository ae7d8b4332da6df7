"""The quick form of `make bench-desk`: every figure is taken, whatever it is."""

from __future__ import annotations

import pytest

from tests.bench.desk_million import Plan, measure


@pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_every_figure_is_taken_of_a_few_tickets(engine: str) -> None:
    figures = measure(Plan(engine, tickets=300, calls=2))
    values = {figure.name: figure.value for figure in figures}
    assert "Filling with 300 tickets" in values
    assert "List, status=open, 40 pages deep, p95" in values
    assert any(name.startswith("Weighing ") and " 0 " not in name for name in values)
    pages = [name.removesuffix(", p95") for name in values if name.endswith(", p95")]
    assert len(pages) > 20
    assert all(0 < values[f"{page}, p50"] <= values[f"{page}, p95"] for page in pages)
