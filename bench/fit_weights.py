"""Learn the weights of `matcher/signals.py` from judged matches, and say how well they travel.

    python bench/fit_weights.py CALLS NEEDS QRELS [NEEDS_EN]

A logistic regression over the signals' strengths; a pair is relevant from grade 2. Every figure is of needs
that the weights were not learned on: each need in turn is left out.
"""

import sys
from pathlib import Path

import numpy as np

from matcher.embedder import load_embedder
from matcher.evaluation import RELEVANT, means
from matcher.pool import Pool
from matcher.signals import SIGNALS
from pipeline.evaluate import cached_vectors, figures_of, gate_mask
from pipeline.judged import Judged, read_judged

RIDGE = 1.0
CACHE = Path.home() / ".cache" / "fondvakt"
THRESHOLDS = (0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05)


def learn(strengths: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """Weights and bias (last) by Newton's method; weights below zero are held at zero."""
    active = np.ones(strengths.shape[1], bool)
    while True:
        found = _newton(strengths[:, active], relevant)
        if (found[:-1] >= 0).all():
            break
        active[np.flatnonzero(active)[found[:-1] < 0]] = False
    weights = np.zeros(strengths.shape[1] + 1)
    weights[:-1][active] = found[:-1]
    weights[-1] = found[-1]
    return weights


def _newton(strengths: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    rows = np.c_[strengths, np.ones(len(strengths))]
    ridge = np.r_[np.full(strengths.shape[1], RIDGE * 0.05), 1e-6]
    weights = np.zeros(rows.shape[1])

    def loss(at: np.ndarray) -> float:
        odds = rows @ at
        return float((np.logaddexp(0, odds) - relevant * odds).sum() + 0.5 * (ridge * at * at).sum())

    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -50, 50)))
        bend = (rows * (chance * (1 - chance) + 1e-9)[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(bend, rows.T @ (chance - relevant) + ridge * weights)
        size = 1.0
        while loss(weights - size * step) > loss(weights) and size > 1e-4:
            size /= 2
        weights = weights - size * step
        if np.abs(size * step).max() < 1e-5:
            break
    return weights


def features(pool: Pool, *, with_model: bool) -> tuple[list[str], np.ndarray]:
    """Names and strengths of the signals, shape (signals, needs, calls); silence filled as the score does."""
    chosen = [signal for signal in SIGNALS if with_model or signal.name not in ("meaning", "own_words")]
    found = [signal.strength(pool) for signal in chosen]
    filled = [np.where(np.isnan(m), s.neutral, m) for s, m in zip(chosen, found, strict=True)]
    return [signal.name for signal in chosen], np.stack(filled)


def report(judged: Judged, pool: Pool, *, with_model: bool) -> None:
    """Print weights, left-out figures and how often each threshold is right."""
    names, strengths = features(pool, with_model=with_model)
    kept = gate_mask(pool, judged)
    grades = np.array(
        [[judged.grades.get(n.key, {}).get(judged.names[c.id], 0) for c in pool.calls] for n in pool.needs]
    )
    relevant = (grades >= RELEVANT).astype(float)

    def learned(needs: list[int]) -> np.ndarray:
        rows = np.concatenate([strengths[:, i, kept[i]].T for i in needs])
        return learn(rows, np.concatenate([relevant[i, kept[i]] for i in needs]))

    everything = list(range(len(pool.needs)))
    odds = np.zeros(grades.shape)
    for i in everything:
        weights = learned([other for other in everything if other != i])
        odds[i] = np.tensordot(weights[:-1], strengths[:, i], 1) + weights[-1]
    final = learned(everything)
    print("weights", dict(zip([*names, "bias"], np.round(final, 2).tolist(), strict=True)))
    print("left-out", means(figures_of(judged, pool, odds, kept)))
    chance = 1 / (1 + np.exp(-odds))
    for least in THRESHOLDS:
        above = (chance >= least) & kept
        if above.any():
            print(f"  from {least}: {int(above.sum())} pairs, {relevant[above].mean():.2f} relevant")


def main(arguments: list[str]) -> None:
    """Read, embed what is new, report with the model and without."""
    calls, needs, qrels, *english = map(Path, arguments)
    judged = read_judged(calls, needs, qrels, english[0] if english else None)
    vectors = cached_vectors(
        load_embedder("embedded", CACHE), judged.calls, judged.profile.needs, CACHE / "eval"
    )
    report(judged, Pool(judged.calls, judged.profile.needs, vectors), with_model=True)
    report(judged, Pool(judged.calls, judged.profile.needs, None), with_model=False)


if __name__ == "__main__":
    main(sys.argv[1:])
