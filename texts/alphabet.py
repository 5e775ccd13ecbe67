"""The order that names stand in where people look them up: the Swedish alphabet, whose last letters are å, ä, ö."""

from unicodedata import combining, normalize

# After z come å, ä, ö, and with the last two the letters that other alphabets write for them (SAOL).
_LAST = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "ü": "y"})


def alphabetical(name: str) -> tuple[str, str]:
    """What to sort a name by: capitals and accents count for nothing, but for two that are else alike."""
    composed = normalize("NFC", name)
    letters = normalize("NFD", composed.casefold().translate(_LAST))
    return "".join(letter for letter in letters if not combining(letter)), composed
