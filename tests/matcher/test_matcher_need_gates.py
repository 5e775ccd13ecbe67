"""What a need demands of a call: for, against, and the call does not say."""

from datetime import date, datetime, timedelta

import pytest

from builders import NOW, a_call, a_need, a_profile, a_unit
from calls.model import BRUSSELS, CallSection, Deadline
from calls.vocabulary import ApplicantType, SectionKind
from matcher.model import Answer
from matcher.need_gates import months_after, need_checks
from matcher.score import match
from matcher.terms import found_in, wordings
from matcher.volume import limits, per_week
from profiles.model import Applicant, Priority, Volume

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN

BY_A_SCHOOL = {"applicants": (Applicant.SCHOOL,)}


def a_call_about(text: str, **facts):
    return a_call(sections=(CallSection(kind=SectionKind.SCOPE, text=text),), **facts)


def closes(day: date) -> tuple[Deadline, ...]:
    return (Deadline(at=datetime(day.year, day.month, day.day, 17, tzinfo=BRUSSELS)),)


def answer(call, gate: str, **demands):
    found = {check.gate: check for check in need_checks(call, a_need(**demands), NOW)}
    return found[gate].answer if gate in found else None


@pytest.mark.parametrize(
    ("text", "term", "is_there"),
    [
        ("Preschools and their staff", "förskola", True),
        ("Barn i förskolorna", "förskola", True),
        ("Universities in every region", "university", True),
        ("The universal service", "university", False),
        ("early childhood education and care", "early-childhood education", True),
        ("NATO members", "nato", True),
        ("An explanatory note", "nato", False),
        ("nuclear power plants", "kärnkraft", True),
        ("harbours", "vänort/hamn", True),
        ("(a+b)* [x]", "(a+", False),
    ],
)
def test_a_term_is_found_as_written_in_its_endings_and_in_english(text, term, is_there):
    assert (found_in(a_call_about(text), term) is not None) is is_there


def test_conditions_are_not_searched_since_they_name_what_is_left_out():
    call = a_call(sections=(CallSection(kind=SectionKind.CONDITIONS, text="Not for nuclear power."),))
    assert found_in(call, "kärnkraft") is None


def test_what_was_found_is_quoted_with_whole_words_around():
    text = "word " * 60 + "nuclear power " + "more " * 60
    quote = found_in(a_call_about(text), "kärnkraft")
    assert quote.startswith("… word")
    assert quote.endswith("more …")
    assert "nuclear power" in quote


def test_alternatives_are_parted_by_a_slash():
    assert wordings("kärnkraft / reactor") == ("kärnkraft", "nuclear power", "reactor")
    assert wordings("/ - ") == ()


@pytest.mark.parametrize(
    ("facts", "gate", "demands", "expected"),
    [
        ({}, "never", {}, None),
        ({}, "never", {"never": ("kärnkraft",)}, YES),
        ({"title": "Nuclear power"}, "never", {"never": ("hamn", "kärnkraft")}, NO),
        ({}, "must", {}, None),
        ({"title": "Nuclear power"}, "must", {"must": ("kärnkraft",)}, YES),
        ({"title": "Nuclear power"}, "must", {"must": ("kärnkraft", "hamn")}, NO),
        ({}, "applicants", {}, None),
        ({}, "applicants", BY_A_SCHOOL, UNKNOWN),
        ({"eligible_applicants": frozenset({ApplicantType.SCHOOL})}, "applicants", BY_A_SCHOOL, YES),
        ({"eligible_applicants": frozenset({ApplicantType.OTHER})}, "applicants", BY_A_SCHOOL, UNKNOWN),
        ({"eligible_applicants": frozenset({ApplicantType.MUNICIPALITY})}, "applicants", BY_A_SCHOOL, NO),
        ({}, "share", {"own_share_max_percent": 20}, None),
        ({"cofinancing_rate": 0.8}, "share", {"own_share_max_percent": 20}, YES),
        ({"cofinancing_rate": 0.6}, "share", {"own_share_max_percent": 20}, NO),
        ({"cofinancing_rate": 0.6}, "share", {}, None),
        ({}, "size", {"size_max": 100}, None),
        ({"grant_min": 50, "grant_max": 200}, "size", {"size_min": 100, "size_max": 100}, YES),
        ({"grant_min": 150}, "size", {"size_max": 100}, NO),
        ({"grant_max": 50}, "size", {"size_min": 100}, NO),
        ({}, "period", {}, None),
        ({}, "period", {"ends": date(2026, 8, 21)}, NO),
        ({}, "period", {"ends": date(2026, 8, 22)}, YES),
        ({"deadlines": closes(date(2026, 12, 2))}, "period", {"ends": date(2026, 12, 1)}, NO),
        ({"deadlines": closes(date(2026, 12, 1))}, "period", {"ends": date(2026, 12, 1)}, YES),
        ({"deadlines": closes(date(2026, 12, 1))}, "period", {"begins": date(2028, 6, 2)}, NO),
        ({"deadlines": closes(date(2026, 12, 1))}, "period", {"begins": date(2028, 6, 1)}, YES),
        ({"deadlines": None}, "period", {"begins": date(2030, 1, 1)}, YES),
    ],
)  # fmt: skip
def test_each_gate_for_against_and_silent(facts, gate, demands, expected):
    assert answer(a_call(**facts), gate, **demands) is expected


