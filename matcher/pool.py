"""What is matched at one time, and what several signals share: words, likenesses, nearness to programmes."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache

import numpy as np

from calls.model import Call
from matcher.indexed import ENGLISH, NO_PRIOR, SWEDISH, IndexedCalls, abouts
from matcher.likeness import Likeness, likeness, spreads_above_mean
from matcher.pairs import Told
from matcher.texts import need_wordings
from matcher.translate import translate
from matcher.vectors import QUERY, Vectors
from matcher.words import Concept, WordIndex, english_concepts
from profiles.model import Need

UNIT_WEIGHT = 0.3  # of a concept that the need itself speaks of
LEAST_SPREAD = 0.3  # of a need's words over the programmes: one that meets none must not look outstanding
EVERY_UNIT = frozenset({"municipality", "municipal", "administration", "company", "municipal company"})


@dataclass(frozen=True)
class Pool:
    """Calls and needs, with the vectors of their texts when there is a model.

    Attributes:
        known: what was worked out of the same calls before; None works it out when it is asked for.
        executor: works on the products of vectors; None is here, one after another.
        units: the name of each need's unit, by the unit's key: it is asked for a little too. Empty asks the needs
            alone.
    """

    calls: Sequence[Call]
    needs: Sequence[Need]
    vectors: Vectors | None = None
    known: IndexedCalls | None = None
    executor: Executor | None = None
    units: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def indexed(self) -> IndexedCalls:
        """What concerns the calls alone."""
        return self.known or IndexedCalls(self.calls, self.vectors)

    @cached_property
    def concepts(self) -> tuple[tuple[Concept, ...], ...]:
        """What each need speaks of, in English."""
        return tuple(concepts_of(need) for need in self.needs)

    @cached_property
    def asked(self) -> tuple[tuple[Concept, ...], ...]:
        """What is looked for: the same, and what the need's unit is there for."""
        return tuple(
            concepts + of_unit(self.units.get(need.unit, ""), concepts)
            for need, concepts in zip(self.needs, self.concepts, strict=True)
        )

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

    @property
    def english_prior(self) -> tuple[float, float]:
        """Mean and spread of likenesses under this model, for pools too small to tell their own."""
        return self.indexed.priors[ENGLISH]

    @property
    def swedish_prior(self) -> tuple[float, float]:
        """The same for needs as written."""
        return self.indexed.priors[SWEDISH]

    @cached_property
    def programme_nearness(self) -> np.ndarray:
        """How near each need lies to what each programme is for, in words and in meaning; spreads above the
        need's mean, shape (needs, programmes)."""
        said = np.stack([_about_words().score(concepts) for concepts in self.asked])
        said /= np.maximum(said.std(axis=1, keepdims=True), LEAST_SPREAD)
        meant = self._nearness_in_meaning()
        return said if meant is None else (said + np.where(np.isnan(meant), said, meant)) / 2

    def _likeness(self, wordings: Sequence[Sequence[str]], language: int) -> Likeness | None:
        if self.vectors is None or not self.needs or self.indexed.rows is None:
            return None
        rows = [self.vectors.rows(texts, QUERY) for texts in wordings]
        return likeness(rows, self.indexed.rows, self.indexed.near_all[language], self.executor)

    def _nearness_in_meaning(self) -> np.ndarray | None:
        rows, near_all = self.indexed.abouts
        if self.vectors is None or rows is None:
            return None
        found = np.full((len(self.needs), len(rows)), np.nan)
        for i, need in enumerate(self.needs):
            wordings = self.vectors.rows(need_wordings(need).english, QUERY)
            if wordings is not None:
                found[i] = (2 * (wordings @ rows.T) - near_all).mean(axis=0)
        return spreads_above_mean(found, NO_PRIOR, counted_as=0)


@cache
def _about_words() -> WordIndex:
    return WordIndex(abouts())


def concepts_of(need: Need) -> tuple[Concept, ...]:
    """The English concepts of a need: of its own English wording, and of its Swedish one by the vocabulary."""
    english = english_concepts(f"{need.title_en} {need.text_en}")
    return english + translate(f"{need.title}. {need.text}")


@lru_cache(maxsize=1024)
def of_unit(name: str, said: tuple[Concept, ...]) -> tuple[Concept, ...]:
    """What the name of a unit adds to what its need says, at a low weight; Hamnbolaget: ports."""
    known = {concept.terms for concept in said}
    return tuple(
        replace(concept, weight=UNIT_WEIGHT * concept.weight)
        for concept in translate(name)
        if concept.terms not in known and concept.terms[0] not in EVERY_UNIT
    )
