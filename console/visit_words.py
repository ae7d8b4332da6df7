"""How a ticket's history says what was done about visits and parts."""

from __future__ import annotations

VISIT_WORDS = {
    "visit_booked": "booked a visit",
    "visit_moved": "moved the visit",
    "visit_cancelled": "cancelled the visit",
    "visit_done": "made the visit",
    "visit_missed": "found nobody at home",
    "part_reserved": "reserved parts",
    "part_used": "used parts",
    "part_released": "gave parts back",
}
