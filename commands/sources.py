"""`fondvakt sources list|doctor`: what is collected, and whether each source can be read now."""

from datetime import datetime
from typing import Annotated, Any

import typer

from calls.model import BRUSSELS
from commands.language import _, said
from commands.output import Json, out, print_json, print_table
from pipeline import wiring
from pipeline.orders import orders_for
from scrapers.errors import ScraperError
from scrapers.run import crawl, judge
from scrapers.source import Source
from scrapers.sources import SOURCES
from scrapers.sources import source as source_of
from storage import runs
from storage.database import reading
from storage.runs import OUTCOME_LABELS, Harvest

app = typer.Typer(no_args_is_help=True, help=_("Källorna: lista, prova."))


@app.command("list", help=_("Lista källorna och hur senaste hämtningen gick."))
def list_(as_json: Json = False) -> None:
    installation = wiring.opened()
    with reading(installation.engine) as conn:
        newest = runs.latest(conn, installation.tenant, installation.settings.clock())
        latest = {harvest.source: harvest for harvest in newest}
        sound = {source.key: runs.last_sound(conn, installation.tenant, source.key) for source in SOURCES}
    rows = [_row(source, latest.get(source.key), sound[source.key]) for source in SOURCES]
    if as_json:
        print_json({"sources": rows})
        return
    print_table(
        (_("Källa"), _("Utgivare"), _("Senaste försök"), _("Utfall"), _("Antal")),
        (
            (
                row["source"],
                row["publisher"],
                _when(row["last_try"]),
                _told(latest.get(row["source"])),
                row["calls"] if row["calls"] is not None else "–",
            )
            for row in rows
        ),
    )


def _row(source: Source, tried: Harvest | None, sound: Harvest | None) -> dict[str, Any]:
    """A source as `sources list --json` prints it; `kept` is the file of a harvest that was refused."""
    return {
        "source": source.key,
        "title": source.title,
        "publisher": source.publisher,
        "last_try": tried.started_at if tried else None,
        "outcome": tried.outcome if tried else None,
        "reason": tried.reason if tried else None,
        "kept": tried.kept_path if tried else None,
        "last_sound": sound.started_at if sound else None,
        "calls": sound.calls if sound else None,
    }


def _when(moment: datetime | None) -> str:
    """The clock on the wall."""
    return f"{moment.astimezone(BRUSSELS):%Y-%m-%d %H:%M}" if moment else _("aldrig")


def _told(tried: Harvest | None) -> str:
    """What came of a source's last try, with the reason when it went wrong."""
    if tried is None:
        return "–"
    label = OUTCOME_LABELS[tried.outcome]
    return tried.reason or _(label)


@app.command(help=_("Läs källorna nu utan att spara, och säg om skörden vore sund."))
def doctor(
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE", help=_("Källor; alla när ingen nämns."))
    ] = None,
    as_json: Json = False,
) -> None:
    installation = wiring.opened()
    findings = []
    today = installation.settings.clock().astimezone(BRUSSELS).date()
    with orders_for(installation.settings, keys or []) as orders:
        for order in orders:
            with reading(installation.engine) as conn:
                usual = runs.usual_calls(conn, installation.tenant, order.source.key)
            try:
                harvest = crawl(order.source, order.fetch, order.options)
                judge(order.expected, harvest, usual, today)
                findings.append(
                    {"source": order.source.key, "ok": True, "calls": len(harvest.calls), "reason": None}
                )
            except ScraperError as failure:
                findings.append(
                    {"source": order.source.key, "ok": False, "calls": 0, "reason": said(failure.message)}
                )
    if as_json:
        print_json({"sources": findings})
    else:
        for finding in findings:
            out.print(_finding_sentence(finding), markup=False)
    if not all(finding["ok"] for finding in findings):
        raise typer.Exit(1)


def _finding_sentence(finding: dict) -> str:
    if finding["ok"]:
        things = _(source_of(finding["source"]).things)
        return _("{source}: i ordning, {calls} {things}").format(**finding, things=things)
    return _("{source}: fel. {reason}").format(**finding)


def register(cli: typer.Typer) -> None:
    """Add `sources` to the command."""
    cli.add_typer(app, name="sources")
