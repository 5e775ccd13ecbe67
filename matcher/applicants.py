"""What a call's conditions say of municipalities, in their own words."""

import re
from functools import lru_cache

from calls.model import CallFacts
from calls.vocabulary import SectionKind
from matcher.sentences import sentences

MUNICIPAL = re.compile(
    r"\bmunicipalit|\b(?:regional or local|local(?:,| or| and| and/or)? ?(?:regional|public)?) authorit",
    re.IGNORECASE,
)
TAKES_PART = re.compile(
    r"\bmust (?:participate|be part of|be included)|\bas beneficiaries\b|\beligible to (?:apply|participate)"
    r"|\b(?:may|can) (?:apply|participate)",
    re.IGNORECASE,
)
OTHERS = re.compile(r"third part|financial support|police|national level|already involved", re.IGNORECASE)


def municipalities_named(call: CallFacts) -> str | None:
    """The sentence of the conditions that counts local authorities among those who take part; None without one."""
    texts = tuple(section.text for section in call.sections if section.kind is SectionKind.CONDITIONS)
    return _sentence(texts)


@lru_cache(maxsize=8192)
def _sentence(texts: tuple[str, ...]) -> str | None:
    return next(
        (
            said
            for text in texts
            if MUNICIPAL.search(text)
            for said in sentences(text)
            if MUNICIPAL.search(said) and TAKES_PART.search(said) and not OTHERS.search(said)
        ),
        None,
    )
