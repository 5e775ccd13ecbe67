"""Learning the weights of the signals from judged pairs, and how well they do on needs they have not seen.

A logistic regression over the signals' strengths, with a light ridge and no weight below zero.
"""

import numpy as np

from matcher.pool import Pool
from matcher.signals import SIGNALS

RIDGE = 0.05
STEPS = 60
LEAST_NEEDS = 3  # below it nothing can be learned from the others


def features(pool: Pool, strengths: dict[str, np.ndarray]) -> tuple[list[str], np.ndarray]:
    """Names and strengths of the signals that count, shape (signals, needs, calls); silence as the score has it."""
    has_model = pool.vectors is not None
    chosen = [signal for signal in SIGNALS if has_model or signal.weight_without_model]
    filled = [
        np.where(np.isnan(strengths[signal.name]), signal.neutral, strengths[signal.name])
        for signal in chosen
    ]
    return [signal.name for signal in chosen], np.stack(filled)


def learn(strengths: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """Weights and bias (last) by Newton's method; weights below zero are held at zero.

    Args:
        strengths: shape (pairs, signals).
        relevant: shape (pairs,), 1 or 0.
    """
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


def learned(strengths: np.ndarray, relevant: np.ndarray, kept: np.ndarray, needs: list[int]) -> np.ndarray:
    """Weights and bias from the pairs of these needs that pass the gates.

    Args:
        strengths: shape (signals, needs, calls); `relevant` and `kept`: shape (needs, calls).
    """
    rows = np.concatenate([strengths[:, i, kept[i]].T for i in needs])
    return learn(rows, np.concatenate([relevant[i, kept[i]] for i in needs]))


def left_out(strengths: np.ndarray, relevant: np.ndarray, kept: np.ndarray) -> np.ndarray | None:
    """Chance of each pair by weights learned on the other needs, shape (needs, calls); None for too few needs."""
    needs = list(range(relevant.shape[0]))
    if np.count_nonzero((relevant * kept).any(axis=1)) < LEAST_NEEDS:
        return None
    odds = np.zeros(relevant.shape)
    for i in needs:
        weights = learned(strengths, relevant, kept, [other for other in needs if other != i])
        odds[i] = np.tensordot(weights[:-1], strengths[:, i], 1) + weights[-1]
    return 1 / (1 + np.exp(-odds))


def _newton(strengths: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    rows = np.c_[strengths, np.ones(len(strengths))]
    ridge = np.r_[np.full(strengths.shape[1], RIDGE), 1e-6]
    weights = np.zeros(rows.shape[1])

    def loss(at: np.ndarray) -> float:
        odds = rows @ at
        return float((np.logaddexp(0, odds) - relevant * odds).sum() + 0.5 * (ridge * at * at).sum())

    for _ in range(STEPS):
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
