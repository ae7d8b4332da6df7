"""The website API keeps to its own description, whatever is sent to it."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from aftercare.settings import UNLIMITED
from tests.gateway.doors import TestClient, Visit, new_visit

with warnings.catch_warnings():
    # Its own imports warn of what is none of ours.
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.specs.openapi import checks

#: Calls tried of each operation; more on request, as in `AFTERCARE_TEST_EXAMPLES=2000`.
EXAMPLES = int(os.environ.get("AFTERCARE_TEST_EXAMPLES", "60"))
QUICK = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
#: Its answer has no end; tests/gateway/test_events.py reads it.
ENDLESS = "/chat/v1/events"
#: What an attacker tries: markup, commands, injections, broken Unicode, numbers out of bounds.
ATTACKS = (
    "/restart",
    '/inform{"product": "x"}',
    "<script>alert(1)</script>",
    "'; DROP TABLE messages; --",
    "{{7*7}} ${7*7} #{7*7} %{7*7}",
    "${jndi:ldap://127.0.0.1/a}",
    "../../../../etc/passwd",
    "%00%0d%0aSet-Cookie: a=b",
    "\r\nX-Injected: 1",
    "a\x00b",
    "\ud800",
    "\u202e\u2066reversed",
    "\ufeff",
    "Ω≈ç√∫˜µ≤≥÷" * 50,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "ﷺ" * 1900,
    "e" + "\u0301" * 1900,
    "A" * 2001,
    "9" * 400,
    "-1",
    "1e999",
    "NaN",
    "true",
    "null",
    "[]",
    "{}",
    "__proto__",
    "constructor.prototype",
    "; cat /etc/passwd",
    "| sleep 10",
    "$(reboot)",
    "`reboot`",
    "() { :;}; echo x",
    "%s%s%s%n",
    "{0.__class__}",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
    "javascript:alert(1)",
    "1' OR '1'='1",
    "admin'--",
    "\\x00\\u0000\\",
)
JSON = {"Content-Type": "application/json"}
_WORDS = st.one_of(st.text(), st.sampled_from(ATTACKS))
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _WORDS),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(_WORDS, inner)),
    max_leaves=20,
)
_MESSAGES = st.fixed_dictionaries(
    {"id": st.one_of(st.uuids().map(str), _VALUES)},
    optional={name: _VALUES for name in ("text", "button", "language", "identity", "payload")},
)
#: Bytes of any kind, JSON of any form, and what is nearly a message.
BODIES = st.one_of(
    st.binary(max_size=3000),
    st.one_of(_VALUES, _MESSAGES).map(lambda value: json.dumps(value).encode()),
    _MESSAGES.map(lambda value: json.dumps(value).encode()[:-1]),
)
#: Words that only the inside of the program uses.
LEAKS = ("Traceback", "sqlalchemy", "sqlite", "psycopg", "site-packages", 'File "/', "Exception")


@pytest.fixture
def open_client(make_app: Callable[..., FastAPI]) -> TestClient:
    """A gateway without limits and without workers; its errors are answers, never raised."""
    app = make_app(
        limit_requests=UNLIMITED,
        limit_conversations=UNLIMITED,
        limit_session_requests=UNLIMITED,
    )
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def caller(open_client: TestClient) -> Visit:
    return new_visit(open_client)


def never_fails(_context: Any, response: Any, _case: Any) -> None:
    """A desk whose bot is not there may say so (503); errors that nobody expected are others."""
    assert response.status_code != 500


def test_every_answer_is_one_that_the_description_names(
    open_client: TestClient, caller: Visit
) -> None:
    schema: Any = schemathesis.openapi.from_asgi("/openapi.json", open_client.app)
    tried = set()
    for result in schema.exclude(path=ENDLESS).get_all_operations():
        operation = result.ok()
        tried.add((operation.method, operation.path))

        @QUICK
        @given(case=operation.as_strategy(), known=st.booleans())
        def call(case: Any, known: bool) -> None:
            case.headers = {**(case.headers or {}), **(caller.headers if known else {})}
            case.call_and_validate(
                checks=[
                    never_fails,
                    checks.status_code_conformance,
                    checks.content_type_conformance,
                    checks.response_schema_conformance,
                ],
                session=open_client,
            )

        call()
    assert ("post", "/chat/v1/messages") in tried
    assert len(tried) >= 6


def check_answer(answer: Any) -> None:
    """Refused or taken, but never failed, and nothing of the inside is told."""
    assert answer.status_code in (201, 202, 400, 401, 403, 413, 415, 422), answer.text
    assert not any(word in answer.text for word in LEAKS), answer.text


def post_json(client: TestClient, path: str, body: object, **headers: str) -> Any:
    """Written by hand, because half of a surrogate pair is no UTF-8."""
    content = json.dumps(body).encode()
    return client.post(path, content=content, headers={**JSON, **headers})


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_anywhere_in_a_request_is_taken_as_text_or_refused(
    open_client: TestClient, caller: Visit, attack: str
) -> None:
    client_id = str(uuid4())
    for body in (
        {"id": client_id, "text": attack},
        {"id": client_id, "button": attack},
        {"id": attack, "text": "x"},
        {attack: attack},
        attack,
        [attack],
    ):
        check_answer(post_json(open_client, "/chat/v1/messages", body, **caller.headers))
    for body in ({"language": attack}, {"identity": attack}, {attack: 1}):
        check_answer(post_json(open_client, "/chat/v1/sessions", body))


def test_random_bodies_neither_crash_nor_leak(open_client: TestClient, caller: Visit) -> None:
    """10,000 with AFTERCARE_TEST_EXAMPLES=10000; otherwise fewer, to stay quick."""

    @QUICK
    @given(body=BODIES, known=st.booleans(), path=st.sampled_from(["sessions", "messages"]))
    def send(body: bytes, known: bool, path: str) -> None:
        headers = {**JSON, **(caller.headers if known else {})}
        check_answer(open_client.post(f"/chat/v1/{path}", content=body, headers=headers))

    send()
