"""What is wrong with a profile file: every problem, each with its place.

ProfileError    one or more Problems
"""

from collections.abc import Iterable
from dataclasses import dataclass

from texts import Message, translate


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that must be put right.

    Attributes:
        file: name of the file, as the reader gave it.
        line: counted from 1; None when it concerns the file as a whole.
        key: path of the key, such as units[2].needs[0].priority_area; empty for the file as a whole.
    """

    file: str
    line: int | None
    key: str
    message: Message

    def shown(self, language: str) -> str:
        """The problem on one line: place, key, sentence."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.key, translate(self.message, language)) if part)


class ProfileError(Exception):
    """A profile file cannot be used. `problems` holds everything that was found, in the file's order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return self.shown("sv")

    def shown(self, language: str) -> str:
        """All problems, one a line."""
        return "\n".join(problem.shown(language) for problem in self.problems)
