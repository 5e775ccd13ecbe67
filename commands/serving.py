"""`fondvakt serve`: the web pages and the clock in one process, the jobs in processes of their own."""

import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from commands.language import _, said
from commands.ledger import StoredLedger
from commands.output import out
from pipeline import wiring
from pipeline.shown import shown_settings
from pipeline.children import ChildRun
from profiles.model import Profile
from scheduler import BOUNCES, JOBS, LETTERS, Clock
from scrapers.sources import SOURCES
from storage.database import StorageError
from texts.errors import cause_of
from web.app import create_app
from web.context import WebContext

TICK_SECONDS = 30
SILENCE_SECONDS = 75
CLOCK_IS_DEAD = 3
log = structlog.get_logger()


def serve(
    host: Annotated[str, typer.Option(help=_("Adress att lyssna på."))] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=_("Port att lyssna på; 0 väljer en ledig."))
    ] = 8000,
    with_clock: Annotated[bool, typer.Option("--clock/--no-clock", help=_("Kör jobben på tid."))] = True,
) -> None:
    installation = wiring.opened()
    with listening(host, port) as door:
        out.print(_("Fondvakt svarar på http://{host}:{port}").format(host=host, port=door.getsockname()[1]))
        run_pages(installation, door, with_clock=with_clock)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens, or wrong use: nothing else is started when the port cannot be had."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as failure:
        sentence = _("{host}:{port} går inte att lyssna på: {cause}")
        cause = said(cause_of(failure))
        raise typer.BadParameter(sentence.format(host=host, port=port, cause=cause)) from failure


def run_pages(installation: wiring.Installation, door: socket.socket, *, with_clock: bool) -> None:
    """Serve the pages until told to end, the clock beside them."""
    config = uvicorn.Config(create_app(web_context(installation)), log_level="warning", proxy_headers=False)
    stop_clock = start_clock(installation) if with_clock else lambda: None
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

    return WebContext(
        engine=installation.engine,
        tenant=installation.tenant,
        public_url=settings.public_url,
        signing_key=settings.signing_key(),
        mail_from=settings.mail_from or wiring.default_sender(profile()),
        now=settings.clock,
        profile=profile,
        send_mail=wiring.mail_sender(installation),
        sources=SOURCES,
        status=lambda: wiring.health(installation),
        settings=lambda: shown_settings(settings),
    )


def start_clock(installation: wiring.Installation) -> Callable[[], None]:
    """Start ticking; gives the function that stops it. The process ends when ticks stop coming (A5)."""
    clock = the_clock(installation)
    ticker = BackgroundScheduler(timezone=UTC)
    ticker.add_job(
        lambda: _tick(clock),
        IntervalTrigger(seconds=TICK_SECONDS, timezone=UTC),
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    ticker.start()
    threading.Thread(target=_watch, args=(clock,), daemon=True).start()

    def stop() -> None:
        ticker.shutdown(wait=False)
        clock.stop()

    return stop


def the_clock(installation: wiring.Installation) -> Clock:
    """The clock over the stored ledger, its jobs as child processes."""
    logs = Path(installation.settings.data_dir) / "logs"
    runners = {
        "collect": lambda: ChildRun(["collect", "--json"], logs / "collect.log"),
        "match": lambda: ChildRun(["match", "--json"], logs / "match.log"),
        "digest": lambda: ChildRun(["digest", "send", "--json"], logs / "digest.log"),
        "letters": lambda: ChildRun(["letters", "send", "--json"], logs / "letters.log"),
        "bounces": lambda: ChildRun(["bounces", "read", "--json"], logs / "bounces.log"),
    }
    wanted = {
        "letters": lambda: wiring.has_letters_to_send(installation),
        "bounces": lambda: wiring.has_bounces_to_read(installation),
    }
    ledger = StoredLedger(installation)
    return Clock((*JOBS, LETTERS, BOUNCES), ledger, runners, installation.settings.clock, wanted)


def _tick(clock: Clock) -> None:
    """One tick; a database that cannot be reached now is tried again at the next (T-11)."""
    try:
        clock.tick()
    except StorageError as failure:
        log.warning("tick failed", reason=str(failure))


def _watch(clock: Clock) -> None:
    """End the process when the clock has stood still, so that whoever supervises it starts it anew."""
    while True:
        time.sleep(TICK_SECONDS / 2)
        if clock.seconds_silent() > SILENCE_SECONDS:
            log.error("the clock stands still, ending", seconds=clock.seconds_silent())
            os._exit(CLOCK_IS_DEAD)


def register(app: typer.Typer) -> None:
    """Add `serve` to the command."""
    app.command(help=_("Kör webbsidor och klocka."))(serve)
