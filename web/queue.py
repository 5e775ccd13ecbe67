"""The queue as rows: what is in which tab, filtered, sorted and paged. Pure; no database, no words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from math import ceil
from typing import TypeVar
from urllib.parse import urlencode

from calls.model import Call
from calls.programmes import PROGRAMMES
from calls.vocabulary import Status
from matcher.model import Band, MatchState, StoredMatch
from matcher.review import may_decide
from web.decisions import is_waiting

PAGE_ROWS = 25
URGENT_DAYS = 14
NEW_FOR = timedelta(days=7)
LONGEST_SEARCH = 200
STRENGTHS = (Band.STRONG, Band.LIKELY, Band.POSSIBLE)
Word = TypeVar("Word", bound=StrEnum)


class Tab(StrEnum):
    """The parts of the queue (`ux.md` 2.1); the words stand in addresses."""

    REVIEW = "granska"
    URGENT = "bradskar"
    SEVERAL = "flera"
    CHILDREN = "barn"
    CHANGED = "andrade"
    BELOW = "under-gransen"
    LATER = "uppskjutna"
    ACCEPTED = "godkanda"
    REJECTED = "avvisade"


class Order(StrEnum):
    """What comes first."""

    URGENT = "bradskande"
    STRONGEST = "starkast"


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
}
STATES_OF = {
    Tab.LATER: (MatchState.LATER,),
    Tab.ACCEPTED: (MatchState.ACCEPTED, MatchState.SENT),
    Tab.REJECTED: (MatchState.REJECTED,),
}


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What somebody wants to see, read from an address; anything odd in it counts as not said (W-32)."""

    tab: Tab = Tab.REVIEW
    unit: str = ""
    programme: str = ""
    band: Band | None = None
    words: str = ""
    order: Order = Order.URGENT
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        """Whether something is left out by choice."""
        return bool(self.unit or self.programme or self.band or self.words)

    def address(self, **changes: object) -> str:
        """The address of this selection, or of one that differs in something; without what is usual."""
        wanted = replace(self, **changes)
        said = {
            "flik": wanted.tab,
            "enhet": wanted.unit,
            "program": wanted.programme,
            "styrka": wanted.band or "",
            "sok": wanted.words,
            "ordning": wanted.order,
            "sida": wanted.page,
        }
        usual = {"flik": Tab.REVIEW, "ordning": Order.URGENT, "sida": 1}
        query = urlencode(
            {key: str(value) for key, value in said.items() if value and usual.get(key) != value}
        )
        return f"/?{query}" if query else "/"


def selection(asked: Mapping[str, str], units: Iterable[str], programmes: Iterable[str]) -> Selection:
    """Read an address; the only units and programmes are those given."""
    unit, programme = asked.get("enhet", ""), asked.get("program", "")
    return Selection(
        tab=word(Tab, asked.get("flik")) or Tab.REVIEW,
        unit=unit if unit in set(units) else "",
        programme=programme if programme in set(programmes) else "",
        band=word(Band, asked.get("styrka")),
        words=search_words(asked.get("sok", "")),
        order=word(Order, asked.get("ordning")) or Order.URGENT,
        page=page_number(asked.get("sida")),
    )


def word(words: type[Word], said: object) -> Word | None:
    """A word of a closed list, None for anything else."""
    return next((known for known in words if known.value == said), None)


def search_words(text: str) -> str:
    """What is searched for: one line, at most 200 characters."""
    return " ".join(text.split())[:LONGEST_SEARCH]


def page_number(text: str | None) -> int:
    """A page, 1 for anything that is none."""
    return (
        int(text) if text and text.isascii() and text.isdecimal() and 0 < len(text) < 7 and int(text) else 1
    )


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


def visible(rows: Iterable[Row], chosen: Selection, texts: Mapping[int, str] | None = None) -> list[Row]:
    """The rows of a selection, in its order.

    Args:
        texts: what a search looks in, by call; needed where the selection has words.
    """
    return sorted((row for row in rows if _fits(row, chosen, texts or {})), key=_ORDERS[chosen.order])


def counts(rows: Iterable[Row]) -> dict[Tab, int]:
    """How many rows there are in every tab, whatever is filtered."""
    found = Counter(tab for row in rows for tab in row.tabs)
    return {tab: found[tab] for tab in Tab}


def last_page(found: int) -> int:
    """The number of the last page."""
    return max(1, ceil(found / PAGE_ROWS))


def paged(rows: Sequence[Row], page: int) -> Sequence[Row]:
    """One page; the last one when there are fewer."""
    start = (min(page, last_page(len(rows))) - 1) * PAGE_ROWS
    return rows[start : start + PAGE_ROWS]


def contains(call: Call, text: str, words: str) -> bool:
    """Whether all words stand somewhere in the call's text or its programme's name; `text` is in lower case."""
    programme = PROGRAMMES.get(call.programme or "")
    names = f"{programme.name_sv}\n{programme.name_en}".casefold() if programme else ""
    return all(part in text or part in names for part in words.casefold().split())


def _units(matches: list[StoredMatch], now: datetime) -> tuple[UnitMatches, ...]:
    by_unit: dict[str, list[StoredMatch]] = defaultdict(list)
    for match in matches:
        by_unit[match.match.unit].append(match)
    units = [
        UnitMatches(
            unit=unit,
            matches=tuple(sorted(own, key=lambda m: (not is_waiting(m, now), -m.match.score, m.id))),
            undecided=tuple(match for match in own if is_waiting(match, now)),
        )
        for unit, own in by_unit.items()
    ]
    return tuple(sorted(units, key=lambda unit: (not unit.waiting, -unit.best.match.score, unit.unit)))


def _fits(row: Row, chosen: Selection, texts: Mapping[int, str]) -> bool:
    if not row.is_in(chosen.tab):
        return False
    if chosen.programme and row.call.programme != chosen.programme:
        return False
    if chosen.words and not contains(row.call, texts.get(row.call.id, ""), chosen.words):
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
