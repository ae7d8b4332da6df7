"""All tables; importing this package makes `Base.metadata` complete."""

from aftercare.tables import (
    attachments,
    catalogue,
    conversations,
    manuals,
    privacy,
    staff,
    tickets,
)
from aftercare.tables.base import Base

__all__ = [
    "Base",
    "attachments",
    "catalogue",
    "conversations",
    "manuals",
    "privacy",
    "staff",
    "tickets",
]
