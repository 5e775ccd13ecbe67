"""The guards of the profile editor: each warns when it should, and keeps silent otherwise."""

from dataclasses import replace
from datetime import date

import pytest

from builders import NOW, a_call, a_need, a_person, a_profile, a_unit
from calls.model import CallSection
from calls.vocabulary import SectionKind
from matcher.model import Answer, Check
from pipeline import guards
from pipeline.comparing import Comparison
from profiles.model import Applicant, Goal, LegalForm
from texts import Message

TODAY = NOW.date()
GOOD = a_need(
    text="Fler elever i grundskolan ska få möta jämnåriga i andra länder genom brev, besök och digitala möten.",
    applicants=(Applicant.MUNICIPALITY,),
)

PLATITUDE = "Vi vill utveckla verksamheten och stärka samverkan i hållbara projekt för kommunens framtid."


def warned(need, profile=None) -> set[str]:
    profile = profile or a_profile(units=(a_unit(needs=(need,)),))
    return {warn.guard for warn in guards.of_need(profile, need, TODAY)}


@pytest.mark.parametrize(
    ("facts", "guard"),
    [
        ({"text": "Elever i grundskolan ska möta andra."}, "short"),
        ({"title": "Utveckling", "text": PLATITUDE}, "generic"),
        ({"text": "Elever möter jämnåriga i andra länder. " * 40}, "long"),
        ({"ends": date(2026, 8, 21)}, "over"),
        ({"applicants": ()}, "no-applicant"),
        ({"applicants": (Applicant.SCHOOL,)}, "narrow"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_need_is_warned_of_and_a_good_one_is_not(facts, guard):
    assert guard in warned(replace(GOOD, **facts))
    assert guard not in warned(GOOD)


def test_a_company_that_applies_as_a_municipality_is_told_it_is_too_narrow():
    company = a_unit(legal_form=LegalForm.MUNICIPAL_COMPANY, needs=(GOOD,))
    assert "narrow" in warned(GOOD, a_profile(units=(company,)))


def test_the_same_need_in_another_unit_is_named_to_be_shared():
    other = replace(GOOD, unit="kultur", key="samma", text=GOOD.text.replace("brev", "post"))
    profile = a_profile(units=(a_unit(needs=(GOOD,)), a_unit(key="kultur", needs=(other,))))
    (twin,) = [warn for warn in guards.of_need(profile, GOOD, TODAY) if warn.guard == "twin"]
    assert twin.twin == other
    unlike = replace(
        other, text="Hamnen behöver nya kajer, elbåtar och en plats där fiskare kan sälja sin fångst."
    )
    assert "twin" not in warned(
        GOOD, replace(profile, units=(profile.units[0], a_unit(key="kultur", needs=(unlike,))))
    )


def found(weekly=1.0, kept_out=()) -> Comparison:
    return Comparison(rows=(), kept_out=tuple(kept_out), weekly=weekly, weekly_before=None, searched=1)


def by_matching(comparison, **facts) -> set[str]:
    profile = a_profile(units=(a_unit(needs=(GOOD,)),))
    return {warn.guard for warn in guards.of_matching(GOOD, comparison, profile, **facts)}


def test_more_than_ten_a_week_is_too_many():
    assert by_matching(found(10.5)) == {"many"}
    assert by_matching(found(10.0)) == set()


def test_nothing_for_ninety_days_is_told():
    assert by_matching(found(), is_quiet=True) == {"quiet"}


@pytest.mark.parametrize(
    ("gate", "text", "is_told"),
    [("never", "Children and pupils", True), ("never", "Harbours", False), ("who", "Children", False)],
)
def test_never_words_that_hide_calls_for_children_are_told(gate, text, is_told):
    call = a_call(title=text, sections=(CallSection(kind=SectionKind.SCOPE, text=text),))
    check = Check(gate=gate, answer=Answer.NO, reason=Message(text="-"))
    assert ("hides-children" in by_matching(found(kept_out=[(call, check)]))) is is_told


def test_a_unit_without_contact_person_goals_or_needs_is_told():
    bare = a_unit(needs=())
    profile = a_profile(units=(bare,), people=())
    assert {warn.guard for warn in guards.of_unit(profile, bare, TODAY)} == {
        "no-contact",
        "no-goals",
        "no-needs",
    }
    whole = a_unit(goals=(Goal(key="mal", text="Alla når målen."),))
    profile = a_profile(units=(whole,), people=(a_person(),))
    assert guards.of_unit(profile, whole, TODAY) == []
