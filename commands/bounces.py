"""`fondvakt bounces read|list|resume`: what came back, and whom it stops letters to."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import structlog
import typer

from commands.language import _, said
from commands.output import Json, err, out, print_json, print_table
from notifier.standing import CAUSE_LABELS
from notifier.weeks import local_day
from pipeline import mailing, wiring
from pipeline.bounces import paused_addresses, read_folder
from pipeline.settling import use_again
from storage import bounces
from storage.database import reading

app = typer.Typer(no_args_is_help=True, help=_("Studsar: läs, lista vilka som pausats, ta upp breven igen."))
log = structlog.get_logger()

RECENT = timedelta(days=60)


@app.command(help=_("Läs mappens .eml-filer: spara dem, räkna dem, ta bort dem."))
def read(
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help=_("Mapp; annars FONDVAKT_BOUNCE_DIR."))
    ] = None,
    as_json: Json = False,
) -> None:
    installation = wiring.opened()
    chosen = folder or installation.settings.bounce_dir
    if chosen is None:
        raise typer.BadParameter(_("ange en mapp, eller sätt FONDVAKT_BOUNCE_DIR"), param_hint="FOLDER")
    summary = read_folder(
        installation.engine,
        installation.tenant,
        chosen,
        mailing.return_addresses(installation.settings),
        wiring.published_profile(installation)[1],
        installation.settings.clock(),
    )
    for alarm in summary.alarms:
        log.error("bounces", alarm=said(alarm))
    if as_json:
        print_json(asdict(summary) | {"alarms": [said(alarm) for alarm in summary.alarms]})
    else:
        sentence = _(
            "{kept} sparade, {unmatched} av dem utan giltig returadress; {answers} svar lagda åt sidan"
        )
        kept = sum(summary.kinds.values())
        out.print(sentence.format(kept=kept, unmatched=summary.unmatched, answers=summary.answers))
        for alarm in summary.alarms:
            err.print(said(alarm), markup=False)
    if summary.alarms:
        raise typer.Exit(1)


@app.command(
    "list", help=_("Lista adresser som inte får brev för att de studsat, och enheter som ingen nås i.")
)
def list_(as_json: Json = False) -> None:
    installation = wiring.opened()
    _version, profile = wiring.published_profile(installation)
    now = installation.settings.clock()
    stopped = paused_addresses(installation.engine, installation.tenant, profile)
    stopped_persons = mailing.stopped_persons(installation)
    silent = [unit.key for unit in profile.units_without_recipient(local_day(now), stopped_persons)]
    with reading(installation.engine) as conn:
        tally = bounces.tally(conn, installation.tenant, now - RECENT)
    if as_json:
        print_json(
            {"paused": [asdict(one) for one in stopped.values()], "silent_units": silent, "kinds": tally}
        )
        return
    print_table(
        (_("Adress"), _("Skäl"), _("Sedan")),
        ((one.address, _(CAUSE_LABELS[one.cause]), f"{one.since:%Y-%m-%d}") for one in stopped.values()),
    )
    if silent:
        err.print(_("Ingen får brev för: {units}").format(units=", ".join(silent)), markup=False)


@app.command(help=_("Säg att en adress är bra igen: det som studsat förut räknas inte mer."))
def resume(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help=_("Adressen, se bounces list."))],
    as_json: Json = False,
) -> None:
    installation = wiring.opened()
    _version, profile = wiring.published_profile(installation)
    wanted = address.strip().lower()
    if wanted not in paused_addresses(installation.engine, installation.tenant, profile):
        raise typer.BadParameter(_("{address} är inte pausad").format(address=address), param_hint="ADDRESS")
    use_again(installation.engine, installation.tenant, wanted, installation.settings.clock(), by="cli")
    if as_json:
        print_json({"address": wanted, "paused": False})
        return
    out.print(_("{address} får brev igen.").format(address=wanted), markup=False)


def register(cli: typer.Typer) -> None:
    """Add `bounces` to the command."""
    cli.add_typer(app, name="bounces")
