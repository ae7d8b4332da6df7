from __future__ import annotations

import pytest

from aftercare.log import log_error


def test_log_line_holds_event_error_id_and_ids(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise RuntimeError("disk full")
    except RuntimeError as error:
        log_error("ticket_not_stored", "E-1234abcd", error, conversation_id="c-1")
    (line,) = caplog.records
    assert line.levelname == "ERROR"
    assert "ticket_not_stored" in line.message
    assert "error_id=E-1234abcd" in line.message
    assert "conversation_id=c-1" in line.message
    assert line.exc_info and line.exc_info[0] is RuntimeError
