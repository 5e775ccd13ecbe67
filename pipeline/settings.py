"""Settings: read once, from the environment or the file named by FONDVAKT_CONFIG, into one frozen value.

Each is described in `docs/operating.md`; a test notices one that is not.
"""

import os
import secrets
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "FONDVAKT_"


class SettingsError(Exception):
    """A setting is wrong. The sentence says which one, what it was, and what was expected."""


def _http_address(value: str | None) -> str | None:
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected an address such as https://fondvakt.example")
    return value.rstrip("/")


def _mail_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme == "file" and (parts.path or parts.netloc):
        return value
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("expected smtp://host:port, smtps://host:port or file:FOLDER")
    _ = parts.port
    return value


def _database_address(value: str | None) -> str | None:
    if value is not None and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("expected sqlite:///FILE or postgresql://user@host/name")
    return value


def _aware(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError("expected an instant with its zone, such as 2026-08-22T06:00:00+02:00")
    return value


class Settings(BaseSettings):
    """Everything an operator can set. Source addresses are read apart, see `source_options`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    data_dir: Path = Field(default_factory=lambda: Path.home() / ".local" / "share" / "fondvakt")
    database_url: Annotated[str | None, AfterValidator(_database_address)] = None
    model: str = "embedded"
    smtp_url: Annotated[str, AfterValidator(_mail_address)] = "smtp://localhost:25"
    mail_from: str | None = None
    mail_per_minute: int = Field(default=25, ge=1)
    public_url: Annotated[str, AfterValidator(_http_address)] = "http://localhost:8000"
    secret_key: SecretStr | None = None
    secret_key_file: Path | None = None
    dask: str | None = None
    now: Annotated[datetime | None, AfterValidator(_aware)] = None
    tenant: str = "default"

    @classmethod
    def settings_customise_sources(
        cls, settings_cls, init_settings, env_settings, dotenv_settings, file_secret_settings
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return init_settings, env_settings

    @property
    def database(self) -> str:
        """The database address in SQLAlchemy's terms; SQLite in the data folder unless another is set."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'fondvakt.sqlite'}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def model_cache(self) -> Path:
        """Where the embedded model is unpacked: the user's cache, shared by all installations."""
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fondvakt" / "models"

    def clock(self) -> datetime:
        """Now, aware: the real one unless FONDVAKT_NOW fixes it."""
        return self.now or datetime.now(UTC)

    def signing_key(self) -> str:
        """The key that signs links and sessions; made once in the data folder when none is set."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.secret_key_file or self.data_dir / "secret-key"
        if not path.exists() and self.secret_key_file is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
        try:
            return path.read_text().strip()
        except OSError as failure:
            raise SettingsError(
                f"FONDVAKT_SECRET_KEY_FILE: cannot read {path}: {failure.strerror}"
            ) from failure


def read_settings(**overrides: Any) -> Settings:
    """Read the settings once.

    Raises:
        SettingsError: when a value is not what was expected, or the file cannot be read.
    """
    try:
        return Settings(**(_config_file() | overrides))
    except ValidationError as failure:
        first = failure.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        said = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name} = {first['input']!r}: {said}") from failure


def source_options(source_key: str, environ: dict[str, str] | None = None) -> dict[str, str]:
    """The settings of one source: FONDVAKT_SOURCE_<KEY>_URL gives `url`, and so on for its other options.

    Raises:
        SettingsError: when the address is not one.
    """
    environ = dict(os.environ) if environ is None else environ
    values = {name: str(value) for name, value in _config_file(prefixed=True).items()} | environ
    start = f"{PREFIX}SOURCE_{source_key.upper().replace('-', '_')}_"
    options = {name[len(start) :].lower(): value for name, value in values.items() if name.startswith(start)}
    try:
        if "url" in options:
            options["url"] = _http_address(options["url"]) or ""
    except ValueError as failure:
        raise SettingsError(f"{start}URL = {options['url']!r}: {failure}") from failure
    return options


def _config_file(*, prefixed: bool = False) -> dict[str, Any]:
    """The TOML file named by FONDVAKT_CONFIG, whose keys are the settings' names; the environment wins."""
    name = os.environ.get(f"{PREFIX}CONFIG")
    if not name:
        return {}
    try:
        content = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as failure:
        raise SettingsError(f"FONDVAKT_CONFIG: cannot read {name}: {failure.strerror}") from failure
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failure:
        raise SettingsError(f"FONDVAKT_CONFIG: {name} is not TOML: {failure}") from failure
    if prefixed:
        return content
    unset = {key: value for key, value in content.items() if key not in os.environ}
    return {key.removeprefix(PREFIX).lower(): value for key, value in unset.items() if "SOURCE_" not in key}
