"""What the search keeps beside the tables: made by migrations, and no table of the code's own."""

from __future__ import annotations

import re

#: On SQLite a virtual table for each searched one, with its own; on PostgreSQL indexes.
_OF_SEARCH = re.compile(r"\w+_trigrams(_data|_idx|_docsize|_config)?")


def is_of_search(name: str) -> bool:
    """Whether a table or an index is one of the search's, with which no table is compared."""
    return _OF_SEARCH.fullmatch(name) is not None
