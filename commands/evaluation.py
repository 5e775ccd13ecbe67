"""`fondvakt evaluate`: how good the matcher is on judged matches."""

from pathlib import Path
from typing import Annotated

import typer

from commands.language import _
from commands.output import Json, bars, out, print_json, print_table
from pipeline import wiring
from pipeline.evaluate import Evaluation
from pipeline.evaluate import evaluate as measure
from pipeline.settings import read_settings

SHOWN = ("ndcg@10", "recall@20", "precision@5", "map", "unjudged@10", "needs")
COMPARED = ("ndcg@10", "recall@20", "precision@5")


def evaluate(
    calls: Annotated[Path, typer.Option(help=_("Utlysningar: en JSON-rad var, också .gz."))],
    needs: Annotated[Path, typer.Option(help=_("Behov: id, enhet, text med tabb emellan, utan rubrikrad."))],
    qrels: Annotated[Path, typer.Option(help=_("Bedömningar: behov, utlysning, betyg 0–3, tabb emellan."))],
    needs_en: Annotated[
        Path | None, typer.Option(help=_("Samma behov på engelska, om en profil som har dem ska mätas."))
    ] = None,
    as_json: Json = False,
) -> None:
    settings = read_settings()
    with bars(quiet=as_json) as show:
        measured = measure(
            calls,
            needs,
            qrels,
            wiring.embedder(settings),
            settings.data_dir / "evaluation",
            needs_en=needs_en,
            progress=lambda done, total: show(_("Läser in utlysningstexter"), done, total),
        )
    if as_json:
        print_json(measured.as_json())
    else:
        _show(measured)


def _show(measured: Evaluation) -> None:
    found = measured.as_json()
    print_table(
        (_("Mått"), _("Värde")),
        ((name, _number(found[name])) for name in SHOWN),
    )
    rows = {_("hela matchningen"): found} | measured.by_signal | measured.ladder
    out.print()
    print_table(
        (_("Metod"), *COMPARED),
        ((name, *(_number(row[key]) for key in COMPARED)) for name, row in rows.items()),
    )
    out.print()
    print_table((_("Spärr"), _("Utlysningar")), measured.barred.items())
    out.print()
    print_table(
        (_("Behov"), _("Relevanta"), "ndcg@10", "recall@20", _("Förlorade i spärr")),
        (
            (
                row["need"],
                row["relevant"],
                _number(row["ndcg@10"]),
                _number(row["recall@20"]),
                len(row["lost"]),
            )
            for row in found["by_need"]
        ),
    )


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def register(app: typer.Typer) -> None:
    """Add `evaluate` to the command."""
    app.command(help=_("Mät matchningen på bedömda träffar."))(evaluate)
