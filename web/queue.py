"""The queue as rows: what is in which tab, filtered, sorted and paged. Pure; no database, no words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil

from calls.model import Call
from calls.vocabulary import Status
from matcher.model import Band, MatchState, StoredMatch
from matcher.review import is_waiting, may_decide
from web.selection import Due, Kind, Order, Selection, Tab

PAGE_ROWS = 25
URGENT_DAYS = 14
NEW_FOR = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class UnitMatches:
    """One unit's matches with a call: those that wait first, then best first.

    Attributes:
        undecided: the matches that wait for a decision.
    """

    unit: str
    matches: tuple[StoredMatch, ...]
    undecided: tuple[StoredMatch, ...] = ()

    @property
    def waiting(self) -> bool:
        """Whether somebody should decide."""
        return bool(self.undecided)

    @cached_property
    def is_below(self) -> bool:
        """Waits, but with nothing stronger than Möjlig (`ux.md` 2.6 point 5)."""
        return self.waiting and all(match.match.band is Band.POSSIBLE for match in self.undecided)

    @property
    def best(self) -> StoredMatch:
        """The match that speaks for the unit: the best that waits, else the best."""
        return self.matches[0]

    @property
    def state(self) -> MatchState:
        """Where the unit stands."""
        return MatchState.NEW if self.waiting else self.best.state

    @property
    def open_to_decide(self) -> tuple[StoredMatch, ...]:
        """What a button of the unit decides: what waits, else all that has not been sent."""
        return self.undecided or tuple(match for match in self.matches if may_decide(match.state))


@dataclass(frozen=True, kw_only=True)
class Row:
    """A call with its units."""

    call: Call
    units: tuple[UnitMatches, ...]
    now: datetime

    @property
    def matches(self) -> tuple[StoredMatch, ...]:
        """All matches of the row."""
        return tuple(match for unit in self.units for match in unit.matches)

    @cached_property
    def waiting(self) -> tuple[UnitMatches, ...]:
        """The units that wait for a decision."""
        return tuple(unit for unit in self.units if unit.waiting)

    @property
    def above(self) -> tuple[UnitMatches, ...]:
        """The units that wait with something likely or strong."""
        return tuple(unit for unit in self.waiting if not unit.is_below)

    def deciding(self, tab: Tab) -> tuple[UnitMatches, ...]:
        """The units that "accept all" decides in a tab: where something stronger waits, not the possible ones."""
        return self.waiting if tab is Tab.BELOW else self.above

    @cached_property
    def status(self) -> Status:
        """Where the call stands now."""
        return self.call.status(self.now)

    @cached_property
    def days_left(self) -> int | None:
        """Whole days to the next deadline, None when there is none."""
        return self.call.days_left(self.now)

    @cached_property
    def score(self) -> float:
        """The best score of all, decided or not, so that a row stays where it is while it is worked on."""
        return max(match.match.score for match in self.matches)

    @property
    def is_new(self) -> bool:
        """First read within a week."""
        return self.now - self.call.first_seen_at < NEW_FOR

    @property
    def is_changed(self) -> bool:
        """The call reads otherwise than when it was first read."""
        return self.call.version > 1

    @property
    def for_children(self) -> bool:
        """Concerns children and young people."""
        return any(match.match.children_and_youth for match in self.matches)

    @cached_property
    def tabs(self) -> frozenset[Tab]:
        """The tabs that the row belongs in. A closed call waits for nothing."""
        return frozenset(tab for tab in Tab if _BELONGS[tab](self))

    def is_in(self, tab: Tab) -> bool:
        """Whether the row belongs in a tab."""
        return tab in self.tabs


def _awaits(row: Row) -> bool:
    return row.status is not Status.CLOSED and bool(row.above)


def _is_below(row: Row) -> bool:
    return row.status is not Status.CLOSED and bool(row.waiting) and not row.above


_BELONGS = {
    Tab.REVIEW: _awaits,
    Tab.URGENT: lambda row: _awaits(row) and row.days_left is not None and row.days_left <= URGENT_DAYS,
    Tab.SEVERAL: lambda row: _awaits(row) and len(row.above) > 1,
    Tab.CHILDREN: lambda row: _awaits(row) and row.for_children,
    Tab.CHANGED: lambda row: _awaits(row) and row.is_changed,
    Tab.BELOW: _is_below,
    Tab.LATER: lambda row: any(unit.state is MatchState.LATER for unit in row.units),
    Tab.ACCEPTED: lambda row: any(u.state in (MatchState.ACCEPTED, MatchState.SENT) for u in row.units),
    Tab.REJECTED: lambda row: any(unit.state is MatchState.REJECTED for unit in row.units),
    Tab.REFERRED: lambda row: any(unit.state is MatchState.REFERRED for unit in row.units),
}
STATES_OF = {
    Tab.LATER: (MatchState.LATER,),
    Tab.ACCEPTED: (MatchState.ACCEPTED, MatchState.SENT),
    Tab.REJECTED: (MatchState.REJECTED,),
    Tab.REFERRED: (MatchState.REFERRED,),
}


def rows_of(calls: Iterable[Call], matches: Iterable[StoredMatch], now: datetime) -> list[Row]:
    """A row for each call that has matches."""
    by_call: dict[int, list[StoredMatch]] = defaultdict(list)
    for match in matches:
        by_call[match.match.call_id].append(match)
    return [
        Row(call=call, units=_units(by_call[call.id], now), now=now) for call in calls if by_call.get(call.id)
    ]


def concerns(unit: UnitMatches, tab: Tab) -> bool:
    """Whether a unit is one of those that put its row into a tab, and so can be decided there."""
    states = STATES_OF.get(tab)
    return unit.waiting if states is None else unit.state in states


def units_in(row: Row, tab: Tab) -> list[tuple[UnitMatches, bool]]:
    """A row's units with whether they can be decided in a tab, those first; the folded ones left out."""
    units = [(unit, concerns(unit, tab)) for unit in row.units if not is_folded(unit, tab)]
    return sorted(units, key=lambda pair: not pair[1])


