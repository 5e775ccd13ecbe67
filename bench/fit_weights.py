"""Learn the weights of `matcher/signals.py` from judged matches, and say how well they travel.

    python bench/fit_weights.py CALLS NEEDS QRELS [NEEDS_EN]

A pair is relevant from grade 2. Every figure but the weights is of needs that the weights were not learned on:
each need in turn is left out (`matcher/fitting.py`).
"""

import sys
from pathlib import Path

import numpy as np

from matcher.embedder import load_embedder
from matcher.evaluation import means
from matcher.fitting import features, learned, left_out
from matcher.pool import Pool
from matcher.score import score
from matcher.vectors import texts_to_embed
from pipeline.evaluate import cached_vectors, figures_of, gate_mask, relevance
from pipeline.judged import Judged, read_judged

CACHE = Path.home() / ".cache" / "fondvakt"
THRESHOLDS = (0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05)


def report(judged: Judged, pool: Pool) -> None:
    """Print weights, left-out figures and how often each threshold is right."""
    names, strengths = features(pool, score(pool).strengths)
    kept, relevant = gate_mask(pool, judged), relevance(pool, judged)
    final = learned(strengths, relevant, kept, list(range(len(pool.needs))))
    print("weights", dict(zip([*names, "bias"], np.round(final, 2).tolist(), strict=True)))
    chance = left_out(strengths, relevant, kept)
    if chance is None:
        return
    print("left-out", means(figures_of(judged, pool, chance, kept)))
    for least in THRESHOLDS:
        above = (chance >= least) & kept
        if above.any():
            print(f"  from {least}: {int(above.sum())} pairs, {relevant[above].mean():.2f} relevant")


def main(arguments: list[str]) -> None:
    """Read, embed what is new, report with the model and without."""
    calls, needs, qrels, *english = map(Path, arguments)
    judged = read_judged(calls, needs, qrels, english[0] if english else None)
    embedder = load_embedder("embedded", CACHE / "models")
    texts = texts_to_embed(judged.calls, judged.profile.needs)
    vectors = cached_vectors(embedder, texts, CACHE / "evaluate")
    for kind in (vectors, None):
        units = judged.profile.unit_names
        report(judged, Pool(judged.calls, judged.profile.needs, kind, units=units))


if __name__ == "__main__":
    main(sys.argv[1:])
