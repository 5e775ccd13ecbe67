"""Profiles as files, lossless, and what differs between two."""

import re
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import a_need, a_person, a_profile, a_unit
from profiles.diff import ChangeKind, ProfileChange, profile_differences
from profiles.load import read_profile
from profiles.model import Aim, Applicant, Goal, LegalForm, Policy, Priority, TwinTown, UnitKind, Volume
from profiles.write import profile_text
from texts import translate

# What a person may type: any letter, sign or space that can be shown.
SHOWN = st.characters(categories=("L", "N", "P", "S", "Zs"))
NAMES = st.text(SHOWN, min_size=1, max_size=60).filter(lambda text: text.strip())
LINES = st.lists(NAMES, min_size=1, max_size=3).map("\n".join)
NEEDS = st.builds(lambda said: f"Vi vill lära oss mer om {said}", LINES)
MAYBE = st.none() | NAMES

TERMS = st.lists(
    st.text("abcdefåäö /", min_size=2, max_size=40).filter(re.compile(r"\w{2}").search), max_size=2
)
NEED = st.builds(
    a_need,
    title=NAMES,
    title_en=NAMES,
    text=NEEDS,
    text_en=NEEDS,
    children_and_youth=st.booleans(),
    goal=st.none() | st.just("arets"),
    must=TERMS.map(tuple),
    never=TERMS.map(tuple),
    begins=st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    ends=st.none() | st.dates(date(2027, 1, 2), date(2029, 1, 1)),
    applicants=st.lists(st.sampled_from(Applicant), unique=True).map(tuple),
    size_min=st.none() | st.integers(0, 1000),
    size_max=st.none() | st.integers(1000, 10**9),
    own_share_max_percent=st.none() | st.integers(0, 100),
    priority=st.sampled_from(Priority),
    volume=st.sampled_from(Volume),
    owner=st.none() | st.just("kontakt-skola"),
)
UNIT = st.builds(
    a_unit,
    name=NAMES,
    name_en=NAMES,
    kind=st.sampled_from(UnitKind),
    legal_form=st.sampled_from(LegalForm),
    board=MAYBE,
    preparation_days=st.integers(0, 730),
    own_contribution_max=st.none() | st.integers(0, 10**9),
    may_lead=st.booleans(),
    working_languages=st.lists(st.sampled_from(["sv", "en"]), unique=True).map(tuple),
    countries_of_interest=st.lists(st.sampled_from(["PL", "DE"]), unique=True).map(tuple),
    goals=st.builds(Goal, key=st.just("arets"), text=LINES, year=st.none() | st.integers(1990, 2100)).map(
        lambda goal: (goal,)
    ),
    needs=st.lists(NEED, max_size=1).map(tuple),
)
POLICY = st.builds(
    Policy,
    title=NAMES,
    adopted_by=NAMES,
    adopted=st.none() | st.dates(date(1900, 1, 1)),
    reference=MAYBE,
    owner=MAYBE,
    revision_interval_years=st.none() | st.integers(1, 20),
    tests_cofinancing=st.booleans(),
    yearly_follow_up=st.booleans(),
    children_first=st.booleans(),
    aims=st.lists(st.builds(Aim, key=st.just("mal"), text=LINES, text_en=LINES), max_size=1).map(tuple),
)
PROFILE = st.builds(
    a_profile,
    name=NAMES,
    name_en=NAMES,
    county=NAMES,
    inhabitants=st.none() | st.integers(1, 10**7),
    municipal_code=st.none() | st.just("0083"),
    organisation_number=st.none() | st.just("212000-1249"),
    networks=st.lists(NAMES, max_size=2).map(tuple),
    twin_towns=st.lists(
        st.builds(TwinTown, name=NAMES, country=st.sampled_from(["PL", "NO"])), max_size=2
    ).map(tuple),
    policy=POLICY,
    units=st.tuples(UNIT),
)


