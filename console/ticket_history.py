"""A ticket's history in sentences: who did what, and what was so before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aftercare.clocks.keeping import ANSWERED
from aftercare.clocks.watch import DUE_SOON, LATE
from aftercare.evaluation.correcting import WEIGHED_AGAIN
from aftercare.satisfaction.surveys import FOLLOW_UP, FOLLOWED_UP
from aftercare.tables.attachments import FileUse
from aftercare.tables.tickets import Ticket, TicketEvent
from aftercare.tickets.customer_acts import CustomerAct
from aftercare.tickets.history import EventKind
from console.complaints_words import HISTORY as OF_COMPLAINTS
from console.complaints_words import HISTORY_ABOUT
from console.formats import english, plain_name
from console.returns_words import HISTORY as OF_RETURNS
from console.visit_words import VISIT_WORDS

#: What is said of the kinds that need no more words. Those of statuses are shown with their marks.
_SAID: Mapping[str, str] = {
    EventKind.OPENED: "opened the ticket",
    EventKind.NOTE: "noted",
    EventKind.STATUS: "moved it",
    EventKind.WITHDRAWN: "closed it without a solution",
    EventKind.MERGED: "closed it as a double of",
    EventKind.TOOK_IN: "took in the double",
    EventKind.FOLLOWS: "opened it to follow",
    EventKind.FOLLOWED: "opened what follows it,",
    CustomerAct.CONFIRMED: "confirmed that it is solved",
    CustomerAct.CONTESTED: "said that it is not solved",
    CustomerAct.TOLD: "told the customer",
    FOLLOW_UP: "asked for somebody to get in touch with the unhappy customer",
    FOLLOWED_UP: "got in touch with the unhappy customer",
    ANSWERED: "gave the first answer",
    DUE_SOON: "warned that it is due soon",
    LATE: "noticed that it is late",
    **OF_RETURNS,
    **OF_COMPLAINTS,
    **VISIT_WORDS,
}
#: Kinds whose line ends with the number of another ticket.
_OF_NUMBERS = frozenset(
    {EventKind.MERGED, EventKind.TOOK_IN, EventKind.FOLLOWS, EventKind.FOLLOWED}
)


@dataclass(frozen=True)
class HistoryLine:
    """`did` completes the sentence that begins with the actor."""

    at: datetime
    actor: str
    kind: str
    did: str
    from_status: str | None
    to_status: str | None
    note: str
    number: str | None
    """Of another ticket, at the end of the sentence."""
    of: str | None
    """The number of the merged ticket whose line it is; None: the ticket's own."""


@dataclass(frozen=True)
class Words:
    """How the fields of a ticket and their values are called."""

    label: Callable[[str], str]
    value: Callable[[str, str], str]


def history_of(ticket: Ticket, doubles: Sequence[Ticket], words: Words) -> tuple[HistoryLine, ...]:
    """The ticket's lines and those of what was merged into it, in the order of time."""
    steps = {step.key: english(step.text) for one in (ticket, *doubles) for step in one.steps}
    lines = [
        (event.at, event.id, _line(event, steps, words, None if one is ticket else one.number))
        for one in (ticket, *doubles)
        for event in one.events
    ]
    return tuple(line for _, _, line in sorted(lines, key=lambda one: one[:2]))


def _line(
    event: TicketEvent, steps: Mapping[str, str], words: Words, of: str | None
) -> HistoryLine:
    numbered = event.kind in _OF_NUMBERS
    return HistoryLine(
        at=event.at,
        actor=event.actor,
        kind=event.kind,
        did=_did(event, steps, words),
        from_status=event.from_status,
        to_status=event.to_status,
        note=event.note,
        number=event.about if numbered else None,
        of=of,
    )


def _did(event: TicketEvent, steps: Mapping[str, str], words: Words) -> str:
    if said := _SAID.get(event.kind):
        return said
    about, before, after = event.about or "", event.before, event.after
    if event.kind in HISTORY_ABOUT:
        beginning, names = HISTORY_ABOUT[event.kind]
        return f"{beginning} {names.get(about, about).lower()}"
    if event.kind in (EventKind.STEP_DONE, EventKind.STEP_OPEN):
        deed = "did" if event.kind == EventKind.STEP_DONE else "opened again"
        return f"{deed} the step “{steps.get(about, plain_name(about))}”"
    if event.kind == EventKind.RECORD:
        return _of_record(
            words.label(about),
            words.value(about, before) if before else None,
            words.value(about, after) if after else None,
        )
    if event.kind == EventKind.FILE:
        what = "pictures of the goods" if about == FileUse.INSPECTION else "files"
        return f"added {what}" + (f": {after}" if after else "")
    if event.kind == EventKind.FILE_SENT:
        return "sent the customer files" + (f": {after}" if after else "")
    if event.kind == EventKind.FILE_REMOVED:
        return f"removed the file {before}" if before else "removed a file"
    if event.kind == EventKind.REGION:
        return f"let the business hours of {_region(after)} count, before that of {_region(before)}"
    if event.kind in (EventKind.ASSIGNED, EventKind.TEAM):
        team = "the team " if event.kind == EventKind.TEAM else ""
        if after is None:
            return f"took it from {team}{before}"
        return f"gave it to {team}{after}" + (f", before that {team}{before}" if before else "")
    if event.kind == EventKind.ADDED:
        files = f" and sent {after} file{'s' if after != '1' else ''}" if after else ""
        return f"told more{files}" if event.note else f"added to it{files}"
    if event.kind == WEIGHED_AGAIN:
        return f"corrected what the evaluation counts: {before} → {after}"
    what = " ".join([plain_name(event.kind).lower(), *([about] if about else [])])
    change = " → ".join(value for value in (before, after) if value)
    return f"{what}: {change}" if change else what


def _region(region: str | None) -> str:
    return plain_name(region) if region else "the company"


def _of_record(label: str, before: str | None, after: str | None) -> str:
    if before is None and after is None:
        return f"changed {label}"  # whose values were erased with the customer
    if before is None:
        return f"filled in {label}: “{after}”"
    if after is None:
        return f"took off {label}, which was “{before}”"
    return f"changed {label} from “{before}” to “{after}”"
