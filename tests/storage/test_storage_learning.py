"""What the matcher may learn from: the last answer, since the last reset."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from builders import NOW, a_match, a_scraped_call
from matcher.model import Decision, RejectReason, Verdict
from storage import answers_given, calls, learning, matches
from storage.answers_given import Answer, AnswerKind
from storage.database import reading, writing

HOUR = timedelta(hours=1)


@pytest.fixture
def ready(engine: Engine) -> Engine:
    """A queue with calls 1 and 2 for one need, and call 1 for another unit's."""
    harvest = [a_scraped_call(reference=str(n), identifier=f"X-{n}") for n in (1, 2)]
    proposed = [
        a_match(call_id=1, score=0.7),
        a_match(call_id=2),
        a_match(call_id=1, unit="bolag", need="el"),
    ]
    with writing(engine) as conn:
        calls.save_harvest(conn, "t", "eu-portal", harvest, {"eu-portal": 0}, NOW)
        matches.propose(conn, "t", proposed, 1, NOW)
    return engine


def decide(engine: Engine, number: int, verdict: Verdict, reason=None, at=NOW) -> None:
    with writing(engine) as conn:
        matches.decide(conn, "t", number, Decision(verdict=verdict, by="s", at=at, reason=reason))


def answer(engine: Engine, kind: AnswerKind, reason=None, at=NOW + HOUR, unit="skola", call=1):
    given = Answer(person="k", unit=unit, call_id=call, call_version=1, kind=kind, reason=reason, at=at)
    with writing(engine) as conn:
        return answers_given.give(conn, "t", given)


def learned(engine: Engine, need="skola/utbyten", tenant="t"):
    with reading(engine) as conn:
        found = learning.answers(conn, tenant).get(need, [])
    return [(one.call.id, one.verdict, one.reason) for one in found]


def test_the_latest_decision_of_each_match_counts_with_the_score_it_was_made_at(ready):
    decide(ready, 1, Verdict.REJECT, RejectReason.NOT_OUR_NEED)
    decide(ready, 1, Verdict.ACCEPT, at=NOW + HOUR)
    decide(ready, 2, Verdict.REJECT, RejectReason.NO_STAFF)
    assert learned(ready) == [(2, Verdict.REJECT, RejectReason.NO_STAFF), (1, Verdict.ACCEPT, None)]
    with reading(ready) as conn:
        assert learning.answers(conn, "t")["skola/utbyten"][1].score == 0.7
    assert learned(ready, "bolag/el") == []
    assert learned(ready, tenant="other") == []


def test_a_reset_forgets_what_came_before_it_for_that_need_only(ready):
    decide(ready, 1, Verdict.ACCEPT)
    decide(ready, 3, Verdict.ACCEPT)
    with writing(ready) as conn:
        learning.reset(conn, "t", "skola", "utbyten", "samordnare", NOW + HOUR)
    decide(ready, 2, Verdict.ACCEPT, at=NOW + 2 * HOUR)
    assert learned(ready) == [(2, Verdict.ACCEPT, None)]
    assert learned(ready, "bolag/el") == [(1, Verdict.ACCEPT, None)]
    with reading(ready) as conn:
        assert matches.history(conn, "t", 1)


def test_a_contact_persons_newer_answer_counts_instead_of_the_decision(ready):
    decide(ready, 1, Verdict.ACCEPT)
    answer(ready, AnswerKind.NO, RejectReason.NOT_OUR_NEED)
    assert learned(ready) == [(1, Verdict.REJECT, RejectReason.NOT_OUR_NEED)]
    answer(ready, AnswerKind.INTERESTED, at=NOW + 2 * HOUR)
    assert learned(ready) == [(1, Verdict.ACCEPT, None)]


def test_a_decision_after_the_contact_persons_answer_counts(ready):
    decide(ready, 1, Verdict.ACCEPT)
    answer(ready, AnswerKind.INTERESTED)
    decide(ready, 1, Verdict.REJECT, RejectReason.NOT_OUR_NEED, at=NOW + 2 * HOUR)
    assert learned(ready) == [(1, Verdict.REJECT, RejectReason.NOT_OUR_NEED)]


@pytest.mark.parametrize("kind", [AnswerKind.MAYBE, AnswerKind.FORWARD])
def test_maybe_and_sent_on_leave_the_decision_standing(ready, kind):
    decide(ready, 1, Verdict.ACCEPT)
    answer(ready, kind)
    assert learned(ready) == [(1, Verdict.ACCEPT, None)]


def test_an_answer_about_what_was_never_told_teaches_nothing(ready):
    answer(ready, AnswerKind.NO, RejectReason.NOT_OUR_NEED)
    assert learned(ready) == []


def test_an_answer_that_was_undone_teaches_nothing(ready):
    decide(ready, 1, Verdict.ACCEPT)
    given = answer(ready, AnswerKind.NO, RejectReason.NOT_OUR_NEED)
    with writing(ready) as conn:
        assert answers_given.undo(conn, "t", "k", "skola", 1, given.id, NOW + 2 * HOUR)
    assert learned(ready) == [(1, Verdict.ACCEPT, None)]


def test_a_need_learns_from_all_but_the_answers_it_is_told_not_to_and_from_none_while_paused(ready):
    def stop(call_id, *, stopped=True):
        with writing(ready) as conn:
            learning.stop(conn, "t", "skola", "utbyten", call_id, "samordnare", NOW, stopped=stopped)

    def taught():
        return [call for call, *_ in learned(ready)]

    decide(ready, 1, Verdict.ACCEPT)
    decide(ready, 2, Verdict.ACCEPT, at=NOW + HOUR)
    stop(1)
    assert taught() == [2]
    stop(None)
    assert taught() == []
    stop(None, stopped=False)
    stop(1, stopped=False)
    assert taught() == [1, 2]
