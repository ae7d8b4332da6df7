"""Thin translators between Rasa and the core: slots in, slots and response names out."""
