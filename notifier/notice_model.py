"""The nouns of the other mails: what each kind tells, before it is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

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


class Why(StrEnum):
    """Why a letter does not go out, or may not have arrived."""

    RESTORED = "restored"
    ALL_HELD = "all_held"
    HELD = "held"
    LETTER_HELD = "letter_held"
    IN_DOUBT = "in_doubt"
    FAILED = "failed"
    REFUSED = "refused"
    BOUNCING = "bouncing"
    PAUSED = "paused"
    STOPPED = "stopped"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Hindrance:
    """Something in the way of Monday's letters.

    Attributes:
        who: the reader's name; empty where it is about all of them, or about a unit.
        units: names of the units that it is about, in Swedish and English.
        person: the reader's key.
        letter_id: a letter of the outbox that waits for a word; None where none has been made.
        subject: of that letter.
        by: the name of who holds it.
        at: since when, or until when a pause lasts.
        said: what a server or a rule said.
    """

    why: Why
    who: str | Message = ""
    units: tuple[tuple[str, str], ...] = ()
    person: str = ""
    letter_id: int | None = None
    subject: str = ""
    by: str | Message = ""
    at: datetime | None = None
    said: str | Message = ""


@dataclass(frozen=True, kw_only=True)
class Urgent:
    """A call that nobody has looked at and that closes within ten days; `units` in Swedish and English."""

    call: Call
    units: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """Monday's letters as they would be made now.

    Attributes:
        week: the week they are for.
        letters: how many readers get one.
        matches: how many calls they tell, counted once a reader.
        unreviewed: how many calls wait in the queue.
        unanswered: how many questions wait for a unit.
        hindrances: which letters do not go out as it is now, and why.
        published: names of the units that have published by themselves in the week, in Swedish and English.
        urgent: what waits in the queue and closes within ten days, the nearest first.
        untouched_since: since when nobody has decided anything though something waits; None when less than a week.
    """

    week: str
    letters: int
    matches: int
    unreviewed: int
    unanswered: int = 0
    hindrances: tuple[Hindrance, ...] = ()
    published: tuple[tuple[str, str], ...] = ()
    urgent: tuple[Urgent, ...] = ()
    untouched_since: datetime | None = None
