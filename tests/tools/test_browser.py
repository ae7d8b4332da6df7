"""Finding a browser, installing one, and going without."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from tests.tools.stand_ins import write_program
from tools.browser import SETTING, find_browser, get_browser, is_required
from tools.layout import Layout
from tools.problems import Problem
from tools.progress import Progress

APT_WORKS = """\
#!/bin/sh
if [ "$1" = install ]; then cp "$0" "${0%/*}/chromium"; fi
"""


@pytest.fixture
def only_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A machine whose programs are all in one folder of the test."""
    monkeypatch.setattr("tools.browser.SYSTEM_PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return {"PATH": str(tmp_path / "bin")}


def test_the_named_browser_comes_first(tmp_path: Path, only_here: dict[str, str]) -> None:
    chromium = write_program(tmp_path / "bin" / "chromium", "")
    named = write_program(tmp_path / "chrome", "")
    assert find_browser(only_here) == str(chromium)
    assert find_browser({**only_here, SETTING: str(named)}) == str(named)


def test_a_named_browser_that_is_not_there_is_a_mistake(only_here: dict[str, str]) -> None:
    with pytest.raises(Problem, match=f"{SETTING}=/nowhere/chrome"):
        find_browser({**only_here, SETTING: "/nowhere/chrome"})


def test_root_installs_the_missing_browser(
    layout: Layout, tmp_path: Path, only_here: dict[str, str]
) -> None:
    write_program(tmp_path / "bin" / "apt-get", APT_WORKS)
    (tmp_path / "bin" / "cp").symlink_to("/bin/cp")
    with Progress(1, io.StringIO()).step("Finding a browser") as step:
        found = get_browser(layout, only_here, step)
    assert found == str(tmp_path / "bin" / "chromium")


def test_without_a_browser_the_tests_are_skipped_in_plain_sight(
    layout: Layout, only_here: dict[str, str]
) -> None:
    output = io.StringIO()
    with Progress(1, output).step("Finding a browser") as step:
        assert get_browser(layout, only_here, step) is None
    assert "THE BROWSER TESTS ARE SKIPPED" in output.getvalue()
    assert "apt-get install chromium" in output.getvalue()


@pytest.mark.parametrize("name", ["CI", "REQUIRE_SERVICES"])
def test_on_a_build_server_a_missing_browser_is_a_failure(
    layout: Layout, only_here: dict[str, str], tmp_path: Path, name: str
) -> None:
    write_program(tmp_path / "bin" / "apt-get", "#!/bin/sh\necho 'no such package'; exit 100\n")
    step = Progress(1, io.StringIO()).step("Finding a browser")
    with pytest.raises(Problem, match="The browser tests cannot run") as caught:
        get_browser(layout, {**only_here, name: "1"}, step)
    assert "no such package" in str(caught.value)


def test_required_only_where_it_is_said() -> None:
    assert not is_required({})
    assert not is_required({"CI": "0", "REQUIRE_SERVICES": ""})
    assert is_required({"CI": "true"})
