from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from aftercare.catalogue.service_files import ServiceFile
from aftercare.settings import PROJECT_ROOT
from aftercare.tables.tickets import TicketStatus
from aftercare.tickets.moves import ALLOWED_MOVES, read_life


def test_service_that_says_nothing_has_the_moves_of_most() -> None:
    assert read_life({}) is ALLOWED_MOVES
    assert set(ALLOWED_MOVES) == set(TicketStatus)


def test_short_life_knows_only_its_own_statuses() -> None:
    moves = read_life({"new": ["in_progress"], "in_progress": ["closed"]})
    assert moves == {
        TicketStatus.NEW: (TicketStatus.IN_PROGRESS,),
        TicketStatus.IN_PROGRESS: (TicketStatus.CLOSED,),
        TicketStatus.CLOSED: (),
    }


@pytest.mark.parametrize(
    ("life", "why"),
    [
        ({"new": ["done"]}, "'done' is no status"),
        ({"new": ["closed"], "waiting": ["closed"]}, "no move leads from 'new' to 'waiting'"),
        ({"new": ["closed", "waiting"]}, "no move leads to 'closed' from 'waiting'"),
        ({"new": ["in_progress"], "in_progress": ["resolved"]}, "no move leads to 'closed'"),
        ({"new": ["closed"], "closed": ["new"]}, "back to 'new'"),
        ({"new": ["closed", "new"]}, "nor to itself"),
        ({"in_progress": ["closed"]}, "no move leads from 'new' to 'in_progress'"),
    ],
)
def test_life_that_cannot_be_lived_is_refused_with_its_reason(
    life: dict[str, list[str]], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        read_life(life)


def test_file_of_a_service_is_checked() -> None:
    path: Path = PROJECT_ROOT / "catalogue" / "services" / "repair.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert ServiceFile.model_validate(content | {"life": {"new": ["closed"]}}).life
    with pytest.raises(ValidationError, match="no move leads to 'closed'"):
        ServiceFile.model_validate(content | {"life": {"new": ["waiting"]}})
