"""Builds the real tools from the settings. Nothing else reads settings and makes tools of them."""

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine

from matcher.additions import read_additions, use_additions
from matcher.embedder import Embedder, load_embedder
from matcher.errors import MatcherError
from notifier.channel import Channel, channel_for
from notifier.folder import FolderChannel
from notifier.model import Letter, LetterState
from notifier.returns import ReturnAddresses
from notifier.statuses import BounceKind
from notifier.view import LetterContext
from pipeline import bounces, digest
from pipeline.accounts import unaccounted
from pipeline.alarms import UNIT
from pipeline.collect import Order
from pipeline.limiter import WITHOUT_LIMIT
from pipeline.settings import Settings, SettingsError, read_settings, source_options
from profiles.load import read_profile
from profiles.model import Profile
from scrapers.fetch import Fetcher
from scrapers.sources import SOURCES
from storage import bounces as stored_bounces
from storage import incidents, outbox, runs, subscriptions
from storage import profiles as stored_profiles
from storage.database import open_database, reading
from texts import N_, Message, MessageError

OUR_FAULT_SHOWS = timedelta(days=2)
UNSETTLED = (LetterState.IN_DOUBT, LetterState.FAILED, LetterState.HELD)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
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


@contextmanager
def orders(settings: Settings, keys: Sequence[str]) -> Iterator[list[Order]]:
    """The sources to collect with their fetchers; all of them when none is named.

    Raises:
        SettingsError: for an unknown source.
    """
    known = {source.key: source for source in SOURCES}
    for key in keys:
        if key not in known:
            raise SettingsError(
                Message(
                    text=N_("Källan {key} är okänd; väntade någon av {known}."),
                    values={"key": key, "known": ", ".join(known)},
                )
            )
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
        raise SettingsError(Message(text=text)) from failure
    try:
        client = Client(settings.dask, timeout="10s")
    except OSError as failure:
        text = N_("Ingen Dask-schemaläggare svarar på {address} (FONDVAKT_DASK).")
        raise SettingsError(Message(text=text, values={"address": settings.dask})) from failure
    with client:
        yield client.get_executor()


def channel(settings: Settings, out: os.PathLike | None = None) -> Channel:
    """Where letters go: the relay of the settings, or a folder.

    Raises:
        SettingsError: for an option of the relay's address that is not known or lacks what it needs.
    """
    returns = return_addresses(settings)
    try:
        return channel_for(
            f"file:{out}" if out else settings.smtp_url,
            token_file=settings.smtp_token_file,
            return_address=(lambda letter: returns.of(letter.message_id, settings.clock()))
            if returns
            else None,
        )
    except ValueError as failure:
        text = N_("Inställningen FONDVAKT_SMTP_URL går inte att använda: {cause}.")
        raise SettingsError(Message(text=text, values={"cause": str(failure)})) from failure


def return_addresses(settings: Settings) -> ReturnAddresses | None:
    """Where letters that cannot be delivered come back to; None when no mailbox is set apart for them."""
    if settings.bounce_address is None:
        return None
    return ReturnAddresses(settings.bounce_address, settings.signing_key(), settings.tenant)


def previewed_letters(installation: Installation, week: str) -> list[Letter]:
    """The week's letters as they are or would be; nothing is changed."""
    return digest.preview(
        installation.engine, letter_context(installation), week, **_week_facts(installation)
    )


