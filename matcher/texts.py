"""Which texts of a call and a need are compared, and in what form.

`RECIPE` names the form. Vectors are stored under it: whoever changes anything here that changes a text raises
its number, and the old vectors are left alone (H1).
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from calls.model import CallFacts
from calls.vocabulary import SectionKind
from matcher.sentences import FOOTNOTE
from matcher.translate import gloss
from profiles.model import Need

RECIPE = "sections-4"
SECTION_CHARACTERS = 600  # some 130 tokens: 900 took half as long again and ranked no better
WHOLE_SECTIONS = (SectionKind.SUMMARY, SectionKind.OBJECTIVE, SectionKind.SCOPE, SectionKind.OUTCOME)
TITLE = "title"


@dataclass(frozen=True, kw_only=True)
class SectionText:
    """A text of a call that gets a vector, and where it was taken from ("title" for the title alone)."""

    section: str
    text: str


def call_texts(call: CallFacts) -> tuple[SectionText, ...]:
    """The title alone, then with the beginning of each section that says what the call is about.

    Conditions are left out: they are the same boilerplate in every call.
    """
    title = _title(call)
    sections = (
        SectionText(section=section.kind.value, text=f"{title}. {_clean(section.text)[:SECTION_CHARACTERS]}")
        for section in call.sections
        if section.kind in WHOLE_SECTIONS and section.text.strip()
    )
    return (SectionText(section=TITLE, text=title), *sections)


def words_text(call: CallFacts) -> str:
    """Everything of a call that words are looked for in: the title twice, since it says most."""
    parts = [_title(call), call.title, *call.keywords]
    parts += [section.text for section in call.sections if section.kind is not SectionKind.CONDITIONS]
    return _clean(" ".join(parts))


@dataclass(frozen=True, kw_only=True)
class Wordings:
    """A need in Swedish, and in English: as the profile has it, else as the vocabulary translates it.

    Swedish words that stand in for English are no English. A whole English wording stands alone: beside it the
    vocabulary's only blurred it (nDCG@10 0.798 against 0.815).
    """

    swedish: tuple[str, ...]
    english: tuple[str, ...]


@lru_cache(maxsize=1024)
def need_wordings(need: Need) -> Wordings:
    """What of a need is compared with calls; a language without words is empty."""
    swedish = _joined(need.title, need.text)
    title, text = (
        "" if english == swedish else english
        for english, swedish in ((need.title_en, need.title), (need.text_en, need.text))
    )
    own = _joined(title, text)
    english = (own,) if text.strip() else (own, gloss(swedish))
    return Wordings(
        swedish=(swedish,) if swedish else (),
        english=tuple(dict.fromkeys(text for text in english if text)),
    )


def text_hash(text: str, kind: str) -> str:
    """SHA-256 of the text and of how it is read ("query" or "passage"): the key of its vector."""
    return hashlib.sha256(f"{kind}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _title(call: CallFacts) -> str:
    """The title; with the call's own title when the topic is only a code."""
    title = _clean(call.title)
    if call.call_title and (title == (call.identifier or "") or " " not in title):
        return f"{title}: {_clean(call.call_title)}"
    return title


def _clean(text: str) -> str:
    return " ".join(FOOTNOTE.sub("", text).split())


def _joined(title: str, text: str) -> str:
    return ". ".join(part.strip().rstrip(".") for part in (title, text) if part.strip())
