"""Whether a call has the words that a need asks for, or will not have.

A term is a word or a phrase, in Swedish or English; "/" parts alternatives. It is looked for as written and, where
it stands whole in the vocabulary of municipal work, in English: calls are written in English, needs in Swedish.
"""

import re
from functools import lru_cache

from calls.model import CallFacts
from calls.vocabulary import SectionKind
from matcher.translate import translate

LONG_WORD = 5  # letters: shorter ones, acronyms above all, are found only as they stand or in the plural
AROUND = 70  # letters quoted on each side


def found_in(call: CallFacts, term: str) -> str | None:
    """The words around the first place where a call has a term, None when it has it nowhere.

    Conditions are left out: they name everybody who may not apply, and what is not funded.
    """
    pattern = _pattern(term)
    if pattern is None:
        return None
    for text in _texts(call):
        if place := pattern.search(text):
            return _around(text, place.start(), place.end())
    return None


@lru_cache(maxsize=512)
def wordings(term: str) -> tuple[str, ...]:
    """What is looked for: the alternatives as written, each followed by its English terms."""
    found: dict[str, None] = {}
    for alternative in (part.strip() for part in term.split("/")):
        if re.search(r"\w{2}", alternative):
            found[alternative] = None
            for concept in translate(alternative):
                if concept.weight == 1 and concept.said.casefold() == alternative.casefold():
                    found |= dict.fromkeys(concept.terms)
    return tuple(found)


@lru_cache(maxsize=512)
def _pattern(term: str) -> re.Pattern[str] | None:
    phrases = [r"[\s-]+".join(map(_word, re.findall(r"\w+", wording))) for wording in wordings(term)]
    if not phrases:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)


def _word(word: str) -> str:
    """A word with the endings it may have: förskola, förskolor; university, universities."""
    if len(word) < LONG_WORD:
        return re.escape(word) + "s?"
    stem = word[:-1] if word[-1].lower() in "aey" else word
    return re.escape(stem) + r"\w{0,5}"


def _texts(call: CallFacts) -> tuple[str, ...]:
    told = (section.text for section in call.sections if section.kind is not SectionKind.CONDITIONS)
    return (call.title, call.call_title or "", ". ".join(call.keywords), *told)


def _around(text: str, start: int, end: int) -> str:
    """Whole words about a place, on one line."""
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    said = " ".join(text[first:last].split())
    if first:
        said = "… " + said.partition(" ")[2]
    return said.rpartition(" ")[0] + " …" if last < len(text) else said
