"""How settings from variables and file come together."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tools.layout import Layout
from tools.problems import Problem
from tools.surroundings import Address, read_surroundings


def write_settings(layout: Layout, text: str) -> None:
    layout.settings_file.parent.mkdir()
    layout.settings_file.write_text(text)


def test_defaults_stay_on_this_machine(layout: Layout) -> None:
    found = read_surroundings(layout, {})
    urls = [found.web.url, found.bot.url, found.actions.url]
    assert urls == ["http://127.0.0.1:8080", "http://127.0.0.1:5005", "http://127.0.0.1:5055"]
    assert found.environ["AFTERCARE_TRACKER_DB"] == str(layout.root / "var" / "rasa-tracker.db")


def test_variables_come_before_the_file(layout: Layout) -> None:
    write_settings(layout, "AFTERCARE_PORT=9000\nAFTERCARE_HOST=localhost\nPATH=/nowhere\n")
    found = read_surroundings(layout, {"AFTERCARE_PORT": "9001"})
    assert (found.web.host, found.web.port) == ("localhost", 9001)
    assert "PATH" not in found.environ


def test_what_would_mislead_uv_or_pyenv_is_left_out(layout: Layout) -> None:
    found = read_surroundings(layout, {"PYENV_VERSION": "3.12.1", "UV_PYTHON": "3.9", "HOME": "/h"})
    assert not {"PYENV_VERSION", "UV_PYTHON"} & set(found.environ)
    assert found.environ["HOME"] == "/h"


def test_what_python_compiles_is_kept_whatever_the_surroundings_say(layout: Layout) -> None:
    found = read_surroundings(layout, {"PYTHONDONTWRITEBYTECODE": "1"})
    kept = subprocess.run(
        [sys.executable, "-c", "import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)"],
        env=found.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert kept.stdout.split() == ["False", str(layout.root / ".tools" / "bytecode")]


def test_all_addresses_are_asked_on_loopback() -> None:
    assert Address("0.0.0.0", 80, "AFTERCARE_PORT").url == "http://127.0.0.1:80"
    assert Address("::1", 80, "AFTERCARE_PORT").url == "http://[::1]:80"


@pytest.mark.parametrize("port", ["", "web", "0", "70000", "-1"])
def test_an_impossible_port_is_refused_with_its_setting(layout: Layout, port: str) -> None:
    with pytest.raises(Problem, match="AFTERCARE_PORT must be a port"):
        read_surroundings(layout, {"AFTERCARE_PORT": port})


@pytest.mark.parametrize("url", ["127.0.0.1:5005", "http://bot.example:5005", "http://[", "x"])
def test_the_bot_must_be_on_this_machine(layout: Layout, url: str) -> None:
    with pytest.raises(Problem, match="AFTERCARE_BOT_URL"):
        read_surroundings(layout, {"AFTERCARE_BOT_URL": url})
