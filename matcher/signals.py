"""The signals of a match: each tells, for every need and call, how strongly it speaks for the pair.

A signal gives a matrix of strengths, shape (needs, calls), 0 to 1, NaN where it cannot say. A new one is a
function here and a line in `SIGNALS`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calls.model import Call
from matcher.programmes import UNKNOWN_FIT, programme_of
from matcher.texts import TITLE, call_texts, need_texts, words_text
from matcher.themes import themes
from matcher.translate import translate
from matcher.vectors import PASSAGE, QUERY, Vectors
from matcher.words import Concept, WordIndex, english_concepts
from profiles.model import Need

HUB_NEIGHBOURS = 10
BLOCK = 4096  # texts of calls compared at a time
TITLE_WEIGHT = 0.5
# What a similarity is measured against while a pool is small: mean and spread of similarities between
# municipal needs and EU calls under the embedded model, hubness corrected; counted as this many calls.
PRIOR_MEAN, PRIOR_SPREAD, PRIOR_CALLS = -0.06, 0.04, 25
MEANING_FULL = 5.0  # spreads above the mean at which a likeness is as strong as it gets
WORDS_FULL = 14.0  # BM25 at which shared words are as strong as they get


@dataclass(frozen=True)
class Pool:
    """What is matched: calls and needs, with the vectors of their texts when there is a model."""

    calls: Sequence[Call]
    needs: Sequence[Need]
    vectors: Vectors | None = None

    @cached_property
    def concepts(self) -> tuple[tuple[Concept, ...], ...]:
        """What each need speaks of, in English: its own English wording, else the vocabulary's translation."""
        return tuple(concepts_of(need) for need in self.needs)

    @cached_property
    def index(self) -> WordIndex:
        """The words of all calls."""
        return WordIndex([words_text(call) for call in self.calls])

    @cached_property
    def section_likeness(self) -> "Likeness | None":
        """How near every need's wordings lie to every text of every call; None without vectors."""
        return likeness(self)


@dataclass(frozen=True)
class Likeness:
    """Corrected similarity, the best over wordings.

    Attributes:
        titles: shape (needs, calls).
        sections: shape (needs, calls), the best section; NaN for a call without sections.
        best: shape (needs, calls), index of the best section among the call's texts.
    """

    titles: np.ndarray
    sections: np.ndarray
    best: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One line of `SIGNALS`.

    Attributes:
        weight: how much a full strength moves the score, in log-odds.
        neutral: what counts where the signal cannot say.
    """

    name: str
    strength: Callable[[Pool], np.ndarray]
    weight: float
    neutral: float


def concepts_of(need: Need) -> tuple[Concept, ...]:
    """The English concepts of a need."""
    english = " ".join((need.title_en, need.text_en)).strip()
    return english_concepts(english) or translate(f"{need.title}. {need.text}")


def meaning(pool: Pool) -> np.ndarray:
    """How near the need lies to the call in meaning: title and best section, less what is near everything."""
    found = pool.section_likeness
    if found is None:
        return np.full((len(pool.needs), len(pool.calls)), np.nan)
    raw = np.where(np.isnan(found.sections), found.titles, found.sections) + TITLE_WEIGHT * found.titles
    return np.clip(_spreads_above_mean(raw) / MEANING_FULL, 0, 1)


def words(pool: Pool) -> np.ndarray:
    """How much of what the need speaks of is said in so many words; silent for a need that has no English."""
    rows = []
    for concepts in pool.concepts:
        if not concepts:
            rows.append(np.full(len(pool.calls), np.nan))
            continue
        rows.append(np.clip(pool.index.score(concepts) / WORDS_FULL, 0, 1))
    return np.stack(rows) if rows else np.zeros((0, len(pool.calls)))


def programme(pool: Pool) -> np.ndarray:
    """How often calls of this programme suit a municipality; silent for programmes that are not described."""
    known = [programme_of(call) for call in pool.calls]
    fits = np.array([np.nan if entry is None else entry.fit for entry in known], np.float64)
    return np.tile(fits, (len(pool.needs), 1))


SIGNALS: tuple[Signal, ...] = (
    Signal(name="meaning", strength=meaning, weight=5.0, neutral=0.0),
    Signal(name="words", strength=words, weight=4.0, neutral=0.0),
    Signal(name="programme", strength=programme, weight=2.0, neutral=UNKNOWN_FIT),
)


def likeness(pool: Pool) -> Likeness | None:
    """Compare all wordings with all texts, in blocks; memory grows with needs times calls, not with texts."""
    if pool.vectors is None or not pool.calls or not pool.needs:
        return None
    sections = [call_texts(call) for call in pool.calls]
    owner = np.repeat(np.arange(len(pool.calls)), [len(parts) for parts in sections])
    is_title = np.array([part.section == TITLE for parts in sections for part in parts])
    position = np.array([place for parts in sections for place in range(len(parts))])
    flat = [part.text for parts in sections for part in parts]
    wordings = [_rows(pool.vectors, need_texts(need)) for need in pool.needs]
    hubs = [_rows(pool.vectors, side) for side in zip(*themes(), strict=True)]
    shape = (len(pool.needs), len(pool.calls))
    found = Likeness(np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, np.int64))
    for start in range(0, len(flat), BLOCK):
        block = slice(start, start + BLOCK)
        rows = pool.vectors.rows(flat[block], PASSAGE)
        if rows is None:
            continue
        near_all = [_hubness(hub, rows) for hub in hubs]
        for i, wording in enumerate(wordings):
            if wording is not None:
                _note_best(
                    found,
                    i,
                    _corrected(wording, rows, near_all),
                    owner[block],
                    is_title[block],
                    position[block],
                )
    return None if np.isnan(found.titles).all() and np.isnan(found.sections).all() else found


def _rows(vectors: Vectors, texts: Sequence[str]) -> np.ndarray | None:
    return vectors.rows(texts, QUERY)


def _hubness(theme_rows: np.ndarray | None, rows: np.ndarray) -> np.ndarray:
    """Mean similarity of each text with the themes nearest to it (CSLS); shape (texts,)."""
    if theme_rows is None:
        return np.zeros(len(rows))
    similar = theme_rows @ rows.T
    return np.sort(similar, axis=0)[-HUB_NEIGHBOURS:].mean(axis=0)


def _corrected(wording: np.ndarray, rows: np.ndarray, near_all: list[np.ndarray]) -> np.ndarray:
    """The best wording's similarity with each text, less its hubness in that wording's language."""
    each = [
        2 * (vector @ rows.T) - near_all[min(i, len(near_all) - 1)] - 0.8 for i, vector in enumerate(wording)
    ]
    return np.fmax.reduce(each)


def _note_best(found: Likeness, i: int, scores, owner, is_title, position) -> None:
    for score, call, title, place in zip(scores, owner, is_title, position, strict=True):
        if np.isnan(score):
            continue
        if title:
            found.titles[i, call] = score
        elif not found.sections[i, call] >= score:
            found.sections[i, call] = score
            found.best[i, call] = place


def _spreads_above_mean(raw: np.ndarray) -> np.ndarray:
    """Each need's likenesses in spreads above that need's mean; small pools lean on the prior."""
    result = np.full(raw.shape, np.nan)
    for i, row in enumerate(raw):
        known = row[~np.isnan(row)]
        if not len(known):
            continue
        total = len(known) + PRIOR_CALLS
        mean = (known.sum() + PRIOR_CALLS * PRIOR_MEAN) / total
        variance = (((known - mean) ** 2).sum() + PRIOR_CALLS * PRIOR_SPREAD**2) / total
        result[i] = (row - mean) / np.sqrt(variance)
    return result
