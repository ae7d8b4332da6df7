"""What stops a measurement."""


class UnusableError(Exception):
    """A file cannot be used; the message is for the person who gave its folder."""
