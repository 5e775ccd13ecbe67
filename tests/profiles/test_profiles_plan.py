"""Needs proposed from a pasted paragraph of a plan."""

from itertools import combinations

import pytest

from builders import a_need
from profiles.intake.needs import propose_needs
from profiles.intake.reader import text_blocks
from profiles.model import PriorityArea

PLAN = """\
Nämnden ska bedriva en effektiv verksamhet av god kvalitet med medborgaren i fokus. Under 2027 ska vi ge
modersmålsstöd till fler nyanlända barn i förskolan. Det kräver att pedagogerna lär sig flerspråkiga arbetssätt.
Budgeten för året är 412 mnkr. Förvaltningen vill minska matsvinnet i skolköken, så att klimatavtrycket sjunker.
Nyanlända barn i förskolan ska få modersmålsstöd. Verksamheten följs upp i delårsrapporten.

Satsningar:
- Laddplatser för cyklar vid stationen
- Kvalitet
"""
AREAS = (
    PriorityArea(key="skola", title="Barn och skola", title_en="", description="Förskola, skola och nyanlända.",
                 description_en=""),
    PriorityArea(key="klimat", title="Klimat", title_en="", description="Cyklar, energi och mindre matsvinn.",
                 description_en=""),
)  # fmt: skip


def proposed(text=PLAN, **given):
    return propose_needs(text_blocks(text), AREAS, **given)


def test_each_particular_wish_becomes_a_need_and_generic_sentences_are_dropped():
    needs = proposed()
    assert [need.title for need in needs] == [
        "Ge modersmålsstöd till fler nyanlända barn i förskolan",
        "Minska matsvinnet i skolköken",
        "Laddplatser för cyklar vid stationen",
    ]


def test_a_sentence_that_goes_on_belongs_to_the_need_before_it():
    assert proposed()[0].text.endswith("Det kräver att pedagogerna lär sig flerspråkiga arbetssätt.")


def test_the_area_and_the_mark_of_children_are_suggested():
    assert [(need.priority_area, need.children_and_youth) for need in proposed()] == [
        ("skola", True),
        ("klimat", False),
        ("klimat", False),
    ]


def test_a_need_that_the_unit_has_is_marked():
    has = a_need(title="Matsvinn", text="Matsvinnet i skolköken ska minska så att klimatavtrycket sjunker.")
    assert [need.like for need in proposed(existing=(has,))] == [None, "Matsvinn", None]


def test_meaning_tells_twins_and_areas_that_share_no_word():
    text = "Vi vill rusta badplatsen vid sjön i Ed. Vi behöver fräscha upp strandbadet i Ed för familjer."

    def likeness(first, second):
        return [
            [0.95 if ("bad" in a.casefold()) == ("bad" in b.casefold()) else 0.7 for b in second]
            for a in first
        ]

    assert len(proposed(text)) == 2
    assert len(proposed(text, likeness=likeness)) == 1


@pytest.mark.parametrize(
    "text",
    ["", "   ", "Hej!", "12 500 000 kronor.", "Verksamheten ska utvecklas.", "Vi ska arbeta aktivt för ökad kvalitet.",
     "<b>=1+1</b>", "\x00\u202e", "🙂" * 50],
)  # fmt: skip
def test_a_text_without_particulars_proposes_nothing(text):
    assert proposed(text) == ()


def test_a_whole_plan_proposes_at_most_thirty_and_quickly():
    words = ["älgar", "broar", "bibliotek", "vattentorn", "cykelvägar", "simhallar", "odlingar", "verkstäder"]
    text = " ".join(f"Vi vill rusta {a} {b} {c}." for a, b, c in combinations(words, 3))
    assert 5 <= len(proposed(f"{text} " * 20)) <= 30


def test_keys_are_each_ones_own():
    needs = proposed(
        "Vi vill rusta badplatsen vid sjön i Ed. Vi vill rusta badplatsen vid torget i Mora och museet, scenen."
    )
    assert len({need.key for need in needs}) == len(needs) > 0
