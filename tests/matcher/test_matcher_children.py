"""The mark of children and young people: the call must speak of them."""

from dataclasses import replace

import pytest

from builders import NOW, a_call, a_need, a_profile, a_unit
from calls.model import CallSection
from calls.vocabulary import SectionKind
from matcher.children import OFTEN, marked, mentions
from matcher.score import KEEP_PER_NEED, match

GROWN_UP = {"children_and_youth": False, "priority_area": "klimat", "title_en": "", "text_en": ""}
HARBOUR = a_need(title="Hamnen", text="Hamnen ska drivas med el.", **GROWN_UP)


def a_text(text: str, **facts):
    return a_call(
        **({"title": "A call", "sections": (CallSection(kind=SectionKind.SCOPE, text=text),)} | facts)
    )


@pytest.mark.parametrize(
    "text",
    [
        "Children first",
        "young people",
        "för elever i grundskolan",
        "Ungdomars hälsa",
        "schools",
        "pre-school",
    ],
)
def test_a_word_of_the_list_counts(text):
    assert mentions(text) == (2 if "elever" in text else 1)


@pytest.mark.parametrize(
    "text",
    [
        "childish", "Fairchild", "summer school for young researchers", "youthful", "folkhögskola",
        "sustainable tourism", "unga företag", "doctoral schools", "barnmorskor", "",
    ],
)  # fmt: skip
def test_parts_of_words_and_other_senses_do_not_count(text):
    assert mentions(text) == 0


def test_a_tourism_call_proposed_to_a_school_need_is_not_marked():
    assert not marked(a_text("Sustainable tourism in coastal towns."), a_need(), a_profile())


def test_a_call_that_mentions_children_once_is_marked_for_a_school_need_only():
    call = a_text("Residents, among them children, take part.")
    assert marked(call, a_need(), a_profile())
    assert not marked(call, HARBOUR, a_profile())


@pytest.mark.parametrize(
    "call",
    [
        a_text("-", title="Youth participation"),
        a_text("The pupils. " * OFTEN),
        a_text("-", keywords=("children",)),
    ],
    ids=["in the title", "often", "as a keyword"],
)
def test_a_call_about_children_is_marked_whatever_the_need(call):
    assert marked(call, HARBOUR, a_profile())


def test_conditions_do_not_count():
    rules = (
        CallSection(kind=SectionKind.CONDITIONS, text="Work with children needs a safeguarding policy. " * 5),
    )
    assert not marked(a_call(title="Towns", sections=rules), a_need(), a_profile())


def test_a_need_speaks_for_itself_without_a_mark_in_the_profile():
    need = replace(HARBOUR, text="Elever som är borta från skolan ska komma tillbaka.")
    assert marked(a_text("Support for pupils."), need, a_profile())


def test_marked_matches_are_never_cut_by_the_cap():
    profile = a_profile(units=(a_unit(needs=(a_need(),)),))
    others = [a_text("wastewater", id=number, title="Wastewater") for number in range(1, 30)]
    children = [a_text("wastewater", id=number, title="Wastewater, children") for number in range(30, 60)]
    found = match([*others, *children], profile, None, NOW, least=0.0)
    assert sum(m.children_and_youth for m in found) == 30
    assert sum(not m.children_and_youth for m in found) == KEEP_PER_NEED
