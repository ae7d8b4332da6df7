"""The one place that says which text of a customer is taken, and in what form it is stored."""

from __future__ import annotations

import unicodedata

from gateway.trouble import ApiError

_ALLOWED_CONTROLS = "\n\t"
#: Control characters and halves of surrogate pairs.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs"})


def read_text(value: object, max_characters: int) -> str:
    """The text in Unicode form NFC without blanks around it. Raises ApiError (422)."""
    if not isinstance(value, str):
        raise _not_text("The field 'text' must be a string.")
    if any(_is_forbidden(character) for character in value):
        raise _not_text(
            "The text holds control characters or broken Unicode. Remove them and send it again."
        )
    text = unicodedata.normalize("NFC", value).strip()
    if not text:
        raise ApiError(422, "empty_text", "The text is empty. Write something and send it again.")
    if len(text) > max_characters:
        raise ApiError(
            422,
            "text_too_long",
            f"The text has {len(text)} characters; at most {max_characters} are taken. "
            "Shorten it or send it in parts.",
        )
    return text


def _is_forbidden(character: str) -> bool:
    if character in _ALLOWED_CONTROLS:
        return False
    return unicodedata.category(character) in _FORBIDDEN_CATEGORIES


def _not_text(message: str) -> ApiError:
    return ApiError(422, "not_text", message)
