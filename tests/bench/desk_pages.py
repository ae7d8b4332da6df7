"""Times the pages of the console, signed in, through the application itself."""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import unescape

from sqlalchemy import Engine, func, select

from aftercare.database import SessionFactory, open_sessions, reading, writing
from aftercare.evaluation.rule import Criterion
from aftercare.evaluation.versions import current_rule, save_draft, switch_on
from aftercare.evaluation.weighing import count_left, weigh_left
from aftercare.progress import ProgressBar
from aftercare.settings import Settings
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket
from tests.bench.figures import Figure, cut
from tests.console.browsers import Clock, TestClient, open_browser, sign_in

#: Milliseconds that 95 of 100 calls of a page may take.
MOST_MS = {"sqlite": 150, "postgresql": 100}
MOST_WEIGHING_SECONDS = 30
_PAGES_DEEP = 40
_NEXT = re.compile(r'href="(/console/tickets\?[^"]*older_than=[^"]+)"')


def page_figures(settings: Settings, engine: Engine, calls: int) -> list[Figure]:
    """The median and the 95th percentile of each kind of page."""
    sessions = open_sessions(engine)
    browser = open_browser(settings, sessions, Clock(datetime.now(UTC)))
    answer = sign_in(browser, email="person0@desk.example")
    assert answer.status_code == 303, answer.text
    figures: list[Figure] = []
    for name, addresses in _asked(sessions).items():
        _tell(name)
        figures += _timed(browser, name, addresses, calls, MOST_MS[engine.dialect.name])
    for order in ("", "status=open", "order=due"):
        name = f"List, {order or 'newest first'}, {_PAGES_DEEP} pages deep"
        _tell(name)
        figures += _timed(
            browser, name, _pages(browser, order), calls, MOST_MS[engine.dialect.name]
        )
    return figures


def weighing_figure(engine: Engine) -> Figure:
    """Seconds to weigh every open ticket by another rule."""
    sessions, now = open_sessions(engine), datetime.now(UTC)
    with writing(sessions) as session:
        rule, staff = current_rule(session).rule, session.scalars(select(Staff)).first()
        assert staff
        first, *_, last = Criterion
        weights = {**rule.weights, first: rule.weights[last], last: rule.weights[first]}
        rule = rule.model_copy(update={"weights": weights})
        draft = save_draft(session, rule, comment="Measured", staff=staff, now=now)
        switch_on(session, draft.changed_at, staff=staff, now=now)
        left = count_left(session)
    began = time.perf_counter()
    with ProgressBar("Weighing", sys.stderr) as bar:
        done = weigh_left(sessions, lambda done: bar(done, left))
    took = time.perf_counter() - began
    assert done == left
    return Figure(f"Weighing {left:,} open tickets anew", took, "s", MOST_WEIGHING_SECONDS)


def _asked(sessions: SessionFactory) -> dict[str, list[str]]:
    """The addresses of each kind of page; several of a kind where they differ."""
    with reading(sessions) as session:
        last = session.scalar(select(func.max(Ticket.id))) or 1
        chance = random.Random(11)
        some = select(Ticket.number, Ticket.description).where(
            Ticket.id.in_([chance.randint(1, last) for _ in range(200)])
        )
        numbers, said = map(list, zip(*session.execute(some).all(), strict=True))
    own = [text.rsplit("(", 1)[1].rstrip(")") for text in said]
    words = [" ".join(text.split(" ")[1:3]) for text in said]
    common = ["machine", "máquina", "não", "the", "return", "garantia"]
    tickets = "/console/tickets"
    return {
        "Start page": ["/console/"],
        "List, newest first": [tickets],
        "List, open, most urgent first": [f"{tickets}?status=open"],
        "List, due first": [f"{tickets}?order=due"],
        "Filter by status": [
            f"{tickets}?status={one}"
            for one in ("new", "in_progress", "waiting", "resolved", "closed")
        ],
        "Open, newest first": [f"{tickets}?status=open&order=newest"],
        "Filter by service": [f"{tickets}?service={one}" for one in ("repair", "feedback", "x")],
        "Filter by product": [f"{tickets}?product={one}" for one in ("mare-w900", "aroma-c200")],
        "Filter by who: mine, my teams', nobody's, a team's": [
            f"{tickets}?whose={one}{more}"
            for one in ("mine", "my-teams", "nobodys", "team-1", "person-7")
            for more in ("", "&status=open", "&order=due")
        ],
        "Filter by clocks": [f"{tickets}?clock={one}" for one in ("late", "due_soon")],
        "Filter by language": [f"{tickets}?language={one}" for one in ("pt", "en", "fr")],
        "Filter by priority": [
            f"{tickets}?priority={one}{more}"
            for one in ("urgent", "high", "normal", "low")
            for more in ("", "&status=open")
        ],
        "Filter by danger": [f"{tickets}?safety=danger{more}" for more in ("", "&status=open")],
        "Filter by days": [f"{tickets}?from=2025-02-01&to=2025-02-03"],
        "Ticket page": [f"{tickets}/{number}" for number in numbers],
        "Search by number": [f"/console/search?find={number}" for number in numbers],
        "Tickets with a rare word": [f"{tickets}?q={word}" for word in own],
        "Tickets with two words": [f"{tickets}?q={word}" for word in words],
        "Tickets with a common word": [f"{tickets}?q={word}" for word in common],
        "Tickets of a customer": [f"{tickets}?q={word}" for word in ("joana", "reis.4", "912345")],
        "Conversations with a rare word": [f"/console/conversations?q={word}" for word in own],
        "Conversations with two words": [f"/console/conversations?q={word}" for word in words],
        "Conversations with a common word": [f"/console/conversations?q={one}" for one in common],
    }


def _pages(browser: TestClient, order: str) -> list[str]:
    """The addresses of the following pages of a list, as its own links name them."""
    address, found = f"/console/tickets?{order}", []
    for _ in range(_PAGES_DEEP):
        links = _NEXT.findall(browser.get(address).text)
        if not links:
            break
        address = unescape(links[-1])
        found.append(address)
    return found


def _timed(
    browser: TestClient, name: str, addresses: Sequence[str], calls: int, most: float
) -> Iterator[Figure]:
    times = []
    for number in range(calls + len(addresses[:3])):
        address = addresses[number % len(addresses)]
        began = time.perf_counter()
        answer = browser.get(address)
        took = (time.perf_counter() - began) * 1000
        assert answer.status_code in (200, 303), f"{address}: {answer.status_code}"
        # The first calls load what every process loads once.
        if number >= len(addresses[:3]):
            times.append(took)
    yield Figure(f"{name}, p50", cut(times, 50), "ms")
    yield Figure(f"{name}, p95", cut(times, 95), "ms", most)


def _tell(step: str) -> None:
    print(f"measuring: {step} ...", file=sys.stderr, flush=True)
