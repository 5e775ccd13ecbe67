"""Products of many vectors with many, in blocks: memory grows with a block, never with needs times calls.

Blocks are worked on by a `concurrent.futures.Executor` when one is given, else here, one after another. The
answer is the same either way, and for every size of block.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

BLOCK = 512  # needs at a time: with 5,000 calls some 10 MB of similarities
SPARE = 32  # candidates beside the wanted ones, for those that are equal after rounding
DECIMALS = 4


@dataclass(frozen=True)
class Top:
    """The best of each need.

    Attributes:
        indices: shape (needs, k), positions of calls, best first, ties by position; -1 where there are fewer.
        scores: shape (needs, k), four decimals; -inf where there are fewer.
    """

    indices: np.ndarray
    scores: np.ndarray


def slices(count: int, block: int) -> Iterator[slice]:
    """0 to count in pieces of at most `block`."""
    return (slice(start, min(start + block, count)) for start in range(0, count, block))


def mapped(executor: Executor | None, work: Callable, *rows: Iterable) -> Iterator:
    """`work` over all rows, in their order; by the executor when there is one."""
    return map(work, *rows) if executor is None else executor.map(work, *rows)


def top_matches(
    needs: np.ndarray,
    calls: np.ndarray,
    allowed: np.ndarray,
    kind: np.ndarray,
    *,
    k: int,
    block: int = BLOCK,
    executor: Executor | None = None,
) -> Top:
    """The `k` calls nearest to each need among those that its kind of unit may apply for.

    Args:
        needs: shape (needs, dimension); `calls`: shape (calls, dimension); float32.
        allowed: which calls pass the gates for each kind of unit, shape (kinds, calls).
        kind: each need's kind of unit, a row of `allowed`; shape (needs,).
    """
    found = Top(np.full((len(needs), k), -1, np.int64), np.full((len(needs), k), -np.inf, np.float32))
    for row in np.unique(kind):
        columns = np.flatnonzero(allowed[row])
        if not len(columns):
            continue
        open_calls = np.ascontiguousarray(calls[columns].T)
        mine = np.flatnonzero(kind == row)
        parts = [mine[part] for part in slices(len(mine), block)]
        left = (needs[part] for part in parts)
        made = mapped(executor, _best, left, [open_calls] * len(parts), [k] * len(parts))
        for part, (places, scores) in zip(parts, made, strict=True):
            found.indices[part, : places.shape[1]] = columns[places]
            found.scores[part, : places.shape[1]] = scores
    return found


def _best(needs: np.ndarray, calls: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Places and scores of the best, shape (needs, at most k). Only what may be among them is sorted."""
    similar = needs @ calls
    count = similar.shape[1]
    k = min(k, count)
    wanted = min(k + SPARE, count)
    if wanted == count:
        candidates = np.broadcast_to(np.arange(count), similar.shape)
    else:
        candidates = np.sort(np.argpartition(similar, count - wanted, axis=1)[:, count - wanted :], axis=1)
    scores = np.round(np.take_along_axis(similar, candidates, axis=1), DECIMALS)
    order = np.argsort(-scores, axis=1, kind="stable")
    places = np.take_along_axis(candidates, order, axis=1)[:, :k]
    best = np.take_along_axis(scores, order, axis=1)
    if wanted < count:
        for i in np.flatnonzero(best[:, -1] == best[:, k - 1]):  # equals may lie outside the candidates
            whole = np.round(similar[i], DECIMALS)
            places[i] = np.argsort(-whole, kind="stable")[:k]
    return places, best[:, :k]
