"""The one reader of the environment. Every setting is described in docs/settings.md."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
MIN_SECRET_CHARACTERS = 16


class Settings(BaseSettings):
    """Settings come from AFTERCARE_* variables, then from the file var/settings.env."""

    model_config = SettingsConfigDict(
        env_prefix="AFTERCARE_",
        env_file=PROJECT_ROOT / "var" / "settings.env",
        extra="ignore",
        env_ignore_empty=True,
    )

    environment: Literal["development", "production"] = "development"
    var_dir: Path = PROJECT_ROOT / "var"
    catalogue_dir: Path = PROJECT_ROOT / "catalogue"
    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite in var_dir."""
    database_timeout: float = Field(default=5.0, gt=0, description="seconds to wait for a lock")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: str = ""
    """Address under which customers reach the website, for links; empty means http://host:port."""
    widget_origins: str = ""
    """Comma-separated origins of other websites that may embed the widget."""
    secure_cookies: bool | None = None
    """Send the staff cookie over HTTPS only; unset means: wherever public_url is https."""

    bot_url: str = "http://127.0.0.1:5005"
    actions_url: str = "http://127.0.0.1:5055"
    private_secret: str = ""
    """Shared by gateway, bot and action server; made by `make up` at first start."""
    bot_timeout: float = Field(default=20.0, gt=0, description="seconds for one turn")
    delay_notice_after: float = Field(
        default=6.0,
        gt=0,
        description="seconds without an answer until the customer is told",
    )
    give_up_after: float = Field(
        default=900.0,
        gt=0,
        description="seconds of a stopped bot until a message is given up",
    )
    turn_workers: int = Field(default=4, ge=1, le=64)

    chat_session_days: int = Field(default=30, ge=1)
    staff_session_hours: int = Field(default=12, ge=1)
    staff_idle_minutes: int = Field(default=120, ge=5)
    max_message_characters: int = Field(default=2000, ge=100)
    max_body_bytes: int = Field(default=64 * 1024, ge=4096)

    @model_validator(mode="after")
    def _production_has_a_secret(self) -> Self:
        if self.environment == "production" and len(self.private_secret) < MIN_SECRET_CHARACTERS:
            raise ValueError(
                "AFTERCARE_PRIVATE_SECRET needs at least "
                f"{MIN_SECRET_CHARACTERS} random characters in production"
            )
        return self

    @property
    def sqlalchemy_url(self) -> str:
        return self.database_url or f"sqlite:///{self.var_dir / 'aftercare.db'}"

    @property
    def site_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def cookies_over_https_only(self) -> bool:
        if self.secure_cookies is None:
            return self.site_url.startswith("https://")
        return self.secure_cookies

    @property
    def allowed_origins(self) -> list[str]:
        return [origin.strip() for origin in self.widget_origins.split(",") if origin.strip()]


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
