from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from aftercare.settings import PROJECT_ROOT, Settings
from tests.conftest import settings_in


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"AFTERCARE_{name.upper()}", raising=False)


def test_database_is_sqlite_in_the_var_folder_unless_set(tmp_path: Path) -> None:
    assert settings_in(tmp_path).sqlalchemy_url == f"sqlite:///{tmp_path}/aftercare.db"
    chosen = settings_in(tmp_path, database_url="postgresql+psycopg:///aftercare")
    assert chosen.sqlalchemy_url == "postgresql+psycopg:///aftercare"


def test_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.env"
    file.write_text("AFTERCARE_PORT=9001\nAFTERCARE_HOST=0.0.0.0\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("AFTERCARE_PORT", "9002")
    read = Settings(_env_file=file)  # type: ignore[call-arg]
    assert (read.port, read.host) == (9002, "0.0.0.0")


def test_site_address_is_the_public_one_or_made_of_host_and_port(tmp_path: Path) -> None:
    assert settings_in(tmp_path).site_url == "http://127.0.0.1:8080"
    public = settings_in(tmp_path, public_url="https://ajuda.marulho.example/")
    assert public.site_url == "https://ajuda.marulho.example"


@pytest.mark.parametrize(
    ("changes", "https_only"),
    [
        ({}, False),
        ({"public_url": "https://ajuda.marulho.example"}, True),
        ({"public_url": "https://ajuda.marulho.example", "secure_cookies": False}, False),
        ({"secure_cookies": True}, True),
    ],
)
def test_cookies_go_over_https_where_the_site_does(
    tmp_path: Path, changes: dict[str, object], https_only: bool
) -> None:
    assert settings_in(tmp_path, **changes).cookies_over_https_only is https_only


def test_origins_are_split_at_commas_and_blanks_dropped(tmp_path: Path) -> None:
    listed = "https://loja.example, https://www.loja.example ,"
    assert settings_in(tmp_path, widget_origins=listed).allowed_origins == [
        "https://loja.example",
        "https://www.loja.example",
    ]
    assert settings_in(tmp_path).allowed_origins == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 0),
        ("port", 70000),
        ("bot_timeout", 0),
        ("database_timeout", -1),
        ("environment", "staging"),
        ("turn_workers", 0),
        ("max_body_bytes", 10),
        ("staff_idle_minutes", 1),
    ],
)
def test_setting_that_makes_no_sense_is_refused(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        settings_in(tmp_path, **{name: value})


def test_project_root_is_the_folder_that_holds_the_catalogue() -> None:
    assert (PROJECT_ROOT / "catalogue" / "company.yml").is_file()


@pytest.mark.parametrize("rates", ["20/minute", "20/minute;240/hour", "6 per 12 hour", "unlimited"])
def test_rates_are_read(rates: str, tmp_path: Path) -> None:
    assert settings_in(tmp_path, limit_messages=rates).limit_messages == rates


@pytest.mark.parametrize("rates", ["20", "often", "20/fortnight", "-1/minute", "none"])
def test_rates_that_make_no_sense_stop_the_start(rates: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="20/minute;240/hour"):
        settings_in(tmp_path, limit_messages=rates)


def test_identity_keys_have_names(tmp_path: Path) -> None:
    keys = f"2026-12:{'a' * 32}, 2026-11:{'b' * 31}:c"
    secrets = settings_in(tmp_path, identity_keys=keys).identity_secrets
    assert secrets == {"2026-12": "a" * 32, "2026-11": "b" * 31 + ":c"}


@pytest.mark.parametrize("keys", ["short:secret-17", "secret-17" * 5, f":{'secret-17' * 5}"])
def test_weak_identity_keys_stop_the_start_and_are_not_shown(keys: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="32 random characters") as failure:
        settings_in(tmp_path, identity_keys=keys)
    assert "secret-17" not in str(failure.value)


@pytest.mark.parametrize("storage", ["memcached://x", "memory://x", "redis://", "localhost:6379"])
def test_unknown_storage_of_limits_stops_the_start(storage: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="limit_storage"):
        settings_in(tmp_path, limit_storage=storage)
