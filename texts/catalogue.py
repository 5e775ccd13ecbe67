"""The catalogues: one `.po` file a room under `texts/<language>/`, read as they are.

Swedish is the source language, so it has no catalogue. A text without a translation is shown in Swedish;
`tests/test_texts.py` fails when one is missing.
"""

import gettext
import io
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from texts.message import Message, Named

LANGUAGES = ("sv", "en")


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations into one language; Swedish gives the texts back as they are.

    Raises:
        ValueError: when the language is not one of `LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r}: expected one of {', '.join(LANGUAGES)}")
    merged = gettext.NullTranslations()
    if language == "sv":
        return merged
    for part in sorted(files("texts").joinpath(language).iterdir(), key=lambda part: part.name):
        if part.name.endswith(".po"):
            compiled = io.BytesIO()
            write_mo(compiled, read_po(io.BytesIO(part.read_bytes()), locale=language))
            translations = gettext.GNUTranslations(io.BytesIO(compiled.getvalue()))
            translations.add_fallback(merged)
            merged = translations
    return merged


def translate(message: Message | str, language: str) -> str:
    """Put a message into a language and fill its blanks."""
    if isinstance(message, str):
        return catalogue(language).gettext(message) if message else ""
    values = {blank: _said(value, language) for blank, value in message.values.items()}
    return catalogue(language).gettext(message.text).format(**values)


def _said(value: Any, language: str) -> Any:
    if isinstance(value, Message):
        return translate(value, language)
    if isinstance(value, date) and not isinstance(value, datetime):
        return day_in_words(value, language)
    return value.for_readers_of(language) if isinstance(value, Named) else value


def day_in_words(day: date, language: str) -> str:
    """12 mars 2027; 12 March 2027."""
    return format_date(day, "d MMMM y", locale=language)
