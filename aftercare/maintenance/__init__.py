"""Maintenance that is due: plans of owned products, consent, reminders in the chat, and deeds."""
