"""`fondvakt serve`: the web pages and the clock in one process, the jobs in processes of their own."""

import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from commands.doctor import share_here
from commands.language import _, said
from commands.ledger import StoredLedger
from commands.output import out
from pipeline import hooks, mailing, noticing, wiring
from pipeline.asking import asking
from pipeline.children import ChildRun
from pipeline.desk import Desk
from pipeline.health import health
from pipeline.on_request import FollowedRun, JobOnRequest, Progress
from pipeline.settings import Settings
from pipeline.shown import shown_settings
from profiles.model import Profile
from scheduler import (
    ALARMS,
    BOUNCES,
    JOBS,
    LETTERS,
    NOTICES,
    REHEARSAL,
    REMINDERS,
    WEBHOOKS,
    Clock,
    next_slot,
)
from scrapers.sources import SOURCES
from storage import rematches
from storage.database import reading
from storage.errors import StorageError
from texts.errors import cause_of
from web.app import create_app
from web.context import WebContext
from web.oidc.provider import Provider
from web.source import networks

DIGEST = next(job for job in JOBS if job.key == "digest")
COLLECT = next(job for job in JOBS if job.key == "collect")
TICK_SECONDS = 10
SILENCE_SECONDS = 75
PATIENCE_SECONDS = 3.0
CLOCK_IS_DEAD = 3
OTHER_MAILS = (REMINDERS, REHEARSAL, NOTICES, ALARMS)
# What runs a job: words after `fondvakt`.
COMMANDS = {
    "collect": ("collect",),
    "match": ("match",),
    "digest": ("digest", "send"),
    "letters": ("letters", "send"),
    "bounces": ("bounces", "read"),
    "webhooks": ("webhooks", "send"),
} | {job.key: ("notices", "--only", job.key) for job in OTHER_MAILS}
log = structlog.get_logger()


def serve(
    host: Annotated[str, typer.Option(help=_("Adress att lyssna på."))] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=_("Port att lyssna på; 0 väljer en ledig."))
    ] = 8000,
    with_clock: Annotated[bool, typer.Option("--clock/--no-clock", help=_("Kör jobben på tid."))] = True,
) -> None:
    installation = wiring.opened()
    kind = share_here(installation.settings.data_dir)
    if kind and installation.engine.dialect.name == "sqlite":
        log.warning("the database lies on a network share; SQLite needs a local disk", kind=kind)
    with listening(host, port) as door:
        context = web_context(installation)
        out.print(_("Fondvakt svarar på http://{host}:{port}").format(host=host, port=door.getsockname()[1]))
        run_pages(installation, context, door, with_clock=with_clock)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens, or wrong use: nothing else is started when the port cannot be had."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as failure:
        sentence = _("{host}:{port} går inte att lyssna på: {cause}")
        cause = said(cause_of(failure))
        raise typer.BadParameter(sentence.format(host=host, port=port, cause=cause)) from failure


def run_pages(
    installation: wiring.Installation, context: WebContext, door: socket.socket, *, with_clock: bool
) -> None:
    """Serve the pages until told to end, the clock beside them."""
    take_up_matching(installation, context.rematcher)
    config = uvicorn.Config(create_app(context), log_level="warning", proxy_headers=False)
    stop_clock = start_clock(installation, context.rematcher) if with_clock else lambda: None
    try:
        uvicorn.Server(config).run(sockets=[door])
    finally:
        stop_clock()


def web_context(installation: wiring.Installation) -> WebContext:
    """What the pages work with."""
    settings = installation.settings

    def profile() -> tuple[int, Profile] | None:
        try:
            return wiring.published_profile(installation)
        except wiring.NotReady:
            return None

    desk, match = Desk(lambda: wiring.embedder(settings)), rematcher(installation)
    return WebContext(
        engine=installation.engine,
        tenant=installation.tenant,
        public_url=settings.public_url,
        signing_key=settings.signing_keys(),
        mail_from=settings.mail_from or mailing.default_sender(profile()),
        now=settings.clock,
        profile=profile,
        send_mail=mailing.mail_sender(installation),
        sources=SOURCES,
        status=lambda: health(installation),
        next_letters=lambda now: next_slot(DIGEST, now),
        next_collection=lambda now: next_slot(COLLECT, now),
        host=socket.gethostname(),
        settings=lambda: shown_settings(settings),
        provider=sign_in_provider(settings),
        trusted_proxies=networks(settings.trusted_proxy),
        desk=desk,
        patience=PATIENCE_SECONDS,
        nearness=asking(desk, installation.engine, installation.tenant, settings.clock),
        rematcher=match,
        collectors=collectors(installation, match),
    )


