"""How near calls lie to each other: by the meaning of their texts, or by their words where there is no model."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calls.model import Call
from matcher.likeness import PRIOR_CALLS
from matcher.programmes import programmes
from matcher.texts import call_texts, words_text
from matcher.vectors import PASSAGE, Vectors
from matcher.words import tokens


@dataclass(frozen=True)
class Nearness:
    """Cosines; 0 where a call has no usable vector.

    Attributes:
        rows: an asked call's id to its row.
        to_calls: shape (asked, calls), 0 to 1: what is unlike is not near, and says nothing.
    """

    rows: Mapping[int, int]
    to_calls: np.ndarray


def nearness(asked: Sequence[Call], calls: Sequence[Call], vectors: Vectors | None) -> Nearness:
    """How near each asked call lies to every call."""
    if not asked or not calls:
        return Nearness({}, np.zeros((len(asked), len(calls))))
    rows = {call.id: row for row, call in enumerate(asked)}
    found = _in_words(asked, calls) if vectors is None else _in_meaning(asked, calls, vectors)
    return Nearness(rows, found)


def _in_meaning(asked: Sequence[Call], calls: Sequence[Call], vectors: Vectors) -> np.ndarray:
    """Half by the titles, half by the mean of all texts, both less what all calls have in common."""
    to_calls = np.zeros((len(asked), len(calls)))
    usual = vectors.rows([entry.about_en for entry in programmes()], PASSAGE)
    for found, own in zip(_vectors_of(calls, vectors), _vectors_of(asked, vectors), strict=False):
        middle = _middle(found, usual)
        found, own = _directions(found - middle), _directions(own - middle)
        to_calls += own @ found.T / 2
    return np.clip(to_calls, 0, 1)


def _vectors_of(calls: Sequence[Call], vectors: Vectors) -> tuple[np.ndarray, ...]:
    """Titles, and means of all texts: one row a call, NaN where it has none; nothing when no call has one."""
    found = [vectors.rows([text.text for text in call_texts(call)], PASSAGE) for call in calls]
    known = next((rows for rows in found if rows is not None), None)
    if known is None:
        return ()
    gap = np.full((1, known.shape[1]), np.nan)
    rows = [gap if one is None else one.astype(np.float64) for one in found]
    return np.stack([one[0] for one in rows]), np.stack([_mean(one) for one in rows])


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


def _directions(rows: np.ndarray) -> np.ndarray:
    """Unit rows; a row that is not known or has no length becomes nought."""
    rows = np.nan_to_num(rows)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def _in_words(asked: Sequence[Call], calls: Sequence[Call]) -> np.ndarray:
    """Cosine of word counts, rare words counting more (tf-idf)."""
    counts = [Counter(tokens(words_text(call))) for call in calls]
    own = [Counter(tokens(words_text(call))) for call in asked]
    spread = Counter(word for counted in [*counts, *own] for word in counted)
    total = len(counts) + len(own)
    weigh = [_weights(counted, spread, total) for counted in own]
    place = {word: row for row, word in enumerate(dict.fromkeys(word for known in weigh for word in known))}
    matrix = np.zeros((len(place), len(asked)))
    for column, known in enumerate(weigh):
        for word, weight in known.items():
            matrix[place[word], column] = weight
    to_calls = np.zeros((len(asked), len(calls)))
    for column, counted in enumerate(counts):
        known = _weights(counted, spread, total)
        shared = [word for word in known if word in place]
        if shared:
            chosen = matrix[[place[word] for word in shared]]
            to_calls[:, column] = np.array([known[word] for word in shared]) @ chosen
    return to_calls


def _weights(counted: Counter[str], spread: Counter[str], total: int) -> dict[str, float]:
    """Word to weight, of unit length together."""
    raw = {
        word: (1 + np.log(times)) * np.log(total / spread[word]) for word, times in sorted(counted.items())
    }
    length = float(np.sqrt(sum(weight * weight for weight in raw.values())))
    return {word: float(weight) / length for word, weight in raw.items()} if length else {}
