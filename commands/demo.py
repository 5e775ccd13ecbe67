"""`fondvakt demo`: the whole chain on this machine, with made-up Exempelstad and the product's own sample.

The portal's stand-in, a real SMTP server with a mailbox page, and Fondvakt itself run on loopback; nothing else
is reached. What the demo shows has gone through the same code as in a municipality.
"""

import os
import shutil
import socket
import threading
import time
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from commands.language import LANGUAGE, _
from commands.ledger import StoredLedger
from commands.output import Json, bars, out, print_json
from commands.serving import listening, run_pages, web_context
from demo.mailbox import MailboxServer, mailbox_app
from matcher.model import Band, Decision, MatchState, Verdict
from matcher.review import ReviewRule
from notifier.weeks import week_of
from pipeline import mailing, wiring
from pipeline.collect import collect
from pipeline.match import match_all
from pipeline.orders import orders_for
from pipeline.settings import read_settings
from profiles.load import preset_path
from profiles.model import Profile
from scheduler import JOBS, latest_slot
from scrapers.standin.sample import sample_folder
from scrapers.standin.server import serve as serve_standin
from storage import choices
from storage import matches as stored_matches
from storage import profiles as stored_profiles
from storage.database import reading, writing
from web.session import signin_link

MUNICIPALITY = "exempelstad"
ACCEPTED_A_UNIT = 1


class Stopwatch:
    """Seconds of each part of the demo, for `make bench`."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time one part."""
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 2)


def demo(
    port: Annotated[
        int, typer.Option(min=1, max=65400, help=_("Port för kön; nästa lediga om den är upptagen."))
    ] = 8000,
    check: Annotated[bool, typer.Option("--check", help=_("Gör allt, men sluta när kön är fylld."))] = False,
    as_json: Json = False,
) -> None:
    watch = Stopwatch()
    with ExitStack() as open_parts:
        started = Surroundings(open_parts, port)
        installation = wiring.opened(started.settings)
        _fill(installation, watch, quiet=as_json)
        with watch.part("letters"):
            _planned, summary = mailing.send_week(installation, week_of(installation.settings.clock()))
        counts = _counts(installation) | {"letters": summary.sent}
        if as_json:
            print_json(counts | {"seconds": watch.seconds})
        else:
            _say_what_to_try(installation, started.mailbox_url, counts)
        if not check:
            with listening("127.0.0.1", started.port) as door:
                run_pages(installation, web_context(installation), door, with_clock=True)


class Surroundings:
    """What the demo runs around Fondvakt, and the settings that name it."""

    def __init__(self, open_parts: ExitStack, port: int) -> None:
        folder = read_settings().data_dir / "demo"
        shutil.rmtree(folder, ignore_errors=True)
        today = read_settings().clock().date()
        standin = open_parts.enter_context(serve_standin(sample_folder(), 0, today=today))
        relay = MailboxServer(folder / "mailbox", free_port(port + 50))
        relay.start()
        open_parts.callback(relay.stop)
        self.port = free_port(port)
        mailbox_port = free_port(self.port + 1)
        self.mailbox_url = f"http://localhost:{mailbox_port}"
        open_parts.enter_context(
            pages_in_background(mailbox_app(folder / "mailbox", language=LANGUAGE), mailbox_port)
        )
        os.environ |= {
            "FONDVAKT_DATA_DIR": str(folder),
            "FONDVAKT_SOURCE_EU_PORTAL_URL": standin.url,
            "FONDVAKT_SOURCE_EUROACCESS_URL": standin.url,
            "FONDVAKT_SOURCE_HAVE_YOUR_SAY_URL": standin.url,
            "FONDVAKT_SMTP_URL": relay.url,
            "FONDVAKT_PUBLIC_URL": f"http://localhost:{self.port}",
            "FONDVAKT_MAIL_PER_MINUTE": "1000",
        }
        os.environ.pop("FONDVAKT_DATABASE_URL", None)
        self.settings = read_settings()