def sign_in_provider(settings: Settings) -> Provider | None:
    """Where people sign in with the municipality's own accounts, None when no provider is set."""
    if settings.oidc_issuer is None:
        return None
    client_id, secret = settings.provider_login()
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=client_id,
        client_secret=secret,
        redirect_uri=f"{settings.public_url}/logga-in/oidc/svar",
    )


def collectors(installation: wiring.Installation, match: JobOnRequest) -> dict[str, JobOnRequest]:
    """What collects each source at once, in a process of its own, and has the calls matched then."""
    log_file = Path(installation.settings.data_dir) / "logs" / "collect.log"

    def of(source: str) -> JobOnRequest:
        return JobOnRequest(lambda: FollowedRun(ChildRun(["collect", source, "--json"], log_file), match.ask))

    return {source.key: of(source.key) for source in SOURCES}


def rematcher(installation: wiring.Installation) -> JobOnRequest:
    """What matches anew after a publication, in a process of its own."""
    log_file = Path(installation.settings.data_dir) / "logs" / "match.log"
    return JobOnRequest(lambda: ChildRun(["match", "--json"], log_file))


def take_up_matching(installation: wiring.Installation, asked: JobOnRequest | None) -> None:
    """Do the matching that somebody else asked for: another process, or these pages before they were last stopped.

    One that failed waits for the next publication, or for the night.
    """
    if asked is None or asked.progress is not Progress.IDLE:
        return
    with reading(installation.engine) as conn:
        is_wanted = rematches.is_wanted(conn, installation.tenant)
    if is_wanted:
        asked.ask()


def start_clock(installation: wiring.Installation, asked: JobOnRequest | None) -> Callable[[], None]:
    """Start ticking; gives the function that stops it. The process ends when ticks stop coming (A5)."""
    clock = the_clock(installation)
    ticker = BackgroundScheduler(timezone=UTC)
    ticker.add_job(
        lambda: _tick(clock, lambda: take_up_matching(installation, asked)),
        IntervalTrigger(seconds=TICK_SECONDS, timezone=UTC),
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    ticker.start()
    threading.Thread(target=watch, args=(clock.seconds_silent,), daemon=True).start()

    def stop() -> None:
        ticker.shutdown(wait=False)
        clock.stop()

    return stop


def the_clock(installation: wiring.Installation) -> Clock:
    """The clock over the stored ledger, its jobs as child processes."""
    logs = Path(installation.settings.data_dir) / "logs"
    runners = {
        key: partial(ChildRun, [*words, "--json"], logs / f"{key}.log") for key, words in COMMANDS.items()
    }
    wanted = {
        "letters": lambda: mailing.has_letters_to_send(installation),
        "bounces": lambda: mailing.has_bounces_to_read(installation),
        "alarms": lambda: noticing.has_news(installation),
        "webhooks": lambda: hooks.are_wanted(installation),
    }
    ledger = StoredLedger(installation)
    jobs = (*JOBS, LETTERS, BOUNCES, *OTHER_MAILS, WEBHOOKS)
    now = installation.settings.clock
    return Clock(jobs, ledger, runners, now, wanted, survives=(StorageError, OSError), tell=_tell_of)


def _tell_of(job: str, failure: Exception) -> None:
    log.warning("job waits for the next tick", job=job, reason=str(failure))


def _tick(clock: Clock, take_up: Callable[[], None]) -> None:
    """One tick; a database that cannot be reached now is tried again at the next (T-11)."""
    clock.tick()
    try:
        take_up()
    except StorageError as failure:
        log.warning("tick failed", reason=str(failure))


def watch(seconds_silent: Callable[[], float], pause: float = TICK_SECONDS / 2) -> None:
    """End the process when the clock has stood still, so that whoever supervises it starts it anew (A5, T-11)."""
    while True:
        time.sleep(pause)
        if seconds_silent() > SILENCE_SECONDS:
            log.error("the clock stands still, ending", seconds=seconds_silent())
            os._exit(CLOCK_IS_DEAD)


def register(app: typer.Typer) -> None:
    """Add `serve` to the command."""
    app.command(help=_("Kör webbsidor och klocka."))(serve)
