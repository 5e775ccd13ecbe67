"""The jobs by hand: collect, match, calls, queue, decide."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from calls.model import Call
from calls.vocabulary import STATUS_LABELS, Status
from commands.language import _, said
from commands.output import Json, bars, err, out, print_json, print_table
from matcher.errors import MatcherError
from matcher.model import (
    BAND_LABELS,
    MATCH_STATE_LABELS,
    REJECT_REASON_LABELS,
    Decision,
    MatchState,
    RejectReason,
    StoredMatch,
    Verdict,
)
from pipeline import deciding, wiring
from pipeline.collect import CollectResult
from pipeline.collect import collect as run_collect
from pipeline.match import MatchSummary, match_all
from pipeline.orders import orders_for
from pipeline.turns import in_turn
from scrapers.sources import source as source_of
from storage import calls as stored_calls
from storage import matches as stored_matches
from storage.database import reading, writing

REASON_HELP = ", ".join(f"{code.value} ({_(label)})" for code, label in REJECT_REASON_LABELS.items())


def collect(
    sources: Annotated[list[str] | None, typer.Argument(help=_("Källor; alla när ingen nämns."))] = None,
    accept_fewer: Annotated[
        bool,
        typer.Option("--accept-fewer", help=_("Godta att nämnda källor har färre utlysningar än vanligt.")),
    ] = False,
    as_json: Json = False,
) -> None:
    if accept_fewer and not sources:
        raise typer.BadParameter(_("--accept-fewer behöver en källa"))
    installation = wiring.opened()
    wanted = orders_for(installation.settings, sources or [], may_be_smaller=accept_fewer)
    with wanted as orders, bars(quiet=as_json) as show:
        asked_for = set(sources or []) | {order.source.key for order in orders if "url" in order.options}
        results = run_collect(
            installation.engine,
            installation.tenant,
            orders,
            installation.settings.clock(),
            kept_folder=installation.settings.data_dir / "kept",
            on_call=lambda source, count: show(_("Hämtar {source}").format(source=source), count),
        )
    if as_json:
        print_json({"sources": [asdict(result) | {"reason": _reason(result)} for result in results]})
    else:
        for result in results:
            out.print(_collected(result), markup=False)
    refused = {result.source for result in results if result.refused}
    if len(refused) == len(results) or refused & asked_for:
        raise typer.Exit(1)


def _collected(result: CollectResult) -> str:
    if result.refused:
        return _("{source}: avvisad, inget ändrades. {reason}").format(
            source=result.source, reason=_reason(result)
        )
    sentence = _(
        "{source}: {calls} {things} – {new} nya, {changed} ändrade, {unchanged} oförändrade, "
        "{unseen} syns inte längre i listan, {skipped} kunde inte tolkas"
    )
    return sentence.format(**asdict(result), things=_(source_of(result.source).things))


def _reason(result: CollectResult) -> str | None:
    return said(result.reason) if result.reason else None


def match(as_json: Json = False) -> None:
    installation = wiring.opened()
    # One at a time: the model takes a gigabyte, and the second finds every text embedded by the first.
    with in_turn(installation.settings.data_dir / "matching.lock"):
        summary = _matched(installation, quiet=as_json)
    if as_json:
        print_json(asdict(summary))
        return
    sentence = _(
        "{funding} öppna eller kommande utlysningar och {consultations} EU-samråd mot {needs} behov: "
        "{new} nya träffar, {total} totalt ({embedded} texter lästes in)"
    )
    out.print(sentence.format(funding=summary.calls - summary.consultations, **asdict(summary)))
    if summary.replaced:
        out.print(
            _("Modellen {model} har tagit över; {replaced} gällde tills alla texter var inlästa.").format(
                model=summary.model, replaced=summary.replaced
            )
        )


def _matched(installation: wiring.Installation, *, quiet: bool) -> MatchSummary:
    version, profile = wiring.published_profile(installation)
    wiring.use_own_words(installation.settings)
    with bars(quiet=quiet) as show, wiring.executor(installation.settings) as executor:
        return match_all(
            installation.engine,
            installation.tenant,
            wiring.embedder(installation.settings, _tell_of_model),
            profile,
            version,
            installation.settings.clock(),
            progress=lambda done, total: show(_("Läser in utlysningstexter"), done, total),
            executor=executor,
        )


def _tell_of_model(failure: MatcherError) -> None:
    """A warning that stands out: the job goes on, and finds less than it could."""
    sentence = _("Varning: modellen går inte att använda, matchningen går på ord. {reason}")
    err.print(sentence.format(reason=said(failure.message)), style="yellow", markup=False)


def calls(
    only_open: Annotated[bool, typer.Option("--open", help=_("Bara de som är öppna nu."))] = False,
    as_json: Json = False,
) -> None:
    installation = wiring.opened()
    now = installation.settings.clock()
    with reading(installation.engine) as conn:
        found = stored_calls.find(conn, installation.tenant)
    rows = [call_row(call, now) for call in found]
    if only_open:
        rows = [row for row in rows if row["status"] == Status.OPEN]
    if as_json:
        print_json({"calls": rows})
        return
    print_table(
        (_("Kod"), _("Rubrik"), _("Läge"), _("Sista dag")),
        (
            (
                row["identifier"] or row["reference"],
                row["title"],
                said(STATUS_LABELS[row["status"]]),
                ", ".join(row["deadlines"]) or "–",
            )
            for row in rows
        ),
    )


def call_row(call: Call, now: datetime) -> dict:
    """A call as `calls --json` prints it; days as ISO."""
    first = call.sources[0]
    return {
        "id": call.id,
        "version": call.version,
        "source": first.source,
        "reference": first.reference,
        "sources": [link.source for link in call.sources],
        "identifier": call.identifier,
        "kind": call.kind,
        "title": call.title,
        "status": call.status(now),
        "opens": call.opening_date.isoformat() if call.opening_date else None,
        "deadlines": [deadline.day.isoformat() for deadline in call.deadlines or ()],
        "url": call.url,
    }


def queue(
    everything: Annotated[bool, typer.Option("--all", help=_("Också avgjorda träffar."))] = False,
    as_json: Json = False,
) -> None:
    installation = wiring.opened()
    now = installation.settings.clock()
    states = None if everything else (MatchState.NEW, MatchState.LATER)
    with reading(installation.engine) as conn:
        found = stored_matches.find(conn, installation.tenant, states=states)
        by_id = {call.id: call for call in stored_calls.find(conn, installation.tenant)}
    rows = [match_row(stored, by_id[stored.match.call_id], now) for stored in found]
    if as_json:
        print_json({"matches": rows})
        return
    print_table(
        (_("Nr"), _("Styrka"), _("Utlysning"), _("Enhet"), _("Behov"), _("Sista dag"), _("Läge")),
        (
            (
                row["id"],
                said(BAND_LABELS[row["band"]]),
                row["title"],
                row["unit"],
                row["need"],
                row["deadline"] or "–",
                said(MATCH_STATE_LABELS[row["state"]]),
            )
            for row in rows
        ),
    )


def match_row(stored: StoredMatch, call: Call, now: datetime) -> dict:
    """A match as `queue --json` prints it."""
    deadline = call.next_deadline(now)
    return {
        "id": stored.id,
        "call": call.identifier or str(call.id),
        "call_id": call.id,
        "kind": call.kind,
        "title": call.title,
        "unit": stored.match.unit,
        "need": stored.match.need,
        "band": stored.match.band,
        "deadline": deadline.day.isoformat() if deadline else None,
        "state": stored.state,
        "reasons": [said(evidence.reason) for evidence in stored.match.evidence],
    }


def decide(
    match_id: Annotated[int, typer.Argument(metavar="MATCH", help=_("Träffens nummer, se kön."))],
    verdict: Annotated[
        Verdict, typer.Argument(help=_("Godkänn, avvisa, skjut upp, eller låt referensgruppen säga sitt."))
    ],
    reason: Annotated[RejectReason | None, typer.Option(help=REASON_HELP)] = None,
    note: Annotated[str, typer.Option(help=_("Anteckning."))] = "",
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=_("För later: dagen då den kommer tillbaka.")),
    ] = None,
    as_json: Json = False,
) -> None:
    _check_belongings(verdict, reason, until)
    installation = wiring.opened()
    now = installation.settings.clock()
    returns = wiring.start_of_day(until.date()) if until else None
    if until is not None and returns <= now:
        text = _("--until {day} har varit; väntade en dag som kommer")
        raise typer.BadParameter(text.format(day=until.date()))
    decision = Decision(verdict=verdict, by="cli", at=now, reason=reason, note=note, until=returns)
    with writing(installation.engine) as conn:
        known = stored_matches.existing(conn, installation.tenant, match_id)
        (stored,) = deciding.decide(conn, installation.tenant, [known], decision)
    if as_json:
        print_json({"id": stored.id, "state": stored.state})
        return
    out.print(_("Träff {id}: {state}").format(id=stored.id, state=said(MATCH_STATE_LABELS[stored.state])))


def _check_belongings(verdict: Verdict, reason: RejectReason | None, until: datetime | None) -> None:
    """A reason belongs to a rejection, which needs one; a day to what is put off."""
    if verdict is Verdict.REJECT and reason is None:
        raise typer.BadParameter(_("reject behöver --reason: {codes}").format(codes=REASON_HELP))
    if verdict is not Verdict.REJECT and reason is not None:
        raise typer.BadParameter(_("--reason hör till reject"))
    if verdict is not Verdict.LATER and until is not None:
        raise typer.BadParameter(_("--until hör till later"))


def register(app: typer.Typer) -> None:
    """Add the jobs to the command."""
    app.command(help=_("Hämta utlysningar från källorna."))(collect)
    app.command(help=_("Para öppna och kommande utlysningar med kommunens behov."))(match)
    app.command(help=_("Lista utlysningar."))(calls)
    app.command(help=_("Lista träffar att granska."))(queue)
    app.command(help=_("Avgör en träff: godkänn, avvisa, skjut upp eller fråga referensgruppen."))(decide)
