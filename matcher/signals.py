"""The signals of a match: each tells, for every need and call, how strongly it speaks for the pair.

A signal gives a matrix of strengths, shape (needs, calls), 0 to 1, NaN where it cannot say. A new one is a
function here and a line in `SIGNALS`. The weights are learned (`bench/fit_weights.py`, `docs/matching.md`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from calls.model import Call
from matcher.likeness import Likeness, spreads_above_mean
from matcher.pool import Pool
from matcher.programmes import UNKNOWN_FIT, programmes

TITLE_WEIGHT = 0.5
# Spreads above the mean at which a signal is as strong as it gets.
MEANING_FULL = 6.0
WORDS_FULL = 8.0
WORDS_PRIOR = (0.25, 0.39)  # mean and spread over 1,184 calls and 25 needs of 2026; short pools lean on it
THEME_FULL = 5.0


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One line of `SIGNALS`.

    Attributes:
        weight: how much a full strength moves the log-odds of a pair; `weight_without_model` when there are no
            vectors.
        neutral: what counts where the signal cannot say.
    """

    name: str
    strength: Callable[[Pool], np.ndarray]
    weight: float
    weight_without_model: float
    neutral: float = 0.0


def meaning(pool: Pool) -> np.ndarray:
    """How near the need's English lies to the call in meaning, less what is near everything."""
    return _near(pool, pool.english_likeness, pool.english_prior)


def own_words(pool: Pool) -> np.ndarray:
    """The same, with the need as the unit wrote it."""
    return _near(pool, pool.swedish_likeness, pool.swedish_prior)


def words(pool: Pool) -> np.ndarray:
    """How much of what the need speaks of is said in so many words; silent for a need without known words."""
    raw = np.stack(
        [
            pool.index.score(concepts) / np.sqrt(sum(concept.weight for concept in concepts))
            if concepts
            else _silent(pool.calls)
            for concepts in pool.asked
        ]
    )
    return np.clip(spreads_above_mean(raw, WORDS_PRIOR) / WORDS_FULL, 0, 1)


def theme(pool: Pool) -> np.ndarray:
    """How near the need lies to what the programme is there for; silent for programmes not described."""
    described = pool.indexed.programmes
    place = {entry.key: number for number, entry in enumerate(programmes())}
    columns = np.array([-1 if entry is None else place[entry.key] for entry in described], np.int64)
    near = np.clip(pool.programme_nearness / THEME_FULL, 0, 1)
    return np.where(columns[None, :] >= 0, near[:, columns], np.nan)


def programme(pool: Pool) -> np.ndarray:
    """How often calls of this programme suit a municipality; silent for programmes not described."""
    return _same_for_all_needs(pool, pool.indexed.programmes)


def action(pool: Pool) -> np.ndarray:
    """How near to practice this type of action is; silent when it is not given."""
    return _same_for_all_needs(pool, pool.indexed.actions)


SIGNALS: tuple[Signal, ...] = (
    Signal(name="meaning", strength=meaning, weight=3.1, weight_without_model=0.0),
    Signal(name="own_words", strength=own_words, weight=2.5, weight_without_model=0.0),
    Signal(name="words", strength=words, weight=4.7, weight_without_model=6.5),
    Signal(name="theme", strength=theme, weight=2.4, weight_without_model=2.6),
    Signal(name="programme", strength=programme, weight=2.5, weight_without_model=2.1, neutral=UNKNOWN_FIT),
    Signal(name="action", strength=action, weight=2.0, weight_without_model=1.7, neutral=0.6),
)


def _near(pool: Pool, found: Likeness | None, prior: tuple[float, float]) -> np.ndarray:
    if found is None:
        return np.full((len(pool.needs), len(pool.calls)), np.nan)
    sections = np.where(np.isnan(found.sections), found.titles, found.sections)
    titles = np.where(np.isnan(found.titles), sections, found.titles)
    usual = (prior[0] * (1 + TITLE_WEIGHT), prior[1] * (1 + TITLE_WEIGHT))
    return np.clip(spreads_above_mean(sections + TITLE_WEIGHT * titles, usual) / MEANING_FULL, 0, 1)


def _silent(calls: Sequence[Call]) -> np.ndarray:
    return np.full(len(calls), np.nan)


def _same_for_all_needs(pool: Pool, known: Sequence) -> np.ndarray:
    fits = np.array([np.nan if entry is None else entry.fit for entry in known], np.float64)
    return np.tile(fits, (len(pool.needs), 1))
