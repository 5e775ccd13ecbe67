"""Settings: read once, from the environment or the file named by FONDVAKT_CONFIG, into one frozen value.

Each is described in `docs/operating.md`; a test notices one that is not. A name that we do not know is refused,
for a misspelt setting would otherwise be a setting that silently does nothing.
"""

import difflib
import os
import re
import secrets
import stat
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pipeline.setting_values import (
    aware,
    database_address,
    http_address,
    issuer,
    long_secret,
    mail_address,
    mail_relay,
    networks,
    return_address,
    scheduler_address,
    secret_address,
)
from scrapers.sources import SOURCES
from texts import N_, Message, MessageError, cause_of

PREFIX = "FONDVAKT_"
ENVIRONMENT_ONLY = ("FONDVAKT_CONFIG", "FONDVAKT_LANG", "FONDVAKT_LEASH")
OF_THE_TESTS = "FONDVAKT_TEST_"
# Settings may be shared with a version that has more sources; a name near one of ours is a slip of the pen.
OF_ANOTHER_SOURCE = re.compile(r"FONDVAKT_SOURCE_[A-Z0-9_]+_URL")
NEAR = 0.75
SECRETS = ("secret_key", "oidc_client_secret", "teams_url", "webhook_url", "webhook_secret")
LOGIN = re.compile(r"(?<=://)[^/@]*@")
EXPECTED = {
    "data_dir": N_("en mapp"),
    "database_url": N_("sqlite:///FIL eller postgresql://användare@dator/namn"),
    "smtp_url": N_("smtp://dator:port, smtps://dator:port eller file:MAPP"),
    "mail_from": N_("en e-postadress som fondvakt@kommunen.example"),
    "smtp_token_file": N_("en fil"),
    "bounce_address": N_("en e-postadress som studs@kommunen.example, med högst 20 tecken före @"),
    "bounce_dir": N_("en mapp"),
    "operator_mail": N_("en e-postadress som drift@kommunen.example"),
    "mail_per_minute": N_("ett helt tal, minst 1"),
    "public_url": N_("en adress som https://fondvakt.example"),
    "secret_key": N_("minst 16 tecken, slumpade"),
    "secret_key_file": N_("en fil"),
    "teams_url": N_("en adress som https://exempel.logic.azure.com/…"),
    "teams_language": N_("sv eller en"),
    "webhook_url": N_("en adress som https://mottagare.example/fondvakt"),
    "webhook_secret": N_("minst 16 tecken, slumpade"),
    "webhook_private_hosts": N_("datornamn med komma emellan"),
    "dask": N_("en adress som tcp://dator:8786"),
    "now": N_("ett ögonblick med tidszon, som 2026-08-22T06:00:00+02:00"),
    "oidc_issuer": N_(
        "utgivarens adress för just er kommun, som https://login.microsoftonline.com/KATALOG-ID/v2.0"
    ),
    "oidc_client_id": N_("det klient-ID som inloggningstjänsten gav Fondvakt"),
    "oidc_client_secret": N_("den hemlighet som inloggningstjänsten gav Fondvakt"),
    "oidc_client_secret_file": N_("en fil"),
    "trusted_proxy": N_("adresser eller nät, som 127.0.0.1, 10.0.0.0/8"),
    "tenant": N_("högst 40 små bokstäver, siffror och bindestreck"),
}


class SettingsError(MessageError):
    """A setting is wrong. The sentence says which one, what it was, and what was expected."""


