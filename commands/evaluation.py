"""`fondvakt evaluate`: how good the matcher is on judged matches."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from commands.language import _, said
from commands.learned import show_simulation
from commands.output import Json, bars, err, out, print_json, print_table
from matcher.model import BAND_LABELS
from pipeline import wiring
from pipeline.evaluate import Evaluation, measure, read_material
from pipeline.settings import read_settings
from pipeline.simulate import simulate as simulated

Figures = Mapping[str, float]
COMPARED = ("ndcg@10", "recall@20", "precision@5", "map", "unjudged@10")
# What was asked for: the first line of the needs as they stand, the second with English beside; pairs lost to gates.
ASKED = {"ndcg@10": 0.70, "recall@20": 0.88, "precision@5": 0.48}
ASKED_WITH_ENGLISH = {"ndcg@10": 0.80}
MOST_LOST = 0.02


def evaluate(
    calls: Annotated[Path, typer.Option(help=_("Utlysningar: en JSON-rad var, också .gz."))],
    needs: Annotated[Path, typer.Option(help=_("Behov: id, enhet, text med tabb emellan, utan rubrikrad."))],
    qrels: Annotated[Path, typer.Option(help=_("Bedömningar: behov, utlysning, betyg 0–3, tabb emellan."))],
    needs_en: Annotated[
        Path | None, typer.Option(help=_("Samma behov på engelska; mäts bredvid, som en profil som har dem."))
    ] = None,
    simulate: Annotated[
        bool, typer.Option("--simulate", help=_("Mät också vad matchningen lär sig av svar."))
    ] = False,
    as_json: Json = False,
) -> None:
    settings = read_settings()
    wiring.use_own_words(settings)
    with bars(quiet=as_json) as show:
        material = read_material(
            calls,
            needs,
            qrels,
            lambda: wiring.embedder(settings),
            settings.data_dir / "evaluation",
            needs_en=needs_en,
            progress=lambda done, total: show(_("Läser in utlysningstexter"), done, total),
        )
    for remark in material.remarks:
        err.print(said(remark), markup=False, style="yellow")
    measured = measure(material.judged, material.vectors, material.english)
    learning = simulated(material.judged, material.vectors) if simulate else None
    if as_json:
        print_json(measured.as_json() | ({} if learning is None else {"learning": learning.as_json()}))
        return
    _show(measured)
    if learning is not None:
        show_simulation(learning)


def _show(measured: Evaluation) -> None:
    _show_side_by_side(measured)
    _show_bands(measured)
    lost = _("Spärrarna förlorar {lost} av {relevant} relevanta par ({share}; högst {most}).")
    out.print(
        lost.format(
            lost=measured.lost,
            relevant=measured.relevant,
            share=_percent(measured.lost_share),
            most=_percent(MOST_LOST),
        )
    )
    out.print()
    print_table(
        (_("Spärr"), _("Utlysningar")), ((said(reason), count) for reason, count in measured.barred.items())
    )
    out.print()
    _show_needs(measured)


def _show_side_by_side(measured: Evaluation) -> None:
    rows: list[tuple[str, Figures | None]] = [
        (_("hela matchningen, produktens vikter"), measured.total),
        (_("hela matchningen, vikter lärda på de andra behoven"), measured.left_out),
        (_("begärt"), ASKED),
        (_("hela matchningen, engelska bredvid svenskan"), measured.with_english),
        (_("samma, vikter lärda på de andra behoven"), measured.with_english_left_out),
        (_("begärt"), ASKED_WITH_ENGLISH if measured.with_english else None),
        *((_("bara signalen {name}").format(name=name), row) for name, row in measured.by_signal.items()),
        *measured.ladder.items(),
    ]
    out.print(
        _("{needs} behov med någon relevant utlysning, modell {model}").format(
            needs=measured.total["needs"], model=measured.model
        )
    )
    out.print()
    print_table(
        (_("Metod"), *COMPARED),
        (
            (name, *(_number(row[key]) if key in row else "" for key in COMPARED))
            for name, row in rows
            if row is not None
        ),
    )
    out.print()


def _show_bands(measured: Evaluation) -> None:
    heads = (_("Styrka"), _("Från"), _("Par"), _("Bedömda"), _("Relevanta"), _("Andel"), _("Lovad"))
    rows = []
    for band in measured.bands:
        pairs, relevant = band.elsewhere or (0, 0)
        rows.append(
            (
                said(BAND_LABELS[band.band]),
                f"{band.least:.2f}",
                band.pairs,
                band.judged,
                band.relevant,
                "–" if band.share is None else _percent(band.share),
                _("minst {share}").format(share=_percent(band.promised)),
                _percent(relevant / pairs) if pairs else "–",
            )
        )
    print_table((*heads, _("Gränser från andra behov")), rows)
    out.print()


def _show_needs(measured: Evaluation) -> None:
    print_table(
        (_("Behov"), _("Relevanta"), "ndcg@10", "recall@20", _("Förlorade i spärr")),
        (
            (one.need, one.relevant, _number(one.ndcg), _number(one.recall), len(one.lost))
            for one in measured.by_need
        ),
    )


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def register(app: typer.Typer) -> None:
    """Add `evaluate` to the command."""
    app.command(help=_("Mät matchningen på bedömda träffar."))(evaluate)
