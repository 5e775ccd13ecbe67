"""How near calls lie to each other, by the meaning of their texts.

Without a model a call is near itself alone: shared words taught other calls nothing on the judged needs (0.003
nDCG@10, within its error) and cost single ones 0.04 to 0.12.

What concerns the calls alone is worked out once for a pool of calls (`IndexedCalls`), so that a need that is
edited is ranked in a moment also when it has been taught.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calls.model import Call
from matcher.likeness import PRIOR_CALLS, CallRows
from matcher.programmes import programmes
from matcher.texts import call_texts
from matcher.vectors import PASSAGE, Vectors


@dataclass(frozen=True)
class Nearness:
    """Cosines; 0 where a call has no usable vector.

    Attributes:
        rows: an asked call's id to its row.
        to_calls: shape (asked, calls), 0 to 1: what is unlike is not near, and says nothing.
    """

    rows: Mapping[int, int]
    to_calls: np.ndarray


@dataclass(frozen=True)
class Directions:
    """Where calls lie in meaning, by one kind of text, less what all have in common.

    Attributes:
        rows: unit rows, shape (calls, dimension); nought where a call has no usable vector.
        middle: what was taken away, shape (dimension,).
    """

    rows: np.ndarray
    middle: np.ndarray

    def to(self, own: np.ndarray) -> np.ndarray:
        """Cosines of other rows with these, shape (own, calls)."""
        return _units(own - self.middle) @ self.rows.T


def directions(texts: CallRows, vectors: Vectors) -> tuple[Directions, Directions]:
    """By the titles, and by the mean of all texts."""
    usual = vectors.rows([entry.about_en for entry in programmes()], PASSAGE)
    titles = texts.rows[texts.is_title].astype(np.float64)
    return _directions(titles, usual), _directions(_means(texts), usual)


def in_meaning(asked: Sequence[Call], pool: tuple[Directions, Directions], vectors: Vectors) -> np.ndarray:
    """How near each asked call lies to every call, half by the titles, half by the mean of all texts."""
    dimension = len(pool[0].middle)
    found = [vectors.rows([text.text for text in call_texts(call)], PASSAGE) for call in asked]
    rows = [np.full((1, dimension), np.nan) if one is None else one.astype(np.float64) for one in found]
    titles, wholes = np.stack([one[0] for one in rows]), np.stack([_mean(one) for one in rows])
    return np.clip((pool[0].to(titles) + pool[1].to(wholes)) / 2, 0, 1)


def themselves(asked: Sequence[Call], calls: Sequence[Call]) -> np.ndarray:
    """1 where an asked call is the call itself, else 0; shape (asked, calls)."""
    return (np.array([one.id for one in asked])[:, None] == np.array([one.id for one in calls])).astype(float)


def _directions(found: np.ndarray, usual: np.ndarray | None) -> Directions:
    middle = _middle(found, usual)
    return Directions(_units(found - middle), middle)


def _means(texts: CallRows) -> np.ndarray:
    """The mean of each call's usable rows; NaN for a call without any."""
    usable = np.isfinite(texts.rows).all(axis=1)
    totals = np.zeros((texts.calls, texts.rows.shape[1]))
    np.add.at(totals, texts.owner[usable], texts.rows[usable])
    counted = np.bincount(texts.owner[usable], minlength=texts.calls).astype(float)
    counted[counted == 0] = np.nan
    return totals / counted[:, None]


def _mean(rows: np.ndarray) -> np.ndarray:
    usable = rows[np.isfinite(rows).all(axis=1)]
    return usable.mean(axis=0) if len(usable) else rows[0]


def _middle(found: np.ndarray, usual: np.ndarray | None) -> np.ndarray:
    """The mean of all calls; few calls lean on what the programmes are for."""
    known = found[np.isfinite(found).all(axis=1)]
    usual = np.empty((0, found.shape[1])) if usual is None else usual[np.isfinite(usual).all(axis=1)]
    if not len(usual):
        return known.mean(axis=0) if len(known) else np.zeros(found.shape[1])
    return (known.sum(axis=0) + PRIOR_CALLS * usual.mean(axis=0)) / (len(known) + PRIOR_CALLS)


def _units(rows: np.ndarray) -> np.ndarray:
    """Unit rows; a row that is not known or has no length becomes nought."""
    rows = np.nan_to_num(rows)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
