"""What is matched at one time, and what several signals share: words, likenesses, nearness to programmes."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from calls.model import Call
from matcher.indexed import IndexedCalls
from matcher.likeness import Likeness, hubness, likeness, spreads_above_mean
from matcher.pairs import Told
from matcher.programmes import programmes
from matcher.texts import need_wordings
from matcher.translate import translate
from matcher.vectors import PASSAGE, QUERY, Vectors
from matcher.words import Concept, WordIndex, english_concepts
from profiles.model import Need

NO_PRIOR = (0.0, 1.0)
SWEDISH, ENGLISH = 0, 1  # places of `IndexedCalls.themes` and `near_all`


@dataclass(frozen=True)
class Pool:
    """Calls and needs, with the vectors of their texts when there is a model.

    Attributes:
        known: what was worked out of the same calls before; None works it out when it is asked for.
        executor: works on the products of vectors; None is here, one after another.
    """

    calls: Sequence[Call]
    needs: Sequence[Need]
    vectors: Vectors | None = None
    known: IndexedCalls | None = None
    executor: Executor | None = None

    @cached_property
    def indexed(self) -> IndexedCalls:
        """What concerns the calls alone."""
        return self.known or IndexedCalls(self.calls, self.vectors)

    @cached_property
    def concepts(self) -> tuple[tuple[Concept, ...], ...]:
        """What each need speaks of, in English."""
        return tuple(concepts_of(need) for need in self.needs)

    @cached_property
    def index(self) -> WordIndex:
        """The words of all calls."""
        return self.indexed.words

    @cached_property
    def told(self) -> Told:
        """How much a shared word tells among these calls."""
        return Told(self.index)

    @cached_property
    def english_likeness(self) -> Likeness | None:
        """How near the needs' English wordings lie to the calls; None without vectors."""
        return self._likeness([need_wordings(need).english for need in self.needs], ENGLISH)

    @cached_property
    def swedish_likeness(self) -> Likeness | None:
        """How near the needs as written lie to the calls; None without vectors."""
        return self._likeness([need_wordings(need).swedish for need in self.needs], SWEDISH)

    @cached_property
    def english_prior(self) -> tuple[float, float]:
        """Mean and spread of likenesses under this model, for pools too small to tell their own."""
        return self._prior(self.indexed.themes[ENGLISH])

    @cached_property
    def swedish_prior(self) -> tuple[float, float]:
        """The same for needs as written."""
        return self._prior(self.indexed.themes[SWEDISH])

    @cached_property
    def programme_nearness(self) -> np.ndarray:
        """How near each need lies to what each programme is for, in words and in meaning; spreads above the
        need's mean, shape (needs, programmes)."""
        abouts = _abouts()
        said = np.stack([_about_words().score(concepts) for concepts in self.concepts])
        said /= np.maximum(said.std(axis=1, keepdims=True), 0.5)
        meant = self._nearness_in_meaning(abouts)
        return said if meant is None else (said + np.where(np.isnan(meant), said, meant)) / 2

    def _prior(self, theme_rows: np.ndarray | None) -> tuple[float, float]:
        """How near municipal themes lie to what the programmes are for: much like needs to calls."""
        if self.vectors is None or theme_rows is None:
            return NO_PRIOR
        if (rows := self.vectors.rows(_abouts(), PASSAGE)) is None:
            return NO_PRIOR
        near = 2 * (theme_rows @ rows.T) - hubness(theme_rows, rows)
        return float(np.nanmean(near)), float(np.nanmean(np.nanstd(near, axis=1)))

    def _likeness(self, wordings: Sequence[Sequence[str]], language: int) -> Likeness | None:
        if self.vectors is None or not self.needs or self.indexed.rows is None:
            return None
        rows = [self.vectors.rows(texts, QUERY) for texts in wordings]
        return likeness(rows, self.indexed.rows, self.indexed.near_all[language], self.executor)

    def _nearness_in_meaning(self, abouts: Sequence[str]) -> np.ndarray | None:
        if self.vectors is None or (rows := self.vectors.rows(abouts, PASSAGE)) is None:
            return None
        near_all = hubness(self.indexed.themes[ENGLISH], rows)
        found = np.full((len(self.needs), len(abouts)), np.nan)
        for i, need in enumerate(self.needs):
            wordings = self.vectors.rows(need_wordings(need).english, QUERY)
            if wordings is not None:
                found[i] = (2 * (wordings @ rows.T) - near_all).mean(axis=0)
        return spreads_above_mean(found, NO_PRIOR, counted_as=0)


@cache
def _about_words() -> WordIndex:
    return WordIndex(_abouts())


def _abouts() -> list[str]:
    return [entry.about_en for entry in programmes()]


def concepts_of(need: Need) -> tuple[Concept, ...]:
    """The English concepts of a need: of its own English wording, and of its Swedish one by the vocabulary."""
    english = english_concepts(f"{need.title_en} {need.text_en}")
    return english + translate(f"{need.title}. {need.text}")
