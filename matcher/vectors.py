"""Vectors by the text they were made of, of one model and one recipe only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from calls.model import CallFacts
from matcher.programmes import programmes
from matcher.texts import call_texts, need_wordings, text_hash
from matcher.themes import themes
from profiles.model import Need

QUERY, PASSAGE = "query", "passage"


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text that gets a vector. `key` is what the vector is stored under."""

    kind: str
    text: str

    @property
    def key(self) -> str:
        """Hash of text and kind."""
        return text_hash(self.text, self.kind)


@dataclass(frozen=True, kw_only=True)
class Vectors:
    """What was embedded.

    Attributes:
        model: name of the model, digest included.
        by_key: key of the text to its unit vector.
    """

    model: str
    by_key: Mapping[str, np.ndarray] = field(default_factory=dict)

    def rows(self, texts: Sequence[str], kind: str) -> np.ndarray | None:
        """One row a text, shape (texts, dimension); NaN where a text has no usable vector, None when none has.

        A vector that is not finite or has no length is treated as missing (L-06).
        """
        found = [self._usable(text_hash(text, kind)) for text in texts]
        dimension = next((len(vector) for vector in found if vector is not None), None)
        if dimension is None:
            return None
        gap = np.full(dimension, np.nan, np.float32)
        return np.stack([gap if vector is None else vector for vector in found])

    def _usable(self, key: str) -> np.ndarray | None:
        vector = self.by_key.get(key)
        if vector is None or not np.isfinite(vector).all() or not np.any(vector):
            return None
        return vector


def texts_to_embed(calls: Iterable[CallFacts], needs: Iterable[Need]) -> tuple[Text, ...]:
    """Every text that matching looks at, each once: needs and themes first, they are short."""
    found: dict[Text, None] = {}
    for need in needs:
        wordings = need_wordings(need)
        found |= dict.fromkeys(Text(kind=QUERY, text=text) for text in wordings.swedish + wordings.english)
    for pair in themes():
        found |= dict.fromkeys(Text(kind=QUERY, text=text) for text in pair)
    found |= dict.fromkeys(Text(kind=PASSAGE, text=programme.about_en) for programme in programmes())
    for call in calls:
        found |= dict.fromkeys(Text(kind=PASSAGE, text=section.text) for section in call_texts(call))
    return tuple(found)
