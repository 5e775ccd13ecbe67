"""How often each word for a score is right, on needs that nothing was learned on.

Two measures. By the product's own limits; and by limits that are chosen, for each need, on the other needs only:
the lowest that keeps the promise there with a margin. The second says whether the promise is one of the method,
not of the needs it was tuned on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcher.model import Band
from matcher.score import BANDS, POSSIBLE_FROM, PROMISED

GRID = tuple(round(0.95 - 0.01 * step, 2) for step in range(90))
MARGIN = 0.05
FEWEST = 10  # pairs: below it a share says nothing
STRONG_AT_LEAST = 0.30


@dataclass(frozen=True, kw_only=True)
class BandFigures:
    """How often one band is right, pairs that pass the gates; unjudged pairs count as not relevant.

    Attributes:
        least: the score that the band begins at.
        promised: the share of relevant pairs that the word stands for, 0 to 1.
        judged: pairs that somebody has judged.
        related: those judged at least to touch the subject (grade 1 and up).
        elsewhere: pairs and relevant ones by limits chosen on the other needs; None where there are too few.
    """

    band: Band
    least: float
    promised: float
    pairs: int
    judged: int
    related: int
    relevant: int
    elsewhere: tuple[int, int] | None = None

    @property
    def share(self) -> float | None:
        """Relevant of all pairs, 0 to 1; None without pairs."""
        return self.relevant / self.pairs if self.pairs else None

    def as_json(self) -> dict[str, Any]:
        """The band with its shares."""
        pairs, relevant = self.elsewhere or (0, 0)
        return {
            "band": self.band,
            "from": self.least,
            "promised": round(self.promised, 4),
            "pairs": self.pairs,
            "judged": self.judged,
            "related": self.related,
            "relevant": self.relevant,
            "share": None if self.share is None else round(self.share, 4),
            "share_elsewhere": round(relevant / pairs, 4) if pairs else None,
        }


def band_figures(
    chances: np.ndarray, grades: np.ndarray, kept: np.ndarray, relevant_from: int
) -> tuple[BandFigures, ...]:
    """Each band's figures, the strongest first.

    Args:
        chances: shape (needs, calls), by weights learned on the other needs where that can be said.
        grades: the same shape, 0 to 3, -1 for what nobody has judged; `kept`: what passes the gates.
    """
    relevant = grades >= relevant_from
    elsewhere = _elsewhere(chances, relevant, kept)
    found, above = [], np.inf
    for least, band in BANDS:
        given = grades[(chances >= least) & (chances < above) & kept]
        found.append(
            BandFigures(
                band=band,
                least=least,
                promised=PROMISED[band],
                pairs=len(given),
                judged=int((given >= 0).sum()),
                related=int((given >= 1).sum()),
                relevant=int((given >= relevant_from).sum()),
                elsewhere=elsewhere.get(band),
            )
        )
        above = least
    return tuple(found)


def _elsewhere(chances: np.ndarray, relevant: np.ndarray, kept: np.ndarray) -> dict[Band, tuple[int, int]]:
    """Band to its pairs and relevant pairs, the limits chosen on the other needs each time."""
    with_any = np.flatnonzero((relevant & kept).any(axis=1))
    if len(with_any) < FEWEST:
        return {}
    counted = {band: np.zeros(2, int) for _, band in BANDS}
    for i in range(len(chances)):
        others = [other for other in range(len(chances)) if other != i]
        some = chances[others], relevant[others], kept[others]
        strong = _limit(*some, PROMISED[Band.STRONG], STRONG_AT_LEAST, np.inf)
        likely = _limit(*some, PROMISED[Band.LIKELY], POSSIBLE_FROM, strong)
        limits = ((Band.STRONG, strong, np.inf), (Band.LIKELY, likely, strong))
        for band, least, above in (*limits, (Band.POSSIBLE, POSSIBLE_FROM, likely)):
            inside = (chances[i] >= least) & (chances[i] < above) & kept[i]
            counted[band] += int(inside.sum()), int(relevant[i][inside].sum())
    return {band: (int(pairs), int(right)) for band, (pairs, right) in counted.items()}


def _limit(
    chances: np.ndarray,
    relevant: np.ndarray,
    kept: np.ndarray,
    promised: float,
    lowest: float,
    above: float,
) -> float:
    """The lowest limit that keeps the promise with the margin; `above` when none does."""
    found = above
    for least in _between(lowest, above):
        inside = (chances >= least) & (chances < above) & kept
        if inside.sum() >= FEWEST and relevant[inside].mean() >= promised + MARGIN:
            found = least
    return found


def _between(lowest: float, above: float) -> Sequence[float]:
    return [least for least in GRID if lowest <= least < above]
