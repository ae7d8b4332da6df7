"""How times, names and shares are written on the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from aftercare.tables.tickets import TicketStatus
from console.formats import english, percent, plain_name, shortened, status_name, times_in


@pytest.mark.parametrize(
    ("zone", "month", "written", "named"),
    [
        ("America/Sao_Paulo", 3, "2 Mar 2026, 09:05", "America/Sao Paulo, UTC−03:00"),
        ("Europe/Lisbon", 3, "2 Mar 2026, 12:05", "Europe/Lisbon, UTC+00:00"),
        ("Europe/Lisbon", 7, "2 Jul 2026, 13:05", "Europe/Lisbon, UTC+01:00"),
    ],
)
def test_times_are_local_and_name_their_zone(
    zone: str, month: int, written: str, named: str
) -> None:
    at = datetime(2026, month, 2, 12, 5, tzinfo=UTC)
    forms = times_in(ZoneInfo(zone))
    assert forms["local_time"](at) == written
    assert forms["zone_name"](at) == named


def test_every_status_has_a_name() -> None:
    assert len({status_name(status) for status in TicketStatus}) == len(TicketStatus)


def test_long_words_are_cut_between_words() -> None:
    assert shortened("one\n two   three") == "one two three"
    assert shortened("one two three", 9) == "one two…"
    assert len(shortened("x" * 500)) == 140


def test_codes_and_shares_as_people_read_them() -> None:
    assert plain_name("request_repair") == "Request repair"
    assert plain_name("") == ""
    assert percent(0.874) == "87%"
    assert english({"pt": "Conserto"}) == "Conserto"
    assert english({"en": "Repair", "pt": "Conserto"}) == "Repair"
