"""The installation and the tools for matching, built from the settings.

Tools for collecting are built in `orders.py`, for mail in `mailing.py`; nothing else makes tools of settings.
"""

import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache

import structlog
from sqlalchemy import Engine

from matcher.additions import read_additions, use_additions
from matcher.embedder import Embedder, load_embedder
from matcher.errors import MatcherError
from notifier.weeks import STOCKHOLM
from pipeline.settings import Settings, SettingsError, read_settings
from profiles.load import read_profile
from profiles.model import Profile
from storage import profiles as stored_profiles
from storage.database import open_database, reading
from texts import N_, Message, MessageError

NO_PROFILE = Message(text=N_("Ingen kommun är vald än. Kör först: fondvakt init --municipality exempelstad"))
log = structlog.get_logger()


class NotReady(MessageError):
    """Something must be done first, and the sentence says what."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Settings and an open database."""

    settings: Settings
    engine: Engine

    @property
    def tenant(self) -> str:
        """Whose rows."""
        return self.settings.tenant


def opened(settings: Settings | None = None) -> Installation:
    """The installation that the settings name, its database made or upgraded."""
    settings = settings or read_settings()
    settings.made_data_dir()
    return Installation(settings=settings, engine=open_database(settings.database))


def owner() -> str:
    """This process, for leases and claims."""
    return f"{socket.gethostname()}:{os.getpid()}"


def published_profile(installation: Installation) -> tuple[int, Profile]:
    """The municipality's profile and its version.

    Raises:
        NotReady: when none has been brought in.
    """
    with reading(installation.engine) as conn:
        mark = stored_profiles.mark(conn, installation.tenant)
    return _read(installation.engine, installation.tenant, mark)


@lru_cache(maxsize=4)
def _read(engine: Engine, tenant: str, mark: tuple) -> tuple[int, Profile]:
    """Read once while nothing changes: pages ask for the profile at every request."""
    with reading(engine) as conn:
        stored = stored_profiles.latest(conn, tenant)
    if stored is None:
        raise NotReady(NO_PROFILE)
    return stored.version, _parsed(stored.document, stored.key)


@lru_cache(maxsize=4)
def _parsed(document: str, key: str) -> Profile:
    """A profile is parsed once for each of its texts: most that changes in the database is not the profile."""
    return read_profile(document, key)


def _log_model(failure: MatcherError) -> None:
    log.warning("model cannot be used, matching on words alone", reason=str(failure))


def embedder(settings: Settings, tell: Callable[[MatcherError], None] = _log_model) -> Embedder | None:
    """The model that the settings name; None, when the reason has been told, if it cannot be used (H4)."""
    try:
        return load_embedder(settings.model, settings.model_cache)
    except MatcherError as failure:
        tell(failure)
        return None


def use_own_words(settings: Settings) -> None:
    """Put the coordinator's word list, where there is one, in front of the product's.

    Raises:
        VocabularyError: a line of it is not what was expected.
    """
    path = settings.data_dir / "vocabulary.tsv"
    use_additions(read_additions(path) if path.exists() else {})


@contextmanager
def executor(settings: Settings) -> Iterator[Executor | None]:
    """Who works on the products of vectors: the machines behind a Dask scheduler when one is set, else None.

    Raises:
        SettingsError: FONDVAKT_DASK is set and Dask is not installed, or nothing answers there.
    """
    if settings.dask is None:
        yield None
        return
    try:
        from dask.distributed import Client
    except ImportError as failure:
        text = N_("FONDVAKT_DASK är satt, men Dask är inte installerat: pip install 'fondvakt[dask]'")
        raise SettingsError.of(text) from failure
    try:
        client = Client(settings.dask, timeout="10s")
    except OSError as failure:
        text = N_("Ingen Dask-schemaläggare svarar på {address} (FONDVAKT_DASK).")
        raise SettingsError.of(text, address=settings.dask) from failure
    with client:
        yield client.get_executor()


def start_of_day(day: date) -> datetime:
    """The first moment of a day in Stockholm."""
    return datetime.combine(day, time(), tzinfo=STOCKHOLM).astimezone(UTC)
