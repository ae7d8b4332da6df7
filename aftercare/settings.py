"""The one reader of the environment. Every setting is described in docs/settings.md."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from limits import parse_many
from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
MIN_SECRET_CHARACTERS = 16
#: As many characters as the signature (HMAC-SHA256) has bytes; shorter keys weaken it.
MIN_IDENTITY_KEY_CHARACTERS = 32
#: A limit that is not one.
UNLIMITED = "unlimited"


def _rates(value: str) -> str:
    if value != UNLIMITED:
        try:
            parse_many(value)
        except ValueError:
            raise ValueError(
                f"write rates as '20/minute' or '20/minute;240/hour', or {UNLIMITED}"
            ) from None
    return value


#: How often something may be done: `20/minute;240/hour`, all of them together, or `unlimited`.
Rates = Annotated[str, AfterValidator(_rates)]


def _networks(value: str) -> str:
    for part in _listed(value):
        try:
            ip_network(part)
        except ValueError:
            raise ValueError("write networks as 10.0.0.0/8,127.0.0.1/32") from None
    return value


#: How long records of a kind are kept; 0 is for ever.
Days = Annotated[int, Field(ge=0, le=36500)]


class Settings(BaseSettings):
    """Settings come from AFTERCARE_* variables, then from the file var/settings.env."""

    model_config = SettingsConfigDict(
        env_prefix="AFTERCARE_",
        env_file=PROJECT_ROOT / "var" / "settings.env",
        extra="ignore",
        env_ignore_empty=True,
        # Some settings are secrets, and errors are logged.
        hide_input_in_errors=True,
    )

    environment: Literal["development", "production"] = "development"
    var_dir: Path = PROJECT_ROOT / "var"
    catalogue_dir: Path = PROJECT_ROOT / "catalogue"
    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite in var_dir."""
    tracker_db: str = ""
    """Rasa's own record of conversations, a SQLite file; empty means a file in var_dir."""
    database_timeout: float = Field(default=5.0, gt=0, description="seconds to wait for a lock")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: str = ""
    """Address under which customers reach the website, for links; empty means http://host:port."""
    widget_origins: str = ""
    """Comma-separated origins of other websites that may embed the widget."""
    secure_cookies: bool | None = None
    """Send the staff cookie over HTTPS only; unset means: wherever public_url is https."""
    trusted_proxies: str = "127.0.0.1,::1"
    """Comma-separated addresses or networks whose X-Forwarded-For header is believed."""
    identity_keys: str = ""
    """Comma-separated `name:secret` pairs; a website signs its customers' identity with one."""

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
    turn_workers: int = Field(default=8, ge=1, le=64)

    chat_session_days: int = Field(default=30, ge=1)
    staff_session_hours: int = Field(default=12, ge=1)
    staff_idle_minutes: int = Field(default=120, ge=5)
    max_message_characters: int = Field(default=2000, ge=100)
    max_body_bytes: int = Field(default=64 * 1024, ge=4096)
    max_connections: int = Field(default=4000, ge=100)
    limit_requests: Rates = "3000/minute"
    limit_conversations: Rates = "1200/hour;6000/day"
    limit_session_requests: Rates = "600/minute"
    limit_messages: Rates = "120/minute;1500/hour"
    limit_api: Rates = "600/minute"
    limit_storage: str = Field(default="memory://", pattern=r"^(memory://$|rediss?://.+)")
    """Where the rates are counted; several website processes share redis://host:port/number."""

    max_files: int = Field(default=5, ge=0, le=20)
    """Files that one message may carry; 0 takes none."""
    max_file_bytes: int = Field(default=20 * 1024 * 1024, ge=64 * 1024)
    max_image_edge: int = Field(default=2560, ge=320, le=8000)
    limit_uploads: Rates = "20/minute;200/day"
    file_link_minutes: int = Field(default=60, ge=1, le=7 * 24 * 60)
    file_store: str = ""
    """A folder or s3://bucket/prefix; empty means a folder in var_dir."""
    s3_endpoint: str = Field(default="https://s3.amazonaws.com", pattern=r"^https?://[^/?#]+$")
    s3_region: str = ""
    s3_access_key: str = ""
    s3_secret_key: str = ""
    virus_scanner: str = Field(default="", pattern=r"^(|unix:/.+|tcp://[^/?#]+:\d+)$")
    """ClamAV's socket: unix:/path or tcp://host:port; empty means that nothing is scanned."""
    virus_scanner_down: Literal["refuse", "accept"] = "refuse"
    """What happens to files while the scanner gives no verdict."""

    max_manual_bytes: int = Field(default=100 * 1024 * 1024, ge=64 * 1024)
    """Size of a manual's file that the console takes."""
    manual_reading_timeout: float = Field(default=600.0, gt=0, description="seconds for one file")

    mask_numbers: bool = True
    """Whether numbers of cards and identity papers are masked before a message is stored."""
    keep_conversations_days: Days = 365
    """After the last message; with an open ticket they stay."""
    keep_tickets_days: Days = 1825
    """After a ticket's last change, until the person is taken out of it; open ones stay."""
    keep_owned_products_days: Days = 3650
    keep_trackers_days: Days = 30
    keep_sign_in_failures_days: Days = 1
    keep_receipts_days: Days = 1825
    keep_exports_days: Days = 7

    webhook_networks: Annotated[str, AfterValidator(_networks)] = ""
    """Comma-separated private networks that webhooks may reach all the same, also by http."""
    keep_webhooks_days: Days = 30
    """How long what was sent to other systems can be looked up and sent again."""
    max_import_bytes: int = Field(default=10 * 1024 * 1024, ge=64 * 1024)
    """Size of a file of records that is taken in."""

    handover_wait_minutes: int = Field(default=10, ge=1, le=24 * 60)
    """How long a customer waits for a person until they are offered to leave a message."""
    handover_silence_minutes: int = Field(default=10, ge=1, le=24 * 60)
    """How long a customer waits for an answer of the person until the bot goes on."""

    reopen_days: int = Field(default=30, ge=0, le=3650)
    """After its closing, how long a ticket may be reopened."""
    confirm_days: Days = 7
    """After which a resolved ticket that its customer does not contest is closed; 0: never."""
    refund_limit: int = Field(default=100_000, ge=0)
    """In minor units: a refund above it is for a manager."""

    metrics_token: str = ""
    """Bearer token of /metrics; empty means: only this machine may read them."""
    log_format: Literal["text", "json"] = "text"

    @field_validator("identity_keys")
    @classmethod
    def _keys_are_long(cls, value: str) -> str:
        for pair in _listed(value):
            name, _, secret = pair.partition(":")
            # The message must not show a secret.
            if not name or len(secret) < MIN_IDENTITY_KEY_CHARACTERS:
                raise ValueError(
                    "write each key as name:secret, with a secret of at least "
                    f"{MIN_IDENTITY_KEY_CHARACTERS} random characters"
                )
        return value

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
    def tracker_path(self) -> Path:
        return Path(self.tracker_db) if self.tracker_db else self.var_dir / "rasa-tracker.db"

    @property
    def files_in_bucket(self) -> bool:
        return self.file_store.startswith("s3://")

    @property
    def file_folder(self) -> Path:
        """Where files of customers lie, unless they lie in a bucket."""
        return Path(self.file_store) if self.file_store else self.var_dir / "attachments"

    @property
    def max_upload_bytes(self) -> int:
        """A message with as many and as large files as it may carry, and what is around them."""
        return self.max_files * self.max_file_bytes + self.max_body_bytes

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
        return _listed(self.widget_origins)

    @property
    def identity_secrets(self) -> dict[str, str]:
        """The secrets by the name that a signed identity gives in its header."""
        pairs = (pair.partition(":") for pair in _listed(self.identity_keys))
        return {name: secret for name, _, secret in pairs}


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