def send_week(
    installation: Installation,
    week: str,
    *,
    folder: Path | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> tuple[digest.Planned, digest.SendSummary]:
    """Plan the week's letters and send what waits in the outbox.

    Args:
        folder: write them there instead of handing them to the relay.
        stopping: asked between letters; True ends the run politely.
    """
    facts = _week_facts(installation)
    planned = digest.plan(installation.engine, letter_context(installation), week, **facts)
    return planned, send_waiting(installation, week, folder=folder, stopping=stopping)


def send_waiting(
    installation: Installation,
    week: str,
    *,
    folder: Path | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> digest.SendSummary:
    """Send what waits in the outbox, of any week; arguments as `send_week`."""
    settings, host = installation.settings, socket.gethostname()
    way = channel(settings, folder)
    limit = WITHOUT_LIMIT if isinstance(way, FolderChannel) else settings.mail_per_minute
    return digest.send(
        installation.engine,
        installation.tenant,
        published_profile(installation)[1],
        way,
        week=week,
        owner=host,
        now_fn=settings.clock,
        limiter=digest.Limiter(limit),
        stopped=stopped_persons(installation),
        stopping=stopping,
        lock=settings.data_dir / "sending.lock",
        host=host,
        on_refusal=lambda conn, stored, failure: bounces.note_refusal(
            conn, installation.tenant, stored, failure, settings.clock()
        ),
        operator=settings.operator_mail,
    )


def has_bounces_to_read(installation: Installation) -> bool:
    """Whether anything lies in the folder of bounces."""
    folder = installation.settings.bounce_dir
    return folder is not None and bool(bounces.waiting_in(folder))


def has_letters_to_send(installation: Installation) -> bool:
    """Whether a letter waits for a try now, and sending is not held."""
    with reading(installation.engine) as conn:
        if outbox.sending_of(conn, installation.tenant).is_held:
            return False
        return outbox.has_work(conn, installation.tenant, installation.settings.clock())


def letter_context(installation: Installation) -> LetterContext:
    """What all letters of the municipality have in common, as of now."""
    settings = installation.settings
    return digest.letter_context(
        installation.tenant,
        published_profile(installation)[1],
        settings.clock(),
        public_url=settings.public_url,
        key=settings.signing_key(),
        mail_from=settings.mail_from,
        publishers={source.key: source.publisher for source in SOURCES},
    )


def _week_facts(installation: Installation) -> dict[str, Any]:
    """What a week's letters need beyond the matches: silent sources, and who has said no."""
    titles = {source.key: source.title for source in SOURCES}
    unreached = digest.unreached_sources(installation.engine, installation.tenant, titles)
    return {"unreached": unreached, "stopped": stopped_persons(installation)}


def stopped_persons(installation: Installation) -> set[str]:
    """Who gets no letter now: by their own word, or because what is sent there comes back."""
    with reading(installation.engine) as conn:
        said_no = subscriptions.stopped(conn, installation.tenant, installation.settings.clock())
    profile = published_profile(installation)[1]
    return said_no | set(bounces.paused_persons(installation.engine, installation.tenant, profile))


def default_sender(published: tuple[int, Profile] | None) -> str:
    """The sender of mails when no setting names one: an address at the municipality's own domain."""
    domain = published[1].mail_domains[0] if published else "localhost"
    return f"fondvakt@{domain}"


def mail_sender(installation: Installation) -> Callable[[EmailMessage], None]:
    """A function that hands one mail to the relay at once, outside the outbox (sign-in links)."""

    def send(message: EmailMessage) -> None:
        letter = Letter(
            person="",
            week="",
            to=message["To"],
            subject=message["Subject"],
            message_id=message["Message-ID"] or make_msgid(domain="fondvakt.invalid"),
            content=message.as_bytes(policy=SMTP),
            calls=(),
        )
        with closing(channel(installation.settings)) as relay:
            relay.deliver(letter, before_data=lambda: None)

    return send


def health(installation: Installation) -> dict[str, Any]:
    """How the service is: `ok`, and what it follows from (`reliability.md` I2)."""
    with reading(installation.engine) as conn:
        harvests = runs.latest(conn, installation.tenant)
        unsettled = outbox.count(conn, installation.tenant, UNSETTLED)
        is_held = outbox.sending_of(conn, installation.tenant).is_held
        since = installation.settings.clock() - OUR_FAULT_SHOWS
        ours = stored_bounces.tally(conn, installation.tenant, since, proved=True).get(BounceKind.OURS, 0)
        alarms = [
            one for one in incidents.open_now(conn, installation.tenant) if not one.name.startswith(UNIT)
        ]
    overdue = unaccounted(installation.engine, installation.tenant, installation.settings.clock())
    failing = [harvest.source for harvest in harvests if harvest.outcome in ("refused", "failed")]
    return {
        "ok": not (failing or unsettled or is_held or ours or overdue or alarms),
        "failing_sources": failing,
        "unsettled_letters": unsettled,
        "sending_held": is_held,
        "refused_for_our_fault": ours,
        "unaccounted_letters": len(overdue.letters),
        "unplanned_since": overdue.slot.isoformat() if overdue.slot else None,
        "alarms": {one.name: one.opened_at.isoformat() for one in alarms},
        "last_sound": {
            harvest.source: harvest.ended_at.isoformat()
            for harvest in harvests
            if harvest.outcome == "sound" and harvest.ended_at
        },
    }


def start_of_day(day: date) -> datetime:
    """The first moment of a day in Stockholm."""
    return datetime.combine(day, time(), tzinfo=STOCKHOLM).astimezone(UTC)
