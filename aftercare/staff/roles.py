"""What staff may do besides the daily work, by their role."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    AGENT = "agent"
    MANAGER = "manager"
    ADMIN = "admin"


#: Who finds, hands out and erases a person's data; a role that is unknown never does.
PERSONAL_DATA = frozenset({Role.MANAGER, Role.ADMIN})

#: Who imports manuals, corrects and publishes them.
MANUALS = frozenset({Role.MANAGER, Role.ADMIN})

#: Who changes the rule that weighs tickets, tries it and switches it on.
EVALUATION = frozenset({Role.MANAGER, Role.ADMIN})

#: Who takes over conversations and answers customers.
CONVERSATIONS = frozenset({Role.AGENT, Role.MANAGER, Role.ADMIN})
