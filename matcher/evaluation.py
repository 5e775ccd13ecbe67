"""How well the matcher finds what a person judged relevant: measures over judged needs and calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

RELEVANT = 2  # grades 2 (useful) and 3 (must see)
CUT, RECALL_CUT, PRECISION_CUT = 10, 20, 5


@dataclass(frozen=True, kw_only=True)
class NeedFigures:
    """The measures of one need.

    Attributes:
        relevant: relevant calls in all; without one the need does not count in the means.
        recall, recall_in_ten: share of the relevant calls within the first twenty and ten.
        lost: relevant calls that a gate kept out.
    """

    need: str
    relevant: int
    ndcg: float
    recall: float
    recall_in_ten: float
    precision: float
    average_precision: float
    unjudged: int
    lost: tuple[str, ...] = ()


def figures(
    need: str, ranked: Sequence[str], grades: Mapping[str, int], lost: Sequence[str] = ()
) -> NeedFigures:
    """The measures of one ranking, best call first; calls without a grade count as not relevant.

    Gain of a grade is 2^grade - 1, discounted by the binary logarithm of the place (Järvelin and Kekäläinen).
    """
    relevant = {call for call, grade in grades.items() if grade >= RELEVANT}
    hits = [call in relevant for call in ranked]
    return NeedFigures(
        need=need,
        relevant=len(relevant),
        ndcg=_ndcg([grades.get(call, 0) for call in ranked[:CUT]], list(grades.values())),
        recall=sum(hits[:RECALL_CUT]) / len(relevant) if relevant else 0.0,
        recall_in_ten=sum(hits[:CUT]) / len(relevant) if relevant else 0.0,
        precision=sum(hits[:PRECISION_CUT]) / PRECISION_CUT,
        average_precision=_average_precision(hits, len(relevant)),
        unjudged=sum(call not in grades for call in ranked[:CUT]),
        lost=tuple(lost),
    )


def means(found: Sequence[NeedFigures]) -> dict[str, float | int]:
    """The means over the needs that have a relevant call, under the names of the `evaluate` contract."""
    counted = [one for one in found if one.relevant]

    def mean(name: str) -> float:
        return round(float(np.mean([getattr(one, name) for one in counted])), 4) if counted else 0.0

    return {
        "ndcg@10": mean("ndcg"),
        "recall@20": mean("recall"),
        "recall@10": mean("recall_in_ten"),
        "precision@5": mean("precision"),
        "map": mean("average_precision"),
        "unjudged@10": mean("unjudged"),
        "needs": len(counted),
    }


def _ndcg(found: Sequence[int], judged: Sequence[int]) -> float:
    best = _gain(sorted(judged, reverse=True)[:CUT])
    return _gain(found) / best if best else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / np.log2(place + 2) for place, grade in enumerate(grades))


def _average_precision(hits: Sequence[bool], relevant: int) -> float:
    seen, total = 0, 0.0
    for place, hit in enumerate(hits, start=1):
        if hit:
            seen += 1
            total += seen / place
    return total / relevant if relevant else 0.0
