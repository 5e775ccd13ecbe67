"""The rules behind the pages, without pages."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_call, a_match
from calls.model import Deadline
from matcher.model import Band, Decision, MatchState, RejectReason, StoredMatch, Verdict
from matcher.review import back_to_queue, is_back_to_queue, is_waiting, restored
from web import queue
from web.decisions import saw_another_call, stamp
from web.selection import Order, Selection, Tab, selection
from web.visit import own_path, text_of


def stored(number: int = 1, state: MatchState = MatchState.NEW, decision=None, **facts) -> StoredMatch:
    return StoredMatch(id=number, match=a_match(**facts), state=state, created_at=NOW, decision=decision)


def decided(verdict: Verdict = Verdict.ACCEPT, **facts) -> Decision:
    return Decision(**({"verdict": verdict, "by": "samordnare", "at": NOW} | facts))


def rows(*matches: StoredMatch, now=NOW, **facts):
    ids = {match.match.call_id for match in matches}
    return queue.rows_of([a_call(id=call_id, **facts) for call_id in sorted(ids)], matches, now)


def test_undoing_the_first_decision_puts_the_match_back_at_once():
    again = restored(MatchState.NEW, [decided()], "anna", NOW)
    assert is_back_to_queue(again)
    assert is_waiting(stored(state=MatchState.LATER, decision=again), NOW)


def test_undoing_a_change_of_mind_repeats_what_was_decided_before():
    history = [decided(Verdict.REJECT, reason=RejectReason.NO_STAFF, note="x"), decided()]
    again = restored(MatchState.REJECTED, history, "anna", NOW + timedelta(hours=1))
    assert (again.verdict, again.reason, again.note, again.by) == (
        Verdict.REJECT,
        RejectReason.NO_STAFF,
        "x",
        "anna",
    )


def test_undoing_after_a_reopened_match_goes_to_the_queue_not_to_the_old_yes():
    assert is_back_to_queue(restored(MatchState.NEW, [decided(), decided()], "anna", NOW))


def test_something_postponed_waits_when_its_moment_has_come():
    later = decided(Verdict.LATER, until=NOW + timedelta(days=7))
    match = stored(state=MatchState.LATER, decision=later)
    assert not is_waiting(match, NOW + timedelta(days=6))
    assert is_waiting(match, NOW + timedelta(days=7))


def test_a_stamp_changes_with_the_call_and_with_every_decision():
    match, call = stored(), a_call()
    seen = {
        stamp(match, call),
        stamp(match, a_call(version=2)),
        stamp(stored(state=MatchState.ACCEPTED, decision=decided()), call),
        stamp(stored(state=MatchState.ACCEPTED, decision=decided(by="anna")), call),
        stamp(stored(state=MatchState.LATER, decision=back_to_queue("anna", NOW)), call),
    }
    assert len(seen) == 5
    assert saw_another_call(stamp(match, call), match, a_call(version=2))
    assert not saw_another_call(stamp(match, call), stored(decision=decided()), call)


def test_tabs_follow_from_states_days_and_units():
    near, far = NOW + timedelta(days=14), NOW + timedelta(days=15)
    matches = [
        stored(1, call_id=1),
        stored(2, call_id=1, unit="kultur"),
        stored(3, call_id=2, state=MatchState.REJECTED),
    ]
    first, second = rows(*matches)
    assert [tab for tab in Tab if first.is_in(tab)] == [Tab.REVIEW, Tab.SEVERAL]
    assert [tab for tab in Tab if second.is_in(tab)] == [Tab.REJECTED]
    for at, is_urgent in ((near, True), (far, False)):
        (row,) = rows(stored(), deadlines=(Deadline(at=at),))
        assert row.is_in(Tab.URGENT) is is_urgent


def test_a_closed_call_waits_for_nobody():
    (row,) = rows(stored(), deadlines=(Deadline(at=NOW - timedelta(days=1)),))
    assert not row.is_in(Tab.REVIEW)


def test_a_filter_looks_at_the_units_that_the_tab_is_about():
    matches = [
        stored(1, unit="skola", band=Band.STRONG, state=MatchState.ACCEPTED),
        stored(2, unit="kultur", band=Band.LIKELY),
    ]
    found = rows(*matches)
    assert queue.visible(found, Selection(band=Band.LIKELY))
    assert not queue.visible(found, Selection(band=Band.STRONG))
    assert not queue.visible(found, Selection(unit="skola"))
    assert queue.visible(found, Selection(tab=Tab.ACCEPTED, unit="skola"))


def test_the_most_urgent_comes_first_and_what_has_no_deadline_last():
    dated = {1: None, 2: (Deadline(at=NOW + timedelta(days=9)),), 3: (Deadline(at=NOW + timedelta(days=2)),)}
    calls = [a_call(id=number, deadlines=deadlines) for number, deadlines in dated.items()]
    found = queue.rows_of(calls, [stored(n, call_id=n, score=n / 10) for n in dated], NOW)
    assert [row.call.id for row in queue.visible(found, Selection())] == [3, 2, 1]
    assert [row.call.id for row in queue.visible(found, Selection(order=Order.STRONGEST))] == [3, 2, 1]


@given(
    st.dictionaries(
        st.sampled_from(["flik", "enhet", "program", "styrka", "sok", "ordning", "sida"]), st.text()
    )
)
def test_any_address_is_understood_and_can_be_written_again(asked):
    chosen = selection(asked, ["skola"], ["CERV"])
    assert chosen.page >= 1
    assert chosen.address().startswith("/")
    assert own_path(chosen.address()) in (chosen.address(), "/")


@given(st.text(), st.sampled_from(["", "/", "//", "/\\", "https:", "\x00/"]))
def test_whatever_is_asked_for_one_stays_on_our_own_pages(text, start):
    path = own_path(start + text)
    assert path.startswith("/")
    assert not path.startswith("//")
    assert "\\" not in path


@given(st.text())
def test_typed_text_has_no_control_characters(text):
    kept = text_of(text)
    assert len(kept) <= 2000
    assert not any(ord(char) < 32 and char != "\n" and char != "\t" for char in kept)


@pytest.mark.parametrize(("found", "pages"), [(0, 1), (25, 1), (26, 2), (60, 3)])
def test_the_last_page(found, pages):
    assert queue.last_page(found) == pages
