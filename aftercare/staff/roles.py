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

#: Who reads what customers say of the services, products and people.
SATISFACTION = frozenset({Role.MANAGER, Role.ADMIN})

#: Who takes over conversations and answers customers.
CONVERSATIONS = frozenset({Role.AGENT, Role.MANAGER, Role.ADMIN})

#: Who lets other systems in, tells them of events, and takes in and hands out records as files.
INTEGRATIONS = frozenset({Role.ADMIN})

#: Who makes teams and says who is in them.
TEAMS = frozenset({Role.MANAGER, Role.ADMIN})

#: Who changes the plans of services and puts them in force.
SERVICES = frozenset({Role.MANAGER, Role.ADMIN})

#: Who says which technicians there are, what they can do and when they work.
RESOURCES = frozenset({Role.MANAGER, Role.ADMIN})

#: Who approves refunds above AFTERCARE_REFUND_LIMIT.
REFUNDS = frozenset({Role.MANAGER, Role.ADMIN})

#: Who proposes what contested complaints get, and adds root causes.
COMPLAINTS = frozenset({Role.MANAGER, Role.ADMIN})
