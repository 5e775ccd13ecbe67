"""A need is looked for with what its unit is there for beside it, at a low weight."""

from dataclasses import replace

from builders import a_call, a_need, a_profile, a_unit
from calls.model import CallSection
from calls.vocabulary import SectionKind
from matcher.pool import UNIT_WEIGHT, Pool, of_unit
from matcher.signals import words

QUIET = a_need(title="Ny teknik", text="Vi vill prova ny teknik i vardagen.", title_en="", text_en="")


def about(number: int, subject: str):
    sections = (CallSection(kind=SectionKind.SCOPE, text=f"New technologies for {subject}."),)
    return a_call(id=number, title=f"New technologies for {subject}", sections=sections)


def test_the_name_of_a_unit_is_asked_for_less_than_what_the_need_says():
    pool = Pool([about(1, "ports")], [QUIET], units={QUIET.unit: "Hamnbolaget"})
    own, asked = pool.concepts[0], pool.asked[0]
    assert asked[: len(own)] == own
    assert [(concept.terms[0], concept.weight) for concept in asked[len(own) :]] == [("port", UNIT_WEIGHT)]


def test_words_that_every_unit_has_and_what_the_need_says_itself_are_not_asked_for():
    assert of_unit("Kommunens förvaltning", ()) == ()
    said = Pool([], [a_need(title="Hamnbolaget", text="Hamnbolaget", title_en="", text_en="")]).concepts[0]
    assert of_unit("Hamnbolaget", said) == ()


def test_a_need_that_could_be_anybodys_is_nearest_to_its_units_calls():
    calls = [about(1, "museums"), about(2, "ports"), *(about(n, "rockets") for n in range(3, 12))]
    for name, first in (("Hamnbolaget", 1), ("Museet", 0)):
        strengths = words(Pool(calls, [QUIET], units={QUIET.unit: name}))
        assert strengths[0].argmax() == first
        assert strengths[0, first] > strengths[0, 2]


def test_the_matcher_knows_the_names_of_all_units():
    profile = a_profile(units=(replace(a_unit(), key="u", name="Hamnbolaget"),))
    assert profile.unit_names == {"u": "Hamnbolaget"}