@contextmanager
def pages_in_background(app: FastAPI, port: int) -> Iterator[None]:
    """Serve pages on this machine beside the main ones."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def free_port(wanted: int) -> int:
    """The port, or the next one that nobody listens on."""
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise SystemExit(_("Ingen ledig port mellan {first} och {last}.").format(first=wanted, last=wanted + 49))


def _fill(installation: wiring.Installation, watch: Stopwatch, *, quiet: bool) -> None:
    """Choose the municipality, collect, match, and decide as a coordinator would on a Friday."""
    now = installation.settings.clock()
    document = (preset_path(MUNICIPALITY) or Path()).read_text(encoding="utf-8")
    with writing(installation.engine) as conn:
        stored_profiles.save(conn, installation.tenant, MUNICIPALITY, document, "demo", now)
    with bars(quiet=quiet) as show:
        with watch.part("collect"), orders_for(installation.settings, []) as orders:
            collect(
                installation.engine,
                installation.tenant,
                orders,
                now,
                kept_folder=installation.settings.data_dir / "kept",
                on_call=lambda source, count: show(_("Hämtar {source}").format(source=source), count),
            )
        with watch.part("load model"):
            model = wiring.embedder(installation.settings)
        with watch.part("embed and match"):
            number, profile = wiring.published_profile(installation)
            match_all(
                installation.engine,
                installation.tenant,
                model,
                profile,
                number,
                now,
                progress=lambda done, total: show(_("Läser in utlysningstexter"), done, total),
            )
    with watch.part("decide"):
        _review_first(installation, profile)
        _decide(installation)
    _jobs_are_done(installation)


def _review_first(installation: wiring.Installation, profile: Profile) -> None:
    """Every other unit wants everything reviewed, so that the queue holds strong matches after the letters too."""
    now = installation.settings.clock()
    with writing(installation.engine) as conn:
        for unit in profile.units[::2]:
            choices.choose_rule(conn, installation.tenant, unit.key, ReviewRule.EVERYTHING, "demo", now)


def _decide(installation: wiring.Installation) -> None:
    """Accept the strongest of each unit, so that there are letters; the rest of the queue is left to try."""
    accept = Decision(verdict=Verdict.ACCEPT, by="demo", at=installation.settings.clock())
    taken: dict[str, set[int]] = {}
    with reading(installation.engine) as conn:
        queue = stored_matches.find(conn, installation.tenant, states=[MatchState.NEW])
    with writing(installation.engine) as conn:
        for stored in queue:
            calls = taken.setdefault(stored.match.unit, set())
            if (
                stored.match.band is not Band.POSSIBLE
                and len(calls | {stored.match.call_id}) <= ACCEPTED_A_UNIT
            ):
                calls.add(stored.match.call_id)
                stored_matches.decide(conn, installation.tenant, stored.id, accept)


def _jobs_are_done(installation: wiring.Installation) -> None:
    """Tell the clock that tonight's collecting and matching have been done."""
    now = installation.settings.clock()
    ledger = StoredLedger(installation)
    for job in JOBS:
        ledger.note(job.key, latest_slot(job, now), "done", now)


def _counts(installation: wiring.Installation) -> dict[str, int]:
    with reading(installation.engine) as conn:
        queue = stored_matches.find(conn, installation.tenant, states=[MatchState.NEW])
    near = {stored.match.call_id for stored in queue}
    to_review = {stored.match.call_id for stored in queue if stored.match.band is not Band.POSSIBLE}
    return {"queue": len(queue), "calls_in_queue": len(near), "to_review": len(to_review)}


def _say_what_to_try(installation: wiring.Installation, mailbox_url: str, counts: dict[str, int]) -> None:
    coordinator = wiring.published_profile(installation)[1].coordinators[0]
    link = signin_link(web_context(installation), coordinator.key)
    sentence = _(
        "\nKlart. {to_review} utlysningar väntar på granskning, och {letters} kontaktpersoner har fått "
        "veckans brev.\n\n"
        "  Kön, inloggad som samordnare:  {link}\n"
        "  Brevlådan med veckans brev:    {mailbox}\n\n"
        "Prova: öppna en utlysning och läs varför den föreslås, godkänn, avvisa med skäl eller skjut upp,\n"
        "och öppna ett brev på telefonbredd. Länken gäller en gång i tio minuter; logga sedan in med\n"
        "{email}, koden kommer i brevlådan.\n"
        "Avsluta med Ctrl+C."
    )
    out.print(
        sentence.format(link=link, mailbox=mailbox_url, email=coordinator.email, **counts), markup=False
    )
    webbrowser.open(mailbox_url)
    webbrowser.open(link)


def register(app: typer.Typer) -> None:
    """Add `demo` to the command."""
    app.command(help=_("Visa hela kedjan på den egna datorn, utan nät: kö, brev och sidor."))(demo)
