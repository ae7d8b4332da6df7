"""The demo page, its files, and the chat widget that other websites embed."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from aftercare.catalogue.entries import LANGUAGES
from aftercare.settings import PROJECT_ROOT
from gateway.desk import language_of
from gateway.views import show

router = APIRouter(include_in_schema=False)

_WIDGET = PROJECT_ROOT / "widget"


class _Files(StaticFiles):
    """Files that browsers keep but ask about each time, by their entity tag."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


class _Scripts(_Files):
    """Scripts only, one folder deep, readable from every website that embeds the widget."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not path.endswith(".js") or "/" in path:
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if response.status_code == 200:
            response.headers["Content-Type"] = "text/javascript; charset=utf-8"
        return response


_scripts = _Scripts(directory=_WIDGET, check_dir=False)


@router.api_route("/", methods=["GET", "HEAD"], name="home")
def home(request: Request, lang: str = "") -> Response:
    language = lang if lang in LANGUAGES else language_of(request)
    page = show(request, "demo.html", language)
    page.headers["Vary"] = "Accept-Language"
    return page


@router.api_route("/widget.js", methods=["GET", "HEAD"])
async def widget(request: Request) -> Response:
    return await _scripts.get_response("widget.js", request.scope)


def mount_files(app: FastAPI) -> None:
    app.mount("/static", _Files(directory=Path(__file__).parent / "static"), name="static")
    app.mount("/widget", _scripts, name="widget")
