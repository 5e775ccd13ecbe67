"""Builds the real tools from the settings. Nothing else reads settings and makes tools of them."""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.metadata import version
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine

from matcher.embedder import Embedder, load_embedder
from matcher.errors import MatcherError
from notifier.channel import Channel, channel_for
from pipeline.collect import Order
from pipeline.settings import Settings, SettingsError, read_settings, source_options
from profiles.load import read_profile
from profiles.model import Profile
from scrapers.fetch import Fetcher
from scrapers.sources import SOURCES
from storage import profiles as stored_profiles
from storage.database import open_database, reading
from texts import N_, Message, translate

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NO_PROFILE = Message(text=N_("Ingen kommun är vald än. Kör först: fondvakt init --municipality exempelstad"))
log = structlog.get_logger()


class NotReady(Exception):
    """Something must be done first. `message` says what, in the reader's language."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return translate(self.message, "sv")


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
        stored = stored_profiles.latest(conn, installation.tenant)
    if stored is None:
        raise NotReady(NO_PROFILE)
    return stored.version, read_profile(stored.document, stored.key)


@contextmanager
def orders(settings: Settings, keys: Sequence[str]) -> Iterator[list[Order]]:
    """The sources to collect with their fetchers; all of them when none is named.

    Raises:
        SettingsError: for an unknown source.
    """
    known = {source.key: source for source in SOURCES}
    for key in keys:
        if key not in known:
            raise SettingsError(f"source {key!r}: expected one of {', '.join(known)}")
    agent = f"Fondvakt/{version('fondvakt')} (+{settings.public_url})"
    found, fetchers = [], []
    for source in [known[key] for key in keys] or SOURCES:
        options = source_options(source.key)
        fetchers.append(Fetcher(source, user_agent=agent, base_url=options.get("url")))
        found.append(Order(source=source, fetch=fetchers[-1], options=options))
    try:
        yield found
    finally:
        for fetcher in fetchers:
            fetcher.close()


def embedder(settings: Settings) -> Embedder | None:
    """The model that the settings name; None, with a logged reason, when it cannot be used (H4)."""
    try:
        return load_embedder(settings.model, settings.model_cache)
    except MatcherError as failure:
        log.warning("model cannot be used, matching on words alone", reason=str(failure))
        return None


def channel(settings: Settings, out: os.PathLike | None = None) -> Channel:
    """Where letters go: the relay of the settings, or a folder."""
    return channel_for(f"file:{out}" if out else settings.smtp_url)


def start_of_day(day: date) -> datetime:
    """The first moment of a day in Stockholm."""
    return datetime.combine(day, time(), tzinfo=STOCKHOLM).astimezone(UTC)
