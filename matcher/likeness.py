"""Similarity of meaning between needs and calls, corrected for what lies near everything."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matcher.texts import TITLE, SectionText
from matcher.vectors import PASSAGE, Vectors

HUB_NEIGHBOURS = 10
BLOCK = 4096  # texts of calls compared at a time
PRIOR_CALLS = 25  # how many calls a prior is counted as


@dataclass(frozen=True)
class Likeness:
    """Corrected similarity, the mean over a need's wordings.

    Attributes:
        titles: shape (needs, calls).
        sections: shape (needs, calls), the best section; NaN for a call without sections.
        best: shape (needs, calls), position of the best section among the call's texts.
    """

    titles: np.ndarray
    sections: np.ndarray
    best: np.ndarray


def likeness(
    wordings: Sequence[np.ndarray | None],
    texts: Sequence[Sequence[SectionText]],
    vectors: Vectors,
    theme_rows: np.ndarray | None,
) -> Likeness | None:
    """Compare all wordings with all texts, in blocks, so that memory grows with needs times calls only.

    Args:
        wordings: for each need the vectors of its wordings, shape (wordings, dimension); None when it has none.
        texts: for each call its texts.
        theme_rows: what municipalities in general work with, shape (themes, dimension).
    """
    flat = [part for parts in texts for part in parts]
    owner = np.repeat(np.arange(len(texts)), [len(parts) for parts in texts])
    place = np.array([position for parts in texts for position in range(len(parts))])
    is_title = np.array([part.section == TITLE for part in flat])
    shape = (len(wordings), len(texts))
    found = Likeness(np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, np.int64))
    for start in range(0, len(flat), BLOCK):
        block = slice(start, start + BLOCK)
        rows = vectors.rows([part.text for part in flat[block]], PASSAGE)
        if rows is None:
            continue
        scores = _corrected(wordings, rows, hubness(theme_rows, rows))
        _note_titles(found, scores, owner[block], is_title[block])
        _note_sections(found, scores, owner[block], is_title[block], place[block])
    known = ~(np.isnan(found.titles) & np.isnan(found.sections))
    return found if known.any() else None


def hubness(theme_rows: np.ndarray | None, rows: np.ndarray) -> np.ndarray:
    """Mean similarity of each text with the themes nearest to it (CSLS); shape (texts,)."""
    if theme_rows is None:
        return np.zeros(len(rows))
    similar = theme_rows[np.isfinite(theme_rows).all(axis=1)] @ rows.T
    return np.sort(similar, axis=0)[-HUB_NEIGHBOURS:].mean(axis=0)


def spreads_above_mean(
    raw: np.ndarray, prior: tuple[float, float], *, counted_as: int = PRIOR_CALLS
) -> np.ndarray:
    """Each row in its spreads above its mean; NaN stays NaN.

    Args:
        prior: mean and spread that a row leans on while it is short, counted as `counted_as` values: three
            calls in the database must not make one of them look outstanding.
    """
    result = np.full(raw.shape, np.nan)
    for i, row in enumerate(raw):
        known = row[~np.isnan(row)]
        if not len(known):
            continue
        total = len(known) + counted_as
        mean = (known.sum() + counted_as * prior[0]) / total
        variance = (
            ((known - mean) ** 2).sum() + counted_as * (prior[1] ** 2 + (prior[0] - mean) ** 2)
        ) / total
        result[i] = (row - mean) / max(float(np.sqrt(variance)), 1e-6)
    return result


def _corrected(wordings: Sequence[np.ndarray | None], rows: np.ndarray, near_all: np.ndarray) -> np.ndarray:
    """Shape (needs, texts)."""
    scores = np.full((len(wordings), len(rows)), np.nan)
    for i, vectors in enumerate(wordings):
        if vectors is not None:
            usable = vectors[np.isfinite(vectors).all(axis=1)]
            scores[i] = 2 * (usable @ rows.T).mean(axis=0) - near_all
    return scores


def _note_titles(found: Likeness, scores: np.ndarray, owner: np.ndarray, is_title: np.ndarray) -> None:
    found.titles[:, owner[is_title]] = scores[:, is_title]


def _note_sections(found: Likeness, scores, owner, is_title, place) -> None:
    """Keep the best section of each call; texts of one call may lie in two blocks."""
    for column in np.flatnonzero(~is_title):
        call = owner[column]
        better = ~(found.sections[:, call] >= scores[:, column]) & ~np.isnan(scores[:, column])
        found.sections[better, call] = scores[better, column]
        found.best[better, call] = place[column]