def is_folded(unit: UnitMatches, tab: Tab) -> bool:
    """Whether a unit stands behind a disclosure: just below the line, in a row that is there for another."""
    return unit.is_below and tab is not Tab.BELOW and tab not in STATES_OF


def folded(row: Row, tab: Tab) -> list[UnitMatches]:
    """The units behind a row's disclosure."""
    return [unit for unit in row.units if is_folded(unit, tab)]


def visible(rows: Iterable[Row], chosen: Selection, found: Mapping[int, float] | None = None) -> list[Row]:
    """The rows of a selection, in its order.

    Args:
        found: call to how near it is to the words of the selection; needed where there are words.
    """
    fitting = [row for row in rows if _fits(row, chosen, found or {})]
    if chosen.order is Order.MEANING:
        return sorted(fitting, key=lambda row: (-(found or {}).get(row.call.id, 0.0), row.call.id))
    return sorted(fitting, key=_ORDERS[chosen.order])


def counts(rows: Iterable[Row]) -> dict[Tab, int]:
    """How many rows there are in every tab, whatever is filtered."""
    found = Counter(tab for row in rows for tab in row.tabs)
    return {tab: found[tab] for tab in Tab}


def last_page(found: int, size: int = PAGE_ROWS) -> int:
    """The number of the last page."""
    return max(1, ceil(found / size))


def paged(rows: Sequence[Row], page: int) -> Sequence[Row]:
    """One page; the last one when there are fewer."""
    start = (min(page, last_page(len(rows))) - 1) * PAGE_ROWS
    return rows[start : start + PAGE_ROWS]


def _units(matches: list[StoredMatch], now: datetime) -> tuple[UnitMatches, ...]:
    by_unit: dict[str, list[StoredMatch]] = defaultdict(list)
    for match in matches:
        by_unit[match.match.unit].append(match)
    units = [_unit(unit, own, _undecided(own, now)) for unit, own in by_unit.items()]
    return tuple(sorted(units, key=lambda unit: (not unit.waiting, -unit.best.match.score, unit.unit)))


def _unit(unit: str, own: list[StoredMatch], undecided: tuple[StoredMatch, ...]) -> UnitMatches:
    waiting = {match.id for match in undecided}
    best_first = sorted(own, key=lambda match: (match.id not in waiting, -match.match.score, match.id))
    return UnitMatches(unit=unit, matches=tuple(best_first), undecided=undecided)


def _undecided(own: list[StoredMatch], now: datetime) -> tuple[StoredMatch, ...]:
    """The matches that wait: none where the unit gets the call already and the new ones are just below the line."""
    waiting = tuple(match for match in own if is_waiting(match, now))
    if any(match.state in STATES_OF[Tab.ACCEPTED] for match in own) and all(
        match.state is MatchState.NEW and match.match.band is Band.POSSIBLE for match in waiting
    ):
        return ()
    return waiting


def call_fits(call: Call, days_left: int | None, chosen: Selection, found: Mapping[int, float]) -> bool:
    """Whether a call is of the kind, programme, source, applicant, deadline and words that were chosen.

    What a call does not say of its applicants is no reason to hide it.
    """
    if chosen.kind is not None and (chosen.kind is Kind.CONSULTATION) is not call.is_consultation:
        return False
    if chosen.programme and call.programme != chosen.programme:
        return False
    if chosen.source and chosen.source not in call_sources(call):
        return False
    if chosen.applicant and call.eligible_applicants and chosen.applicant not in call.eligible_applicants:
        return False
    if chosen.due is not None and not _is_due(call, days_left, chosen.due):
        return False
    return not chosen.words or call.id in found


def is_of(row: Row | None, chosen: Selection, *, ours: bool = False) -> bool:
    """Whether a call concerns us as far as that was asked for: at all, a unit, and how strongly.

    Args:
        row: the call's row in the queue, None when it has none.
    """
    if not (ours or chosen.unit or chosen.band):
        return True
    units = [unit for unit in (row.units if row else ()) if chosen.unit in ("", unit.unit)]
    return any(chosen.band in (None, unit.best.match.band) for unit in units)


def call_sources(call: Call) -> tuple[str, ...]:
    """Keys of the sources that a call was read from."""
    return tuple(link.source for link in call.sources)


def _is_due(call: Call, days_left: int | None, due: Due) -> bool:
    if due is Due.UNKNOWN:
        return call.deadlines is None
    if due is Due.RUNNING:
        return call.deadlines == ()
    return days_left is not None and days_left <= int(due.value)


def _fits(row: Row, chosen: Selection, found: Mapping[int, float]) -> bool:
    if not row.is_in(chosen.tab) or not call_fits(row.call, row.days_left, chosen, found):
        return False
    return any(_unit_fits(unit, chosen) for unit in row.units)


def _unit_fits(unit: UnitMatches, chosen: Selection) -> bool:
    """The unit and the band are looked for among the units that put the row into its tab."""
    if not concerns(unit, chosen.tab):
        return False
    if chosen.unit and unit.unit != chosen.unit:
        return False
    return chosen.band is None or unit.best.match.band is chosen.band


_FAR = 10**6
_ORDERS = {
    Order.URGENT: lambda row: (row.days_left if row.days_left is not None else _FAR, -row.score, row.call.id),
    Order.STRONGEST: lambda row: (
        -row.score,
        row.days_left if row.days_left is not None else _FAR,
        row.call.id,
    ),
}
