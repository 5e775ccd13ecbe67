"""Learn the weights of `matcher/signals.py` from judged matches, and say how well they travel.

    python -m bench.fit_weights CALLS NEEDS QRELS

They are learned on these needs and on the tuning half of `bench/unseen_needs`, which were graded over the same
calls. A pair is relevant from grade 2. Every figure but the weights is of needs that the weights were not learned
on: each need in turn is left out (`matcher/fitting.py`).
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.unseen import NEEDS, part
from matcher.embedder import load_embedder
from matcher.evaluation import means
from matcher.fitting import features, learned, left_out
from matcher.pool import Pool
from matcher.score import score
from matcher.vectors import Vectors, texts_to_embed
from pipeline.evaluate import cached_vectors, figures_of, gate_mask, relevance
from pipeline.judged import Judged, read_judged

CACHE = Path.home() / ".cache" / "fondvakt"
THRESHOLDS = (0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05)


@dataclass(frozen=True)
class Counted:
    """One judged collection, its signals worked out; matrices of shape (needs, calls), strengths one a signal."""

    judged: Judged
    pool: Pool
    strengths: np.ndarray
    relevant: np.ndarray
    kept: np.ndarray


def counted(judged: Judged, vectors: Vectors | None) -> tuple[list[str], Counted]:
    """The names of the signals that count, and what they say of one collection."""
    pool = Pool(judged.calls, judged.profile.needs, vectors, units=judged.profile.unit_names)
    names, strengths = features(pool, score(pool).strengths)
    return names, Counted(judged, pool, strengths, relevance(pool, judged), gate_mask(pool, judged))


def report(found: list[Counted], names: list[str]) -> None:
    """Print weights, and of each collection the left-out figures, with all signals and without each in turn, and
    how often each threshold is right."""
    strengths = np.concatenate([one.strengths for one in found], axis=1)
    relevant, kept = (np.concatenate([getattr(one, name) for one in found]) for name in ("relevant", "kept"))
    final = learned(strengths, relevant, kept, list(range(len(relevant))))
    print("weights", dict(zip([*names, "bias"], np.round(final, 2).tolist(), strict=True)))
    for without in (None, *range(len(names))):
        used = strengths if without is None else np.delete(strengths, without, axis=0)
        chance = left_out(used, relevant, kept)
        if chance is None:
            return
        told = "left-out" if without is None else f"  without {names[without]}"
        parts = np.split(chance, np.cumsum([len(one.relevant) for one in found])[:-1])
        for one, own in zip(found, parts, strict=True):
            print(told, means(figures_of(one.judged, one.pool, own, one.kept)))
            if without is None:
                _thresholds(one, own)


def _thresholds(one: Counted, chance: np.ndarray) -> None:
    for least in THRESHOLDS:
        above = (chance >= least) & one.kept
        if above.any():
            print(f"  from {least}: {int(above.sum())} pairs, {one.relevant[above].mean():.2f} relevant")


def main(arguments: list[str]) -> None:
    """Read, embed what is new, report with the model and without."""
    calls, needs, qrels = map(Path, arguments)
    with tempfile.TemporaryDirectory() as folder:
        tuning = part(Path(folder), "needs.tsv", "tuning")
        collections = [read_judged(calls, needs, qrels), read_judged(calls, tuning, NEEDS / "qrels.tsv")]
    embedder = load_embedder("embedded", CACHE / "models")
    asked = [need for judged in collections for need in judged.profile.needs]
    vectors = cached_vectors(embedder, texts_to_embed(collections[0].calls, asked), CACHE / "evaluate")
    for kind in (vectors, None):
        found = [counted(judged, kind) for judged in collections]
        report([one for _, one in found], found[0][0])


if __name__ == "__main__":
    main(sys.argv[1:])
