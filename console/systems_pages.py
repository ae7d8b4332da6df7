"""What the pages about other systems share: their place, and the word about what was just done."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from console.forms import query_value
from console.pages import show


def show_systems(request: Request, template: str, **values: Any) -> Response:
    """The page, with `saved` from its address: what the deed that led to it did."""
    saved = query_value(request, "saved") if request.method == "GET" else ""
    return show(request, template, area="integrations", saved=saved, **values)
