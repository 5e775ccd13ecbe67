"""`fondvakt backup|restore|doctor|standin`: what an operator does."""

from pathlib import Path
from typing import Annotated

import typer

from commands.doctor import findings
from commands.language import _, said
from commands.output import Json, out, print_json
from pipeline import wiring
from pipeline.settings import read_settings
from scrapers.standin.server import Standin, run_forever
from storage.backup import backup as make_backup
from storage.backup import restore as put_back

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help=_("Säkerhetskopians fil."))]


def backup(
    target: Annotated[Path | None, typer.Option("--out", help=_("Fil; annars en ny i datamappen."))] = None,
    as_json: Json = False,
) -> None:
    installation = wiring.opened()
    stamp = f"{installation.settings.clock():%Y%m%dT%H%M%S}"
    chosen = target or installation.settings.data_dir / "backups" / f"fondvakt-{stamp}.sqlite"
    chosen.parent.mkdir(parents=True, exist_ok=True)
    made = make_backup(installation.engine, chosen)
    if as_json:
        print_json({"file": str(made), "bytes": made.stat().st_size})
    else:
        out.print(_("Säkerhetskopian ligger i {file}").format(file=made), markup=False)


def restore(source: BackupFile, as_json: Json = False) -> None:
    settings = read_settings()
    restored = put_back(source, settings.database, settings.clock())
    if as_json:
        print_json({"held": restored.held, "previous": str(restored.previous) if restored.previous else None})
        return
    out.print(
        _(
            "Återställd. {held} osända brev hålls tills de släpps. Den förra databasen ligger i {previous}."
        ).format(held=restored.held, previous=restored.previous or "–"),
        markup=False,
    )


def doctor(as_json: Json = False) -> None:
    found = findings(read_settings())
    if as_json:
        print_json(
            {
                "findings": [
                    {"ok": one.ok, "about": one.about, "sentence": said(one.sentence)} for one in found
                ]
            }
        )
    else:
        for one in found:
            out.print(f"{'✓' if one.ok else '✗'} {said(one.sentence)}", markup=False)
    if not all(one.ok for one in found):
        raise typer.Exit(1)


def standin(
    data: Annotated[Path, typer.Option(help=_("Mapp med poster att svara ur."))],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=_("Port på den egna datorn; 0 väljer en ledig."))
    ] = 0,
    all_days: Annotated[
        bool, typer.Option("--all-days", help=_("Alla utlysningar i mappen, inte bara dagens."))
    ] = False,
    controls: Annotated[
        bool, typer.Option("--controls", help=_("Tillåt att fel slås på över HTTP, för prov."))
    ] = False,
) -> None:
    run_forever(
        data,
        port,
        today=read_settings().clock().date(),
        started=_tell_address,
        all_days=all_days,
        controls=controls,
    )


def _tell_address(running: Standin) -> None:
    out.print(_("Ersättningsportalen svarar på {url}").format(url=running.url), markup=False)
    for key in ("EU_PORTAL", "EUROACCESS", "HAVE_YOUR_SAY"):
        out.print(f"FONDVAKT_SOURCE_{key}_URL={running.url}", markup=False)


def register(app: typer.Typer) -> None:
    """Add the operator's commands."""
    app.command(help=_("Ta en säkerhetskopia, också medan tjänsten körs."))(backup)
    app.command(help=_("Lägg tillbaka en säkerhetskopia; osända brev hålls."))(restore)
    app.command(help=_("Undersök installationen: varje del i en mening."))(doctor)
    app.command(help=_("Kör portalens ersättare över en mapp med poster."))(standin)