@settings(max_examples=80, deadline=None)
@given(PROFILE)
def test_reading_what_was_written_gives_the_same_profile(profile):
    assert read_profile(profile_text(profile), "x.toml") == profile


def test_equal_profiles_do_not_differ():
    assert profile_differences(a_profile(), a_profile()) == ()


def test_a_new_order_alone_is_no_difference():
    one = a_profile(people=(*a_profile().people, a_person(key="tredje")))
    assert profile_differences(one, replace(one, people=one.people[::-1])) == ()


def test_what_was_changed_is_told_with_the_old_and_the_new():
    changed = a_unit(needs=(a_need(title="Jobbskuggning"),), preparation_days=30)
    assert profile_differences(a_profile(), a_profile(units=(changed,))) == (
        ProfileChange(kind=ChangeKind.CHANGED, path="units[skola].preparation_days", old="42", new="30"),
        ProfileChange(
            kind=ChangeKind.CHANGED,
            path="units[skola].needs[utbyten].title",
            old="Elevutbyten",
            new="Jobbskuggning",
        ),
    )


def test_what_was_added_and_removed_is_shown_by_its_name():
    new = a_unit(key="kultur", name="Kulturförvaltningen")
    found = profile_differences(a_profile(), a_profile(units=(new,), networks=("Eurotowns",)))
    assert [(change.kind, change.path, change.old, change.new) for change in found] == [
        (ChangeKind.ADDED, "networks", None, "Eurotowns"),
        (ChangeKind.REMOVED, "units[skola]", "Barn- och utbildningsförvaltningen", None),
        (ChangeKind.ADDED, "units[kultur]", None, "Kulturförvaltningen"),
    ]


def test_a_value_that_was_not_stated_before_is_added_and_a_flag_changes():
    old = a_profile()
    new = replace(old, inhabitants=68359, policy=replace(old.policy, children_first=True))
    assert [(c.kind, c.path, c.old, c.new) for c in profile_differences(old, new)] == [
        (ChangeKind.CHANGED, "policy.children_first", "false", "true"),
        (ChangeKind.ADDED, "inhabitants", None, "68359"),
    ]


def test_a_twin_town_is_known_by_its_name():
    old = a_profile(twin_towns=(TwinTown(name="Ystad", country="SE"),))
    new = a_profile(twin_towns=(TwinTown(name="Ystad", country="PL"),))
    (change,) = profile_differences(old, new)
    assert change.path == "twin_towns[Ystad].country"
    assert translate(change.message, "sv") == "twin_towns[Ystad].country: SE → PL"


def test_what_is_added_whole_says_everything_it_has_but_what_is_as_usual():
    need = a_need(
        key="kor", title="Körer", text="Fler barn ska sjunga.", must=("barn",), volume=Volume.NARROW
    )
    before, after = a_profile(), a_profile(units=(a_unit(needs=(*a_unit().needs, need)),))
    (change,) = profile_differences(before, after)
    assert change.new == "Körer"
    said = dict(change.says)
    assert said["text"] == ("Fler barn ska sjunga.",)
    assert (said["must"], said["volume"]) == (("barn",), ("narrow",))
    assert not said.keys() & {"key", "unit", "title", "never", "priority"}
    (gone,) = profile_differences(after, before)
    assert gone.says == change.says


def test_a_unit_that_is_added_names_its_needs_with_their_words():
    new = a_unit(key="kultur", needs=(a_need(key="kor", unit="kultur", title="Körer", text="Barn sjunger."),))
    (change,) = profile_differences(a_profile(), a_profile(units=(*a_profile().units, new)))
    assert dict(change.says)["needs"] == ("Körer. Barn sjunger.",)


def test_what_has_no_words_yet_is_shown_by_its_key():
    aim = Aim(key="mal", text="", text_en="In English")
    old = a_profile()
    (change,) = profile_differences(old, replace(old, policy=replace(old.policy, aims=(aim,))))
    assert change.new == "mal"
