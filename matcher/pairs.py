"""Sentences of the need beside sentences of the call that take up the same things, both quoted.

A pair is shown only where it says something by itself: what the two share must be rare enough among the calls,
or enough of it. A word that a third of the calls use (town, people, support) shares nothing.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np

from calls.model import Call
from calls.vocabulary import SectionKind
from matcher.model import SentencePair
from matcher.sentences import sentences
from matcher.texts import TITLE
from matcher.translate import translate
from matcher.words import Concept, WordIndex, english_concepts, term_stems, tokens
from profiles.model import Need

MAX_PAIRS = 3
# Sections not quoted, as long as others are met.
LESS_ITS_OWN = ({SectionKind.DESTINATION.value, TITLE}, {TITLE}, set())
MAX_CALL_SENTENCES = 200
SAME_NEED_SENTENCE = 2  # times that one sentence of the need is quoted
GENERIC = 0.3  # share of the calls
RARE_FROM = 4.0  # what a pair must tell: one word of one call in fifty, or two of one in seven
BEHIND_BEST = 0.5  # a pair that tells less than this share of what the best one does is left out
PLAIN_WEIGHT = 0.6  # a word of the need's English may be any verb; a vocabulary's term was chosen
# A small pool cannot tell what is rare: it is counted as if so many more calls used a word, one in twenty.
MORE_CALLS, ONE_IN = 25, 20


class Told:
    """How much it tells that a text has a word, by how few of the calls have it."""

    def __init__(self, index: WordIndex):
        self._index = index
        self._known: dict[str, float] = {}

    def by(self, stem: str) -> float:
        """0 for what is generic or vague by itself, about 5 for what one call in two hundred has."""
        if stem in vague_stems():
            return 0.0
        if stem not in self._known:
            share = (self._index.calls_with(stem) + MORE_CALLS / ONE_IN) / (self._index.count + MORE_CALLS)
            self._known[stem] = 0.0 if share > GENERIC else float(-np.log(min(1.0, share)))
        return self._known[stem]

    def of(self, concepts: Iterable[Concept], stems: frozenset[str]) -> float:
        """What a text with these stems tells of the concepts: each shared word counts once."""
        shared: dict[str, float] = {}
        for concept in concepts:
            for stem in said_stems(concept, stems):
                weight = PLAIN_WEIGHT if concept.is_plain else concept.weight
                shared[stem] = max(shared.get(stem, 0.0), weight)
        return sum(weight * self.by(stem) for stem, weight in shared.items())


@cache
def vague_stems() -> frozenset[str]:
    """Words that are of no subject, however few calls use them: day, place, agree."""
    return frozenset(tokens(files("matcher").joinpath("vague_words.txt").read_text(encoding="utf-8")))


def said_stems(concept: Concept, stems: frozenset[str]) -> frozenset[str]:
    """The stems of the concept's terms that a text has whole."""
    return frozenset(stem for needed in _needed(concept) if needed <= stems for stem in needed)


@lru_cache(maxsize=8192)
def _needed(concept: Concept) -> tuple[frozenset[str], ...]:
    """The stems of each of the concept's terms."""
    return tuple(frozenset(found) for term in concept.terms if (found := term_stems(term)))


def pairs(need: Need, call: Call, told: Told) -> tuple[SentencePair, ...]:
    """At most three pairs, the most telling first; none where nothing telling is shared.

    The call's title stands above every list already, and what is said of a whole destination stands in many calls:
    they are quoted only where no sentence of the call's own text is met. No sentence of the call stands in two of
    them, and none of the need in all three. `similarity` grows with what is shared, from 0.5 for the least that is
    shown towards 1.
    """
    met = [
        (value, place, said, section, sentence)
        for place, (section, sentence, stems) in enumerate(call_sentences(call))
        for said, concepts, of_any in need_sentences(need)
        if not stems.isdisjoint(of_any) and (value := told.of(concepts, stems)) >= RARE_FROM
    ]
    met = next((own for left_out in LESS_ITS_OWN if (own := [m for m in met if m[3] not in left_out])), [])
    met.sort(key=lambda item: (-item[0], item[1], item[2]))
    return tuple(
        SentencePair(
            need=said, call=sentence, section=section, similarity=round(value / (value + RARE_FROM), 4)
        )
        for value, _, said, section, sentence in _chosen(met)
    )


def _chosen(met: Sequence[tuple[float, int, str, str, str]]) -> list[tuple[float, int, str, str, str]]:
    chosen: list[tuple[float, int, str, str, str]] = []
    for item in met:
        quoted = [other for other in chosen if other[2] == item[2]]
        taken = item[4] in {other[4] for other in chosen}
        if taken or len(quoted) == SAME_NEED_SENTENCE or item[0] < BEHIND_BEST * met[0][0]:
            continue
        chosen.append(item)
        if len(chosen) == MAX_PAIRS:
            break
    return chosen


@lru_cache(maxsize=1024)
def need_sentences(need: Need) -> list[tuple[str, tuple[Concept, ...], frozenset[str]]]:
    """A need's title and sentences, each with the concepts it speaks of, by the vocabulary and by its English
    where that has as many sentences; and with all stems of these, of which a call must have one."""
    swedish, english = _parts(need.title, need.text), _parts(need.title_en, need.text_en)
    if len(english) != len(swedish):
        english = [""] * len(swedish)
    spoken = [
        translate(said) + english_concepts(beside) for said, beside in zip(swedish, english, strict=True)
    ]
    return [
        (said, concepts, frozenset().union(*(needed for concept in concepts for needed in _needed(concept))))
        for said, concepts in zip(swedish, spoken, strict=True)
    ]


def _parts(title: str, text: str) -> list[str]:
    return [title.strip(), *(sentences(text) or [text.strip()])]


@lru_cache(maxsize=1024)
def call_sentences(call: Call) -> list[tuple[str, str, frozenset[str]]]:
    """Section, sentence and stems of each, the title first; what only leads in a list ("... the following:") and
    what is written into many calls alike are left out."""
    found = [(TITLE, call.title)]
    for section in call.sections:
        if section.kind is not SectionKind.CONDITIONS:
            found += [(section.kind.value, said) for said in sentences(section.text) if _says_its_own(said)]
    return [(section, said, frozenset(tokens(said))) for section, said in found[:MAX_CALL_SENTENCES]]


def _says_its_own(sentence: str) -> bool:
    return not sentence.endswith(":") and not _boilerplate().search(sentence)


@cache
def _boilerplate() -> re.Pattern[str]:
    lines = files("matcher").joinpath("boilerplate.txt").read_text(encoding="utf-8").splitlines()
    return re.compile("|".join(re.escape(line) for line in lines if not line.startswith("#")), re.IGNORECASE)
