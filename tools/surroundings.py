"""The settings that starting needs, and the environment handed to every started program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Mapping
from urllib.parse import urlsplit

from tools.environments import quick_environ
from tools.layout import Layout
from tools.problems import Problem
from tools.secrets_file import read_settings

LOOPBACK = ("127.0.0.1", "localhost")
#: A server that listens on all addresses is asked on this one.
ALL_ADDRESSES = ("0.0.0.0", "::", "")  # noqa: S104 (compared with, never listened on)


@dataclass(frozen=True)
class Address:
    """Where a program listens, and the setting that says so."""

    host: str
    port: int
    setting: str

    @property
    def url(self) -> str:
        host = "127.0.0.1" if self.host in ALL_ADDRESSES else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


@dataclass(frozen=True)
class Surroundings:
    """What the environment and var/settings.env say together."""

    environ: dict[str, str]
    var_dir: Path
    web: Address
    bot: Address
    actions: Address


def read_surroundings(layout: Layout, environ: Mapping[str, str]) -> Surroundings:
    """Variables come first, then the settings file, then the defaults."""
    settings = {
        name: value
        for name, value in read_settings(layout.settings_file).items()
        if name.startswith("AFTERCARE_")
    }
    merged = quick_environ(layout, {**settings, **environ})
    var_dir = layout.root / merged.get("AFTERCARE_VAR_DIR", "var")
    bot = _local_address(merged, "AFTERCARE_BOT_URL", 5005)
    actions = _local_address(merged, "AFTERCARE_ACTIONS_URL", 5055)
    merged["AFTERCARE_BOT_URL"] = bot.url
    merged["AFTERCARE_ACTIONS_URL"] = actions.url
    merged["AFTERCARE_VAR_DIR"] = str(var_dir)
    merged.setdefault("AFTERCARE_TRACKER_DB", str(var_dir / "rasa-tracker.db"))
    merged["PYTHONUNBUFFERED"] = "1"
    # Rasa reports its use to its maker unless it is told not to.
    merged["RASA_TELEMETRY_ENABLED"] = "false"
    host = merged.get("AFTERCARE_HOST", "127.0.0.1")
    web = Address(host, _port(merged, "AFTERCARE_PORT", 8080), "AFTERCARE_PORT")
    return Surroundings(merged, var_dir, web, bot, actions)


def _port(settings: Mapping[str, str], name: str, default: int) -> int:
    text = settings.get(name, str(default))
    if not (text.isdigit() and 0 < int(text) < 65536):
        raise Problem(f"{name} must be a port from 1 to 65535, not {text!r}.")
    return int(text)


def _local_address(settings: Mapping[str, str], name: str, port: int) -> Address:
    text = settings.get(name) or f"http://127.0.0.1:{port}"
    example = f"{name}=http://127.0.0.1:{port}"
    try:
        parts = urlsplit(text)
        found = parts.port
    except ValueError:
        raise Problem(f"{name} is not an address: {text!r}. Example: {example}") from None
    if parts.scheme != "http" or parts.hostname not in LOOPBACK or parts.path not in ("", "/"):
        raise Problem(
            f"{name} is {text!r}, but `make up` starts everything on this machine, where only "
            f"its own programs can reach it. Set it like this: {example}"
        )
    return Address("127.0.0.1", found or 80, name)
