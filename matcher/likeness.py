"""Similarity of meaning between needs and calls, corrected for what lies near everything."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from matcher.blocks import mapped

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


@dataclass(frozen=True)
class CallRows:
    """The vectors of the texts of all calls, those of one call beside each other, its title first.

    Attributes:
        rows: shape (texts, dimension); NaN where a text has no usable vector.
        owner: position of each text's call; `place`: position of the text among its call's; shape (texts,).
        is_title: which texts are titles; every call has one.
        calls: how many calls there are.
    """

    rows: np.ndarray
    owner: np.ndarray
    place: np.ndarray
    is_title: np.ndarray
    calls: int


def likeness(
    wordings: Sequence[np.ndarray | None],
    texts: CallRows,
    near_all: np.ndarray,
    executor: Executor | None = None,
) -> Likeness | None:
    """Compare all wordings with all texts, in blocks of texts, so that memory grows with needs times calls only.

    Args:
        wordings: for each need the vectors of its wordings, shape (wordings, dimension); None when it has none.
        near_all: how near each text lies to municipal work in general (`hubness`), shape (texts,).
        executor: works on the blocks; None is here, one after another.
    """
    needs = _means(wordings, texts.rows.shape[1])
    shape = (len(wordings), texts.calls)
    found = Likeness(np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, np.int64))
    blocks = list(_whole_calls(texts.owner, BLOCK))
    parts, near = [texts.rows[block] for block in blocks], [near_all[block] for block in blocks]
    scores = mapped(executor, _corrected, [needs] * len(parts), parts, near)
    for block, part in zip(blocks, scores, strict=True):
        _note(found, part, texts, block)
    known = ~(np.isnan(found.titles) & np.isnan(found.sections))
    return found if known.any() else None


def hubness(theme_rows: np.ndarray | None, rows: np.ndarray) -> np.ndarray:
    """Mean similarity of each text with the themes nearest to it (CSLS); shape (texts,)."""
    if theme_rows is None:
        return np.zeros(len(rows))
    similar = theme_rows[np.isfinite(theme_rows).all(axis=1)] @ rows.T
    nearest = min(HUB_NEIGHBOURS, len(similar))
    return np.partition(similar, len(similar) - nearest, axis=0)[len(similar) - nearest :].mean(axis=0)


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


def _means(wordings: Sequence[np.ndarray | None], dimension: int) -> np.ndarray:
    """Each need's mean vector, whose product with a text is the mean of its wordings'; NaN for a need without."""
    found = np.full((len(wordings), dimension), np.nan, np.float32)
    for i, vectors in enumerate(wordings):
        usable = None if vectors is None else vectors[np.isfinite(vectors).all(axis=1)]
        if usable is not None and len(usable):
            found[i] = usable.mean(axis=0)
    return found


def _whole_calls(owner: np.ndarray, block: int) -> Iterator[slice]:
    """Slices of about `block` texts that part no call's texts."""
    start = 0
    while start < len(owner):
        end = min(start + block, len(owner))
        if end < len(owner):
            end = int(np.searchsorted(owner, owner[end - 1], side="right"))
        yield slice(start, end)
        start = end


def _corrected(needs: np.ndarray, rows: np.ndarray, near_all: np.ndarray) -> np.ndarray:
    """Shape (needs, texts)."""
    return 2 * (needs @ rows.T) - near_all


def _note(found: Likeness, scores: np.ndarray, texts: CallRows, block: slice) -> None:
    """Keep each call's title and its best section; the first of equals."""
    owner, is_title = texts.owner[block], texts.is_title[block]
    found.titles[:, owner[is_title]] = scores[:, is_title]
    sections = np.flatnonzero(~is_title)
    if not len(sections):
        return
    starts = np.flatnonzero(np.r_[True, np.diff(owner[sections]) > 0])
    calls = owner[sections][starts]
    filled = np.where(np.isnan(scores[:, sections]), -np.inf, scores[:, sections])
    best = np.maximum.reduceat(filled, starts, axis=1)
    is_best = filled == best[:, np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(sections)]))]
    places = np.where(is_best, texts.place[block][sections], np.iinfo(np.int64).max)
    found.sections[:, calls] = np.where(np.isfinite(best), best, np.nan)
    found.best[:, calls] = np.where(np.isfinite(best), np.minimum.reduceat(places, starts, axis=1), 0)
