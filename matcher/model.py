"""The nouns of matching: a call and a need, paired, with the reasons that a person can check."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from texts import N_, Message

SYSTEM = "system"
BY_HAND = "coordinator"  # the model of a match that a person made


class Band(StrEnum):
    """How strong a match is, as a word. Percentages are never shown to readers (`ux.md` 1.2)."""

    STRONG = "strong"
    LIKELY = "likely"
    POSSIBLE = "possible"

    @property
    def rank(self) -> int:
        """0 for the strongest, then upwards: in what order matches are told."""
        return list(Band).index(self)


BAND_LABELS = {Band.STRONG: N_("Stark"), Band.LIKELY: N_("Trolig"), Band.POSSIBLE: N_("Möjlig")}


class Answer(StrEnum):
    """What a check says. Unknown never bars."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What a coordinator decides of a match."""

    ACCEPT = "accept"
    REJECT = "reject"
    LATER = "later"
    REFER = "refer"


class MatchState(StrEnum):
    """Where a match stands (`ux.md` 2.3)."""

    NEW = "new"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    LATER = "later"
    SENT = "sent"
    REFERRED = "referred"


MATCH_STATE_LABELS = {
    MatchState.NEW: N_("ny"),
    MatchState.ACCEPTED: N_("godkänd"),
    MatchState.REJECTED: N_("avvisad"),
    MatchState.LATER: N_("uppskjuten"),
    MatchState.SENT: N_("utskickad"),
    MatchState.REFERRED: N_("hos referensgruppen"),
}


class RejectReason(StrEnum):
    """Why a match was refused (`ux.md` 2.4)."""

    NOT_OUR_NEED = "not_our_need"
    NOT_ELIGIBLE = "not_eligible"
    ALREADY_COVERED = "already_covered"
    NO_OWN_CONTRIBUTION = "no_own_contribution"
    TOO_SHORT_TIME = "too_short_time"
    NO_PARTNER = "no_partner"
    NO_STAFF = "no_staff"
    NOT_SUSTAINABLE = "not_sustainable"
    NEEDS_POLITICAL_DECISION = "needs_political_decision"
    DUPLICATE = "duplicate"
    OTHER = "other"


REJECT_REASON_LABELS = {
    RejectReason.NOT_OUR_NEED: N_("Rör inte vårt behov"),
    RejectReason.NOT_ELIGIBLE: N_("Fel målgrupp, eller vi får inte söka"),
    RejectReason.ALREADY_COVERED: N_("Redan täckt av annat projekt"),
    RejectReason.NO_OWN_CONTRIBUTION: N_("Saknar medfinansiering"),
    RejectReason.TOO_SHORT_TIME: N_("För kort tid"),
    RejectReason.NO_PARTNER: N_("Saknar partner"),
    RejectReason.NO_STAFF: N_("Saknar personal eller kompetens"),
    RejectReason.NOT_SUSTAINABLE: N_("Går inte att driva vidare efter projektet"),
    RejectReason.NEEDS_POLITICAL_DECISION: N_("Kräver politiskt beslut som inte hinns"),
    RejectReason.DUPLICATE: N_("Dubblett"),
    RejectReason.OTHER: N_("Annat"),
}

# What only money can make a reason of; a consultation is refused for others.
REASONS_OF_MONEY = frozenset(
    {
        RejectReason.NOT_ELIGIBLE,
        RejectReason.ALREADY_COVERED,
        RejectReason.NO_OWN_CONTRIBUTION,
        RejectReason.NO_PARTNER,
        RejectReason.NOT_SUSTAINABLE,
    }
)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One signal of the score.

    Attributes:
        signal: name of the signal, as in `matcher/signals.py`.
        strength: 0 to 1.
        reason: what a person can check.
    """

    signal: str
    strength: float
    reason: Message


@dataclass(frozen=True, kw_only=True)
class Check:
    """One gate's answer for a call and a unit (who, where, when, own share).

    Attributes:
        quote: the words of the source that decided it, None when it was decided by programme knowledge.
    """

    gate: str
    answer: Answer
    reason: Message
    quote: str | None = None

    @classmethod
    def of(cls, gate: str, answer: Answer, text: str, /, *, quote: str | None = None, **values: Any) -> Self:
        """The check whose reason is this Swedish text, with what goes into its blanks."""
        return cls(gate=gate, answer=answer, reason=Message(text=text, values=values), quote=quote)


@dataclass(frozen=True, kw_only=True)
class SentencePair:
    """A sentence of the need beside the sentence of the call that it met, both quoted."""

    need: str
    call: str
    section: str
    similarity: float


@dataclass(frozen=True, kw_only=True)
class Match:
    """A call and a need, paired.

    Attributes:
        call_id, call_version: which call, and as it read then.
        unit, need: keys in the profile; `need` is the need's key within its unit.
        score: 0 to 1, comparable within one model and recipe only.
        model: which model and recipe made it, "words" when there was no model, `BY_HAND` when a person did.
    """

    call_id: int
    call_version: int
    unit: str
    need: str
    score: float
    band: Band
    checks: tuple[Check, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    pairs: tuple[SentencePair, ...] = ()
    children_and_youth: bool = False
    model: str = ""


@dataclass(frozen=True, kw_only=True)
class StoredMatch:
    """A match in the queue: with its number, state and latest decision.

    Attributes:
        profile_version: the version of the profile that it was made from.
    """

    id: int
    match: Match
    state: MatchState
    created_at: datetime
    decision: "Decision | None" = None
    profile_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What somebody decided of a match. Followed by another, never edited.

    Attributes:
        by: who decided: a person's key, "cli", or `SYSTEM` where the unit's rule let it go unreviewed.
        until: for `later`: when it comes back.
        duplicate_of: for the reason "duplicate": the number of the call that it is a duplicate of.
    """

    verdict: Verdict
    by: str
    at: datetime
    reason: RejectReason | None = None
    note: str = ""
    until: datetime | None = None
    duplicate_of: int | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"decision at {self.at.isoformat()} has no time zone")
