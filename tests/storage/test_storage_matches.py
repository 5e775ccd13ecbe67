"""The queue: proposals, decisions, and what brings a match back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from builders import NOW, a_match, a_scraped_call
from matcher.model import (
    Answer,
    Band,
    Check,
    Decision,
    Evidence,
    MatchState,
    RejectReason,
    SentencePair,
    Verdict,
)
from storage import calls, matches
from storage.database import reading, writing
from storage.errors import UnknownMatch
from texts import Message, Named

DAY = timedelta(days=1)
ACCEPT = Decision(verdict=Verdict.ACCEPT, by="samordnare", at=NOW)
REJECT = Decision(verdict=Verdict.REJECT, by="samordnare", at=NOW, reason=RejectReason.NO_STAFF, note="Nej")


@pytest.fixture
def ready(engine: Engine) -> Engine:
    """A database with calls 1 and 2."""
    harvest = [a_scraped_call(reference=str(n), identifier=f"X-{n}") for n in (1, 2)]
    with writing(engine) as conn:
        assert calls.save_harvest(conn, "t", "eu-portal", harvest, {"eu-portal": 0}, NOW).new_ids == (1, 2)
    return engine


def propose(engine: Engine, *proposed, now=NOW):
    with writing(engine) as conn:
        return matches.propose(conn, "t", proposed, 1, now)


def find(engine: Engine, **wanted):
    with reading(engine) as conn:
        return matches.find(conn, "t", **wanted)


def decide(engine: Engine, match_id: int, decision: Decision):
    with writing(engine) as conn:
        return matches.decide(conn, "t", match_id, decision)


def test_a_match_comes_back_as_it_was_proposed(ready: Engine):
    match = a_match(
        band=Band.STRONG,
        children_and_youth=True,
        checks=(
            Check(gate="who", answer=Answer.UNKNOWN, reason=Message(text="Vet ej"), quote="public bodies"),
        ),
        evidence=(
            Evidence(
                signal="words",
                strength=0.25,
                reason=Message(
                    text="{n} {day} {at} {why} {area}",
                    values={
                        "n": 3,
                        "day": date(2026, 1, 1),
                        "at": NOW,
                        "why": Message(text="a"),
                        "no": None,
                        "area": Named(sv="Vatten", en=None),
                    },
                ),
            ),
        ),
        pairs=(SentencePair(need="a", call="b", section="scope", similarity=0.5),),
    )
    assert propose(ready, match).new == 1
    (found,) = find(ready)
    assert (found.match, found.state, found.created_at, found.decision) == (match, MatchState.NEW, NOW, None)


def test_a_value_that_cannot_be_kept_is_refused(ready: Engine):
    odd = Check(gate="who", answer=Answer.YES, reason=Message(text="{x}", values={"x": object()}))
    with pytest.raises(TypeError, match="expected a text, number, day"):
        propose(ready, a_match(checks=(odd,)))


def test_an_undecided_match_is_refreshed(ready: Engine):
    propose(ready, a_match(score=0.4))
    done = propose(ready, a_match(score=0.7), a_match(call_id=2), now=NOW + DAY)
    assert (done.new, done.updated, done.total) == (1, 1, 2)
    assert [(m.match.call_id, m.match.score) for m in find(ready)] == [(1, 0.7), (2, 0.6)]


def test_the_best_comes_first_and_ties_by_number(ready: Engine):
    propose(ready, a_match(score=0.5), a_match(need="b", score=0.9), a_match(need="c", score=0.5))
    assert [m.match.need for m in find(ready)] == ["b", "utbyten", "c"]
    assert [m.id for m in find(ready)] == [2, 1, 3]


def test_a_decided_match_stays_as_it_was_decided(ready: Engine):
    propose(ready, a_match(score=0.4))
    decide(ready, 1, REJECT)
    done = propose(ready, a_match(score=0.9, call_version=2), now=NOW + DAY)
    assert (done.new, done.updated, done.total) == (0, 0, 0)
    (found,) = find(ready)
    assert (found.state, found.match.score, found.match.call_version) == (MatchState.REJECTED, 0.4, 1)
    assert found.decision == REJECT


def test_a_decision_is_followed_by_another_and_never_edited(ready: Engine):
    propose(ready, a_match())
    assert decide(ready, 1, REJECT).state is MatchState.REJECTED
    later = replace(ACCEPT, at=NOW + DAY, until=NOW + 2 * DAY)
    assert decide(ready, 1, later).decision == later
    with reading(ready) as conn:
        assert matches.history(conn, "t", 1) == [REJECT, later]


def test_an_accepted_match_comes_back_when_its_call_has_changed(ready: Engine):
    propose(ready, a_match())
    decide(ready, 1, ACCEPT)
    assert propose(ready, a_match()).new == 0
    assert find(ready)[0].state is MatchState.ACCEPTED
    assert propose(ready, a_match(call_version=2), now=NOW + DAY).new == 1
    (found,) = find(ready)
    assert (found.state, found.match.call_version, found.decision) == (MatchState.NEW, 2, ACCEPT)


def test_a_sent_match_comes_back_when_its_call_has_changed(ready: Engine):
    propose(ready, a_match())
    decide(ready, 1, ACCEPT)
    with writing(ready) as conn:
        matches.mark_sent(conn, "t", [1], NOW)
    assert find(ready)[0].state is MatchState.SENT
    propose(ready, a_match(call_version=2))
    assert find(ready)[0].state is MatchState.NEW


def test_a_postponed_match_comes_back_on_its_day(ready: Engine):
    propose(ready, a_match())
    decide(ready, 1, Decision(verdict=Verdict.LATER, by="cli", at=NOW, until=NOW + 2 * DAY))
    propose(ready, a_match(), now=NOW + DAY)
    assert find(ready)[0].state is MatchState.LATER
    propose(ready, a_match(), now=NOW + 2 * DAY)
    assert find(ready)[0].state is MatchState.NEW


def test_what_is_no_longer_proposed_leaves_the_queue_and_comes_back_with_its_decision(ready: Engine):
    propose(ready, a_match(), a_match(need="b"))
    decide(ready, 1, REJECT)
    assert propose(ready).total == 0
    assert find(ready) == []
    with reading(ready) as conn:
        assert matches.get(conn, "t", 2).state is MatchState.NEW
    propose(ready, a_match(), a_match(need="b"))
    assert [(m.id, m.state) for m in find(ready)] == [(1, MatchState.REJECTED), (2, MatchState.NEW)]


def test_what_was_accepted_stays_in_view_whatever_the_matcher_says_later_B1(ready: Engine):
    propose(ready, a_match())
    decide(ready, 1, ACCEPT)
    propose(ready)
    assert [m.state for m in find(ready)] == [MatchState.ACCEPTED]


def test_only_accepted_matches_become_sent(ready: Engine):
    propose(ready, a_match(), a_match(need="b"))
    decide(ready, 1, ACCEPT)
    with writing(ready) as conn:
        matches.mark_sent(conn, "t", [1, 2], NOW)
    assert {m.id: m.state for m in find(ready)} == {1: MatchState.SENT, 2: MatchState.NEW}


def test_matches_are_found_by_state_and_call(ready: Engine):
    propose(ready, a_match(), a_match(call_id=2))
    decide(ready, 1, ACCEPT)
    assert [m.id for m in find(ready, states=[MatchState.NEW])] == [2]
    assert [m.id for m in find(ready, states=iter([MatchState.NEW, MatchState.ACCEPTED]))] == [1, 2]
    assert [m.id for m in find(ready, call_id=2)] == [2]
    assert find(ready, states=[]) == []


def test_a_match_that_is_not_there_is_named(ready: Engine):
    with pytest.raises(UnknownMatch, match="nummer 99"):
        decide(ready, 99, ACCEPT)
    with reading(ready) as conn:
        assert matches.get(conn, "t", 99) is None


def test_another_municipality_cannot_decide_of_a_match(ready: Engine):
    propose(ready, a_match())
    with pytest.raises(UnknownMatch), writing(ready) as conn:
        matches.decide(conn, "other", 1, ACCEPT)
