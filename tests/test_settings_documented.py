"""Every setting stands in docs/settings.md and .env.example, with the default that it has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aftercare.settings import PROJECT_ROOT, Settings

NAMES = {f"AFTERCARE_{name.upper()}": name for name in Settings.model_fields}
_ROW = re.compile(r"^\| `(AFTERCARE_\w+)` \|(.*)\|$", re.MULTILINE)
_LINE = re.compile(r"^#(AFTERCARE_\w+)=(.*)$", re.MULTILINE)


def _rows() -> dict[str, list[str]]:
    text = (PROJECT_ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in _ROW.findall(text)}


def _example() -> dict[str, str]:
    text = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(_LINE.findall(text))


def test_documentation_describes_exactly_the_settings_there_are() -> None:
    assert set(_rows()) == set(NAMES)


def test_every_setting_has_meaning_default_unit_and_example() -> None:
    for name, cells in _rows().items():
        assert len(cells) == 4, name
        assert all(cells), name


def test_example_file_lists_exactly_the_settings_there_are() -> None:
    assert set(_example()) == set(NAMES)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_default_is_the_documented_one(name: str) -> None:
    field = Settings.model_fields[NAMES[name]]
    default, told, example = field.default, _rows()[name][1], _example()[name]
    if isinstance(default, Path):
        folder = str(default.relative_to(PROJECT_ROOT))
        assert (told, example) == (f"`{folder}` in the project", folder)
    elif default is None:
        assert told == "unset"
    elif default == "":
        assert (told, example) == ("empty", "")
    elif isinstance(default, bool):
        assert (told, example) == (f"`{str(default).lower()}`", str(default).lower())
    elif isinstance(default, float):
        assert float(told.strip("`")) == float(example) == default
    else:
        assert (told.strip("`"), example) == (str(default), str(default))


SECRET = "AFTERCARE_PRIVATE_SECRET"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_documented_example_is_one_that_is_accepted(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in NAMES:
        monkeypatch.delenv(other, raising=False)
    # Production, the example of one setting, needs the example of another.
    monkeypatch.setenv(SECRET, _rows()[SECRET][3].strip("`"))
    example = _rows()[name][3].strip("`")
    monkeypatch.setenv(name, example)
    read = getattr(Settings(_env_file=None), NAMES[name])  # type: ignore[call-arg]
    assert read != Settings.model_fields[NAMES[name]].default


def test_example_file_can_be_used_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    text = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
    filled = "\n".join(line.removeprefix("#") for line in text.splitlines() if _LINE.match(line))
    file.write_text(filled, encoding="utf-8")
    assert Settings(_env_file=file).port == 8080  # type: ignore[call-arg]


def test_services_read_the_environment_in_settings_only() -> None:
    """One reader; the programs that start others (tools) and the bot have their own."""
    for part in ("aftercare", "actions", "gateway", "console", "web"):
        for path in (PROJECT_ROOT / part).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "os.environ" not in text and "getenv" not in text, path.name


def test_production_refuses_to_start_without_a_real_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AFTERCARE_ENVIRONMENT", "production")
    monkeypatch.setenv(SECRET, "short")
    with pytest.raises(ValueError, match=SECRET):
        Settings(_env_file=None)  # type: ignore[call-arg]
