from __future__ import annotations

import re

import pytest

from aftercare.log import log_error, log_failure


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
