"""How one clock of a ticket runs, pauses and stops. It touches no database."""

from __future__ import annotations

from datetime import datetime, timedelta

from aftercare.hours import Hours
from aftercare.tables.clocks import ClockKind, DueState, TicketClock
from aftercare.tables.tickets import DONE_STATUSES, TicketStatus

#: Of a whole, for the share of the target at which a warning is due.
_WHOLE = 100


def run(clock: TicketClock, hours: Hours, warn_at_percent: int, now: datetime) -> None:
    """Begin or go on. What was used before stays used. Raises NoWorkingTime."""
    clock.running_since, clock.paused_at, clock.stopped_at = now, None, None
    set_due(clock, hours, warn_at_percent, now)


def set_due(clock: TicketClock, hours: Hours, warn_at_percent: int, now: datetime) -> None:
    """Tell anew when a running clock is due, after its target or its use has changed.

    What was noticed of an earlier due time is forgotten where it is not so any more. Raises
    NoWorkingTime.
    """
    if clock.running_since is None:
        return
    target = timedelta(minutes=clock.target_minutes)
    used = timedelta(seconds=clock.used_seconds)
    clock.due_at = hours.due(clock.running_since, target - used)
    clock.warn_at = hours.due(clock.running_since, target * warn_at_percent / _WHOLE - used)
    if clock.warn_at > now:
        clock.warned_at = None
    if clock.due_at > now:
        clock.breached_at = None
    plan_next_look(clock)


def pause(clock: TicketClock, hours: Hours, now: datetime) -> None:
    """Let no time count until it runs again."""
    if clock.running_since is not None:
        clock.used_seconds = used_seconds(clock, hours, now)
        clock.running_since, clock.paused_at = None, now
        clock.due_at = clock.warn_at = clock.look_at = None


def stop(clock: TicketClock, hours: Hours, now: datetime) -> None:
    """What it was for is done. When it was due stays known, unless it was paused."""
    if clock.stopped_at is None:
        clock.used_seconds = used_seconds(clock, hours, now)
        clock.running_since = clock.paused_at = clock.look_at = None
        clock.stopped_at = now


def used_seconds(clock: TicketClock, hours: Hours, now: datetime) -> int:
    """The working time that it has used up by now, in seconds."""
    if clock.running_since is None:
        return clock.used_seconds
    return clock.used_seconds + round(hours.worked(clock.running_since, now).total_seconds())


def plan_next_look(clock: TicketClock) -> None:
    """Whether and when something of a running clock has to be noticed next."""
    if clock.running_since is None or clock.breached_at is not None:
        clock.look_at = None
    else:
        clock.look_at = clock.due_at if clock.warned_at else clock.warn_at


def follow_status(
    clock: TicketClock,
    to: TicketStatus,
    hours: Hours,
    warn_at_percent: int,
    *,
    by_staff: bool,
    now: datetime,
) -> None:
    """Do what a ticket's move to a status means for the clock. Raises NoWorkingTime."""
    if to in DONE_STATUSES:
        stop(clock, hours, now)
    elif clock.kind == ClockKind.RESPONSE:
        if by_staff:
            stop(clock, hours, now)
    elif to is TicketStatus.WAITING:
        pause(clock, hours, now)
    elif clock.running_since is None:
        run(clock, hours, warn_at_percent, now)


def next_due(clocks: list[TicketClock], now: datetime) -> tuple[datetime, DueState] | None:
    """When the next of a ticket's running clocks is due, and how they stand; None: none runs."""
    running = [clock for clock in clocks if clock.running_since]
    due = min((clock.due_at for clock in running if clock.due_at), default=None)
    if due is None:
        return None
    if due <= now:
        return due, DueState.LATE
    soon = any(clock.warn_at and clock.warn_at <= now for clock in running)
    return due, DueState.DUE_SOON if soon else DueState.ON_TIME
