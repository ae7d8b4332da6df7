"""Copies of everything that an installation cannot get back: `make backup`, `make restore`."""
