"""Tickets: opened by an intake, moved by staff and customers, shown to who proves who they are."""
