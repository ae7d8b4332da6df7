"""All tables; importing this package makes `Base.metadata` complete."""

from aftercare.tables import catalogue, conversations, manuals, staff, tickets
from aftercare.tables.base import Base

__all__ = ["Base", "catalogue", "conversations", "manuals", "staff", "tickets"]