def test_without_a_clock_the_period_is_not_asked():
    assert need_checks(a_call(), a_need(ends=date(2000, 1, 1)), None) == ()


def test_months_are_counted_by_the_calendar():
    assert months_after(date(2026, 8, 31), 18) == date(2028, 2, 29)
    assert months_after(date(2026, 1, 15), 12) == date(2027, 1, 15)


def matched(need, calls):
    profile = a_profile(units=(a_unit(needs=(need,)),))
    return [one.call_id for one in match(calls, profile, None, NOW, least=0.0)]


CALLS = [
    a_call_about(
        "Pupil exchanges between primary schools in other countries. Pupils meet peers. " + extra,
        id=number,
        title="Pupil exchanges for primary schools",
        programme="ERASMUS+",
    )
    for number, extra in enumerate(["", "With nuclear power.", "And harbours."], 1)
]


def test_never_and_must_act_in_matching():
    assert set(matched(a_need(), CALLS)) == {1, 2, 3}
    assert set(matched(a_need(never=("kärnkraft",)), CALLS)) == {1, 3}
    assert set(matched(a_need(must=("harbour",)), CALLS)) == {3}
    assert matched(a_need(ends=date(2026, 1, 1)), CALLS) == []


def test_narrow_proposes_fewer_and_broad_more():
    usual = limits(Volume.BALANCED, 0.06, 15, 0.25)
    assert (usual.least, usual.keep) == (0.06, 15)
    narrow, broad = limits(Volume.NARROW, 0.06, 15, 0.25), limits(Volume.BROAD, 0.06, 15, 0.25)
    assert (narrow.least, narrow.keep, broad.least, broad.keep) == (0.25, 5, 0.03, 30)


def test_the_choice_decides_how_many_are_proposed():
    calls = [
        a_call_about(f"Exchanges between harbour towns, round {number}.", id=number, title="Exchanges")
        for number in range(1, 41)
    ]
    counted = [
        len(matched(a_need(volume=volume), calls))
        for volume in (Volume.NARROW, Volume.BALANCED, Volume.BROAD)
    ]
    assert counted == [0, 15, 30]


def test_priority_orders_what_is_alike():
    low, usual, high = (
        match(
            CALLS[:1], a_profile(units=(a_unit(needs=(a_need(priority=priority),)),)), None, NOW, least=0.0
        )[0].score
        for priority in (Priority.LOW, Priority.NORMAL, Priority.HIGH)
    )
    assert low < usual < high


def test_calls_that_stand_long_count_for_less_a_week():
    first = NOW - timedelta(weeks=2)
    short = a_call(first_seen_at=first, deadlines=(Deadline(at=NOW + timedelta(weeks=2)),))
    long = a_call(first_seen_at=first, deadlines=(Deadline(at=NOW + timedelta(weeks=38)),))
    assert per_week([short]) == pytest.approx(1 / 4)
    assert per_week([short, long]) == pytest.approx(1 / 4 + 1 / 40)
    assert per_week([]) == 0
