"""The receiver that docs/integrations.md prints, told of a real ticket by a desk at work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import HTTPServer
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from fastapi import FastAPI
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.exchange.tokens import SCOPES, make_token
from aftercare.settings import PROJECT_ROOT
from aftercare.tables.exchange import DeliveryState, WebhookDelivery
from aftercare.webhooks.subscriptions import Wish, subscribe
from tests.factories import make_staff
from tests.fakes import SteeredClock
from tests.gateway.doors import served, wait_until

NEW = {"service": "repair", "product": "mare-w900", "description": "It hums and stops."}


def documented() -> str:
    """The program, as whoever copies it out of the page has it."""
    page = (PROJECT_ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
    section = page.partition("### A receiver in Python")[2]
    lines = section[section.index('    """Receives') :].splitlines()
    code = [line for line in lines if not line or line.startswith("    ")]
    ending = next(n for n, line in enumerate(lines) if line and not line.startswith("    "))
    return dedent("\n".join(code[:ending]))


@contextmanager
def listening(receiver: Any) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.timeout(60)
def test_documented_receiver_verifies_fails_twice_succeeds_and_refuses_replays(
    stocked: SessionFactory,
    make_app: Callable[..., FastAPI],
    clock: SteeredClock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with writing(stocked) as session:
        staff = make_staff(session, email="boss@x.example", role="admin")
        made = make_token(
            session, name="Shop", scopes=SCOPES, days=30, staff=staff, now=clock()
        ).secret
    asked: list[str] = []
    got: list[tuple[dict[str, str], bytes]] = []
    program: dict[str, Any] = {"__name__": "receiver"}

    def stumbling(event: dict[str, Any]) -> None:
        asked.append(event["data"]["number"])
        if len(asked) < 3:
            raise OSError("the shop's own database is away")
        handle(event)

    def noting(headers: Any, body: bytes) -> int:
        got.append((dict(headers.items()), body))
        status: int = take(headers, body)
        return status

    def delivery() -> WebhookDelivery:
        with reading(stocked) as session:
            return session.scalars(select(WebhookDelivery)).one()

    monkeypatch.chdir(tmp_path)
    with served(make_app(webhook_networks="127.0.0.0/8")) as desk:
        monkeypatch.setenv("DESK_URL", desk)
        monkeypatch.setenv("DESK_TOKEN", made)
        monkeypatch.setenv("WEBHOOK_SECRET", "whsec_")
        exec(compile(documented(), "docs/integrations.md", "exec"), program)  # noqa: S102
        handle, take = program["handle"], program["take"]
        program |= {"handle": stumbling, "take": noting}
        program["time"] = SimpleNamespace(time=lambda: clock().timestamp())
        with listening(program["Receiver"]) as address:
            with writing(stocked) as session:
                wish = Wish(address, "", ("ticket.opened",))
                program["SECRET"] = subscribe(session, wish, clock()).secret
            ticket = requests.post(
                f"{desk}/api/v1/tickets",
                json=NEW,
                headers={"Authorization": f"Bearer {made}"},
                timeout=10,
            ).json()
            for attempt, pause in ((1, 7), (2, 400)):
                wait_until(lambda tried=attempt: delivery().attempts == tried)  # type: ignore[misc]
                assert delivery().state == DeliveryState.WAITING
                clock.pass_by(seconds=pause)
            wait_until(lambda: delivery().state == DeliveryState.DELIVERED)
            assert asked == [ticket["number"]] * 3
            assert len({headers["webhook-id"] for headers, _ in got}) == 1
            assert f"{ticket['number']} It hums and stops." in capsys.readouterr().out

            headers, body = got[-1]

            def send(**changes: Any) -> int:
                sent = {"headers": headers, "data": body, **changes}
                return requests.post(address, timeout=10, **sent).status_code

            assert send() == 204 and len(asked) == 3
            assert send(data=body.replace(b"repair", b"return")) == 401
            assert send(headers={**headers, "webhook-id": "msg_other"}) == 401
            assert send(headers={**headers, "webhook-signature": "v1,é v1, x"}) == 401
            assert send(headers={"Content-Type": "application/json"}) == 401
            clock.pass_by(minutes=6)
            assert send() == 401
            assert len(asked) == 3
