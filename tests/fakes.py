"""Stand-ins that behave: handed in where the real thing would be slow, or would touch the world."""

import hashlib
import re

import numpy as np

WORD = re.compile(r"\w+")


class WordEmbedder:
    """An embedder whose vectors one can reason about: each word has its own direction.

    Texts are alike as far as they share words. `embedded` keeps every text it was asked for, in order.
    """

    def __init__(self, name: str = "words-as-vectors-1", dimension: int = 64):
        self.name = name
        self.dimension = dimension
        self.max_tokens = 384
        self.embedded: list[str] = []

    def embed(self, texts, *, kind, batch_size=16, progress=None) -> np.ndarray:
        """Unit vectors; a text without words points along the first axis."""
        self.embedded += texts
        rows = np.stack([self._vector(text) for text in texts]) if texts else np.zeros((0, self.dimension))
        return rows.astype(np.float32)

    def _vector(self, text: str) -> np.ndarray:
        total = np.zeros(self.dimension)
        for word in WORD.findall(text.lower()):
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
            total += np.random.default_rng(seed).standard_normal(self.dimension)
        if not total.any():
            total[0] = 1.0
        return total / np.linalg.norm(total)
