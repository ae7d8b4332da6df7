"""Reads what a browser sends: the fields of a form and the words of an address."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request

from console.desk import desk_of

#: The steps of a long procedure are the most.
_MOST_FIELDS = 400


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form; anything but an ordinary form has none.

    Answers 413 where it is larger than the setting allows, 400 where it cannot be read.
    """
    limit = desk_of(request).settings.max_body_bytes
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise HTTPException(413)
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    try:
        fields = parse_qsl(
            body.decode("utf-8", errors="replace"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise HTTPException(400) from error
    return {name: clean(value) for name, value in fields}


Form = Annotated[dict[str, str], Depends(read_form)]


def query_value(request: Request, name: str, longest: int = 200) -> str:
    return clean(request.query_params.get(name, "")).strip()[:longest]


def clean(text: str) -> str:
    """The text without what no database keeps, and with one kind of line end."""
    return text.replace("\0", "").replace("\r\n", "\n")
