"""All tables; importing this package makes `Base.metadata` complete."""

from aftercare.tables import (
    attachments,
    catalogue,
    conversations,
    evaluation,
    guidance,
    handover,
    manuals,
    privacy,
    staff,
    tickets,
    training,
)
from aftercare.tables.base import Base

__all__ = [
    "Base",
    "attachments",
    "catalogue",
    "conversations",
    "evaluation",
    "guidance",
    "handover",
    "manuals",
    "privacy",
    "staff",
    "tickets",
    "training",
]
