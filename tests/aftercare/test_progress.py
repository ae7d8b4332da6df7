from __future__ import annotations

from io import StringIO

import pytest

from aftercare.progress import ProgressBar


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_bar_is_drawn_on_a_terminal_once_the_work_takes_long_and_goes_in_the_end() -> None:
    stream, clock = _Terminal(), _Clock()
    with ProgressBar("Indexing", stream, clock) as bar:
        bar(10, 100)
        assert stream.getvalue() == ""
        clock.now = 2.0
        bar(50, 100)
        assert "Indexing [" in stream.getvalue()
        assert "50% of 100" in stream.getvalue()
        drawn = stream.getvalue()
        bar(51, 100)
        assert stream.getvalue() == drawn, "not more often than somebody can read"
    assert stream.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize("of", [0, 7])
def test_work_without_end_or_parts_can_be_shown(of: int) -> None:
    stream, clock = _Terminal(), _Clock()
    with ProgressBar("Indexing", stream, clock) as bar:
        clock.now = 2.0
        bar(of, of)
    assert "100%" in stream.getvalue()


def test_file_gets_nothing() -> None:
    stream, clock = StringIO(), _Clock()
    with ProgressBar("Indexing", stream, clock) as bar:
        clock.now = 60.0
        bar(1, 2)
    assert stream.getvalue() == ""
