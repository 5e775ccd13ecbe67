"""`fondvakt learned`: what the matcher has learned from answers, need by need, and how to make it forget."""

from collections.abc import Sequence
from typing import Annotated

import typer

from commands.language import _, said
from commands.output import Json, out, print_json, print_table
from matcher.learning import Answered, Answers, summary
from matcher.model import REJECT_REASON_LABELS, Verdict
from pipeline import wiring
from pipeline.simulate import Row, Simulation
from profiles.model import Need, Profile
from storage import learning
from storage.database import reading, writing

BY = "cli"


def learned(
    need: Annotated[
        str | None, typer.Argument(metavar="[UNIT/NEED]", help=_("Behovet; alla när inget nämns."))
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help=_("Glöm det som behovet har lärt av. Svaren står kvar."))
    ] = False,
    as_json: Json = False,
) -> None:
    installation = wiring.opened()
    profile = wiring.published_profile(installation)[1]
    chosen = _chosen(profile, need)
    if reset:
        if need is None:
            raise typer.BadParameter(
                _("--reset gäller ett behov; ange det som enhet/behov"), param_hint="--reset"
            )
        with writing(installation.engine) as conn:
            learning.reset(
                conn, installation.tenant, chosen[0].unit, chosen[0].key, BY, installation.settings.clock()
            )
    with reading(installation.engine) as conn:
        answers = learning.answers(conn, installation.tenant)
    if as_json:
        print_json({"needs": [_as_json(one, answers) for one in chosen], "reset": reset})
    else:
        _show(chosen, answers, reset=reset)


def _chosen(profile: Profile, asked: str | None) -> Sequence[Need]:
    if asked is None:
        return profile.needs
    found = [need for need in profile.needs if need.id == asked]
    if not found:
        known = ", ".join(need.id for need in profile.needs)
        text = _("behovet {need} finns inte i profilen; där finns {known}")
        raise typer.BadParameter(text.format(need=asked, known=known), param_hint="UNIT/NEED")
    return found


def _show(needs: Sequence[Need], answers: Answers, *, reset: bool) -> None:
    if reset:
        out.print(_("Glömt. Vid nästa matchning räknas behovet som utan svar."))
    for need in needs:
        given = answers.get(need.id, ())
        if len(needs) > 1 and not any(one.teaches for one in given):
            continue
        out.print(f"{need.id}: {said(summary(given))}", markup=False)
        print_table((_("Dag"), _("Svar"), _("Utlysning")), (_row(one) for one in given if one.teaches))
    if len(needs) > 1 and not any(one.teaches for some in answers.values() for one in some):
        out.print(_("Inget svar att lära av ännu."))


def _row(one: Answered) -> tuple[str, str, str]:
    answer = _("godkänd") if one.reason is None else _(REJECT_REASON_LABELS[one.reason])
    return f"{one.at:%Y-%m-%d}", answer, one.call.title


def _as_json(need: Need, answers: Answers) -> dict:
    given = answers.get(need.id, ())
    return {
        "need": need.id,
        "summary": said(summary(given)),
        "answers": [
            {
                "call": one.call.id,
                "title": one.call.title,
                "verdict": one.verdict,
                "reason": one.reason,
                "at": one.at,
                "teaches": one.teaches,
            }
            for one in given
            if one.verdict is not Verdict.LATER
        ],
    }


def show_simulation(measured: Simulation) -> None:
    """What learning is worth on judged needs, as a table."""
    kinds = {
        _("samma kö"): measured.same_queue,
        _("nästa omgång"): measured.next_round,
        _("tio fel först"): measured.wrong_first,
        _("de tio rättade"): measured.corrected,
    }
    heads = (_("Lärande, nDCG@10"), _("Svar"), _("före"), _("svar"), _("lärande"), _("vinst"), _("sämst"))
    out.print()
    print_table(heads, (_line(name, row) for name, rows in kinds.items() for row in rows))
    exact = _("Tio fel svar som rättas eller glöms lämnar inga spår.")
    out.print(exact if measured.is_exact else _("Tio fel svar lämnar spår också när de rättas eller glöms."))


def _line(name: str, row: Row) -> tuple[str, ...]:
    return (
        name,
        str(row.answers),
        "" if row.unanswered is None else f"{row.unanswered:.3f}",
        f"{row.before:.3f}",
        f"{row.after:.3f}",
        f"{row.after - row.before:+.3f} ± {row.error:.3f}",
        f"{row.worst:+.3f} {row.worst_need}",
    )


def register(app: typer.Typer) -> None:
    """Add `learned` to the command."""
    app.command(help=_("Visa vad matchningen har lärt sig av era svar, eller låt den glömma det."))(learned)
