"""The overview page: pictures, and beside each the table it was drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from starlette.responses import Response

from matcher.model import Verdict
from notifier.weeks import STOCKHOLM
from profiles.model import Unit
from storage import tallies
from storage.answers_given import AnswerKind
from storage.database import reading
from texts import N_
from web.names import Names
from web.overview import ahead, coverage
from web.overview.geometry import Bars, stacked
from web.overview.weeks import by_week, weeks_from, weeks_until
from web.render import page
from web.visit import Here, Visit

PAST_WEEKS = 26
DECIDED_LABELS = {
    "accepted": N_("Godkända"),
    "rejected": N_("Avvisade"),
    "later": N_("Uppskjutna"),
}
ANSWERED_LABELS = {
    "interested": N_("Intresserade"),
    "maybe": N_("Kanske"),
    "no": N_("Inte för oss"),
    "forward": N_("Skickade vidare"),
}
VERDICTS = {"accepted": Verdict.ACCEPT, "rejected": Verdict.REJECT, "later": Verdict.LATER}
KINDS = {
    "interested": AnswerKind.INTERESTED,
    "maybe": AnswerKind.MAYBE,
    "no": AnswerKind.NO,
    "forward": AnswerKind.FORWARD,
}


@dataclass(frozen=True, kw_only=True)
class Series:
    """A chart with the numbers it was drawn from: a row a week, a column a kind."""

    labels: dict[str, str]
    weeks: Sequence[date]
    counts: tuple[tuple[int, ...], ...]
    bars: Bars

    @property
    def total(self) -> int:
        """All of them together."""
        return sum(sum(column) for column in self.counts)


def overview(visit: Here) -> Response:
    """The pictures for the units that the reader may see."""
    past, coming = weeks_until(visit.now, PAST_WEEKS), weeks_from(visit.now, ahead.WEEKS)
    units, seen = _units(visit), visit.units_seen
    since = datetime.combine(past[0], time(), tzinfo=STOCKHOLM)
    tenant = visit.context.tenant
    with reading(visit.context.engine) as conn:
        board = visit.context.memory.board(conn, tenant, visit.now, seen)
        due = ahead.due(board.rows.values(), coming, visit.now)
        incoming = _series(
            {"new": N_("Nya utlysningar")}, past, {"new": tallies.calls_first_seen(conn, tenant, since)}
        )
        decided = _grouped(DECIDED_LABELS, VERDICTS, past, tallies.decisions(conn, tenant, since, seen))
        answered = _grouped(ANSWERED_LABELS, KINDS, past, tallies.answers(conn, tenant, since, seen))
        hits = tallies.need_hits(conn, tenant, coverage.since(visit.now))
        told = tallies.unit_answers(conn, tenant, visit.now - timedelta(days=365))
    covered = coverage.coverage(units, hits, visit.now)
    return page(
        visit,
        "overview/overview.html",
        names=Names(visit),
        due=due,
        timeline=ahead.timeline(due, [unit.key for unit in units], coming),
        charts=(
            ("incoming", N_("Nya utlysningar, vecka för vecka"), incoming),
            ("decided", N_("Beslut i kön, vecka för vecka"), decided),
            ("answered", N_("Svar från förvaltningar och bolag, vecka för vecka"), answered),
        ),
        coverage=covered,
        silent=[need for unit in covered for need in unit.needs if need.is_silent],
        told=[told[unit.key] for unit in units if unit.key in told],
    )


def _units(visit: Visit) -> tuple[Unit, ...]:
    units = visit.profile.units if visit.profile else ()
    return tuple(unit for unit in units if visit.may_see_unit(unit.key))


def _grouped(
    labels: dict[str, str], kinds: dict, weeks: Sequence[date], happened: Sequence[tuple[datetime, object]]
) -> Series:
    return _series(
        labels, weeks, {key: [at for at, kind in happened if kind == kinds[key]] for key in labels}
    )


def _series(labels: dict[str, str], weeks: Sequence[date], instants: dict[str, list[datetime]]) -> Series:
    columns = [by_week(instants[key], weeks) for key in labels]
    counts = tuple(zip(*columns, strict=True))
    names = [str(week.isocalendar().week) for week in weeks]
    return Series(labels=labels, weeks=weeks, counts=counts, bars=stacked(names, tuple(labels), counts))
