"""Turns templates into pages, and errors into what the asker can read: a page or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aftercare.catalogue.entries import LANGUAGES
from gateway.desk import desk_of, language_of
from gateway.page_words import PAGE_WORDS
from gateway.trouble import RETRY_SECONDS, status_answer, storage_answer, unexpected_answer

_PROGRAM_PATHS = ("/chat/", "/health/", "/metrics", "/openapi.json", "/widget")


def open_templates() -> Environment:
    """Templates that escape every value and refuse names that nobody gave them."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def show(
    request: Request, template: str, language: str, *, status: int = 200, **values: Any
) -> HTMLResponse:
    desk = desk_of(request)
    html = desk.templates.get_template(template).render(
        lang=language, words=PAGE_WORDS[language], company=desk.company, **values
    )
    return HTMLResponse(html, status, {"Cache-Control": "no-cache", "Content-Language": language})


def trouble_answer(
    request: Request,
    status: int,
    error_id: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A page for people's browsers, JSON for programs; the words are never the error's own."""
    if not asks_for_page(request):
        if error_id and status == 503:
            return storage_answer(error_id)
        return unexpected_answer(error_id) if error_id else status_answer(status, headers)
    page = show(
        request,
        "trouble.html",
        _page_language(request),
        status=status,
        kind={404: "missing", 410: "expired", 429: "crowded", 503: "storage"}.get(status, "failed"),
        error_id=error_id,
    )
    page.headers.update(headers or {})
    page.headers["Cache-Control"] = "no-store"
    if status == 503:
        page.headers["Retry-After"] = str(RETRY_SECONDS)
    return page


def asks_for_page(request: Request) -> bool:
    """Whether a person's browser waits for the answer."""
    path = request.url.path
    if path.startswith("/manuals/"):
        return True
    return "text/html" in request.headers.get("accept", "") and not path.startswith(_PROGRAM_PATHS)


def _page_language(request: Request) -> str:
    """The language in the page's address where it names one."""
    named = [part for part in request.url.path.split("/") if part in LANGUAGES]
    return named[0] if named else language_of(request)
