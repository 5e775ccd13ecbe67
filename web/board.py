"""The queue kept between requests: rows, tabs and counts, made anew only where something has changed.

What is kept is what a look at the database would give: matches are refreshed by their revision, calls by the mark
of the newest harvest, and rows by the clock where time alone moves them.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from calls.model import BRUSSELS, Call
from calls.vocabulary import Status
from matcher.model import MatchState, StoredMatch
from matcher.score import WORDS_ONLY
from storage import calls as stored_calls
from storage import matches as stored_matches
from web import queue
from web.queue import NEW_FOR, Row
from web.selection import Selection, Tab
from web.series import series_key

BOARDS_KEPT = 16
PIECES_KEPT = 600
INSTANT = timedelta(microseconds=1)  # a deadline's own moment is still in time


@dataclass(frozen=True, kw_only=True)
class Board:
    """What one kind of reader can see of the queue.

    Attributes:
        rows: by the call's id; matches without reasons, calls without texts.
        calls: every stored call, without texts, by id.
        made_at: when the rows were last made by the clock.
        turns_at: when time alone will move something.
        mark: of the harvest that the calls are of.
        touched: call id to the revision that its matches last changed at.
    """

    rows: Mapping[int, Row]
    calls: Mapping[int, Call]
    made_at: datetime
    turns_at: datetime
    mark: tuple
    revision: int
    touched: Mapping[int, int]
    _listed: dict[Selection, list[Row]] = field(default_factory=dict, compare=False)

    def listed(self, chosen: Selection, found: Mapping[int, float] | None = None) -> list[Row]:
        """All rows of a selection, whatever its page; what a search found is needed where it has words."""
        if chosen.words:
            return queue.visible(self.rows.values(), chosen, found)
        whole = replace(chosen, page=1)
        if whole not in self._listed:
            self._listed[whole] = queue.visible(self.rows.values(), whole)
        return self._listed[whole]

    @cached_property
    def counts(self) -> dict[Tab, int]:
        """How many rows there are in every tab."""
        return queue.counts(self.rows.values())

    @cached_property
    def rests_on_words(self) -> bool:
        """Whether some matches were made without the language model (H4)."""
        return any(match.match.model == WORDS_ONLY for row in self.rows.values() for match in row.matches)

    @cached_property
    def programmes(self) -> list[str]:
        """Keys of the programmes that the rows have."""
        return sorted({row.call.programme for row in self.rows.values() if row.call.programme})

    @cached_property
    def sources(self) -> list[str]:
        """Keys of the sources that any call was read from."""
        return sorted({link.source for call in self.calls.values() for link in call.sources})

    @cached_property
    def series(self) -> dict[str, list[Call]]:
        """Key of a series to its rounds, see `web/series.py`."""
        found: dict[str, list[Call]] = {}
        for call in self.calls.values():
            if (key := series_key(call)) is not None:
                found.setdefault(key, []).append(call)
        return found

    @cached_property
    def open_calls(self) -> list[Call]:
        """What one can apply to now or later, the one that closes first on top."""
        found = [call for call in self.calls.values() if call.status(self.made_at) is not Status.CLOSED]
        return sorted(found, key=self._urgency)

    def _urgency(self, call: Call) -> tuple:
        left = call.days_left(self.made_at)
        return (left is None, left or 0, call.id)

    def holds_at(self, now: datetime) -> bool:
        """Whether the clock has moved nothing since."""
        return self.made_at <= now < self.turns_at


class Memory:
    """What the pages of one installation keep; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._overview: stored_matches.Overview | None = None
        self._touched: dict[int, int] = {}
        self._calls: tuple[tuple, dict[int, Call]] = ((), {})
        self._texts: tuple[tuple, dict[int, str]] = ((), {})
        self._boards: OrderedDict[frozenset[str] | None, Board] = OrderedDict()
        self._pieces: OrderedDict[tuple, Any] = OrderedDict()
        self._done: dict[tuple, datetime] = {}

    def board(
        self, conn: Connection, tenant: str, now: datetime, units: frozenset[str] | None = None
    ) -> Board:
        """The queue as it stands.

        Args:
            units: the only units that the reader may see; None for all.
        """
        with self._lock:
            self._refresh(conn, tenant)
            board = self._renewed(self._boards.get(units), now, units)
            self._boards[units] = board
            self._boards.move_to_end(units)
            while len(self._boards) > BOARDS_KEPT:
                self._boards.popitem(last=False)
            return board

    def holds(self, units: frozenset[str] | None, now: datetime) -> bool:
        """Whether the clock has moved nothing since a reader's queue was last made; False when it never was."""
        with self._lock:
            board = self._boards.get(units)
            return board is not None and board.holds_at(now)

    def texts(self, conn: Connection, tenant: str, mark: tuple) -> dict[int, str]:
        """What a search looks in, by call; read at the first search after a harvest."""
        with self._lock:
            if self._texts[0] != mark:
                self._texts = (mark, stored_calls.search_texts(conn, tenant))
            return self._texts[1]

    def kept(self, key: tuple) -> Any:
        """A piece of a page made before, None when it must be made."""
        with self._lock:
            return self._pieces.get(key)

    def keep(self, key: tuple, piece: Any) -> None:
        """Keep a piece of a page; the oldest leave."""
        with self._lock:
            self._pieces[key] = piece
            self._pieces.move_to_end(key)
            while len(self._pieces) > PIECES_KEPT:
                self._pieces.popitem(last=False)

    def may(self, deed: str, who: Hashable, now: datetime, every: timedelta) -> bool:
        """Whether something may be done again, and if so note that it is; forgotten when the program ends."""
        with self._lock:
            self._done = {key: at for key, at in self._done.items() if now - at < every}
            if (deed, who) in self._done:
                return False
            self._done[deed, who] = now
            return True

    def _refresh(self, conn: Connection, tenant: str) -> None:
        before = self._overview
        self._overview = stored_matches.overview(conn, tenant, before)
        if self._overview is not before:
            self._touched |= dict.fromkeys(self._overview.touched, self._overview.revision)
        mark = stored_calls.mark(conn, tenant)
        if mark != self._calls[0]:
            self._calls = (mark, {call.id: call for call in stored_calls.summaries(conn, tenant)})

    def _renewed(self, old: Board | None, now: datetime, units: frozenset[str] | None) -> Board:
        """The board again, with as much of the old one as still holds."""
        mark, calls = self._calls
        revision = self._overview.revision
        if old is None or old.mark != mark or not old.holds_at(now):
            rows, made_at = _rows(self._overview.matches.values(), calls, now, units), now
            turns_at = _next_turn(calls.values(), rows.values(), now)
        elif old.revision == revision:
            return old
        else:
            changed = {call for call, at in self._touched.items() if at > old.revision}
            some = [match for match in self._overview.matches.values() if match.match.call_id in changed]
            fresh = _rows(some, calls, now, units)
            rows = {number: row for number, row in old.rows.items() if number not in changed} | fresh
            made_at = old.made_at
            turns_at = min(old.turns_at, _next_turn((), fresh.values(), now))
        return Board(
            rows=rows,
            calls=calls,
            made_at=made_at,
            turns_at=turns_at,
            mark=mark,
            revision=revision,
            touched=dict(self._touched),
        )


def _rows(
    matches: Iterable[StoredMatch], calls: Mapping[int, Call], now: datetime, units: frozenset[str] | None
) -> dict[int, Row]:
    seen = [match for match in matches if units is None or match.match.unit in units]
    numbers = dict.fromkeys(match.match.call_id for match in seen)
    rows = queue.rows_of((calls[number] for number in numbers if number in calls), seen, now)
    return {row.call.id: row for row in rows}


def _next_turn(calls: Iterable[Call], rows: Iterable[Row], now: datetime) -> datetime:
    """The first moment at which something reads otherwise: midnight in Brussels, a deadline, a day put off to."""
    day = now.astimezone(BRUSSELS)
    turns = [(day + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)]
    for call in calls:
        turns.append(call.first_seen_at + NEW_FOR)
        turns += [deadline.at + INSTANT for deadline in call.deadlines or ()]
    turns += [
        match.decision.until
        for row in rows
        for match in row.matches
        if match.state is MatchState.LATER and match.decision and match.decision.until
    ]
    return min(turn for turn in turns if turn > now)
