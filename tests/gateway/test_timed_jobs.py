from __future__ import annotations

import logging
import threading

import pytest

from aftercare.errors import StorageUnavailable
from gateway.timed_jobs import TimedJob

_SOON = 5.0


def test_work_is_done_at_the_start_and_again_until_the_job_stops() -> None:
    rounds = threading.Semaphore(0)
    job = TimedJob("test", 0.01, rounds.release)
    job.start()
    assert all(rounds.acquire(timeout=_SOON) for _ in range(3))
    job.stop()
    while rounds.acquire(blocking=False):
        pass
    assert not rounds.acquire(timeout=0.05)


@pytest.mark.parametrize("error", [StorageUnavailable("away"), RuntimeError("a mistake")])
def test_what_fails_is_logged_and_tried_again(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = threading.Semaphore(0)

    def fail() -> None:
        rounds.release()
        raise error

    job = TimedJob("test", 0.01, fail)
    with caplog.at_level(logging.WARNING):
        job.start()
        assert all(rounds.acquire(timeout=_SOON) for _ in range(2))
        job.stop()
    assert any("test." in record.getMessage() for record in caplog.records)
