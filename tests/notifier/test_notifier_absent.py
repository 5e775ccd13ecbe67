"""The coordinator is away for a holiday week, and the computer's clock is wrong: what is said, and to whom."""

from dataclasses import replace
from datetime import timedelta

import pytest
from followers import OPERATOR_MAIL, PROFILE, TENANT, context, due_on, harvested, mailed, on
from letters import text_of
from test_notifier_job import a_page

from builders import NOW, a_coordinator, a_match
from matcher.model import Band
from matcher.review import ReviewRule
from notifier.model import LetterKind
from pipeline.alarms import Surroundings, watch
from pipeline.digest import plan
from pipeline.friday import announce
from storage import calls, choices, matches, slots
from storage.database import reading, writing
from web.queue import counts, rows_of
from web.selection import Tab

FRIDAY = on(6, 13)
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
