"""Names of files as they may be shown and written into a header; files are never stored by them."""

from __future__ import annotations

import unicodedata

from aftercare.attachments.kinds import Kind

_LONGEST = 100
_FAMILY_NAMES = {"image": "photo", "document": "document", "video": "video"}
#: Signs that mean something in paths, headers or pages.
_UNWANTED = frozenset('/\\:*?"<>|;%')


def shown_name(given: str, kind: Kind) -> str:
    """The customer's name for a file, without folders and signs that could deceive.

    It ends as files of this kind do, whatever the customer's ended in.
    """
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(sign for sign in unicodedata.normalize("NFC", last) if _is_plain(sign))
    plain = plain.strip(" .")
    lower = plain.lower()
    ending = next((one for one in kind.endings if lower.endswith(one)), None)
    stem = plain[: -len(ending)] if ending else plain.rpartition(".")[0] or plain
    usual = ending or kind.endings[0]
    stem = stem[: _LONGEST - len(usual)].strip(" .") or _FAMILY_NAMES[kind.family]
    return stem + usual


def _is_plain(sign: str) -> bool:
    # "C": controls, signs that turn the direction of writing, halves of pairs, unassigned ones.
    return sign not in _UNWANTED and unicodedata.category(sign)[0] != "C"
