"""States after decisions, and when a match comes back."""

from datetime import timedelta

import pytest

from builders import NOW
from matcher.model import Decision, MatchState, Verdict
from matcher.review import STATE_AFTER, is_due, may_decide, reopens


def a_decision(verdict=Verdict.LATER, until=None):
    return Decision(verdict=verdict, by="samordnare", at=NOW, until=until)


def test_every_verdict_leads_to_a_state():
    assert set(STATE_AFTER) == set(Verdict)


@pytest.mark.parametrize(
    ("state", "seen", "now", "comes_back"),
    [
        (MatchState.ACCEPTED, 1, 2, True),
        (MatchState.SENT, 1, 2, True),
        (MatchState.ACCEPTED, 2, 2, False),
        (MatchState.REJECTED, 1, 2, False),
        (MatchState.LATER, 1, 2, False),
    ],
)
def test_only_an_accepted_match_reopens_and_only_for_a_newer_version(state, seen, now, comes_back):
    assert reopens(state, seen, now) is comes_back


def test_a_match_put_off_comes_back_on_its_day():
    decision = a_decision(until=NOW + timedelta(days=7))
    assert not is_due(MatchState.LATER, decision, NOW)
    assert is_due(MatchState.LATER, decision, NOW + timedelta(days=7))
    assert is_due(MatchState.LATER, a_decision(), NOW)
    assert not is_due(MatchState.REJECTED, decision, NOW + timedelta(days=7))


def test_what_has_been_sent_is_settled():
    assert not may_decide(MatchState.SENT)
    assert may_decide(MatchState.REJECTED)
