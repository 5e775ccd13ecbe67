"""The best of many scores, in blocks: memory grows with a block, never with needs times calls.

Products of vectors may be spread over a `concurrent.futures.Executor`; the answer is the same either way, and for
every size of block.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor

import numpy as np

BLOCK = 512  # needs at a time: with 5,000 calls some 10 MB of similarities
SPARE = 32  # candidates beside the wanted ones, for those that a gate keeps out
DECIMALS = 4

Mask = Callable[[int, np.ndarray], np.ndarray]
"""For a row and positions in it: which of them, as truth values of the same shape."""


def mapped(executor: Executor | None, work: Callable, *rows: Iterable) -> Iterator:
    """`work` over all rows, in their order; by the executor when there is one."""
    return map(work, *rows) if executor is None else executor.map(work, *rows)


def best(
    scores: np.ndarray, most: int, passes: Mask, *, least: float = -np.inf, free: Mask | None = None
) -> Iterator[np.ndarray]:
    """For each row the positions of its best scores that pass the gates: best first, ties by position.

    Gates are asked only of what may be among the best: they cost more than a score.

    Args:
        scores: shape (rows, calls); compared after rounding to four decimals.
        most: so many of a row at most.
        least: what scores less is not asked for.
        free: those that take no place of the others: all of them are given that score at least `least`.
    """
    count = scores.shape[1]
    wanted = min(most + SPARE, count)
    nearest = np.argpartition(scores, count - wanted, axis=1)[:, count - wanted :] if wanted < count else None
    for i, row in enumerate(scores):
        if nearest is not None and free is None:
            candidates, rounded = _in_order(row, np.sort(nearest[i]), least)
            # What equals the last candidate may lie outside them; all that is above it lies inside.
            sure = candidates[rounded > rounded[-1]] if len(candidates) == wanted else candidates
            chosen = sure[passes(i, sure)][:most]
            if len(chosen) == most or len(candidates) < wanted:
                yield chosen
                continue
        yield _chosen(i, _in_order(row, np.arange(count), least)[0], most, passes, free)


def _in_order(row: np.ndarray, places: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray]:
    """Those of the rising places that score enough, best first, and their scores."""
    rounded = np.round(row[places], DECIMALS)
    enough = rounded >= least
    places, rounded = places[enough], rounded[enough]
    order = np.argsort(-rounded, kind="stable")
    return places[order], rounded[order]


def _chosen(i: int, candidates: np.ndarray, most: int, passes: Mask, free: Mask | None) -> np.ndarray:
    """The first that pass, those that take no place beside them."""
    passing = passes(i, candidates)
    is_free = np.zeros(len(candidates), bool) if free is None else free(i, candidates)
    has_place = np.cumsum(passing & ~is_free) <= most
    return candidates[passing & (is_free | has_place)]
