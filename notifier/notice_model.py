"""The nouns of the other mails: what each kind tells, before it is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from calls.changes import Change
from calls.model import Call
from texts import Message


@dataclass(frozen=True, kw_only=True)
class Closing:
    """A followed call whose deadline comes near.

    Attributes:
        step: how many days before this reminder is for, 30, 14, 7 or 2.
        days_left: whole days to the deadline as of the letter.
        answered: the reader's own answer, such as "Intresserad", None for a choice of their own.
        since_at: since when they follow it.
    """

    call: Call
    unit: str
    step: int
    day: date
    days_left: int
    since_at: datetime
    answered: str | None = None

    @property
    def occasion(self) -> str:
        """What is told once: this step of this deadline."""
        return f"{self.call.id}/{self.day.isoformat()}/{self.step}"


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A followed call that reads otherwise than its follower knows, or that its publisher has taken away."""

    call: Call
    unit: str
    changes: tuple[Change, ...] = ()
    is_withdrawn: bool = False

    @property
    def occasion(self) -> str:
        """What is told once: this version, or that it is gone since it was last seen; gone again is told again."""
        if not self.is_withdrawn:
            return f"{self.call.id}/{self.call.version}"
        seen = max((source.last_seen_at for source in self.call.sources), default=None)
        return f"{self.call.id}/withdrawn" + (f"/{seen.astimezone(UTC):%Y-%m-%dT%H:%M}" if seen else "")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A call that somebody asks a unit or the reference group about.

    Attributes:
        id: number of the assignment or referral.
        unit: the unit that answers; None when the person is asked as one of the reference group.
        by: the name of who asked.
        note: in their words; empty for nothing.
    """

    id: int
    call: Call
    by: str
    at: datetime
    unit: str | None = None
    note: str = ""

    @property
    def occasion(self) -> str:
        """What is told once: this question."""
        return str(self.id)


@dataclass(frozen=True, kw_only=True)
class Mistaken:
    """A call that a unit was told of by mistake.

    Attributes:
        by: the name of who corrects it.
        note: what was wrong, in their words.
    """

    call: Call
    unit: str
    by: str
    at: datetime
    note: str

    @property
    def occasion(self) -> str:
        """What is told once: that this call was not for that unit."""
        return f"{self.call.id}/correction/{self.unit}"


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something that is wrong, or no longer is.

    Attributes:
        said: "cause", "effect" and "step" as sentences (`reliability.md` I1).
        closed_at: None while it lasts.
    """

    id: int
    said: Mapping[str, Message]
    opened_at: datetime
    closed_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether it is well again."""
        return self.closed_at is not None

    @property
    def occasion(self) -> str:
        """What is told once: that it began, and that it is over."""
        return f"{self.id}/{'over' if self.is_over else 'open'}"


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """Monday's letters as they would be made now.

    Attributes:
        week: the week they are for.
        letters: how many readers get one.
        matches: how many calls they tell, counted once a reader.
        unreviewed: how many proposals nobody has looked at.
        unanswered: how many questions wait for a unit.
        silent_units: names of the units that nobody gets letters for, in Swedish and English.
        paused: how many readers have stopped or paused their letters.
    """

    week: str
    letters: int
    matches: int
    unreviewed: int
    unanswered: int = 0
    silent_units: tuple[tuple[str, str], ...] = ()
    paused: int = 0
