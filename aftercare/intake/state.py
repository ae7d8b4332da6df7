"""Where an intake stands between two messages; kept by the bot as one JSON value."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from aftercare.catalogue.snapshot import Catalogue
from aftercare.replies import Reply

#: What is being asked, beside the names of records.
CONFIRMATION = "?confirmation"
WHAT_TO_CHANGE = "?change"
#: Whether the remedy that the manual has for the fault worked.
REMEDY = "?remedy"
#: What came of the remedy where there was none to offer.
NO_REMEDY = "nothing"
#: Whether it is added to the open ticket about the same fault.
DOUBLE = "?double"


@dataclass
class IntakeState:
    """`records` holds accepted values, `skipped` the optional fields that the customer left out."""

    service: str
    asking: str = ""
    records: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    refusals: int = 0
    category: str | None = None
    """A kind of product that was named while several models of it exist."""
    part_heard: dict[str, str] = field(default_factory=dict)
    """What the part or feature that was told is in each product: which one is known later."""
    remedy: str | None = None
    """What came of the manual's remedy: empty while it is tried, an Outcome, or NO_REMEDY."""
    remedy_answer: str | None = None
    """The key of the quoted remedy (Memory.answer)."""
    double: str = ""
    """The number of the customer's open ticket about the same fault, once it was offered."""
    opens_new: bool | None = None
    """Whether a new ticket is opened beside that one; None until the customer says."""
    sure: bool = False
    """Whether nothing is to be confirmed: the customer was shown all of it before it began."""
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    """Identity of this intake: it never writes a second ticket."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> IntakeState:
        return cls(**_known(cls, value))


@dataclass
class Memory:
    """What is remembered of a conversation from one intake to the next."""

    known: dict[str, str] = field(default_factory=dict)
    """Values by kind of record (name, email, phone, address) that the customer gave before."""
    product: str | None = None
    failed_proofs: int = 0
    question: str | None = None
    """What the manual was asked last; it describes the fault if it did not help."""
    searched: str | None = None
    """That question as it was searched: without the name of the product."""
    undecided: dict[str, Any] | None = None
    """A message (Understood.to_json) whose wish is not clear; what is chosen next explains it."""
    choices: list[str] = field(default_factory=list)
    """The intents between which the customer was asked to choose for that message."""
    wishes: list[dict[str, Any]] = field(default_factory=list)
    """Messages or parts of them whose wishes are still to be taken up, the oldest first."""
    offered: bool = False
    """Whether the customer was asked to go on with the first of `wishes`."""
    question_service: str | None = None
    """The service that answered last without a ticket: "no, it's the W700" asks it again."""
    bought: str | None = None
    """The day on which `bought_product` was bought, as told for its warranty."""
    bought_product: str | None = None
    owned: list[dict[str, str]] = field(default_factory=list)
    """The customer's products, as `product`, `bought` and `serial`; read anew each time."""
    recalls_told: list[str] = field(default_factory=list)
    """The recalls of which the customer was told what to do."""
    ticket: str | None = None
    """The number of the ticket that was opened last in this conversation."""
    own: list[dict[str, str]] = field(default_factory=list)
    """The customer's tickets that are not closed, as `number` and `title`; read anew each time."""
    own_closed: list[str] = field(default_factory=list)
    """The numbers of those that are closed."""
    proved: list[str] = field(default_factory=list)
    """Numbers of tickets whose proof the customer gave in this conversation."""
    asked: dict[str, str] | None = None
    """A question of the desk's own that is open (aftercare/asked.py): `what` it asks, and `of`."""
    warned: bool = False
    """Whether the customer was told what to do for safety."""
    quoted: dict[str, Any] | None = None
    """What a manual was quoted from last (replies.Quoted): "next" reads on there."""
    answer: str | None = None
    """The key of the quoted answer of which the customer has still to say whether it helped."""
    shown: list[str] = field(default_factory=list)
    """Sections (product/anchor) that were quoted in this conversation."""
    tried: list[str] = field(default_factory=list)
    """Headings of sections that did not help, for the ticket."""
    unanswered: bool = False
    """Whether the manual was asked in vain; a ticket then begins with what was asked."""
    training: dict[str, Any] | None = None
    """Where the training that is under way stands (aftercare/training/state.py)."""
    stuck_at: str | None = None
    """What a training came to, for the intake that is begun out of it."""

    @property
    def asks(self) -> bool:
        """Whether the next message answers a question outside of an intake."""
        return bool(self.choices) or self.offered or self.asked is not None

    def note_quoted(self, replies: Iterable[Reply]) -> None:
        """Remember the section that the replies quote, if they do."""
        for reply in replies:
            if reply.quoted:
                self.quoted = asdict(reply.quoted)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> Memory:
        return cls(**_known(cls, value or {}))


def follow_catalogue(state: IntakeState, catalogue: Catalogue) -> bool:
    """Drop what the catalogue has lost since the last message; False where the service is gone."""
    service = catalogue.services.get(state.service)
    if service is None:
        return False
    records = {record.field: record for record in service.records}
    for name, value in list(state.records.items()):
        record = records.get(name)
        if record is None or (record.kind == "product" and value not in catalogue.products):
            del state.records[name]
    if state.asking not in (CONFIRMATION, WHAT_TO_CHANGE, REMEDY, DOUBLE, *records):
        state.asking = next(iter(records), CONFIRMATION)
    return True


def _known(kind: type[Any], value: Mapping[str, Any]) -> dict[str, Any]:
    """What a newer or older version of the program kept beside is left out."""
    names = {field.name for field in fields(kind)}
    return {name: held for name, held in value.items() if name in names}
