"""Headers, other origins, request ids, and the form of every error."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
import requests
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse

from tests.gateway.doors import TestClient, Visit, new_visit, served

SHOP = "https://shop.example"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PATHS = ["/", "/nothing", "/health/live", "/openapi.json", "/widget.js", "/static/manual.css"]
PATHS += ["/chat/v1/messages", "/manuals/mare-w900/en", "/metrics"]

#: Only staff have a name, and only a quotation in another language has its words marked.
_SOMETIMES = {"name", "quote"}


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_guards(idle_client: TestClient, path: str) -> None:
    answer = idle_client.get(path, headers={"Accept": "text/html"})
    is_page = answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Frame-Options"] == "DENY"
    policy = answer.headers["Content-Security-Policy"]
    assert policy == (PAGE_POLICY if is_page else "default-src 'none'; frame-ancestors 'none'")
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("asked", "place"), [("/health/live/?a=1", "/health/live?a=1"), ("/chat/v1/x/", None)]
)
def test_redirect_never_leads_to_the_host_that_the_client_names(
    idle_client: TestClient, asked: str, place: str | None
) -> None:
    answer = idle_client.get(asked, headers={"Host": "evil.example"}, follow_redirects=False)
    assert answer.headers.get("Location") == place


@pytest.mark.parametrize("host", ["[", "a b", "", "\u00e9"])
def test_odd_host_does_no_harm(idle_client: TestClient, host: str) -> None:
    answer = idle_client.get("/health/live", headers={"Host": host.encode("latin-1")})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/chat/v1/messages", "/chat/nothing", "/health/live"])
def test_answers_for_programs_are_never_stored(idle_client: TestClient, path: str) -> None:
    assert idle_client.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("sent", "kept"), [("abc-123", True), ("a b", False), ("x" * 65, False), ("a\x01", False)]
)
def test_request_id_is_echoed_where_it_is_harmless(
    idle_client: TestClient, sent: str, kept: bool
) -> None:
    answer = idle_client.get("/health/live", headers={"X-Request-Id": sent})
    assert (answer.headers["X-Request-Id"] == sent) == kept


def test_named_website_may_call_the_chat(make_app: Callable[..., FastAPI]) -> None:
    client = TestClient(make_app(widget_origins=SHOP))
    asked = client.options(
        "/chat/v1/events",
        headers={
            "Origin": SHOP,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization,last-event-id",
        },
    )
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Last-Event-ID" in asked.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in asked.headers
    refused = client.get("/chat/v1/messages", headers={"Origin": SHOP})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == SHOP


@pytest.mark.parametrize("path", ["/chat/v1/messages", "/", "/manuals/x/en", "/health/live"])
def test_other_websites_may_call_nothing(make_app: Callable[..., FastAPI], path: str) -> None:
    client = TestClient(make_app(widget_origins=SHOP))
    answer = client.get(path, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Access-Control-Allow-Origin" not in client.get("/", headers={"Origin": SHOP}).headers


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/chat/v1/nothing", 404, "not_found"),
        ("DELETE", "/chat/v1/messages", 405, "method_not_allowed"),
        ("PUT", "/chat/v1/sessions", 405, "method_not_allowed"),
        ("POST", "/health/live", 405, "method_not_allowed"),
        ("POST", "/widget.js", 405, "method_not_allowed"),
    ],
)
def test_wrong_addresses_get_an_error_in_json(
    idle_client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = idle_client.request(method, path)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert ("Allow" in answer.headers) == (status == 405)


def test_browser_gets_a_page_for_an_unknown_address(idle_client: TestClient) -> None:
    headers = {"Accept": "text/html,*/*", "Accept-Language": "pt-BR"}
    answer = idle_client.get("/produtos", headers=headers)
    assert answer.status_code == 404
    assert "Esta página não existe" in answer.text
    assert answer.headers["Content-Security-Policy"] == PAGE_POLICY


#: Kept apart from the lines that raise it, because the log shows those.
WORDS = "the customer wrote: my name is Ana"


def broken_app(app: FastAPI) -> FastAPI:
    def fail() -> PlainTextResponse:
        raise RuntimeError(WORDS)

    def fail_later() -> StreamingResponse:
        def pieces() -> object:
            yield "begun"
            raise RuntimeError(WORDS)

        return StreamingResponse(pieces())

    app.get("/chat/broken")(fail)
    app.get("/broken", response_class=HTMLResponse)(fail)
    app.get("/chat/breaks-off")(fail_later)
    return app


def test_unexpected_error_tells_an_id_and_nothing_else(
    make_app: Callable[..., FastAPI], caplog: pytest.LogCaptureFixture
) -> None:
    client = TestClient(broken_app(make_app(widget_origins=SHOP)), raise_server_exceptions=False)
    answer = client.get("/chat/broken", headers={"Origin": SHOP, "X-Request-Id": "r-1"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (500, "unexpected_error")
    assert error["error_id"] in caplog.text
    assert "request=r-1" in caplog.text
    assert "in fail" in caplog.text
    assert "Ana" not in answer.text + caplog.text
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_unexpected_error_of_a_page_is_a_page(make_app: Callable[..., FastAPI]) -> None:
    client = TestClient(broken_app(make_app()), raise_server_exceptions=False)
    answer = client.get("/broken", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert "The page cannot be shown" in answer.text
    assert "E-" in answer.text


def test_answer_that_breaks_off_logs_no_words(
    make_app: Callable[..., FastAPI], caplog: pytest.LogCaptureFixture
) -> None:
    with served(broken_app(make_app())) as url, pytest.raises(requests.RequestException):
        requests.get(f"{url}/chat/breaks-off", timeout=5)
    assert "gateway.unexpected_error" in caplog.text
    assert "Ana" not in caplog.text


def test_words_of_customers_never_reach_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    visit = new_visit(client)
    visit.say("My name is Aparecida")
    visit.wait_for("You said: My name")
    visit.post({"id": str(uuid4()), "text": "Aparecida\x00"})
    assert "Aparecida" not in caplog.text


def test_openapi_describes_every_call_with_its_errors(idle_client: TestClient) -> None:
    document = idle_client.get("/openapi.json").json()
    assert document["info"]["title"] == "Aftercare website API"
    calls = {
        (method, path): call["responses"].keys()
        for path, methods in document["paths"].items()
        for method, call in methods.items()
    }
    assert {"201", "400", "413", "415", "422", "500", "503"} <= calls["post", "/chat/v1/sessions"]
    messages = calls["post", "/chat/v1/messages"]
    assert {"202", "400", "401", "409", "413", "415", "422", "500", "503"} <= messages
    assert {"200", "401", "422", "503"} <= calls["get", "/chat/v1/messages"]
    assert {"200", "401", "422", "503"} <= calls["get", "/chat/v1/events"]
    assert {("get", "/health/live"), ("get", "/health/ready"), ("get", "/metrics")} <= calls.keys()
    assert not any("/manuals" in path for _, path in calls)
    body = document["paths"]["/chat/v1/messages"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["oneOf"]


def test_description_and_answers_agree(idle_visit: Visit) -> None:
    document = idle_visit.client.get("/openapi.json").json()
    shape = document["components"]["schemas"]["MessageShown"]["properties"]
    idle_visit.say("Hello")
    assert idle_visit.messages()[0].keys() == shape.keys() - _SOMETIMES
    assert "error" in document["components"]["schemas"]["ErrorAnswer"]["properties"]
