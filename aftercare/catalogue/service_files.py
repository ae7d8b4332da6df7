"""The plan of a service, as its file and the console's forms describe it.

Strict only where the bot would break. What a plan merely lacks is a gap, which
aftercare/catalogue/completeness.py finds and the console shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, field_validator, model_validator

from aftercare.catalogue.entries import Entry, Key, Words
from aftercare.clocks.files import TargetsFile
from aftercare.staff.roles import Role
from aftercare.tickets.moves import read_life
from aftercare.visits.needs import VisitNeeds

#: How the answer to a record is understood; each kind has a reader in aftercare/intake/fields.py.
RecordKind = Literal[
    "product",
    "description",
    "choice",
    "symptom",
    "part",
    "amount",
    "past_date",
    "future_date",
    "serial",
    "order_number",
    "ticket_number",
    "name",
    "email",
    "phone",
    "contact",
    "proof",
    "address",
]
#: What happens when all records of a service are there (aftercare/completions.py). A guided
#: training is led by aftercare/training and has no intake.
Completion = Literal[
    "open_ticket",
    "answer_from_manual",
    "answer_warranty",
    "tell_status",
    "add_to_ticket",
    "guided_training",
]
#: The one completion of services that have no intake.
GUIDED_TRAINING: Completion = "guided_training"
#: The records without which an intake could not be completed, by kind.
NEEDED_RECORDS: dict[Completion, tuple[tuple[str, RecordKind], ...]] = {
    "answer_from_manual": (("question", "description"), ("product", "product")),
    "answer_warranty": (("product", "product"),),
    "tell_status": (("ticket_number", "ticket_number"), ("proof", "proof")),
    "add_to_ticket": (
        ("ticket_number", "ticket_number"),
        ("proof", "proof"),
        ("description", "description"),
    ),
}
#: What tells of a need beside words: a code on a display, the number of a ticket, a day that a
#: product's maintenance is due.
Sign = Literal["error_code", "ticket_number", "maintenance_due"]
SIGNS: tuple[Sign, ...] = get_args(Sign)
#: What a step or a visit needs beside time.
ResourceKind = Literal["skill", "part", "tool"]
RESOURCE_KINDS: tuple[ResourceKind, ...] = get_args(ResourceKind)
#: Kinds of records whose day may lie only so far away.
DATES: frozenset[RecordKind] = frozenset({"past_date", "future_date"})

#: What a question may hold in braces; aftercare/intake/questions.py fills it.
PLACEHOLDERS = ("serial_example", "ticket_example")


class Wording(Entry):
    """A text of a service. Where it is missing in a language, the other one's stands in."""

    en: str = Field(default="", max_length=1000)
    pt: str = Field(default="", max_length=1000)


class ChoiceFile(Entry):
    """One of the answers to a record of kind choice."""

    id: Key
    name: Wording
    words: Words = Words()
    #: Faults that say it as well: who tells one need not choose.
    symptoms: tuple[Key, ...] = ()
    #: Whether who chooses it says that the product failed before it was first used.
    before_first_use: bool = False


def _can_be_filled(ask: Wording) -> Wording:
    for question in (ask.en, ask.pt):
        try:
            question.format(**dict.fromkeys(PLACEHOLDERS, ""))
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(
                f"'{question}' may hold {{serial_example}} and {{ticket_example}} and no other "
                "brace"
            ) from error
    return ask


class RecordFile(Entry):
    """A field that must be, or may be, on file; the order is that of the questions."""

    field: Key
    kind: RecordKind
    required: bool
    label: Wording
    ask: Annotated[Wording, AfterValidator(_can_be_filled)]
    choices: tuple[ChoiceFile, ...] = ()
    #: So many days away the day may be at most; None: as far as the kind allows.
    most_days: int | None = Field(default=None, ge=1, le=36500)
    #: So many words a description has at least; None: as few as the kind allows.
    least_words: int | None = Field(default=None, ge=1, le=50)
    #: The roles of staff who see it on a ticket; empty: everyone.
    seen_by: tuple[Role, ...] = ()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(
                f"record '{self.field}' needs choices if it is of kind choice, and only then"
            )
        if self.most_days is not None and self.kind not in DATES:
            raise ValueError(f"record '{self.field}' is no date, so most_days says nothing")
        if self.least_words is not None and self.kind != "description":
            raise ValueError(f"record '{self.field}' is no description with least_words")
        _refuse_doubled("choice", (choice.id for choice in self.choices))
        _refuse_doubled("symptom", (s for choice in self.choices for s in choice.symptoms))
        return self


class StepFile(Entry):
    """A step of the procedure."""

    id: Key
    role: Key
    hours: int = Field(ge=0, le=10_000, description="working hours until the step is done")
    text: Wording
    #: Whether a ticket cannot be resolved before.
    required: bool = False


class ResourceFile(Entry):
    """A skill, a part or a tool without which the service cannot be given."""

    id: Key
    kind: ResourceKind
    name: Wording


class MeasureFile(Entry):
    """By what one sees whether the service is good."""

    id: Key
    name: Wording
    definition: Wording
    target: float


class ServiceFile(Entry):
    """A service of the process plan."""

    id: Key
    intent: Key
    completion: Completion
    confirm: bool
    #: Whether the remedy that the manual has for the fault is offered before a ticket is opened.
    troubleshoot: bool = False
    name: Wording
    #: What the customer wants, after "to": "report a fault".
    wish: Wording
    opening: Wording
    requirements: tuple[Wording, ...] = ()
    #: Words by which a message that the bot is unsure of may tell the need.
    keywords: Words = Words()
    signs: tuple[Sign, ...] = ()
    procedure: tuple[StepFile, ...] = ()
    records: tuple[RecordFile, ...] = ()
    resources: tuple[ResourceFile, ...] = ()
    #: What a visit takes; None: nobody is visited for it.
    visit: VisitNeeds | None = None
    measure: MeasureFile | None = None
    channels: tuple[Key, ...] = ()
    #: Within what time its tickets are answered and solved, where the company says otherwise.
    targets: TargetsFile = TargetsFile()
    #: Where tickets may go from each status; empty: as most do (aftercare/tickets/moves.py).
    life: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("life")
    @classmethod
    def _can_be_lived(cls, life: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        read_life(life)
        return life

    @field_validator("name", "wish")
    @classmethod
    def _is_there(cls, text: Wording) -> Wording:
        if not (text.en.strip() or text.pt.strip()):
            raise ValueError("needs words in one language at least")
        return text

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _refuse_doubled("record", (record.field for record in self.records))
        _refuse_doubled("step", (step.id for step in self.procedure))
        _refuse_doubled("resource", (resource.id for resource in self.resources))
        kinds = {record.field: record.kind for record in self.records}
        for field, kind in NEEDED_RECORDS.get(self.completion, ()):
            if kinds.get(field) != kind:
                raise ValueError(
                    f"the service cannot be completed without a record '{field}' of kind {kind}"
                )
        return self

    @property
    def symptoms_named(self) -> set[str]:
        """The symptoms by which a choice of some record is told."""
        return {s for record in self.records for c in record.choices for s in c.symptoms}


def _refuse_doubled(what: str, keys: Iterable[str]) -> None:
    listed = list(keys)
    doubled = {key for key in listed if listed.count(key) > 1}
    if doubled:
        raise ValueError(f"{what} used twice: {', '.join(sorted(doubled))}")