class Settings(BaseSettings):
    """Everything an operator can set. Source addresses are read apart, see `source_options`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    data_dir: Path = Field(default_factory=lambda: Path.home() / ".local" / "share" / "fondvakt")
    database_url: Annotated[str, AfterValidator(database_address)] | None = None
    model: str = "embedded"
    smtp_url: Annotated[str, AfterValidator(mail_relay)] = "smtp://localhost:25"
    smtp_token_file: Path | None = None
    mail_from: Annotated[str, AfterValidator(mail_address)] | None = None
    bounce_address: Annotated[str, AfterValidator(return_address)] | None = None
    bounce_dir: Path | None = None
    operator_mail: Annotated[str, AfterValidator(mail_address)] | None = None
    mail_per_minute: int = Field(default=25, ge=1)
    public_url: Annotated[str, AfterValidator(http_address)] = "http://localhost:8000"
    secret_key: Annotated[SecretStr, AfterValidator(long_secret)] | None = None
    secret_key_file: Path | None = None
    dask: Annotated[str, AfterValidator(scheduler_address)] | None = None
    teams_url: Annotated[SecretStr, AfterValidator(secret_address)] | None = None
    teams_language: Literal["sv", "en"] = "sv"
    webhook_url: Annotated[SecretStr, AfterValidator(secret_address)] | None = None
    webhook_secret: Annotated[SecretStr, AfterValidator(long_secret)] | None = None
    webhook_private_hosts: str = ""
    now: Annotated[datetime, AfterValidator(aware)] | None = None
    oidc_issuer: Annotated[str, AfterValidator(issuer)] | None = None
    oidc_client_id: str | None = Field(default=None, min_length=1, max_length=200)
    oidc_client_secret: SecretStr | None = None
    oidc_client_secret_file: Path | None = None
    trusted_proxy: Annotated[str, AfterValidator(networks)] | None = None
    tenant: str = Field(default="default", pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls, init_settings, env_settings, dotenv_settings, file_secret_settings
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file: what the file says comes in as arguments, less what is set."""
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

    def made_data_dir(self) -> Path:
        """The data folder, made when it is missing.

        Raises:
            SettingsError: it is a file, or cannot be made or written to.
        """
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as failure:
            raise _unusable("data_dir", self.data_dir, cause_of(failure)) from failure
        if not os.access(self.data_dir, os.W_OK | os.X_OK):
            raise _unusable(
                "data_dir", self.data_dir, Message(text=N_("mappen får inte skrivas av programmet"))
            )
        return self.data_dir

    def signing_keys(self) -> tuple[str, ...]:
        """What signs links and sessions, the newest last; made once in the data folder when none is set.

        A file may have several, one a line: the last one signs, and what the others have signed holds on (C5).

        Raises:
            SettingsError: the file cannot be read, everybody may read it, or a key is too easy to guess (O-05).
        """
        if self.secret_key is not None:
            return (self.secret_key.get_secret_value(),)
        path = self.secret_key_file or self.made_data_dir() / "secret-key"
        if not path.exists() and self.secret_key_file is None:
            _write_key(path)
        lines = _read_secret("secret_key_file", path).splitlines() or [""]
        keys = tuple(line.strip() for line in lines if line.strip() or len(lines) == 1)
        try:
            for key in keys:
                long_secret(SecretStr(key))
        except ValueError as failure:
            raise _unusable("secret_key_file", path, _expected("secret_key")) from failure
        return keys

    def provider_login(self) -> tuple[str, str]:
        """What the sign-in provider knows us by: client id and secret.

        Raises:
            SettingsError: one of them is missing, or the secret's file cannot be read or everybody may read it.
        """
        if not self.oidc_client_id:
            raise _unusable("oidc_client_id", "", _expected("oidc_client_id"))
        if self.oidc_client_secret is not None:
            return self.oidc_client_id, self.oidc_client_secret.get_secret_value()
        if self.oidc_client_secret_file is None:
            raise _unusable("oidc_client_secret", "", _expected("oidc_client_secret"))
        return self.oidc_client_id, _read_secret("oidc_client_secret_file", self.oidc_client_secret_file)


def read_settings(**overrides: Any) -> Settings:
    """Read the settings once.

    Raises:
        SettingsError: when a name is unknown, a value is not what was expected, or the file cannot be read.
    """
    _refuse_unknown(_ours_in_environment(), Message(text=N_("i miljön")))
    unset = {name: value for name, value in _config_file().items() if not os.environ.get(name)}
    given = {name.removeprefix(PREFIX).lower(): value for name, value in unset.items()}
    try:
        settings = Settings(**(given | overrides))
    except ValidationError as failure:
        first = failure.errors()[0]
        raise _wrong(str(first["loc"][0]), first["input"]) from failure
    for source in SOURCES:
        source_options(source.key)
    if settings.secret_key_file is not None:
        settings.signing_keys()
    if settings.oidc_issuer is not None:
        settings.provider_login()
    return settings


