"""How a reader is spoken to: by first name where we know it, otherwise without a name."""

import unicodedata
from collections.abc import Collection

from profiles.model import Profile

# Words within surnames, written small: af, von ...
_SMALL = frozenset({"af", "av", "de", "den", "der", "di", "du", "la", "le", "van", "von"})
# How the names of shared mailboxes begin, folded.
_OFFICES = (
    "chef",
    "contact",
    "coordinator",
    "info",
    "kansli",
    "kontakt",
    "office",
    "registr",
    "samordn",
    "service",
)


def first_name(name: str, email: str, places: Collection[str] = ()) -> str:
    """The first name in a person's name; empty where the name is a function's or nobody can tell.

    A profile names functions ("Kontaktperson skola") as well as people. It is a person's when the address says so:
    municipalities write them first.last@. "Exempel, Anna" is turned around, and capitals are made small.

    Args:
        places: words that are no names in this municipality, such as its own name and those of its units.
    """
    last, comma, first = (part.strip() for part in name.partition(","))
    words = f"{first} {last}".split() if comma else name.split()
    if not words or not all(_is_name(word) for word in words):
        return ""
    local = email.partition("@")[0]
    folded = [_folded(word) for word in words]
    if folded[0].startswith(_OFFICES):
        return ""
    if "." not in local or folded[0] != _folded(local.split(".")[0]) or {*folded} & {*places}:
        return ""
    if len(words) > 1 and "".join(folded[1:]) != _folded(local.split(".", 1)[1]):
        return ""
    return words[0].title() if words[0].isupper() else words[0]


def places(profile: Profile) -> set[str]:
    """Words that are no persons' names here: those of the municipality and its units."""
    named = (profile.name, *(unit.name for unit in profile.units))
    return {_folded(word) for name in named for word in name.split()}


def _is_name(word: str) -> bool:
    return word in _SMALL or (word[:1].isupper() and not any(letter.isdigit() for letter in word))


def _folded(text: str) -> str:
    """As mail addresses write it: small, without accents and marks."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())
