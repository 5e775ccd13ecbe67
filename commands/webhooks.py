"""`fondvakt webhooks send|list`: what the webhooks tell, and what came of it."""

from dataclasses import asdict

import typer

from commands.language import _
from commands.output import Json, out, print_json, print_table
from pipeline import hooks, wiring
from storage import webhooks
from storage.database import reading
from texts import N_

app = typer.Typer(
    no_args_is_help=True,
    help=_("Webhooks: veckan och brådskande ändringar till Teams eller ett eget system."),
)

STATES = {
    "planned": N_("väntar"),
    "sending": N_("skickas"),
    "sent": N_("skickat"),
    "retry": N_("försöks igen"),
    "failed": N_("gick inte"),
}


@app.command(help=_("Planera det som är nytt och skicka det som väntar."))
def send(as_json: Json = False) -> None:
    installation = wiring.opened()
    planned, came = hooks.run(installation)
    if as_json:
        print_json({"planned": planned} | asdict(came))
    else:
        sentence = _("{planned} nya, {sent} skickade, {waiting} försöks igen, {failed} gick inte")
        out.print(sentence.format(planned=planned, **asdict(came)))
    if came.failed:
        raise typer.Exit(1)


@app.command("list", help=_("Lista händelserna och hur långt var och en har kommit."))
def list_(as_json: Json = False) -> None:
    installation = wiring.opened()
    with reading(installation.engine) as conn:
        found = webhooks.events(conn, installation.tenant)
    if as_json:
        print_json({"events": [asdict(event) | {"body": event.body.decode()} for event in found]})
        return
    print_table(
        (_("Nr"), _("Till"), _("Händelse"), _("Läge"), _("Försök"), _("Svar eller skäl")),
        (
            (event.id, event.target, event.event, _(STATES[event.state]), event.attempts, event.error or "–")
            for event in found
        ),
    )


def register(cli: typer.Typer) -> None:
    """Add `webhooks` to the command."""
    cli.add_typer(app, name="webhooks")
