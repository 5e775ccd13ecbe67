"""The coordinator is away for a holiday week, and the computer's clock is wrong: what is said, and to whom."""

from dataclasses import replace
from datetime import timedelta

import pytest
from followers import OPERATOR_MAIL, PROFILE, TENANT, context, due_on, harvested, mailed, on
from letters import text_of
from test_notifier_job import a_page

from builders import NOW, a_coordinator, a_match
from matcher.model import Band, Decision, Verdict
from matcher.review import ReviewRule
from notifier.model import LetterKind
from pipeline.alarms import Surroundings, watch
from pipeline.digest import plan
from pipeline.friday import announce, coming_week
from pipeline.week import week_facts
from storage import calls, choices, matches, slots
from storage.database import reading, writing
from web.queue import counts, rows_of
from web.selection import Tab

FRIDAY = on(6, 13)
A_SUNDAY = "söndag 6 september 2026 klockan 17.00 Brysseltid (8 dagar kvar)"
DEPUTY = a_coordinator(key="ersattare", name="Ersättare", email="ersattare@exempelstad.example")
WITH_DEPUTY = replace(PROFILE, people=(*PROFILE.people, DEPUTY))


def proposed(engine, **facts) -> None:
    """One strong proposal that nobody has looked at."""
    found = harvested(engine, a_page(1, **facts))
    with writing(engine) as conn:
        made = [a_match(call_id=call.id, call_version=1, band=Band.STRONG) for call in found]
        matches.propose(conn, TENANT, made, 1, NOW)


def test_t_19_in_a_week_without_decisions_nothing_undecided_goes_where_all_is_to_be_reviewed(engine):
    proposed(engine)
    with writing(engine) as conn:
        choices.choose_rule(conn, TENANT, "skola", ReviewRule.EVERYTHING, "samordnare", NOW)
    plan(engine, context(on(9)), "2026-W36")
    assert mailed(engine, LetterKind.DIGEST) == []


def test_t_19_whoever_stands_in_hears_on_friday_that_the_queue_waits(engine):
    proposed(engine)
    announce(engine, context(FRIDAY, WITH_DEPUTY), stopped={"samordnare"})
    (only,) = mailed(engine, LetterKind.REHEARSAL)
    assert only.letter.person == "ersattare"
    assert "1 ogranskad" in only.letter.subject


@pytest.mark.parametrize(("days", "is_flagged"), [(9, True), (60, False)])
def test_t_19_what_closes_soon_is_flagged_in_the_queue(days, is_flagged, engine):
    proposed(engine, deadlines=due_on(days))
    with reading(engine) as conn:
        (row,) = rows_of(calls.find(conn, TENANT), matches.find(conn, TENANT), NOW)
    assert (counts([row])[Tab.URGENT] == 1) is is_flagged
    assert counts([row])[Tab.REVIEW] == 1


def test_t_19_friday_says_since_when_nobody_has_decided_and_names_what_closes_within_ten_days(engine):
    found = harvested(engine, a_page(1, deadlines=due_on(15)), a_page(2, deadlines=due_on(17)))
    with writing(engine) as conn:
        matches.propose(conn, TENANT, [a_match(call_id=one.id, call_version=1) for one in found], 1, NOW)
    announce(engine, context(on(7, 6), WITH_DEPUTY), stopped={"samordnare"})
    (only,) = mailed(engine, LetterKind.REHEARSAL)
    text = text_of(only.letter)
    assert only.letter.subject == "Fondvakt inför måndag: 2 ogranskade, 1 stänger inom tio dagar"
    assert "Inget i kön har avgjorts sedan 22 augusti 2026." in text
    section = text.partition("OGRANSKAT, STÄNGER INOM TIO DAGAR")[2]
    assert found[0].title in section
    assert found[1].title not in section
    assert f"För Barn- och utbildningsförvaltningen.\nSök senast: {A_SUNDAY}" in section


def test_t_19_a_decision_within_the_week_is_no_silence(engine):
    found = harvested(engine, a_page(1), a_page(2))
    with writing(engine) as conn:
        made = [a_match(call_id=one.id, call_version=1) for one in found]
        matches.propose(conn, TENANT, made, 1, NOW)
        said = Decision(verdict=Verdict.REJECT, by="samordnare", at=on(1))
        matches.decide(conn, TENANT, matches.find(conn, TENANT)[0].id, said)
    assert coming_week(engine, context(on(6, 13))).untouched_since is None
    assert coming_week(engine, context(on(8, 13))).untouched_since == on(1)


def test_friday_and_the_letters_count_what_waits_as_the_queue_does(engine):
    found = harvested(engine, a_page(1), a_page(2), a_page(3, deadlines=due_on(2)), a_page(4))
    bands = (Band.LIKELY, Band.POSSIBLE, Band.LIKELY, Band.LIKELY)
    with writing(engine) as conn:
        made = [a_match(call_id=one.id, call_version=1, band=b) for one, b in zip(found, bands, strict=True)]
        matches.propose(conn, TENANT, made, 1, NOW)
    with reading(engine) as conn:
        rows = rows_of(calls.find(conn, TENANT), matches.find(conn, TENANT), FRIDAY)
    assert coming_week(engine, context(FRIDAY)).unreviewed == counts(rows)[Tab.REVIEW] == 2
    facts = week_facts(engine, context(FRIDAY), "2026-W36", (), ())
    assert facts.unreviewed == {"skola": 2}


@pytest.mark.parametrize(
    ("silent", "left", "is_wrong"),
    [
        (set(), set(), False),
        ({"samordnare"}, set(), False),
        ({"samordnare", "ersattare"}, set(), True),
        ({"samordnare"}, {"ersattare"}, True),
    ],
)
def test_t_19_the_operator_hears_when_no_coordinator_is_reached(silent, left, is_wrong, engine):
    people = [
        replace(one, appointed_to=on(-1).date()) if one.key in left else one for one in WITH_DEPUTY.people
    ]
    around = Surroundings(operator=OPERATOR_MAIL, silent=silent)
    watch(engine, context(profile=replace(PROFILE, people=tuple(people))), around)
    told = [text_of(one.letter) for one in mailed(engine, LetterKind.ALARM)]
    assert ["Ingen samordnare nås" in one for one in told] == ([True] if is_wrong else [])


@pytest.mark.parametrize(
    ("ahead", "is_wrong"),
    [
        pytest.param(timedelta(minutes=4), False, id="T-04 4 minutes"),
        pytest.param(timedelta(minutes=6), True, id="T-04 6 minutes"),
        pytest.param(timedelta(days=365), True, id="T-04 a year"),
    ],
)
def test_a_clock_that_was_set_back_is_an_alarm_after_five_minutes(ahead, is_wrong, engine):
    with writing(engine) as conn:
        slots.claim(conn, TENANT, "collect", NOW + ahead, "o", NOW, timedelta(minutes=1))
        slots.finish(conn, TENANT, "collect", NOW + ahead, NOW)
    watch(engine, context(), Surroundings(operator=OPERATOR_MAIL))
    told = [text_of(one.letter) for one in mailed(engine, LetterKind.ALARM)]
    assert bool(told) is is_wrong
    if is_wrong:
        assert "Datorns klocka har ställts tillbaka" in told[0]
