"""What can be told of a section that was found: whether it answers is judged by these signs."""

from __future__ import annotations

from typing import NamedTuple


class Signs(NamedTuple):
    """Shares are of what the question tells: rare words tell more than common ones."""

    coverage: float
    """The share that the section has."""
    literal: float
    """The same without related words."""
    heading: float
    """How far the heading is the question, from 0 to 1."""
    strength: float
    """The score, beside that of a section which is full of every word."""
    elsewhere: float
    """The share that only other products' manuals have."""
    unknown: float
    """The share that no manual has in any form."""
    shop: float
    """The share that is of the shop's business and not in the section."""
    code: float
    """1 where the section has the code that is asked for, -1 where not, 0 without one."""
    words: int
    """How many words the question has, small ones left out."""
