"""`fondvakt letters`: the outbox, what a person says of letters that wait, and trying the way that letters go."""

import signal
import socket
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from commands.language import _, said
from commands.output import Json, err, out, print_json, print_table
from notifier.model import LETTER_STATE_LABELS, LetterState
from notifier.received import faults
from notifier.weeks import week_of
from pipeline import mailing, wiring
from pipeline.settling import release as let_go
from pipeline.settling import settle
from storage import outbox
from storage.database import reading
from texts import Message

app = typer.Typer(
    no_args_is_help=True, help=_("Utkorgen: lista, skicka om, avgör det ovissa, släpp det som hålls.")
)

LetterId = Annotated[int, typer.Argument(metavar="ID", help=_("Brevets nummer, se letters list."))]
STATES = ", ".join(f"{state.value} ({_(label)})" for state, label in LETTER_STATE_LABELS.items())


@app.command("list", help=_("Lista breven i utkorgen och hur långt vart och ett har kommit."))
def list_(
    states: Annotated[list[LetterState] | None, typer.Option("--state", help=STATES)] = None,
    week: Annotated[str | None, typer.Option(help=_("Bara denna vecka, till exempel 2026-W35."))] = None,
    as_json: Json = False,
) -> None:
    installation = wiring.opened()
    with reading(installation.engine) as conn:
        found = outbox.lines(conn, installation.tenant, states=states or None, week=week)
        sending = outbox.sending_of(conn, installation.tenant)
    if as_json:
        print_json({"letters": [asdict(line) for line in found], "sending": asdict(sending)})
        return
    print_table(
        (_("Nr"), _("Vecka"), _("Person"), _("Till"), _("Läge"), _("Försök"), _("Svar eller skäl")),
        (
            (
                line.id,
                line.week,
                line.person,
                line.to,
                said(LETTER_STATE_LABELS[line.state]),
                line.attempts,
                line.error or "–",
            )
            for line in found
        ),
    )
    if sending.is_held:
        err.print(
            _("Utskicket hålls efter en återställning; fondvakt letters release släpper det."), markup=False
        )


@app.command(help=_("Skicka det som väntar i utkorgen; inget nytt brev görs."))
def send(as_json: Json = False) -> None:
    installation = wiring.opened()
    ended = Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    week = week_of(installation.settings.clock())
    summary = mailing.send_waiting(installation, week, stopping=ended.is_set)
    stopped = said(summary.stopped) if summary.stopped else None
    if as_json:
        print_json(asdict(summary) | {"stopped": stopped})
    else:
        sentence = _("{sent} skickade, {waiting} försöks igen, {failed} gick inte, {held} hålls")
        out.print(sentence.format(**asdict(summary)))
        if stopped:
            err.print(stopped, markup=False)
    if summary.stopped or summary.failed:
        raise typer.Exit(1)


@app.command(help=_("Skicka om ett ovisst, hållet eller misslyckat brev: samma byte, samma Message-ID."))
def resend(letter_id: LetterId, as_json: Json = False) -> None:
    _settle(letter_id, as_json, arrived=False)


@app.command(help=_("Säg att ett ovisst brev kom fram; det skickas inte igen."))
def arrived(letter_id: LetterId, as_json: Json = False) -> None:
    _settle(letter_id, as_json, arrived=True)


@app.command(
    help=_(
        "Släpp det som Fondvakt håller, inte en samordnare, och låt den här datorn skicka från och med nu."
    )
)
def release(as_json: Json = False) -> None:
    installation = wiring.opened()
    now, host = installation.settings.clock(), socket.gethostname()
    released = let_go(installation.engine, installation.tenant, now, host=host, also_by_people=False)
    with reading(installation.engine) as conn:
        still_held = outbox.count(conn, installation.tenant, [LetterState.HELD])
    if as_json:
        print_json({"released": released, "still_held": still_held, "host": host})
        return
    sentence = _("{released} brev släppta; de skickas från {host} vid nästa utskick.")
    out.print(sentence.format(released=released, host=host), markup=False)
    if still_held:
        sentence = _(
            "{number} brev hålls av en samordnare och ligger kvar: sidan Utskick, eller letters resend."
        )
        out.print(sentence.format(number=still_held), markup=False)


@app.command("try", help=_("Skicka ett provbrev, samma väg som veckobreven; inget sparas."))
def try_(address: Annotated[str, typer.Argument(metavar="ADRESS", help=_("Till vem."))]) -> None:
    answer = mailing.send_trial(wiring.opened(), address)
    out.print(_("Provbrevet är lämnat. Servern svarade: {answer}").format(answer=answer or "–"), markup=False)


@app.command(help=_("Läs ett brev som kom fram: omfattar DKIM-signaturen listhuvudena?"))
def check(
    file: Annotated[
        Path, typer.Argument(metavar="FIL", exists=True, dir_okay=False, help=_("Brevet som .eml."))
    ],
) -> None:
    found = faults(file.read_bytes())
    for fault in found:
        err.print(said(fault), markup=False)
    if found:
        raise typer.Exit(1)
    out.print(_("Signaturen är avsändarens och omfattar det som e-postprogram litar på."))


def _settle(letter_id: int, as_json: bool, *, arrived: bool) -> None:
    installation = wiring.opened()
    _version, profile = wiring.published_profile(installation)
    now = installation.settings.clock()
    settle(installation.engine, installation.tenant, profile, letter_id, arrived=arrived, now=now)
    state = LetterState.SENT if arrived else LetterState.RETRY
    if as_json:
        print_json({"id": letter_id, "state": state})
        return
    label = Message(text=LETTER_STATE_LABELS[state])
    out.print(_("Brev {id}: {state}").format(id=letter_id, state=said(label)), markup=False)


def register(cli: typer.Typer) -> None:
    """Add `letters` to the command."""
    cli.add_typer(app, name="letters")
