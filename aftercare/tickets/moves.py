"""Where tickets may go from each status: as a service says, or as most tickets do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aftercare.tables.tickets import TicketStatus

#: For each status those to which a ticket may go.
Moves = Mapping[TicketStatus, tuple[TicketStatus, ...]]

#: For services that say nothing else. A closed ticket is reopened into work, never renewed.
ALLOWED_MOVES: Moves = {
    TicketStatus.NEW: (
        TicketStatus.IN_PROGRESS,
        TicketStatus.WAITING,
        TicketStatus.RESOLVED,
        TicketStatus.CLOSED,
    ),
    TicketStatus.IN_PROGRESS: (
        TicketStatus.WAITING,
        TicketStatus.RESOLVED,
        TicketStatus.CLOSED,
    ),
    TicketStatus.WAITING: (
        TicketStatus.IN_PROGRESS,
        TicketStatus.RESOLVED,
        TicketStatus.CLOSED,
    ),
    TicketStatus.RESOLVED: (TicketStatus.IN_PROGRESS, TicketStatus.CLOSED),
    TicketStatus.CLOSED: (TicketStatus.IN_PROGRESS,),
}


def read_life(life: Mapping[str, Sequence[str]]) -> Moves:
    """The `life` of a service's file as moves; ALLOWED_MOVES where it is empty.

    Raises ValueError, in words for whoever wrote it, for a status that does not exist, that cannot
    be reached from `new` or from which no way leads to `closed`, and for a move that makes a ticket
    new again or leaves it where it is.
    """
    if not life:
        return ALLOWED_MOVES
    moves = {_status(state): tuple(map(_status, into)) for state, into in life.items()}
    for state, into in moves.items():
        if TicketStatus.NEW in into or state in into:
            raise ValueError(f"'{state}' may lead neither back to 'new' nor to itself")
    reached = _reached(moves, TicketStatus.NEW)
    if lost := sorted(set(moves) - reached):
        raise ValueError(f"no move leads from 'new' to {_listed(lost)}")
    stuck = [s for s in sorted(reached) if TicketStatus.CLOSED not in _reached(moves, s)]
    if stuck:
        raise ValueError(f"no move leads to 'closed' from {_listed(stuck)}")
    return {state: moves.get(state, ()) for state in TicketStatus if state in reached}


def _reached(moves: Moves, begin: TicketStatus) -> set[TicketStatus]:
    reached, waiting = {begin}, [begin]
    while waiting:
        for state in moves.get(waiting.pop(), ()):
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    return reached


def _status(word: str) -> TicketStatus:
    try:
        return TicketStatus(word)
    except ValueError as error:
        known = ", ".join(TicketStatus)
        raise ValueError(f"'{word}' is no status; there are {known}") from error


def _listed(states: Sequence[TicketStatus]) -> str:
    return ", ".join(f"'{state}'" for state in states)