def source_options(source_key: str) -> dict[str, str]:
    """The settings of one source: FONDVAKT_SOURCE_<KEY>_URL gives `url`, and so on for its other options.

    Raises:
        SettingsError: when the address is not one.
    """
    values = {name: str(value) for name, value in _config_file().items()}
    values |= {name: value for name, value in os.environ.items() if value}
    start = _source_start(source_key)
    options = {name[len(start) :].lower(): value for name, value in values.items() if name.startswith(start)}
    if "url" in options:
        try:
            options["url"] = http_address(options["url"])
        except ValueError as failure:
            raise _wrong(f"{start}url".removeprefix(PREFIX), options["url"], "public_url") from failure
    return options


def known_names() -> tuple[str, ...]:
    """Every setting that there is, those of the sources too."""
    of_sources = [
        f"{_source_start(source.key)}{option.upper()}"
        for source in SOURCES
        for option in ("url", *source.options)
    ]
    return (*(PREFIX + name.upper() for name in Settings.model_fields), *of_sources)


def _source_start(source_key: str) -> str:
    return f"{PREFIX}SOURCE_{source_key.upper().replace('-', '_')}_"


def _refuse_unknown(names: Iterable[str], where: Message) -> None:
    """Refuse the first name that is no setting, with the one that was probably meant."""
    known = {name.removeprefix(PREFIX): name for name in known_names()}
    for name in sorted(set(names) - set(known.values())):
        meant = name.removeprefix(PREFIX).upper()
        if OF_ANOTHER_SOURCE.fullmatch(name) and not difflib.get_close_matches(meant, known, cutoff=NEAR):
            continue
        near = difflib.get_close_matches(meant, known, n=1)
        text = N_("Inställningen {name} {where} är okänd; se docs/operating.md.")
        if near:
            text = N_("Inställningen {name} {where} är okänd; menade du {near}?")
        raise SettingsError.of(text, name=name, where=where, near=known[near[0]] if near else "")


def _ours_in_environment() -> list[str]:
    ours = [name for name in os.environ if name.startswith(PREFIX) and not name.startswith(OF_THE_TESTS)]
    return [name for name in ours if name not in ENVIRONMENT_ONLY]


def _config_file() -> dict[str, Any]:
    """The TOML file named by FONDVAKT_CONFIG, whose keys are the settings' full names."""
    name = os.environ.get(f"{PREFIX}CONFIG")
    if not name:
        return {}
    try:
        content = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as failure:
        raise _unusable("config", name, cause_of(failure)) from failure
    except ValueError as failure:
        cause = Message(text=N_("väntade en TOML-fil i UTF-8 ({cause})"), values={"cause": str(failure)})
        raise _unusable("config", name, cause) from failure
    _refuse_unknown(content, Message(text=N_("i filen {file}"), values={"file": name}))
    return content


def _read_secret(field: str, path: Path) -> str:
    """A secret from a file that not everybody may read (O-05)."""
    try:
        mode, secret = path.stat().st_mode, path.read_text(encoding="utf-8").strip()
    except OSError as failure:
        raise _unusable(field, path, cause_of(failure)) from failure
    except ValueError as failure:
        raise _unusable(field, path, _expected(field)) from failure
    if mode & stat.S_IRWXO:
        cause = Message(
            text=N_("alla på datorn får läsa filen; kör: chmod 600 {path}"), values={"path": str(path)}
        )
        raise _unusable(field, path, cause)
    return secret


def _write_key(path: Path) -> None:
    """Make a key that only we may read, whole or not at all; another process may be first, with one as good.

    Raises:
        SettingsError: there is no room for it.
    """
    try:
        with NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}.") as aside:
            aside.write(secrets.token_urlsafe(48))
            aside.flush()
            with suppress(FileExistsError):
                os.link(aside.name, path)
    except OSError as failure:
        raise _unusable("secret_key_file", path, cause_of(failure)) from failure


def _expected(field: str) -> Message:
    return Message(text=N_("väntade {expected}"), values={"expected": Message(text=EXPECTED[field])})


def _wrong(field: str, value: Any, like: str | None = None) -> SettingsError:
    """A value of another kind than was expected; secrets and logins are not repeated."""
    shown = "***" if field in SECRETS else repr(LOGIN.sub("***@", str(value)))
    return _unusable(field, shown, _expected(like or field))


def _unusable(field: str, value: object, cause: Message | str) -> SettingsError:
    return SettingsError.of(
        N_("Inställningen {name} = {value} går inte att använda: {cause}."),
        name=PREFIX + field.upper(),
        value=str(value),
        cause=cause,
    )
