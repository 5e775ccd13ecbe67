"""One call out of what several publishers say."""

from datetime import timedelta

import pytest

from builders import NOW
from calls.merge import merged, united
from calls.model import CallFacts, CallSection, Deadline
from calls.vocabulary import ApplicantType, DeadlineModel, SectionKind, Status

FIRST, SECOND = Deadline(at=NOW + timedelta(days=10)), Deadline(at=NOW + timedelta(days=20))


def facts(**said) -> CallFacts:
    return CallFacts(**({"title": "Leader", "url": "https://leader.example"} | said))


def other(**said) -> CallFacts:
    return facts(**({"title": "Other", "url": "https://other.example"} | said))


def test_one_source_alone_is_told_as_it_is():
    alone = facts(
        budget=1, currency="SEK", notes=("a",), eligible_applicants=frozenset({ApplicantType.SCHOOL})
    )
    assert merged([alone]) == alone
    assert united([alone]) == alone


@pytest.mark.parametrize(
    ("field", "value", "another"),
    [
        ("budget", 100, 200),
        ("deadlines", (FIRST,), (SECOND,)),
        ("announced", Status.OPEN, Status.FORTHCOMING),
        ("keywords", ("a",), ("b",)),
        ("sections", (CallSection(kind=SectionKind.SCOPE, text="a"),), ()),
        ("programme", "CERV", "ERASMUS"),
        ("budget_shared", False, True),
        ("cofinancing_rate", 0.0, 0.8),
    ],
)
def test_the_leader_wins_and_the_others_fill_what_it_does_not_say(field, value, another):
    assert getattr(merged([facts(**{field: value}), other(**{field: another})]), field) == value
    assert getattr(merged([facts(), other(**{field: value})]), field) == value


def test_the_name_of_the_call_comes_from_the_leader_alone():
    call = merged([facts(), other(kind="8", identifier="X-1", shares_identifier=True, language="sv")])
    assert (call.kind, call.title, call.url, call.language) == ("1", "Leader", "https://leader.example", "en")
    assert call.identifier is None
    assert not call.shares_identifier


def test_open_until_further_notice_is_knowledge_that_no_other_source_fills():
    assert merged([facts(deadlines=()), other(deadlines=(FIRST,))]).deadlines == ()


def test_sums_keep_their_currency():
    call = merged([facts(), other(budget=500, currency="SEK")])
    assert (call.budget, call.currency) == (500, "SEK")


def test_sums_of_two_currencies_are_not_put_beside_each_other():
    call = merged([facts(budget=100, currency="EUR"), other(budget=1000, grant_max=500, currency="SEK")])
    assert (call.budget, call.grant_max, call.currency) == (100, None, "EUR")


def test_the_cut_offs_of_two_pages_are_one_calls_deadlines():
    call = united(
        [facts(deadlines=(SECOND,), deadline_model=DeadlineModel.SINGLE_STAGE), other(deadlines=(FIRST,))]
    )
    assert call.deadlines == (FIRST, SECOND)
    assert call.deadline_model is DeadlineModel.CUT_OFFS
    assert call.title == "Leader"


def test_stages_stay_stages_when_pages_are_united():
    call = united(
        [facts(deadlines=(FIRST,), deadline_model=DeadlineModel.TWO_STAGE), other(deadlines=(SECOND,))]
    )
    assert call.deadline_model is DeadlineModel.TWO_STAGE


def test_the_same_deadline_on_two_pages_is_one():
    call = united([facts(deadlines=(FIRST,)), other(deadlines=(FIRST,))])
    assert call.deadlines == (FIRST,)
    assert call.deadline_model is None


def test_a_known_hour_stands_for_the_day_alone():
    call = united([facts(deadlines=(Deadline.on(FIRST.day),)), other(deadlines=(FIRST,))])
    assert call.deadlines == (FIRST,)


def test_pages_that_state_no_deadline_leave_it_unsaid():
    assert united([facts(), other()]).deadlines is None
    assert united([facts(), other(deadlines=())]).deadlines == ()
