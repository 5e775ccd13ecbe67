"""Words: BM25 over the calls' English, asked with concepts that may be said in several ways.

A concept is one thing that the need speaks of, with the English terms for it. Words of a term that stand beside
each other in a call, as they do in the term, count beside the words themselves.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

import numpy as np

from matcher.phrases import Phrases

# A call is long: what it says ten times it is about, what it says twice it mentions. BM25's usual 1.2 hardly
# tells them apart (docs/matching.md).
K1, B = 3.0, 0.75
PHRASE_WEIGHT = 0.5  # of two words beside each other, to that of a word as rare
WORD = re.compile(r"[a-zåäöéüA-ZÅÄÖÉÜ][\w]*|\d{2,}", re.UNICODE)
LONGEST_ACRONYM = 4
APART = frozenset(",;:.()/")  # signs that part two words
MAX_WORDS = 6000  # of one text: more is boilerplate, and time is bounded (L-03)


@cache
def stop_words() -> frozenset[str]:
    """English words that say nothing of what a call is about, the trade's own generic ones included."""
    return frozenset(files("matcher").joinpath("stop_words.txt").read_text(encoding="utf-8").split())


@dataclass(frozen=True, kw_only=True)
class Concept:
    """One thing a need speaks of.

    Attributes:
        said: the words of the need, as written.
        terms: English terms for it, the usual one first.
        weight: how much it counts, 1 for a term of the trade.
        is_plain: a word of an English text, which nobody has chosen.
    """

    said: str
    terms: tuple[str, ...]
    weight: float = 1.0
    is_plain: bool = False


def tokens(text: str) -> list[str]:
    """Stems of the words that say something, in order; at most `MAX_WORDS`."""
    plain = unicodedata.normalize("NFC", text).lower().replace("-", " ")
    silent = stop_words()
    found = WORD.findall(plain[: MAX_WORDS * 12])
    return [stem(word) for word in found if word not in silent and len(word) > 1][:MAX_WORDS]


def surfaces(text: str) -> dict[str, str]:
    """Each stem of the text to the first word it is the stem of; small letters, but for acronyms."""
    found: dict[str, str] = {}
    for known, word in _placed(text):
        found.setdefault(known, _small(word.group()))
    return found


def written(text: str, stems: Sequence[str]) -> str | None:
    """The first words of the text that have these stems, in order and side by side, as they stand there with the
    small words between; None where they stand apart."""
    placed = _placed(text)
    for start in range(len(placed) - len(stems) + 1):
        run = placed[start : start + len(stems)]
        if [known for known, _ in run] == list(stems):
            said = run[0][1].string[run[0][1].start() : run[-1][1].end()]
            if APART.isdisjoint(said):
                return " ".join(map(_small, said.split()))
    return None


def _placed(text: str) -> list[tuple[str, re.Match[str]]]:
    """The stems of the words that say something, each with its word where it stands."""
    plain = unicodedata.normalize("NFC", text).replace("-", " ")
    silent = stop_words()
    found = ((match.group().lower(), match) for match in WORD.finditer(plain[: MAX_WORDS * 12]))
    return [(stem(small), match) for small, match in found if small not in silent and len(small) > 1]


def _small(word: str) -> str:
    return word if word.isupper() and len(word) <= LONGEST_ACRONYM else word.lower()


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A light English stem: endings that change the form of a word, not its sense."""
    if len(word) <= 3 or word.isdigit():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, least in (
        ("isation", 4),
        ("ization", 4),
        ("ising", 4),
        ("izing", 4),
        ("ised", 4),
        ("ized", 4),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word[: -len(ending)] + "is"
    for ending, least in (
        ("ation", 4),
        ("ating", 4),
        ("ated", 4),
        ("ate", 4),
        ("ing", 4),
        ("ed", 4),
        ("e", 4),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=16384)
def term_stems(term: str) -> tuple[str, ...]:
    """The stems of a term, each once."""
    return tuple(dict.fromkeys(tokens(term)))


@lru_cache(maxsize=16384)
def term_phrases(term: str) -> tuple[tuple[str, str], ...]:
    """The stems that stand beside each other in a term of several words, two and two."""
    return tuple(pairwise(term_stems(term)))


class WordIndex:
    """BM25 over a pool of calls, asked with concepts."""

    def __init__(self, texts: Sequence[str]):
        import bm25s

        corpus = [tokens(text) or ["\u2205"] for text in texts]
        self.count = len(corpus)
        self._index = bm25s.BM25(method="lucene", k1=K1, b=B)
        if corpus:
            self._index.index(corpus, show_progress=False)
        self._number = self._index.vocab_dict if corpus else {}
        self._phrases = Phrases(corpus, self._number)
        sizes = np.array([len(words) for words in corpus], np.float64)
        self._slowness = K1 * (1 - B + B * sizes / sizes.mean()) if corpus else sizes

    def score(self, concepts: Sequence[Concept]) -> np.ndarray:
        """How much of what is spoken of each call takes up; shape (calls,), 0 and up.

        The words of a concept's terms add up, each once, and so do those that stand beside each other in a term,
        damped by the number of words: who says a thing in several ways means it, and a long list of terms does not
        win by its length.
        """
        total = np.zeros(self.count, np.float64)
        for concept in concepts:
            stems = dict.fromkeys(stem for term in concept.terms for stem in term_stems(term))
            phrases = dict.fromkeys(phrase for term in concept.terms for phrase in term_phrases(term))
            share = concept.weight / max(1.0, len(stems) ** 0.5)
            for word in stems:
                total += share * self._word_scores(word)
            for phrase in phrases:
                self._add_phrase(total, share * PHRASE_WEIGHT, phrase)
        return total

    def calls_with(self, word: str) -> int:
        """How many of the calls have this stem."""
        number = self._number.get(word)
        if number is None:
            return 0
        starts = self._index.scores["indptr"]
        return int(starts[number + 1] - starts[number])

    def _word_scores(self, word: str) -> np.ndarray:
        scores = np.zeros(self.count, np.float64)
        number = self._number.get(word)
        if number is not None:
            table = self._index.scores
            span = slice(table["indptr"][number], table["indptr"][number + 1])
            scores[table["indices"][span]] = table["data"][span]
        return scores

    def _add_phrase(self, total: np.ndarray, weight: float, phrase: tuple[str, str]) -> None:
        """Add a phrase's score, as that of a word which is as rare."""
        calls, often = self._phrases.count(*phrase)
        if len(calls):
            rare = np.log1p((self.count - len(calls) + 0.5) / (len(calls) + 0.5))
            total[calls] += weight * rare * often / (often + self._slowness[calls])


def english_concepts(text: str) -> tuple[Concept, ...]:
    """The concepts of an English wording: its words, each on its own."""
    return tuple(Concept(said=word, terms=(found,), is_plain=True) for found, word in surfaces(text).items())
