"""From a Swedish need to English concepts, by a vocabulary of municipal work.

The vocabulary (`vocabulary/*.tsv`: Swedish, tab, English terms parted by semicolons, the usual one first) holds
words as a dictionary has them. A word of a text is taken back to such a form by its possible endings; a
compound that is not there itself is split into parts that are, since Swedish makes new ones every day.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from matcher.words import Concept

WORD = re.compile(r"\w+(?:[:-]\w+)*-?", re.UNICODE)  # a colon within a word: EU:s; not one behind it
LONGEST_PHRASE = 6
SHORTEST_PART = 3
LONE_TAIL = 5  # letters that a last part needs when the first part is unknown: gift hides in uppgift
VOWELS = "aeiouyåäö"  # one letter more, since the consonant before it may be its own: öring hides in marknadsföring
MAX_WORDS = 2000
PART_WEIGHT, TAIL_WEIGHT = 0.6, 0.4

CUTS = (
    *("ernas", "arnas", "ornas", "erna", "arna", "orna", "ens", "ets"),
    *("en", "et", "ar", "er", "or", "na", "as", "an", "a", "e", "t", "n", "s"),
)
SHORTEST_REST = {"na": 5}  # letters that a cut leaves, else 3: gröna is grön and a, not grö
JOINTS = ("s", "", "-")
_additions: dict[str, tuple[str, ...]] = {}


def translate(text: str) -> tuple[Concept, ...]:
    """The concepts that a Swedish text speaks of, in its order, each once.

    Words of other languages, names and acronyms (NIS2, Daphne) are kept as they stand.
    """
    found: dict[tuple[str, ...], Concept] = {}
    for concept in _concepts(_words(text)):
        found.setdefault(concept.terms, concept)
    return tuple(found.values())


def gloss(text: str) -> str:
    """The text's concepts in English, as a row of terms; empty when nothing is known."""
    return ", ".join(concept.terms[0] for concept in translate(text))


def put_in_front(entries: Mapping[str, tuple[str, ...]]) -> None:
    """Let these entries come before the product's; what was worked out without them is forgotten."""
    _additions.clear()
    _additions.update(entries)
    for known in (vocabulary, lookup, split, _heads, _phrases):
        known.cache_clear()


@cache
def vocabulary() -> dict[str, tuple[str, ...]]:
    """Swedish word or phrase, in small letters, to its English terms; additions in front."""
    entries = dict(_additions)
    folder = files("matcher").joinpath("vocabulary")
    for part in sorted(folder.iterdir(), key=lambda part: part.name):
        if part.name.endswith(".tsv"):
            for line in part.read_text(encoding="utf-8").splitlines():
                swedish, english = line.split("\t")
                entries.setdefault(swedish, tuple(term.strip() for term in english.split(";")))
    return entries


@cache
def _endings() -> tuple[tuple[str, str], ...]:
    """Ending of a text's word, and what stands there in the dictionary form; in the order they are tried."""
    lines = files("matcher").joinpath("endings_sv.tsv").read_text(encoding="utf-8").splitlines()
    return tuple((ending, instead) for ending, instead in (line.split("\t") for line in lines if line))


def dictionary_forms(word: str) -> Iterator[str]:
    """The word itself, then the forms it may be an inflection of; most are no words, and are not looked for."""
    yield word
    for ending, instead in _endings():
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            yield word[: -len(ending)] + instead


@lru_cache(maxsize=65536)
def lookup(word: str) -> str | None:
    """The vocabulary's form of one word, None when it has none."""
    known = vocabulary()
    return next((form for form in dictionary_forms(word) if form in known), None)


@lru_cache(maxsize=65536)
def split(word: str) -> tuple[str | None, str | None]:
    """A compound's first and last part in the vocabulary's forms; the longest last part wins.

    (None, None) when neither is known.
    """
    best: tuple[str | None, str | None] = (None, None)
    for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        head, tail = _head(word[:cut]), lookup(word[cut:])
        if head and tail:
            return head, tail
        if tail and best == (None, None) and len(tail) >= LONE_TAIL + (tail[0] in VOWELS):
            best = (None, tail)
    if best == (None, None):
        for cut in range(len(word) - SHORTEST_PART, 4, -1):
            if _head(word[:cut]):
                return _head(word[:cut]), None
    return best


