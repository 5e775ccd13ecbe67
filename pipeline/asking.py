"""Calls found by what a question means, on the desk that needs are tried on.

A question never waits for the model: until that and the calls' vectors are ready, it is met by words alone.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import numpy as np
from sqlalchemy import Engine

from matcher.indexed import IndexedCalls
from matcher.vectors import QUERY
from pipeline.desk import Desk


def asking(
    desk: Desk, engine: Engine, tenant: str, clock: Callable[[], datetime]
) -> Callable[[str], Mapping[int, float]]:
    """A function from some words to how near each call is to them, by the call's id; empty while nothing is ready."""

    def near(words: str) -> Mapping[int, float]:
        now, model = clock(), desk.loaded
        pools = [] if model is None else desk.ready(engine, tenant, now)
        if not pools:
            desk.warm(engine, tenant, now)
            return {}
        question, found = model.embed([words], kind=QUERY)[0], {}
        for indexed in pools:
            if indexed.vectors is not None and indexed.vectors.model == model.name:
                found |= nearness(indexed, question)
        return found

    return near


def nearness(indexed: IndexedCalls, question: np.ndarray) -> dict[int, float]:
    """Call to the cosine of its nearest text, less how near that text is to everything municipalities do."""
    if indexed.rows is None:
        return {}
    near = indexed.rows.rows @ question - indexed.near_all[0]
    best = np.full(indexed.rows.calls, -np.inf)
    np.maximum.at(best, indexed.rows.owner, np.where(np.isfinite(near), near, -np.inf))
    return {
        call.id: float(score) for call, score in zip(indexed.calls, best, strict=True) if np.isfinite(score)
    }
