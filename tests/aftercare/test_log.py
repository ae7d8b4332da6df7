from __future__ import annotations

import json
import logging
import re
import threading

import pytest

from aftercare.log import JsonFormatter, TextFormatter, correlated, log_error, log_failure


def test_log_line_holds_event_error_id_and_ids(caplog: pytest.LogCaptureFixture) -> None:
    log_error("ticket_not_stored", "E-1234abcd", RuntimeError(), conversation_id="c-1")
    (line,) = caplog.records
    assert line.levelname == "ERROR"
    assert "ticket_not_stored error_id=E-1234abcd conversation_id=c-1" in line.message


def test_log_tells_kinds_and_places_and_not_what_a_customer_wrote(
    caplog: pytest.LogCaptureFixture,
) -> None:
    private = "joana@mail.example"
    try:
        try:
            raise KeyError(private)
        except KeyError as error:
            raise RuntimeError(f"no such address: {private}") from error
    except RuntimeError as error:
        log_error("ticket_not_stored", "E-1234abcd", error)
    assert "RuntimeError" in caplog.text
    assert "KeyError" in caplog.text
    assert "in test_log_tells_kinds_and_places" in caplog.text
    assert private not in caplog.text


def test_failure_is_logged_under_the_id_that_is_given_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error_id = log_failure("poll_failed", RuntimeError("a customer's words"), request="r-1")
    assert re.fullmatch(r"E-[0-9a-f]{8}", error_id)
    assert f"poll_failed error_id={error_id} request=r-1" in caplog.text
    assert "words" not in caplog.text


def record(message: str, *values: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("gateway.turns", logging.WARNING, "x.py", 1, message, values, None)
    made.__dict__.update(more)
    return made


def test_line_for_people_ends_with_what_it_belongs_to() -> None:
    form = TextFormatter("%(levelname)s %(message)s")
    assert form.format(record("turn.postponed reason=%s", "slow")) == (
        "WARNING turn.postponed reason=slow"
    )
    with correlated("c-1:7"):
        assert form.format(record("failed\nplace 1\nplace 2")) == (
            "WARNING failed correlation=c-1:7\nplace 1\nplace 2"
        )


def test_json_line_holds_the_same_in_fields() -> None:
    with correlated("c-1:7"):
        line = JsonFormatter().format(record("said %s\nOlá", '"so"'))
    assert "\n" not in line
    told = json.loads(line)
    assert told.pop("at").endswith("+00:00")
    assert told == {
        "level": "WARNING",
        "logger": "gateway.turns",
        "message": 'said "so"\nOlá',
        "correlation": "c-1:7",
    }
    assert "correlation" not in json.loads(JsonFormatter().format(record("later")))


def test_json_line_of_an_exception_tells_its_kind_and_not_its_text() -> None:
    private = "a customer's words"
    try:
        raise RuntimeError(private)
    except RuntimeError as error:
        info = (type(error), error, error.__traceback__)
    told = json.loads(JsonFormatter().format(record("failed", exc_info=info)))
    assert told["error"].startswith("RuntimeError\n")
    assert private not in told["error"]


def test_what_threads_do_at_the_same_time_is_kept_apart() -> None:
    form, lines = TextFormatter("%(message)s"), []
    together = threading.Barrier(2)

    def work(name: str) -> None:
        with correlated(name):
            together.wait(5)
            lines.append(form.format(record(name)))

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(lines) == ["a correlation=a", "b correlation=b"]
