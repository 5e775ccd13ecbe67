"""Small tools for Swedish text: sentences, keys, cutting, words of children."""

import re
import unicodedata

LONGEST_KEY = 48

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’)]*\s+(?=[\"”(]?[A-ZÅÄÖÉ])")
_SHORT = re.compile(
    r"(?:\b(?:t\.?\s?ex|bl\.?\s?a|m\.?\s?fl|m\.?\s?m|d\.?\s?v\.?\s?s|o\.?\s?s\.?\s?v|kl|ca|nr|dnr|s\.?\s?k|resp|inkl)"
    r"|\b[A-ZÅÄÖ])\.$",
    re.IGNORECASE,
)
_FILLER = frozenset(
    re.findall(
        r"\w+",
        "att av de den det dess en ett för från genom hos i inom kommun kommunen kommunens med mot och om på ska skall "
        "som till under vad vara är",
    )
)
_CHILDREN = re.compile(
    r"\b(barn\w*|ungdom\w*|unga|ungas|elev\w*|förskol\w*|grundskol\w*|gymnasie\w*|skol(?:a|an|ans|or|orna)|läroplan\w*|"
    r"fritids\w*|children|pupils?|young|youth|schools?)\b",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph; a short form with a point ends none."""
    found: list[str] = []
    for piece in _SENTENCE_END.split(text.strip()):
        if found and _SHORT.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        elif piece.strip():
            found.append(piece.strip())
    return found


def key_of(text: str) -> str:
    """A key made of the first words that carry meaning: [a-z0-9-]."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    telling = [word for word in words if word not in _PLAIN_FILLER] or words or ["utan-namn"]
    key = ""
    for word in telling[:4]:
        longer = f"{key}-{word}" if key else word[:LONGEST_KEY]
        if len(longer) > LONGEST_KEY:
            break
        key = longer
    return key


def cut(text: str, longest: int, *, whole_sentences: bool = True) -> str:
    """At most so many characters: whole sentences where at least one fits, else whole words."""
    if len(text) <= longest:
        return text
    if whole_sentences:
        kept = ""
        for sentence in sentences(text):
            longer = f"{kept} {sentence}".strip()
            if len(longer) > longest:
                break
            kept = longer
        if kept:
            return kept
    shortened = text[: longest + 1].rsplit(" ", 1)[0][:longest]
    words = shortened.rstrip(" ,;:").split(" ")
    while len(words) > 1 and words[-1].casefold() in _FILLER:
        words.pop()
    return " ".join(words)


def children_in(text: str) -> bool:
    """Whether a text speaks of children, young people or their schools."""
    return bool(_CHILDREN.search(text))


_PLAIN_FILLER = frozenset(
    unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode() for word in _FILLER
)
