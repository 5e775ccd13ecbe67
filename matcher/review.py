"""What a decision makes of a match, and when an accepted one comes back. Pure rules (`ux.md` 2.3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from matcher.model import SYSTEM, Band, Decision, MatchState, StoredMatch, Verdict
from texts import N_

STATE_AFTER = {
    Verdict.ACCEPT: MatchState.ACCEPTED,
    Verdict.REJECT: MatchState.REJECTED,
    Verdict.LATER: MatchState.LATER,
    Verdict.REFER: MatchState.REFERRED,
}


class ReviewRule(StrEnum):
    """What may go out to a unit that nobody has looked at: the queue is no dam (`ux.md` 2.3)."""

    EVERYTHING = "everything"
    STRONG = "strong"
    NOTHING = "nothing"


REVIEW_RULE_LABELS = {
    ReviewRule.EVERYTHING: N_("Allt granskas först"),
    ReviewRule.STRONG: N_("Starka träffar får gå ut ogranskade, märkta"),
    ReviewRule.NOTHING: N_("Allt går ut av sig självt"),
}
DEFAULT_RULE = ReviewRule.STRONG
_GOES = {
    ReviewRule.EVERYTHING: frozenset(),
    ReviewRule.STRONG: frozenset({Band.STRONG}),
    ReviewRule.NOTHING: frozenset({Band.STRONG, Band.LIKELY}),
}


def goes_unreviewed(band: Band, rule: ReviewRule) -> bool:
    """Whether what nobody has looked at goes out with the letter; what lies below the line never does."""
    return band in _GOES[rule]


def went_unreviewed(stored: StoredMatch) -> bool:
    """Whether nobody but the rule has accepted it."""
    return stored.decision is not None and stored.decision.by == SYSTEM


def may_decide(state: MatchState) -> bool:
    """What has been sent is settled; a new version of the call brings a new match to decide."""
    return state is not MatchState.SENT


def reopens(state: MatchState, decided_version: int, current_version: int) -> bool:
    """Whether a match goes back to the queue because its call changed in what matters to people.

    Only an accepted one does, sent or not: its "yes" was to another text. A rejected one stays away, and one
    put off comes back by its own date.
    """
    return state in (MatchState.ACCEPTED, MatchState.SENT) and current_version > decided_version


def is_due(state: MatchState, decision: Decision | None, now: datetime) -> bool:
    """Whether a match put off is to be looked at again; one without a date is due at once."""
    if state is not MatchState.LATER:
        return False
    return decision is None or decision.until is None or decision.until <= now


def is_waiting(stored: StoredMatch, now: datetime) -> bool:
    """Whether somebody should decide: new, or put off until a moment that has come."""
    return stored.state is MatchState.NEW or is_due(stored.state, stored.decision, now)


def back_to_queue(by: str, now: datetime) -> Decision:
    """A decision that takes the last one back: put off until now, so it is due at once."""
    return Decision(verdict=Verdict.LATER, by=by, at=now, until=now)


def is_back_to_queue(decision: Decision) -> bool:
    """Whether a decision took another one back."""
    return decision.verdict is Verdict.LATER and decision.until is not None and decision.until <= decision.at


def restored(before: MatchState, history: Sequence[Decision], by: str, now: datetime) -> Decision:
    """The decision that undoes the last one.

    Args:
        before: the state before the decision that is undone.
        history: all decisions, the first one first.
    """
    if before in (MatchState.NEW, MatchState.SENT) or len(history) < 2:
        return back_to_queue(by, now)
    return replace(history[-2], by=by, at=now)
