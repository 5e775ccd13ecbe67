"""A sentence that has not been put into a language yet.

Rules and jobs speak of facts; only the page, the letter or the command knows the reader's language.
So they hand on a `Message`: the Swedish sentence with its blanks, and what goes into them.
"""

from dataclasses import dataclass, field
from typing import Any


def N_(text: str) -> str:
    """Mark a Swedish text for the catalogue without translating it."""
    return text


@dataclass(frozen=True, kw_only=True)
class Message:
    """A Swedish sentence with `{blanks}`, and the values for them.

    Attributes:
        text: the Swedish sentence, as in the catalogue.
        values: blank to value; a nested `Message` is translated too, of a `Named` the reader's name is taken, and a
            day is written as the language writes days.
    """

    text: str
    values: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True)
class Named:
    """What somebody outside has named, in the languages that they named it in.

    Attributes:
        en: None when it has no English name: the Swedish one stands.
    """

    sv: str
    en: str | None = None

    def for_readers_of(self, language: str) -> str:
        """The name that those who read this language get."""
        return self.en or self.sv if language == "en" else self.sv
