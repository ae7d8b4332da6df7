"""How values are written on the page: times, names of codes, shares, addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_currency, get_currency_precision

from aftercare.clocks.figures import MOST_COUNTED
from aftercare.evaluation.rule import HUNDREDTHS
from aftercare.tables.tickets import TicketStatus

LANGUAGES = {"en": "English", "pt": "Portuguese"}

STATUSES = {
    TicketStatus.NEW: "New",
    TicketStatus.IN_PROGRESS: "In progress",
    TicketStatus.WAITING: "Waiting for customer",
    TicketStatus.RESOLVED: "Resolved",
    TicketStatus.CLOSED: "Closed",
}


def language_name(code: str) -> str:
    return LANGUAGES.get(code, code)


def status_name(status: str) -> str:
    return STATUSES[TicketStatus(status)]


def plain_name(code: str) -> str:
    """A code such as request_repair as words: Request repair."""
    words = code.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def english(texts: Mapping[str, str]) -> str:
    """The console's language, or whatever there is."""
    return texts.get("en") or next(iter(texts.values()), "")


def percent(share: float) -> str:
    return f"{share:.0%}"


def duration(span: timedelta) -> str:
    """A span as staff read it: 40 seconds, 3 minutes, 2 hours."""
    return str(format_timedelta(span, threshold=1, locale="en_GB"))


def counted(number: int) -> str:
    """A count of tickets that stops at the most that is counted: 999+."""
    return str(number) if number <= MOST_COUNTED else f"{MOST_COUNTED}+"


def score(hundredths: int) -> str:
    """A score of the evaluation in points: 7250 is 72.5."""
    return f"{hundredths / HUNDREDTHS:.1f}"


def money(minor: int, currency: str) -> str:
    """An amount of minor units, as R$3,299.00."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return str(format_currency(amount, currency, locale="en"))


def web_address(address: object) -> str | None:
    """The address if it is one that a link may have: http(s), or a path of this server."""
    text = address if isinstance(address, str) else ""
    local = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if local or text.lower().startswith(("http://", "https://")) else None


def shortened(text: str, longest: int = 140) -> str:
    flat = " ".join(text.split())
    if len(flat) <= longest:
        return flat
    return flat[: longest - 1].rsplit(" ", 1)[0] + "…"


def times_in(zone: ZoneInfo) -> dict[str, Callable[..., str]]:
    """The two ways in which the company's local times are written."""

    def local_time(at: datetime, language: str = "en") -> str:
        local = at.astimezone(zone)
        if language == "pt":
            return str(format_datetime(local, "d 'de' MMM 'de' y, HH:mm", locale="pt_BR"))
        return f"{local.day} {local:%b %Y, %H:%M}"

    def zone_name(at: datetime) -> str:
        """São Paulo's is America/Sao_Paulo, UTC−03:00, at that time of the year."""
        offset = at.astimezone(zone).strftime("%:z").replace("-", "−")
        return f"{zone.key.replace('_', ' ')}, UTC{offset}"

    return {"local_time": local_time, "zone_name": zone_name}
