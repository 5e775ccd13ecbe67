"""What is news about a call, and what is not."""

from datetime import date, timedelta

import pytest

from builders import NOW, a_call
from calls.changes import Change, differences
from calls.model import CallSection, Deadline
from calls.vocabulary import ApplicantType, SectionKind, Status

DEADLINE = Deadline(at=NOW + timedelta(days=30))


def scope(text: str) -> dict:
    return {"sections": (CallSection(kind=SectionKind.SCOPE, text=text),)}


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ({"title": "A"}, {"title": "B"}, "title"),
        ({}, {"opening_date": date(2026, 9, 1)}, "opening_date"),
        ({"deadlines": (DEADLINE,)}, {"deadlines": (Deadline(at=NOW + timedelta(days=31)),)}, "deadlines"),
        (
            {"deadlines": (DEADLINE,)},
            {"deadlines": (Deadline(at=DEADLINE.at + timedelta(hours=2)),)},
            "deadline_hours",
        ),
        ({"deadlines": (DEADLINE,)}, {"deadlines": ()}, "deadlines"),
        ({}, {"deadlines": ()}, "deadlines"),
        ({}, {"announced": Status.OPEN}, "announced"),
        ({"budget": 1}, {"budget": 2}, "budget"),
        ({}, {"grant_min": 1}, "grant_min"),
        ({}, {"grant_max": 1}, "grant_max"),
        ({"cofinancing_rate": 0.8}, {"cofinancing_rate": 0.9}, "cofinancing_rate"),
        ({}, {"eligible_applicants": frozenset({ApplicantType.SCHOOL})}, "eligible_applicants"),
        (
            {"eligible_countries": frozenset()},
            {"eligible_countries": frozenset({"SE"})},
            "eligible_countries",
        ),
        (scope("Städer"), scope("Landsbygd"), "sections"),
    ],
)
def test_what_matters_to_people_is_a_change(old, new, field):
    assert [change.field for change in differences(a_call(**old), a_call(**new))] == [field]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param({"title": "A  B"}, {"title": "A B "}, id="white space of the title"),
        pytest.param(scope("a b"), scope("a\n\nb"), id="white space of a section"),
        pytest.param(
            {"deadlines": (DEADLINE,)},
            {"deadlines": (Deadline(at=DEADLINE.at + timedelta(seconds=59)),)},
            id="clock seconds",
        ),
        pytest.param(
            {"deadlines": (Deadline.on(DEADLINE.day),)},
            {"deadlines": (DEADLINE,)},
            id="an hour told for the first time",
        ),
        pytest.param({"url": "https://a.example"}, {"url": "https://b.example"}, id="address"),
        pytest.param({"keywords": ("a",)}, {"keywords": ("b",)}, id="keywords"),
        pytest.param(
            {"eligible_countries": frozenset({"SE", "FI", "DK"})},
            {"eligible_countries": frozenset({"DK", "SE", "FI"})},
            id="order of countries",
        ),
    ],
)
def test_what_does_not_matter_is_no_change_D3(old, new):
    assert differences(a_call(**old), a_call(**new)) == ()


def test_a_change_tells_the_old_value_and_the_new():
    before = a_call(deadlines=(Deadline.on(date(2026, 9, 1)),))
    after = a_call(deadlines=(Deadline.on(date(2026, 9, 8)),))
    assert differences(before, after) == (Change(field="deadlines", old=["2026-09-01"], new=["2026-09-08"]),)
