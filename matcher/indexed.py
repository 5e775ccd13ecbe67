"""What matching needs of the calls alone, worked out once and used for any number of needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calls.model import Call
from matcher.likeness import CallRows, hubness
from matcher.nearness import (
    Directions,
    Nearness,
    directions,
    in_meaning,
    themselves,
)
from matcher.programmes import ActionFacts, ProgrammeFacts, action_of, programme_of, programmes
from matcher.texts import TITLE, call_texts, words_text
from matcher.themes import themes
from matcher.vectors import PASSAGE, QUERY, Vectors
from matcher.words import WordIndex

NO_PRIOR = (0.0, 1.0)
SWEDISH, ENGLISH = 0, 1  # places of what is told in both languages


@dataclass(frozen=True, eq=False)
class IndexedCalls:
    """Calls, with the vectors of their texts when there is a model. Everything is worked out when first asked for.

    Two are never equal: what was worked out with one may be kept under it.
    """

    calls: Sequence[Call]
    vectors: Vectors | None = None

    @cached_property
    def words(self) -> WordIndex:
        """The words of all calls."""
        return WordIndex([words_text(call) for call in self.calls])

    @cached_property
    def rows(self) -> CallRows | None:
        """The vectors of the calls' texts; None without a model or without any vector."""
        if self.vectors is None or not self.calls:
            return None
        texts = [call_texts(call) for call in self.calls]
        flat = [part for parts in texts for part in parts]
        rows = self.vectors.rows([part.text for part in flat], PASSAGE)
        if rows is None:
            return None
        return CallRows(
            rows=rows,
            owner=np.repeat(np.arange(len(texts)), [len(parts) for parts in texts]),
            place=np.array([position for parts in texts for position in range(len(parts))]),
            is_title=np.array([part.section == TITLE for part in flat]),
            calls=len(texts),
        )

    @cached_property
    def themes(self) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Vectors of what municipalities in general work with, in Swedish and in English."""
        if self.vectors is None:
            return None, None
        swedish, english = zip(*themes(), strict=True)
        return self.vectors.rows(swedish, QUERY), self.vectors.rows(english, QUERY)

    @cached_property
    def near_all(self) -> tuple[np.ndarray, np.ndarray]:
        """How near each text lies to those themes, in Swedish and in English; shape (texts,)."""
        return tuple(hubness(rows, self.rows.rows) for rows in self.themes)

    @cached_property
    def abouts(self) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Vectors of what the programmes are for, and how near each lies to municipal themes in English."""
        rows = None if self.vectors is None else self.vectors.rows(abouts(), PASSAGE)
        return rows, None if rows is None else hubness(self.themes[ENGLISH], rows)

    @cached_property
    def priors(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Mean and spread of how near municipal themes lie to what the programmes are for: much as needs lie to
        calls. In Swedish and in English."""
        return _prior(self.themes[SWEDISH], self.abouts[0]), _prior(self.themes[ENGLISH], self.abouts[0])

    @cached_property
    def programmes(self) -> tuple[ProgrammeFacts | None, ...]:
        """Each call's programme, None where it is not described."""
        return tuple(programme_of(call) for call in self.calls)

    @cached_property
    def actions(self) -> tuple[ActionFacts | None, ...]:
        """Each call's type of action, None where it is not given."""
        return tuple(action_of(call) for call in self.calls)

    @cached_property
    def directions(self) -> tuple[Directions, Directions] | None:
        """Where the calls lie in meaning among themselves; None without vectors."""
        return None if self.rows is None else directions(self.rows, self.vectors)

    def nearness(self, asked: Sequence[Call], vectors: Vectors | None) -> Nearness:
        """How near each of some calls lies to every call here.

        Args:
            vectors: those of the asked calls' texts; without them a call is near itself alone.
        """
        if not asked or not self.calls:
            return Nearness({}, np.zeros((len(asked), len(self.calls))))
        rows = {call.id: row for row, call in enumerate(asked)}
        if vectors is None or self.directions is None:
            return Nearness(rows, themselves(asked, self.calls))
        return Nearness(rows, in_meaning(asked, self.directions, vectors))

    def warm(self) -> "IndexedCalls":
        """The same, everything worked out now rather than when somebody waits."""
        _ = self.words, self.programmes, self.actions
        if self.rows is not None:
            _ = self.near_all, self.directions, self.priors
        return self


def abouts() -> list[str]:
    """What each programme is for, in the order of `programmes()`."""
    return [entry.about_en for entry in programmes()]


def _prior(theme_rows: np.ndarray | None, rows: np.ndarray | None) -> tuple[float, float]:
    if theme_rows is None or rows is None:
        return NO_PRIOR
    near = 2 * (theme_rows @ rows.T) - hubness(theme_rows, rows)
    return float(np.nanmean(near)), float(np.nanmean(np.nanstd(near, axis=1)))
