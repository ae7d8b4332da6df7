"""Turns a template and its values into a page; the only place that knows the template engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aftercare.ticket_numbers import EXAMPLE
from console import formats
from console.areas import groups_for
from console.desk import desk_of
from console.frame_words import FRAME_WORDS


def open_templates(zone: ZoneInfo) -> Environment:
    """Templates that escape every value and refuse names that nobody gave them."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(formats.times_in(zone))
    for form in (
        formats.language_name,
        formats.status_name,
        formats.plain_name,
        formats.english,
        formats.percent,
        formats.counted,
        formats.score,
        formats.money,
        formats.duration,
        formats.web_address,
        formats.shortened,
    ):
        environment.filters[form.__name__] = form
    environment.globals["number_example"] = EXAMPLE
    return environment


def link(request: Request, name: str, query: dict[str, str] | None = None, **places: Any) -> str:
    """The path of a page, wherever the console is mounted; empty query values are left out."""
    path = request.state.mounted_at + request.app.url_path_for(name, **places)
    asked = urlencode({key: value for key, value in (query or {}).items() if value})
    return f"{path}?{asked}" if asked else path


def show(
    request: Request, template: str, *, status: int = 200, language: str = "en", **values: Any
) -> HTMLResponse:
    """The page; `area` among the values is the place of the navigation that it belongs to."""
    desk = desk_of(request)
    shell = getattr(request.state, "shell", None)

    def page_link(name: str, query: dict[str, str] | None = None, **places: Any) -> str:
        return link(request, name, query, **places)

    html = desk.templates.get_template(template).render(
        {
            "link": page_link,
            "shell": shell,
            "groups": groups_for(shell) if shell else [],
            "company": desk.company,
            "now": desk.now(),
            "language": language,
            "frame": FRAME_WORDS[language],
            "area": "",
            "find": "",
            "here": request.url.path if request.method == "GET" else "",
            **values,
        }
    )
    return HTMLResponse(html, status_code=status)


def is_own_path(request: Request, path: str) -> bool:
    """Whether it is a path of the console; an address of another website never is."""
    return (
        path.startswith(link(request, "start"))
        and not path.startswith("//")
        and "\\" not in path
        and path.isprintable()
    )


def go(request: Request, name: str, query: dict[str, str] | None = None, **places: Any) -> Response:
    """Send the browser to another page, there to be fetched with GET."""
    return RedirectResponse(link(request, name, query, **places), status_code=303)
