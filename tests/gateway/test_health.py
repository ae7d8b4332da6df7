"""What the operator is told about the desk's parts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from fastapi import FastAPI

from aftercare.settings import Settings
from tests.gateway.doors import TestClient, asked_from


@contextmanager
def parts(statuses: dict[str, int]) -> Iterator[str]:
    """Bot and action server in one, which answer to health checks only."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(statuses.get(self.path, 404))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_process_is_live_whatever_else_happens(idle_client: TestClient, settings: Settings) -> None:
    (settings.var_dir / "aftercare.db").unlink()
    assert idle_client.get("/health/live").status_code == 200


def test_desk_is_ready_when_all_parts_answer(make_app: Callable[..., FastAPI]) -> None:
    with parts({"/webhooks/aftercare/health": 200, "/health": 200}) as url:
        answer = TestClient(make_app(bot_url=url, actions_url=url)).get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


def test_part_that_is_not_ready_is_named(make_app: Callable[..., FastAPI]) -> None:
    with parts({"/webhooks/aftercare/health": 503, "/health": 200}) as url:
        answer = TestClient(make_app(bot_url=url, actions_url=url)).get("/health/ready")
    assert answer.status_code == 503
    told = answer.json()
    assert told["parts"] == {"database": "ready", "bot": "not ready", "actions": "ready"}
    assert told["error"]["code"] == "not_ready"
    assert "bot" in told["error"]["message"]


def test_unreadable_database_is_not_ready(
    make_app: Callable[..., FastAPI], settings: Settings
) -> None:
    (settings.var_dir / "aftercare.db").unlink()
    with parts({"/webhooks/aftercare/health": 200, "/health": 200}) as url:
        answer = TestClient(make_app(bot_url=url, actions_url=url)).get("/health/ready")
    assert answer.json()["parts"]["database"] == "not ready"


def test_numbers_are_in_prometheus_form(idle_client: TestClient) -> None:
    idle_client.post("/chat/v1/sessions", json={})
    answer = asked_from(idle_client, "127.0.0.1").get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "aftercare_waiting_messages 1.0" in answer.text
    assert "# TYPE aftercare_turn_seconds histogram" in answer.text
    assert "# TYPE aftercare_failures_total counter" in answer.text


def test_numbers_are_for_this_machine_only(idle_client: TestClient) -> None:
    for address in ("192.0.2.1", "2001:db8::1", "nobody"):
        answer = asked_from(idle_client, address).get("/metrics")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "metrics_closed")
    assert asked_from(idle_client, "::1").get("/metrics").status_code == 200


def test_proxy_on_this_machine_does_not_open_the_numbers(idle_client: TestClient) -> None:
    here = asked_from(idle_client, "127.0.0.1")
    for header in ("Forwarded", "Via", "X-Forwarded-For", "X-Real-Ip"):
        assert here.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


def test_numbers_are_for_who_has_the_token_where_there_is_one(
    make_app: Callable[..., FastAPI],
) -> None:
    client = TestClient(make_app(metrics_token="prometheus-reads"), client=("127.0.0.1", 50000))
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 403
    elsewhere = asked_from(client, "192.0.2.1")
    shown = {"Authorization": "Bearer prometheus-reads"}
    assert elsewhere.get("/metrics", headers=shown).status_code == 200