@cache
def _heads() -> dict[str, str]:
    """What a word looks like as the first part of a compound: skola, skol-; gata, gatu-; medel, medels-."""
    found: dict[str, str] = {}
    for word in vocabulary():
        if " " in word or len(word) < SHORTEST_PART:
            continue
        forms = [word, *(word + joint for joint in JOINTS)]
        if word[-1] in "ae":
            forms += [word[:-1], word[:-1] + "u", word[:-1] + "o", word[:-1] + "s", word[:-1] + "e"]
        if word.endswith("else"):
            forms.append(word + "s")
        for form in forms:
            found.setdefault(form, word)
    return found


def _head(part: str) -> str | None:
    return _heads().get(part) if len(part) >= SHORTEST_PART else None


def _words(text: str) -> list[str]:
    found = [match.group() for match in WORD.finditer(text)][:MAX_WORDS]
    return _unsuspended(found)


def _unsuspended(words: list[str]) -> list[str]:
    """Complete "vård- och omsorgspersonal": the word that hangs borrows the last part of the next compound."""
    result = list(words)
    for i, word in enumerate(words):
        if not word.endswith("-") or len(word) < 4:
            continue
        head = word[:-1]
        following = next((later for later in words[i + 1 : i + 4] if len(later) > 6), "").lower()
        tails = (following[cut:] for cut in range(2, len(following) - 2))
        whole = next((head + tail for tail in tails if lookup((head + tail).lower())), None)
        result[i] = whole or head
    return result


def _concepts(words: list[str]) -> Iterator[Concept]:
    position = 0
    while position < len(words):
        length, form = _phrase(words, position)
        if form is None:
            yield from _of_word(words[position])
        elif form in vocabulary():  # an idiom is not, and speaks of nothing
            said = " ".join(words[position : position + length])
            yield Concept(said=said, terms=vocabulary()[form])
        position += length


def _phrase(words: list[str], position: int) -> tuple[int, str | None]:
    """How many words the longest phrase takes that starts here, and its form; (1, None) where none does."""
    known = _phrases()
    for length in range(min(LONGEST_PHRASE, len(words) - position), 1, -1):
        part = [word.lower() for word in words[position : position + length]]
        form = known.get(_plain(part)) or known.get(_reduced(part))
        if form is not None:
            return length, form
    return 1, None


@cache
def _phrases() -> dict[str, str]:
    """The phrases of the vocabulary, and idioms whose words mean something else each for itself (hamna i kläm);
    plain and reduced."""
    found: dict[str, str] = {}
    for entry in (*vocabulary(), *_idioms()):
        parts = WORD.findall(entry)
        if len(parts) > 1:
            found.setdefault(_plain(parts), entry)
            found.setdefault(_reduced(parts), entry)
            found.setdefault(_reduced(_unsuspended(parts)), entry)
    return found


@cache
def _idioms() -> tuple[str, ...]:
    return tuple(files("matcher").joinpath("idioms_sv.txt").read_text(encoding="utf-8").splitlines())


def _plain(parts: list[str]) -> str:
    return " ".join(parts)


def _reduced(parts: list[str]) -> str:
    """A phrase whatever its inflection: each word cut to what its forms have in common."""
    return "~" + " ".join(_cut(part) for part in parts)


@lru_cache(maxsize=65536)
def _cut(word: str) -> str:
    for ending in CUTS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_REST.get(ending, 3):
            return word[: -len(ending)]
    return word


def _of_word(word: str) -> Iterator[Concept]:
    small = word.lower()
    form = lookup(small)
    if small in _silent():
        return
    if form is not None:
        yield Concept(said=word, terms=vocabulary()[form])
        return
    if _is_name(word):
        yield Concept(said=word, terms=(word,))
        return
    head, tail = split(small)
    if head and tail:
        yield Concept(said=word, terms=_joined(head, tail))
        yield Concept(said=word, terms=vocabulary()[head], weight=PART_WEIGHT)
    elif head:
        yield Concept(said=word, terms=vocabulary()[head], weight=PART_WEIGHT)
    elif tail:
        yield Concept(said=word, terms=vocabulary()[tail], weight=TAIL_WEIGHT)


def _joined(head: str, tail: str) -> tuple[str, ...]:
    """English for a compound: its parts' usual terms, beside each other."""
    firsts, lasts = vocabulary()[head][:2], vocabulary()[tail][:2]
    return tuple(dict.fromkeys(f"{first} {last}" for first in firsts for last in lasts))


def _is_name(word: str) -> bool:
    """A code or acronym: a digit among letters, or more than one capital."""
    letters = any(sign.isalpha() for sign in word)
    return letters and (any(sign.isdigit() for sign in word) or sum(sign.isupper() for sign in word) > 1)


@cache
def _silent() -> frozenset[str]:
    return frozenset(files("matcher").joinpath("stop_words_sv.txt").read_text(encoding="utf-8").split())
