"""`fondvakt digest preview|send`: the week's letters, seen beforehand or sent."""

import signal
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from commands.language import _, said
from commands.output import Json, err, out, print_json, print_table
from notifier.folder import FolderChannel
from notifier.model import Letter
from notifier.weeks import days_of, week_of
from pipeline import mailing, wiring
from pipeline.sending import SendSummary

app = typer.Typer(no_args_is_help=True, help=_("Veckobreven: förhandsgranska, skicka."))

Week = Annotated[str | None, typer.Option(help=_("Vecka, till exempel 2026-W35; annars den som är nu."))]
Folder = Annotated[Path | None, typer.Option("--out", help=_("Skriv breven som .eml-filer i mappen."))]


@app.command(help=_("Visa veckans brev som de är eller skulle bli; inget sparas eller skickas."))
def preview(week: Week = None, folder: Folder = None, as_json: Json = False) -> None:
    installation = wiring.opened()
    letters = mailing.previewed_letters(installation, _week(week, installation))
    for letter in letters if folder else ():
        FolderChannel(folder).deliver(letter, before_data=lambda: None)
    if as_json:
        print_json({"letters": [_row(letter) for letter in letters]})
        return
    print_table(
        (_("Person"), _("Till"), _("Ämne"), _("Utlysningar")),
        ((letter.person, letter.to, letter.subject, len(letter.calls)) for letter in letters),
    )


@app.command(help=_("Skicka veckans brev: ett per person, aldrig två gånger."))
def send(week: Week = None, folder: Folder = None, as_json: Json = False) -> None:
    installation = wiring.opened()
    ended = Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    week = _week(week, installation)
    planned, summary = mailing.send_week(installation, week, folder=folder, stopping=ended.is_set)
    for refused in planned.refused:
        err.print(f"{refused.person}: {said(refused.message)}", markup=False)
    if as_json:
        print_json(
            asdict(summary) | {"skipped": summary.skipped + planned.skipped, "stopped": _stopped(summary)}
        )
    else:
        sentence = _(
            "Vecka {week}: {sent} skickade, {waiting} försöks igen, {failed} gick inte, {in_doubt} ovissa, "
            "{held} hålls, {skipped} utan nyheter"
        )
        out.print(sentence.format(**(asdict(summary) | {"skipped": summary.skipped + planned.skipped})))
        if summary.stopped:
            err.print(_stopped(summary), markup=False)
    if summary.stopped or summary.failed or planned.refused:
        raise typer.Exit(1)


def _week(given: str | None, installation: wiring.Installation) -> str:
    """The week that is meant; one that no calendar has is wrong use."""
    try:
        days_of(given or "")
    except ValueError as failure:
        if given is None:
            return week_of(installation.settings.clock())
        text = _("{week} är ingen vecka; väntade en ISO-vecka som finns, till exempel 2026-W35")
        raise typer.BadParameter(text.format(week=given), param_hint="--week") from failure
    return given


def _stopped(summary: SendSummary) -> str | None:
    return said(summary.stopped) if summary.stopped else None


def _row(letter: Letter) -> dict:
    return {
        "person": letter.person,
        "to": letter.to,
        "subject": letter.subject,
        "calls": len(letter.calls),
        "bytes": len(letter.content),
    }


def register(cli: typer.Typer) -> None:
    """Add `digest` to the command."""
    cli.add_typer(app, name="digest")
