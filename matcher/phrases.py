"""Words that stand beside each other: how often each text of a pool has a phrase of two words.

Phrases are counted when they are asked for: a text has as many pairs of words as words, and hardly any is ever
looked for.
"""

from collections.abc import Mapping, Sequence

import numpy as np


class Phrases:
    """Where every word of a pool of texts stands."""

    def __init__(self, texts: Sequence[Sequence[str]], number: Mapping[str, int]):
        """`number` is each word's own, from 0; every word of the texts has one."""
        sizes = np.array([len(text) for text in texts], np.int64)
        numbers = np.array([number[word] for text in texts for word in text], np.int32)
        self._number = number
        self._text_of = np.repeat(np.arange(len(texts), dtype=np.int32), sizes)
        self._by_word = np.argsort(numbers, kind="stable").astype(np.int32)
        counts = np.bincount(numbers, minlength=len(number))
        self._starts = np.concatenate(([0], np.cumsum(counts)))

    def count(self, first: str, second: str) -> tuple[np.ndarray, np.ndarray]:
        """The texts in which the second word follows the first, rising, and how often in each."""
        ends = np.intersect1d(self._places(first) + 1, self._places(second), assume_unique=True)
        within = self._text_of[ends] == self._text_of[ends - 1]
        return np.unique(self._text_of[ends[within]], return_counts=True)

    def _places(self, word: str) -> np.ndarray:
        at = self._number.get(word)
        return self._by_word[:0] if at is None else self._by_word[self._starts[at] : self._starts[at + 1]]
