"""`fondvakt webhooks send|list|resend|arrived`: what the webhooks tell, and what a person says of what is in doubt."""

from dataclasses import asdict
from typing import Annotated

import typer

from commands.language import _
from commands.output import Json, out, print_json, print_table
from notifier.webhook import WEBHOOK_STATE_LABELS
from pipeline import hooks, wiring
from pipeline.webhooks import settle
from storage import webhooks
from storage.database import reading

app = typer.Typer(
    no_args_is_help=True,
    help=_("Webhooks: veckan och brådskande ändringar till Teams eller ett eget system."),
)

Number = Annotated[int, typer.Argument(metavar="NR", help=_("Händelsens nummer, se webhooks list."))]


@app.command(help=_("Planera det som är nytt och skicka det som väntar."))
def send(as_json: Json = False) -> None:
    installation = wiring.opened()
    planned, came = hooks.run(installation)
    if as_json:
        print_json({"planned": planned} | asdict(came))
    else:
        sentence = _(
            "{planned} nya, {sent} skickade, {waiting} försöks igen, {failed} gick inte, {in_doubt} ovissa"
        )
        out.print(sentence.format(planned=planned, **asdict(came)))
    if came.failed or came.in_doubt:
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
            (
                event.id,
                event.target,
                event.event,
                _(WEBHOOK_STATE_LABELS[event.state]),
                event.attempts,
                event.error or "–",
            )
            for event in found
        ),
    )


@app.command(help=_("Skicka om en händelse som är oviss eller inte gick: samma byte, samma identitet."))
def resend(number: Number, as_json: Json = False) -> None:
    _settle(number, as_json, arrived=False)


@app.command(help=_("Säg att en oviss händelse kom fram; den skickas inte igen."))
def arrived(number: Number, as_json: Json = False) -> None:
    _settle(number, as_json, arrived=True)


def _settle(number: int, as_json: bool, *, arrived: bool) -> None:
    installation = wiring.opened()
    now = installation.settings.clock()
    settle(installation.engine, installation.tenant, number, arrived=arrived, now=now, by="cli")
    with reading(installation.engine) as conn:
        event = webhooks.get(conn, installation.tenant, number)
    if as_json:
        print_json({"id": number, "state": event.state})
        return
    sentence = _("Händelse {number}: {state}")
    out.print(sentence.format(number=number, state=_(WEBHOOK_STATE_LABELS[event.state])), markup=False)


def register(cli: typer.Typer) -> None:
    """Add `webhooks` to the command."""
    cli.add_typer(app, name="webhooks")
