"""Asking units, referring to the group, corrected marks, choices, and decisions made together."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from builders import NOW, a_match, a_scraped_call
from matcher.model import BY_HAND, SYSTEM, Decision, MatchState, RejectReason, Verdict
from matcher.review import ReviewRule
from profiles.rights import PublishRule
from storage import answers_given, assignments, bulk, calls, choices, learning, marks, matches, referrals
from storage.answers_given import Answer, AnswerKind
from storage.database import reading, writing

HOUR = timedelta(hours=1)
ACCEPT = Decision(verdict=Verdict.ACCEPT, by="samordnare", at=NOW)
REFER = replace(ACCEPT, verdict=Verdict.REFER)


@pytest.fixture
def ready(engine: Engine) -> Engine:
    """Calls 1 and 2, each proposed to the schools, call 1 to culture too: matches 1 to 3."""
    harvest = [a_scraped_call(reference=str(n), identifier=f"X-{n}") for n in (1, 2)]
    with writing(engine) as conn:
        calls.save_harvest(conn, "t", "eu-portal", harvest, {"eu-portal": 0}, NOW)
        matches.propose(conn, "t", PROPOSED, 1, NOW)
    return engine


PROPOSED = (a_match(), a_match(unit="kultur", need="scen"), a_match(call_id=2))


def an_answer(at, **facts) -> Answer:
    given = {"person": "kontakt-skola", "unit": "skola", "call_id": 1, "call_version": 1}
    return Answer(**(given | {"kind": AnswerKind.NO, "at": at} | facts))


def states(conn) -> list[MatchState]:
    return [one.state for one in sorted(matches.find(conn, "t"), key=lambda one: one.id)]


def test_an_assignment_waits_until_the_unit_answers_and_opens_again_when_the_answer_is_undone(ready: Engine):
    with writing(ready) as conn:
        answers_given.give(conn, "t", an_answer(NOW - HOUR))
        asked = assignments.ask(conn, "t", call_id=1, unit="skola", by="samordnare", now=NOW, note="Kan ni?")
        assert [one.id for one in assignments.open_assignments(conn, "t")] == [asked.id], (
            "what was said before the question is no answer to it"
        )
        given = answers_given.give(conn, "t", an_answer(NOW + HOUR, kind=AnswerKind.MAYBE))
        assert assignments.open_assignments(conn, "t", unit="skola") == []
        (known,) = assignments.of_call(conn, "t", 1)
        assert (known.answered.answer.kind, known.note) == (AnswerKind.MAYBE, "Kan ni?")
        answers_given.undo(conn, "t", "kontakt-skola", "skola", 1, given.id, NOW + 2 * HOUR)
        assert len(assignments.open_assignments(conn, "t")) == 1


def test_a_unit_is_asked_once_about_a_call_until_it_is_taken_back(ready: Engine):
    with writing(ready) as conn:
        first = assignments.ask(conn, "t", call_id=1, unit="skola", by="a", now=NOW)
        again = assignments.ask(conn, "t", call_id=1, unit="skola", by="b", now=NOW + HOUR)
        other = assignments.ask(conn, "t", call_id=1, unit="kultur", by="b", now=NOW, from_unit="skola")
        assert (again.id, again.asked_by) == (first.id, "a")
        assert [one.unit for one in assignments.open_assignments(conn, "t")] == ["skola", "kultur"]
        assert assignments.withdraw(conn, "t", first.id, "b", NOW + HOUR)
        assert not assignments.withdraw(conn, "t", first.id, "b", NOW + HOUR)
        assert not assignments.withdraw(conn, "another", other.id, "b", NOW + HOUR)
        assert assignments.get(conn, "t", other.id).from_unit == "skola"
        assert [one.id for one in assignments.open_assignments(conn, "t")] == [other.id]


def test_a_referral_closes_when_the_last_of_its_matches_is_decided(ready: Engine):
    with writing(ready) as conn:
        referrals.refer(
            conn, "t", call_id=1, units=("skola", "kultur"), by="samordnare", now=NOW, note="Tyck!"
        )
        for number in (1, 2):
            matches.decide(conn, "t", number, REFER)
        matches.decide(conn, "t", 1, ACCEPT)
        assert referrals.close_settled(conn, "t", [1], "samordnare", NOW) == 0
        assert [one.note for one in referrals.open_referrals(conn, "t")] == ["Tyck!"]
        matches.decide(conn, "t", 2, ACCEPT)
        assert referrals.close_settled(conn, "t", [1], "samordnare", NOW + HOUR) == 1
        assert referrals.open_referrals(conn, "t") == []
        (closed,) = referrals.of_call(conn, "t", 1)
        assert (closed.closed_by, closed.closed_at, closed.units) == (
            "samordnare",
            NOW + HOUR,
            ("kultur", "skola"),
        )


def test_a_referral_is_open_again_when_one_of_its_matches_is_with_the_group_again(ready: Engine):
    with writing(ready) as conn:
        about = {"call_id": 1, "units": ("skola", "kultur"), "by": "samordnare"}
        for hours, note in ((0, "Förra frågan"), (2, "Tyck!")):
            at = NOW + hours * HOUR
            referrals.refer(conn, "t", **about, now=at, note=note)
            for number in (1, 2):
                matches.decide(conn, "t", number, ACCEPT)
            referrals.close_settled(conn, "t", [1], "samordnare", at + HOUR)
        assert referrals.reopen(conn, "t", [1]) == 0, "nothing is with the group"
        matches.decide(conn, "t", 1, REFER)
        assert referrals.reopen(conn, "another", [1]) == 0
        assert referrals.reopen(conn, "t", [1]) == 1
        assert referrals.reopen(conn, "t", [1]) == 0, "it is open already"
        (again,) = referrals.open_referrals(conn, "t")
        assert (again.note, again.closed_by, again.closed_at) == ("Tyck!", None, None)


def test_what_the_group_has_stays_in_view_when_it_is_no_longer_proposed(ready: Engine):
    with writing(ready) as conn:
        matches.decide(conn, "t", 1, REFER)
        matches.propose(conn, "t", (), 1, NOW + HOUR)
        assert states(conn) == [MatchState.REFERRED]


def test_a_corrected_mark_holds_for_old_matches_and_for_every_new_one(ready: Engine):
    def marked(conn) -> list[bool]:
        return [
            one.match.children_and_youth for one in sorted(matches.find(conn, "t"), key=lambda one: one.id)
        ]

    with writing(ready) as conn:
        before = matches.overview(conn, "t")
        marks.correct_children(conn, "t", 1, True, "samordnare", NOW)
        marks.correct_children(conn, "t", 1, False, "samordnare", NOW, unit="kultur")
        assert marked(conn) == [True, False, False]
        assert matches.overview(conn, "t", before).touched == {1}
        again = [replace(one, children_and_youth=True) for one in PROPOSED]
        matches.propose(conn, "t", (*again, a_match(need="annat")), 2, NOW + HOUR)
        assert marked(conn) == [True, False, True, True]
        marks.correct_children(conn, "t", 1, True, "samordnare", NOW + HOUR)
        assert marked(conn) == [True, True, True, True], "a word about the call stands over older ones"
        assert marks.corrected_children(conn, "another") == {}


def test_choices_are_kept_apart_by_tenant_unit_person_and_name(ready: Engine):
    with writing(ready) as conn:
        choices.choose_rule(conn, "t", "skola", ReviewRule.NOTHING, "a", NOW)
        choices.choose_rule(conn, "t", "skola", ReviewRule.EVERYTHING, "a", NOW)
        choices.choose_rule(conn, "t", "kultur", PublishRule.OWN, "a", NOW)
        choices.choose_for_person(conn, "t", "a", "keys", {"on": True}, NOW)
        choices.choose_for_person(conn, "t", "a", "keys", {"on": False}, NOW)
    with reading(ready) as conn:
        assert choices.rules(conn, "t", ReviewRule) == {"skola": ReviewRule.EVERYTHING}
        assert choices.rules(conn, "t", PublishRule) == {"kultur": PublishRule.OWN}
        assert choices.rules(conn, "another", ReviewRule) == {}
        assert choices.of_person(conn, "t", "a", "keys") == {"on": False}
        assert choices.of_person(conn, "t", "b", "keys") is None


def test_what_was_decided_together_is_taken_back_together_but_for_what_was_decided_since(ready: Engine):
    with writing(ready) as conn:
        reject = replace(ACCEPT, verdict=Verdict.REJECT, reason=RejectReason.NO_STAFF, note="Ingen")
        matches.decide(conn, "t", 1, reject)
        known = sorted(matches.find(conn, "t"), key=lambda one: one.id)
        decided = replace(ACCEPT, at=NOW + HOUR)
        number = bulk.decide(conn, "t", known, decided)
        assert states(conn) == [MatchState.ACCEPTED] * 3
        matches.decide(conn, "t", 3, replace(reject, by="andra", at=NOW + 2 * HOUR))
        done = bulk.take_back(conn, "t", bulk.get(conn, "t", number), "samordnare", NOW + 3 * HOUR)
        assert ([one.id for one in done.matches], [one.id for one in done.left]) == ([1, 2], [3])
        assert states(conn) == [MatchState.REJECTED, MatchState.NEW, MatchState.REJECTED]
        assert matches.history(conn, "t", 1)[-1].note == "Ingen"
        assert bulk.get(conn, "t", number).undone_at == NOW + 3 * HOUR
        assert bulk.get(conn, "another", number) is None


def test_a_match_made_by_hand_is_shown_and_stays_but_teaches_nothing(ready: Engine):
    made = a_match(unit="vatten", need="ledningar", model=BY_HAND)
    with writing(ready) as conn:
        number = matches.put(conn, "t", made, 1, NOW)
        matches.decide(conn, "t", number, ACCEPT)
        assert matches.put(conn, "t", made, 1, NOW) == number
        matches.propose(conn, "t", PROPOSED, 1, NOW + HOUR)
        assert matches.get(conn, "t", number).state is MatchState.ACCEPTED
        assert [one.id for one in matches.find(conn, "t", states=[MatchState.ACCEPTED])] == [number]
        assert learning.answers(conn, "t") == {}


def test_what_a_rule_let_through_teaches_nothing(ready: Engine):
    with writing(ready) as conn:
        matches.decide(conn, "t", 1, replace(ACCEPT, by=SYSTEM))
        assert learning.answers(conn, "t") == {}
        matches.decide(conn, "t", 1, ACCEPT)
        assert list(learning.answers(conn, "t")) == ["skola/utbyten"]


def test_a_duplicate_names_what_it_is_a_duplicate_of(ready: Engine):
    said = replace(ACCEPT, verdict=Verdict.REJECT, reason=RejectReason.DUPLICATE, duplicate_of=2)
    with writing(ready) as conn:
        assert matches.decide(conn, "t", 1, said).decision.duplicate_of == 2
        assert matches.history(conn, "t", 1) == [said]
