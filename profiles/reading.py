"""Reading values out of a parsed file, noting everything that is wrong instead of stopping at the first."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from profiles.problems import Problem
from texts import N_, Message

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_KEY = 64
LONGEST_NAME = 200

# Characters that turn or break text where it is shown: bidi controls, line separators.
_UNSHOWABLE = frozenset("\u061c\u200e\u200f\u2028\u2029\ufeff\ufffe\uffff") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_KINDS = {
    bool: N_("ja eller nej (true eller false)"),
    int: N_("ett heltal"),
    float: N_("ett decimaltal"),
    str: N_("en text inom citattecken"),
    datetime: N_("en tidpunkt"),
    date: N_("en dag, som 2026-08-22"),
    list: N_("en lista"),
    dict: N_("en tabell"),
}

Choice = TypeVar("Choice", bound=StrEnum)


class Places(Protocol):
    """Knows the line of a key path."""

    def of(self, path: str) -> int | None:
        """The line, None when it is not known."""


class Report:
    """Collects what is wrong with one file."""

    def __init__(self, file: str, lines: Places) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._lines = lines

    def add(self, path: str, text: str, **values: Any) -> None:
        """Note a problem at a key path. `text` is marked for the catalogue by the caller."""
        problem = Problem(
            file=self._file, line=self._lines.of(path), key=path, message=Message(text=text, values=values)
        )
        self.problems.append(problem)

    def line_of(self, path: str) -> int | None:
        """The line of a key path."""
        return self._lines.of(path)


class Table:
    """One table of the file: each key is asked for once, and what nobody asked for is unknown."""

    def __init__(self, values: Any, path: str, report: Report) -> None:
        self.path = path
        self.report = report
        self._values = values if isinstance(values, dict) else {}
        self._asked: list[str] = []
        self._is_there = isinstance(values, dict)  # of a table that is not, no key is missed
        if not self._is_there and values is not None:
            report.add(path, N_("väntade {expected}, fick {found}"), **_kinds(dict, values))

    def at(self, key: str) -> str:
        """The path of a key in this table."""
        return f"{self.path}.{key}" if self.path else key

    def text(self, key: str, *, shortest: int = 1, longest: int = LONGEST_NAME, lines: bool = False) -> str:
        """A text that must be there; empty when it is not right."""
        value = self._get(key, str, required=True)
        return "" if value is None else self._checked(key, value, shortest, longest, lines)

    def optional_text(self, key: str) -> str | None:
        """A text that may be missing."""
        value = self._get(key, str, required=False)
        return None if value is None else self._checked(key, value, 1, LONGEST_NAME, False)

    def code(self, key: str, pattern: str, like: str, *, required: bool = False) -> str | None:
        """A code of a fixed form; `like` is an example of it. None when it is missing."""
        value = self._get(key, str, required=required)
        if value is not None and not re.fullmatch(pattern, value):
            self.report.add(
                self.at(key), N_("väntade en kod som {like}, fick {value}"), like=like, value=repr(value)
            )
        return value

    def key(self, key: str = "key") -> str:
        """A key of our own: small letters a-z, digits and hyphens."""
        value = self.text(key, longest=LONGEST_KEY)
        if value and not KEY.fullmatch(value):
            self.report.add(
                self.at(key),
                N_("{value} går inte som nyckel: bara små bokstäver a-z, siffror och bindestreck"),
                value=repr(value),
            )
        return value

    def number(self, key: str, *, least: int, most: int, default: int | None = None) -> int | None:
        """A whole number that may be missing."""
        value = self._get(key, int, required=False)
        if value is None:
            return default
        if not least <= value <= most:
            self.report.add(
                self.at(key),
                N_("{value} är utanför {least} till {most}"),
                value=value,
                least=least,
                most=most,
            )
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Yes or no."""
        value = self._get(key, bool, required=False)
        return default if value is None else value

    def day(self, key: str) -> date | None:
        """A day that may be missing."""
        return self._get(key, date, required=False)

    def choice(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice | None:
        """One of a closed list; None when it is not right."""
        value = self._get(key, str, required=default is None)
        if value is None:
            return default
        allowed = [choice.value for choice in choices]
        if value in allowed:
            return choices(value)
        self.report.add(
            self.at(key),
            N_("{value} är inget av {allowed}{guess}"),
            value=repr(value),
            allowed=", ".join(allowed),
            guess=guessed(value, allowed),
        )
        return None

    def choices(self, key: str, allowed: type[Choice]) -> tuple[Choice, ...]:
        """A list of values of a closed list, each once; what is not one is left out."""
        known = [choice.value for choice in allowed]
        found = []
        for number, value in enumerate(self.texts(key)):
            if value in known:
                found.append(allowed(value))
            else:
                self.report.add(
                    self.at(f"{key}[{number}]"),
                    N_("{value} är inget av {allowed}{guess}"),
                    value=repr(value),
                    allowed=", ".join(known),
                    guess=guessed(value, known),
                )
        return tuple(dict.fromkeys(found))

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts; what is not a text is left out."""
        values = self._get(key, list, required=required) or []
        found = []
        for number, value in enumerate(values):
            path = f"{key}[{number}]"
            if not isinstance(value, str):
                self.report.add(self.at(path), N_("väntade {expected}, fick {found}"), **_kinds(str, value))
            else:
                found.append(self._checked(path, value, 1, LONGEST_NAME, False))
        if required and not values:
            self.report.add(self.at(key), N_("listan är tom, väntade minst ett värde"))
        return tuple(found)

    def table(self, key: str) -> "Table":
        """A table within this one; an empty one when it is missing, which is noted."""
        value = self._get(key, dict, required=True)
        return Table(value, self.at(key), self.report)

    def tables(self, key: str) -> list["Table"]:
        """A list of tables; an empty list when it is missing."""
        values = self._get(key, list, required=False) or []
        return [Table(value, self.at(f"{key}[{number}]"), self.report) for number, value in enumerate(values)]

    def close(self) -> None:
        """Note the keys that nobody asked for, with the one that was probably meant."""
        for key in self._values:
            if key not in self._asked:
                self.report.add(
                    self.at(key),
                    N_("okänd nyckel{guess}"),
                    guess=guessed(key, self._asked) or _listed(self._asked),
                )

    def has(self, key: str) -> bool:
        """Is the key in the file, right or not?"""
        return key in self._values

    def is_blank(self, key: str) -> bool:
        """Is the key missing, or a text without words? Then it counts as not said."""
        self._asked.append(key)
        value = self._values.get(key, "")
        return isinstance(value, str) and not value.strip()

    def _get(self, key: str, kind: type, *, required: bool) -> Any:
        self._asked.append(key)
        value = self._values.get(key)
        if value is None:
            if required and self._is_there:
                self.report.add(self.at(key), N_("saknas"))
            return None
        if not _is(value, kind):
            self.report.add(self.at(key), N_("väntade {expected}, fick {found}"), **_kinds(kind, value))
            return None
        return value

    def _checked(self, key: str, value: str, shortest: int, longest: int, lines: bool) -> str:
        path = self.at(key)
        odd = next((letter for letter in value if not _is_showable(letter, lines)), None)
        if odd is not None:
            self.report.add(path, N_("har tecknet U+{code}, som inte kan visas"), code=f"{ord(odd):04X}")
        if not value.strip():
            self.report.add(path, N_("är tom"))
        elif len(value) < shortest:
            self.report.add(
                path,
                N_("är för kort: {length} tecken, minst {shortest}"),
                length=len(value),
                shortest=shortest,
            )
        elif len(value) > longest:
            self.report.add(
                path, N_("är för lång: {length} tecken, högst {longest}"), length=len(value), longest=longest
            )
        return value


def _is(value: Any, kind: type) -> bool:
    """TOML's kinds are apart: true is no number, and a moment is no day."""
    if isinstance(value, bool | datetime):
        return type(value) is kind
    return isinstance(value, kind)


def _kinds(expected: type, value: Any) -> dict[str, Message]:
    found = next((words for kind, words in _KINDS.items() if _is(value, kind)), N_("något annat"))
    return {"expected": Message(text=_KINDS[expected]), "found": Message(text=found)}


def _is_showable(letter: str, lines: bool) -> bool:
    if lines and letter in "\n\t":
        return True
    return unicodedata.category(letter) not in ("Cc", "Cs") and letter not in _UNSHOWABLE


def guessed(word: str, known: Iterable[str]) -> Message | str:
    """The known word that was probably meant, as the end of a sentence; empty when nothing is near."""
    close = difflib.get_close_matches(word.casefold(), list(known), n=1)
    return Message(text=N_(", menade du {close}?"), values={"close": close[0]}) if close else ""


def _listed(known: Iterable[str]) -> Message:
    return Message(text=N_("; här får stå {known}"), values={"known": ", ".join(known)})
