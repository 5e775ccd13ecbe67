"""Which calls a letter holds, in which order, and which of them in full (ux 1.1, 1.2)."""

from datetime import timedelta

import pytest
from letters import accepted, in_days

from builders import NOW, a_call, a_match, a_need, a_person, a_profile, a_unit
from calls.changes import Change
from matcher.model import Band
from notifier.digest import FULL_ITEMS, ToldBefore, build_digest, shortened

WEEK = "2026-W34"
YOUNG = {"children_and_youth": True}


def built(*items, person=None, profile=None, received=None, changes=None, now=NOW, **options):
    before = ToldBefore(received=received or {}, changes=changes)
    return build_digest(person or a_person(), profile or a_profile(), items, before, now, WEEK, **options)


def ids(items):
    return [item.call.id for item in items]


def test_a_person_with_nothing_new_gets_no_letter():
    assert built() is None


def test_only_the_persons_own_units_are_in_the_letter():
    other = a_unit(key="teknik", needs=(a_need(unit="teknik"),))
    profile = a_profile(units=(a_unit(), other))
    digest = built(accepted(1), accepted(2, match={"unit": "teknik"}), profile=profile)
    assert ids(digest.items) == [1]


def test_a_need_that_has_left_the_profile_is_left_out():
    assert built(accepted(1, match={"need": "borttaget"})) is None


@pytest.mark.parametrize(
    ("version", "received", "is_told"), [(1, {1: 1}, False), (1, {1: 2}, False), (1, {}, True)]
)
def test_nothing_comes_twice(version, received, is_told):
    digest = built(accepted(1, version=version), received=received)
    assert (digest is not None) is is_told


def test_a_newer_version_comes_back_as_changed_with_old_and_new():
    moved = Change(field="deadlines", old=["2026-11-01"], new=["2026-11-20"])
    digest = built(accepted(1, version=3), received={1: 1}, changes={1: (moved,)})
    assert digest.items[0].is_changed
    assert digest.items[0].changes == (moved,)


def test_a_call_that_changed_and_changed_back_is_no_news():
    assert built(accepted(1, version=3), received={1: 1}, changes={1: ()}) is None


def test_a_new_call_carries_no_changes():
    moved = Change(field="budget", old=1, new=2)
    assert built(accepted(1, version=2), changes={1: (moved,)}).items[0].changes == ()


def test_s_81_a_call_that_closed_between_harvest_and_letter_is_left_out():
    assert built(accepted(1, deadlines=in_days(1)), now=NOW + timedelta(days=2)) is None


def test_items_are_grouped_by_need_then_by_band_then_by_days_left():
    profile = a_profile(units=(a_unit(needs=(a_need(key="a"), a_need(key="b"))),))
    digest = built(
        accepted(1, match={"need": "b", "band": Band.STRONG}),
        accepted(2, match={"need": "a", "band": Band.POSSIBLE}, deadlines=in_days(60)),
        accepted(3, match={"need": "a", "band": Band.LIKELY}, deadlines=in_days(90)),
        accepted(4, match={"need": "a", "band": Band.LIKELY}, deadlines=in_days(80)),
        accepted(5, match={"need": "a", "band": Band.LIKELY}, deadlines=()),
        profile=profile,
    )
    assert ids(digest.items) == [4, 3, 5, 2, 1]


def test_changed_calls_stand_after_new_ones():
    digest = built(accepted(1, version=2), accepted(2), received={1: 1})
    assert ids(digest.items) == [2, 1]


def test_a_call_with_too_few_days_for_the_unit_gets_one_line_that_says_so():
    profile = a_profile(units=(a_unit(preparation_days=42),))
    digest = built(accepted(1, deadlines=in_days(41)), accepted(2, deadlines=in_days(42)), profile=profile)
    assert ids(digest.items) == [2]
    assert [(item.call.id, item.short_of_time) for item in digest.more] == [(1, True)]


@pytest.mark.parametrize(("number", "full"), [(1, 1), (7, 7), (8, 7), (400, 7)])
def test_m_09_seven_items_are_told_in_full_and_the_rest_in_one_line(number, full):
    digest = built(*(accepted(i) for i in range(1, number + 1)))
    assert (len(digest.items), len(digest.items) + len(digest.more)) == (full, number)


def test_the_cap_keeps_the_strongest():
    weak = [accepted(i, match={"band": Band.POSSIBLE}) for i in range(1, 8)]
    digest = built(*weak, accepted(8, match={"band": Band.STRONG}))
    assert 8 in ids(digest.items)
    assert len(digest.items) == FULL_ITEMS


def test_the_cap_never_cuts_what_concerns_children_and_young_people():
    young = [accepted(i, match=YOUNG | {"band": Band.POSSIBLE}) for i in range(1, 10)]
    digest = built(accepted(20, match={"band": Band.STRONG}), *young)
    assert ids(digest.items) == list(range(1, 10))
    assert ids(digest.more) == [20]


def test_children_and_young_people_stand_first_among_the_lines():
    late = {"deadlines": in_days(5)}
    digest = built(accepted(1, **late), accepted(2, match=YOUNG, **late))
    assert ids(digest.more) == [2, 1]


def test_a_call_for_two_units_of_one_person_is_told_once_where_it_is_strongest():
    other = a_unit(key="teknik", needs=(a_need(unit="teknik"),))
    profile = a_profile(units=(a_unit(), other))
    both = (
        accepted(1, match={"band": Band.POSSIBLE}),
        accepted(1, match={"unit": "teknik", "band": Band.STRONG}),
    )
    digest = built(*both, person=a_person(units=("skola", "teknik")), profile=profile)
    assert [(item.unit, item.also_for) for item in digest.items] == [("teknik", ("skola",))]


def test_another_units_match_is_named_but_not_told():
    other = a_unit(key="teknik", needs=(a_need(unit="teknik"),))
    profile = a_profile(units=(a_unit(), other))
    digest = built(accepted(1), accepted(1, match={"unit": "teknik", "score": 0.9}), profile=profile)
    assert digest.items[0].also_for == ("teknik",)
    assert digest.items[0].matches == (a_match(),)


def test_a_letter_is_shortened_from_the_end_and_children_last():
    digest = built(accepted(1, match=YOUNG), accepted(2), accepted(3))
    assert ids(shortened(digest).items) == [1, 2]
    assert ids(shortened(shortened(digest)).items) == [1]
    assert shortened(shortened(shortened(shortened(digest)))) is None


def test_what_closes_today_is_among_the_dates_ahead():
    today, tomorrow, later = (a_call(id=n, deadlines=in_days(days)) for n, days in ((1, 0), (2, 1), (3, 57)))
    digest = built(accepted(9), followed=[later, tomorrow, today])
    assert [call.id for call in digest.dates] == [1, 2]
