"""What goes into and comes out of one turn of a conversation with the desk."""

from __future__ import annotations

from dataclasses import dataclass, field

from aftercare.intake.state import IntakeState, Memory
from aftercare.replies import Reply


@dataclass(frozen=True)
class Talk:
    """The conversation that a message belongs to."""

    conversation_id: str
    channel: str
    language: str
    turn_id: str = ""
    """The same where a message is worked a second time; empty outside of the bot."""


@dataclass
class Turn:
    """What is to be said and remembered. `state` is None when the intake is over."""

    state: IntakeState | None
    memory: Memory
    replies: list[Reply] = field(default_factory=list)
    digression: bool = False
