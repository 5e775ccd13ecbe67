"""How near calls lie to each other: by the meaning of their texts, or by their words where there is no model.

What concerns the calls alone is worked out once for a pool of calls (`IndexedCalls`), so that a need that is
edited is ranked in a moment also when it has been taught.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calls.model import Call
from matcher.likeness import PRIOR_CALLS, CallRows
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


@dataclass(frozen=True)
class Wordings:
    """The words of a pool's calls, weighed by how rare they are.

    Attributes:
        spread: word to how many of the calls have it.
        weights: for each call, word to weight, of unit length together.
    """

    spread: Counter[str]
    weights: tuple[Mapping[str, float], ...]


def wordings(calls: Sequence[Call]) -> Wordings:
    """Word counts of all calls, rare words counting more (tf-idf)."""
    counts = [Counter(tokens(words_text(call))) for call in calls]
    spread = Counter(word for counted in counts for word in counted)
    return Wordings(spread, tuple(_weights(counted, spread, len(counts)) for counted in counts))


def in_meaning(asked: Sequence[Call], pool: tuple[Directions, Directions], vectors: Vectors) -> np.ndarray:
    """How near each asked call lies to every call, half by the titles, half by the mean of all texts."""
    dimension = len(pool[0].middle)
    found = [vectors.rows([text.text for text in call_texts(call)], PASSAGE) for call in asked]
    rows = [np.full((1, dimension), np.nan) if one is None else one.astype(np.float64) for one in found]
    titles, wholes = np.stack([one[0] for one in rows]), np.stack([_mean(one) for one in rows])
    return np.clip((pool[0].to(titles) + pool[1].to(wholes)) / 2, 0, 1)


def in_words(asked: Sequence[Call], pool: Wordings) -> np.ndarray:
    """The same by words: cosine of the weights."""
    count = len(pool.weights)
    own = [_weights(Counter(tokens(words_text(call))), pool.spread, count) for call in asked]
    place = {word: row for row, word in enumerate(dict.fromkeys(word for known in own for word in known))}
    matrix = np.zeros((len(place), len(asked)))
    for column, known in enumerate(own):
        for word, weight in known.items():
            matrix[place[word], column] = weight
    found = np.zeros((len(asked), count))
    for column, known in enumerate(pool.weights):
        shared = [word for word in known if word in place]
        if shared:
            found[:, column] = np.array([known[word] for word in shared]) @ matrix[[place[w] for w in shared]]
    return found


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


def _weights(counted: Counter[str], spread: Counter[str], total: int) -> dict[str, float]:
    """Word to weight, of unit length together."""
    raw = {
        word: (1 + np.log(times)) * np.log((total + 1) / max(1, spread[word]))
        for word, times in sorted(counted.items())
    }
    length = float(np.sqrt(sum(weight * weight for weight in raw.values())))
    return {word: float(weight) / length for word, weight in raw.items()} if length else {}
