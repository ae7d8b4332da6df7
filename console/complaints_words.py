"""What staff read of complaints: names of what stands in the tables, and lines of the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aftercare.complaints.needs import Need
from aftercare.complaints.severity import Ground, Reason
from aftercare.tables.complaints import (
    ComplaintOutcome,
    ComplaintStatus,
    Offer,
    ProposalStatus,
    Severity,
)
from console.formats import money

STATUSES: Mapping[str, str] = {
    ComplaintStatus.RECEIVED: "Received, to be acknowledged",
    ComplaintStatus.ACKNOWLEDGED: "Acknowledged, to be assessed",
    ComplaintStatus.ASSESSED: "Assessed, to be investigated",
    ComplaintStatus.INVESTIGATED: "Investigated, to be answered",
    ComplaintStatus.PROPOSED: "Proposed, the customer answers",
    ComplaintStatus.ACCEPTED: "Accepted, to be carried out",
    ComplaintStatus.CONTESTED: "Contested, another person proposes",
    ComplaintStatus.EXHAUSTED: "Contested for the last time",
    ComplaintStatus.UNANSWERED: "Proposal expired without an answer",
    ComplaintStatus.CLOSED: "Closed",
}
#: How they are marked: as tickets are that need as much.
MARKS: Mapping[str, str] = {
    ComplaintStatus.RECEIVED: "new",
    ComplaintStatus.ACKNOWLEDGED: "in-progress",
    ComplaintStatus.ASSESSED: "in-progress",
    ComplaintStatus.INVESTIGATED: "in-progress",
    ComplaintStatus.PROPOSED: "waiting",
    ComplaintStatus.ACCEPTED: "in-progress",
    ComplaintStatus.CONTESTED: "due-soon",
    ComplaintStatus.EXHAUSTED: "late",
    ComplaintStatus.UNANSWERED: "due-soon",
    ComplaintStatus.CLOSED: "closed",
}
SEVERITIES: Mapping[str, str] = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
}
SEVERITY_MARKS: Mapping[str, str] = {
    Severity.CRITICAL: "priority-urgent",
    Severity.HIGH: "priority-high",
    Severity.MEDIUM: "priority-normal",
    Severity.LOW: "priority-low",
}
OFFERS: Mapping[str, str] = {
    Offer.EXPLANATION: "An explanation",
    Offer.APOLOGY: "An apology",
    Offer.REPAIR: "A repair",
    Offer.REPLACEMENT: "A replacement",
    Offer.REFUND: "A refund",
    Offer.GOODWILL: "Money as goodwill",
    Offer.OTHER: "Something else",
}
ANSWERS: Mapping[str, str] = {
    ProposalStatus.OPEN: "Waits for the customer",
    ProposalStatus.ACCEPTED: "Accepted",
    ProposalStatus.CONTESTED: "Contested",
    ProposalStatus.TAKEN_BACK: "Taken back",
    ProposalStatus.EXPIRED: "Expired without an answer",
}
OUTCOMES: Mapping[str, str] = {
    ComplaintOutcome.ACCEPTED: "Accepted by the customer",
    ComplaintOutcome.CONTESTED_FINAL: "Contested to the end",
    ComplaintOutcome.WITHDRAWN: "Withdrawn",
    ComplaintOutcome.NO_ANSWER: "No answer from the customer",
    ComplaintOutcome.UNFOUNDED: "Unfounded",
}
#: The steps as the line of steps names them.
STEPS: Mapping[str, str] = {
    "received": "Receipt",
    "acknowledged": "Acknowledgement",
    "assessed": "Assessment",
    "investigated": "Investigation",
    "proposed": "Proposal",
    "answered": "Answer",
    "closed": "Closing",
}
#: What the ticket's page calls what is missing.
NEEDS: Mapping[Need, str] = {
    Need.CAUSE: "Root cause of the complaint",
    Need.ANSWER: "Answer to the customer's complaint",
    Need.OUTCOME: "Outcome of the complaint (close it on its own page)",
}

#: Completes the sentence of a ticket's history that begins with who did it.
HISTORY: Mapping[str, str] = {
    "complaint_acknowledged": "acknowledged the complaint",
    "complaint_responsible": "changed who is responsible for the complaint",
    "complaint_investigated": "wrote down what the investigation found",
    "complaint_told": "told the customer of the proposal",
    "complaint_taken_back": "took the proposal back",
    "complaint_contested": "did not agree with the proposal",
    "complaint_reason": "said what is not right about the proposal",
    "complaint_late_answer": "would accept the proposal, which had expired",
    "complaint_unanswered": "noticed that the proposal has expired without an answer",
    "complaint_escalated": "took the complaint to the next level",
    "complaint_late": "noticed that the customer should have heard by now",
    "complaint_reminded": "reminded the customer of the proposal",
    "complaint_reopened": "reopened the complaint",
    "complaint_action": "noted what is to be changed",
    "complaint_action_done": "noted that it is changed",
}
#: The same where the line says which; its end is the name of what it is about.
HISTORY_ABOUT: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "complaint_assessed": ("assessed the complaint as", SEVERITIES),
    "complaint_proposed": ("proposed to the customer:", OFFERS),
    "complaint_accepted": ("accepted the proposal:", OFFERS),
    "complaint_closed": ("closed the complaint:", OUTCOMES),
}


def reason_words(reason: Reason) -> str:
    """Why the rule proposes a severity."""
    count, of = reason.count, SEVERITIES[reason.severity].lower()
    if reason.ground is Ground.DANGER:
        return f"The customer told of danger: {of}"
    if reason.ground is Ground.OUTSIDE:
        return f"The customer's words name others who may step in ({reason.words}): {of}"
    if reason.ground is Ground.AMOUNT:
        return f"It is about {money(count, reason.words)}: {of}"
    times = "1 complaint" if count == 1 else f"{count} complaints"
    if reason.ground is Ground.REPEATED:
        return f"{times} of this customer in the twelve months before: {of}"
    return f"{times} of others about the same fault of the product in 90 days: {of}"


def options(names: Mapping[str, str], of: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """Values and names for a picker, in their order; with `of` only those."""
    kept = set(names if of is None else of)
    return [(str(value), name) for value, name in names.items() if value in kept]
