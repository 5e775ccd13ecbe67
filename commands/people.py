"""`fondvakt person export|erase` and `fondvakt history verify|export`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from commands.language import _
from commands.output import Json, err, out, print_json
from notifier.weeks import local_day
from pipeline import wiring
from storage import audit, persons
from storage.database import reading, writing
from web.people.told import as_json, as_text

person_app = typer.Typer(
    no_args_is_help=True, help=_("En persons uppgifter: ta ut dem, eller radera personen.")
)
history_app = typer.Typer(no_args_is_help=True, help=_("Historiken: vad som gjorts, av vem och när."))

Key = Annotated[str, typer.Argument(metavar="KEY", help=_("Personens nyckel i profilen."))]


@person_app.command(help=_("Ta ut allt som finns om en person, som JSON och som läsbar text."))
def export(
    key: Key,
    folder: Annotated[Path | None, typer.Option("--out", help=_("Mapp; annars skrivs JSON ut."))] = None,
) -> None:
    installation = wiring.opened()
    now = installation.settings.clock()
    with writing(installation.engine) as conn:
        person = _known(conn, installation.tenant, key)
        found = persons.everything_about(conn, installation.tenant, person)
        event = audit.Event(actor="cli", channel="cli", kind="person", key=key, action="export")
        audit.record(conn, installation.tenant, event, now)
    if folder is None:
        typer.echo(as_json(person, found))
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in (("json", as_json(person, found)), ("txt", as_text(person, found))):
        (folder / f"{key}.{name}").write_text(text, encoding="utf-8")
    out.print(_("Uppgifterna ligger i {folder}").format(folder=folder), markup=False)


@person_app.command(
    help=_("Radera en person som inte längre finns i profilen: en pseudonym tar platsen, beslut står kvar.")
)
def erase(
    key: Key,
    decision: Annotated[
        str, typer.Option(help=_("Beslutet som raderingen vilar på, till exempel diarienummer."))
    ],
    as_json: Json = False,
) -> None:
    installation = wiring.opened()
    if not decision.strip():
        raise typer.BadParameter(_("skriv vilket beslut raderingen vilar på"), param_hint="--decision")
    _refuse_one_in_use(installation, key)
    now = installation.settings.clock()
    with writing(installation.engine) as conn:
        person = _known(conn, installation.tenant, key)
        erased = persons.erase(conn, installation.tenant, person, by="cli", reason=decision, now=now)
    if as_json:
        print_json({"pseudonym": erased.pseudonym, "rows": erased.rows})
        return
    sentence = _(
        "Raderad. I {rows} rader står nu {pseudonym}. Säkerhetskopior tagna tidigare har uppgifterna kvar."
    )
    out.print(sentence.format(rows=sum(erased.rows.values()), pseudonym=erased.pseudonym), markup=False)


@history_app.command(help=_("Kontrollera att ingen rad har ändrats eller tagits bort."))
def verify(as_json: Json = False) -> None:
    installation = wiring.opened()
    with reading(installation.engine) as conn:
        broken = audit.verify(conn, installation.tenant)
        rows = audit.count(conn, installation.tenant)
    if as_json:
        print_json({"rows": rows, "broken": [{"number": one.number, "what": one.what} for one in broken]})
    elif broken:
        sentence = _("Rad {number} har ändrats eller saknas; {broken} ställen i allt.")
        err.print(sentence.format(number=broken[0].number, broken=len(broken)), markup=False)
    else:
        out.print(_("{rows} rader, ingen ändrad eller borttagen.").format(rows=rows))
    if broken:
        raise typer.Exit(1)


@history_app.command("export", help=_("Skriv ut hela historiken, en JSON-rad per händelse."))
def export_history() -> None:
    installation = wiring.opened()
    below = None
    with reading(installation.engine) as conn:
        while rows := audit.events(conn, installation.tenant, below=below, size=1000):
            for one in rows:
                typer.echo(json.dumps(one.document, ensure_ascii=False))
            below = rows[-1].number


def _known(conn, tenant: str, key: str) -> persons.Person:
    person = persons.known_as(conn, tenant, key)
    if not person.addresses:
        raise typer.BadParameter(
            _("{key} finns inte i någon version av profilen").format(key=key), param_hint="KEY"
        )
    return person


def _refuse_one_in_use(installation: wiring.Installation, key: str) -> None:
    """Somebody in the profile that holds is first taken out of it: otherwise the next letter would name them again."""
    _version, profile = wiring.published_profile(installation)
    if key in {person.key for person in profile.people}:
        raise typer.BadParameter(
            _("{key} finns i den profil som gäller {day}; ta först bort personen under Organisation").format(
                key=key, day=local_day(installation.settings.clock())
            ),
            param_hint="KEY",
        )


def register(cli: typer.Typer) -> None:
    """Add `person` and `history` to the command."""
    cli.add_typer(person_app, name="person")
    cli.add_typer(history_app, name="history")
