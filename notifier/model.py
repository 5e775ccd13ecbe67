"""The nouns of the letter: what one person gets in one week, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from calls.changes import Change
from calls.model import Call
from matcher.model import Match
from notifier.notice_model import Question
from profiles.model import ContactPerson
from texts import N_


class LetterState(StrEnum):
    """How far a letter has come (`reliability.md` §3, outbox)."""

    RENDERED = "rendered"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    HELD = "held"
    CANCELLED = "cancelled"


LETTER_STATE_LABELS: dict[LetterState, str] = {
    LetterState.RENDERED: N_("väntar"),
    LetterState.SENDING: N_("skickas"),
    LetterState.SENT: N_("skickat"),
    LetterState.RETRY: N_("försöks igen"),
    LetterState.FAILED: N_("gick inte"),
    LetterState.IN_DOUBT: N_("ovisst"),
    LetterState.HELD: N_("hålls"),
    LetterState.CANCELLED: N_("inställt"),
}


class LetterKind(StrEnum):
    """What a letter is; each kind can be switched off (`ux.md` 1.7)."""

    DIGEST = "digest"
    REMINDER = "reminder"
    CHANGE = "change"
    ASSIGNMENT = "assignment"
    INVITATION = "invitation"
    UNIT = "unit"
    REHEARSAL = "rehearsal"
    ALARM = "alarm"


LETTER_KIND_LABELS: dict[LetterKind, str] = {
    LetterKind.DIGEST: N_("veckobrev"),
    LetterKind.REMINDER: N_("påminnelse"),
    LetterKind.CHANGE: N_("ändring"),
    LetterKind.ASSIGNMENT: N_("fråga till enheten"),
    LetterKind.INVITATION: N_("fråga till referensgruppen"),
    LetterKind.UNIT: N_("enhet utan mottagare"),
    LetterKind.REHEARSAL: N_("inför utskicket"),
    LetterKind.ALARM: N_("driftlarm"),
}
TO_COORDINATORS = frozenset({LetterKind.UNIT, LetterKind.REHEARSAL})
# Letters to whoever operates the service are to this person, whom no profile knows.
OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A match that the coordinator accepted, or that goes out `unreviewed`, with the call as it reads now."""

    match: Match
    call: Call
    unreviewed: bool = False


@dataclass(frozen=True, kw_only=True)
class DigestItem:
    """One call in a letter, for one unit.

    Attributes:
        matches: the accepted matches of the unit with this call, best first.
        changes: what changed since the person last got the call; empty when it is new to them.
        is_changed: the person has had an older version of the call.
        short_of_time: fewer days are left than the unit needs to write an application.
        also_for: keys of the other units that the call was accepted for.
        unreviewed: nobody has looked at it; the coordinator had no time.
    """

    call: Call
    unit: str
    matches: tuple[Match, ...]
    changes: tuple[Change, ...] = ()
    is_changed: bool = False
    short_of_time: bool = False
    also_for: tuple[str, ...] = ()
    unreviewed: bool = False

    @property
    def best(self) -> Match:
        """The match that decides where the item stands."""
        return self.matches[0]

    @property
    def children_and_youth(self) -> bool:
        """Whether it concerns children and young people; such items are never cut by the cap."""
        return any(match.children_and_youth for match in self.matches)


@dataclass(frozen=True, kw_only=True)
class Digest:
    """One week's accepted matches for one contact person.

    Attributes:
        week: ISO week, such as 2026-W35.
        items: told in full, in reading order.
        more: told in one line each, in reading order.
        unreached: titles of the sources that could not be read this week.
        unreviewed: proposals for the person's units that the coordinator has not looked at yet.
        awaiting: what the person's units have been asked and have not answered, the oldest first; never cut.
        dates: followed calls whose next deadline is within eight weeks, the nearest first.
        consultations: what one can answer, in reading order; a section of its own with a cap of its own.
        more_consultations: those that did not fit; they are counted, and told in the next letter.
        earlier: what the person's units were told before the person was, told in one line each.
        more_earlier: those that did not fit; they are counted, and told in the next letter.
    """

    person: ContactPerson
    week: str
    items: tuple[DigestItem, ...]
    unreached: tuple[str, ...] = ()
    more: tuple[DigestItem, ...] = ()
    unreviewed: int = 0
    awaiting: tuple[Question, ...] = ()
    dates: tuple[Call, ...] = ()
    consultations: tuple[DigestItem, ...] = ()
    more_consultations: tuple[DigestItem, ...] = ()
    earlier: tuple[DigestItem, ...] = ()
    more_earlier: tuple[DigestItem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A rendered digest: bytes, Message-ID and Date are fixed before the first attempt.

    Attributes:
        calls: (call id, call version) of everything in it, for "nothing twice".
    """

    person: str
    week: str
    to: str
    subject: str
    message_id: str
    content: bytes
    calls: tuple[tuple[int, int], ...]
    kind: LetterKind = LetterKind.DIGEST


@dataclass(frozen=True, kw_only=True)
class StoredLetter:
    """A letter in the outbox."""

    id: int
    letter: Letter
    state: LetterState
    attempts: int
    error: str | None
    not_before: datetime | None
    data_started_at: datetime | None
    changed_at: datetime
