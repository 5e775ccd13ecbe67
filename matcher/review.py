"""What a decision makes of a match, and when an accepted one comes back. Pure rules (`ux.md` 2.3)."""

from datetime import datetime

from matcher.model import Decision, MatchState, Verdict

STATE_AFTER = {
    Verdict.ACCEPT: MatchState.ACCEPTED,
    Verdict.REJECT: MatchState.REJECTED,
    Verdict.LATER: MatchState.LATER,
}


def state_after(decision: Decision) -> MatchState:
    """The state that follows from a decision."""
    return STATE_AFTER[decision.verdict]


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
