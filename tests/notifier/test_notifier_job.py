"""Planning a week: from accepted matches in the database to frozen letters, once each."""

from dataclasses import replace
from datetime import timedelta

import pytest
from letters import KEY, in_days, text_of
from outbox import OWNER, TENANT, Clock, Outbox

from builders import NOW, a_coordinator, a_match, a_person, a_profile, a_scraped_call, a_unit
from matcher.model import Decision, MatchState, Verdict
from notifier.errors import PermanentRefusal
from notifier.model import LetterState
from notifier.weeks import days_of, week_of
from pipeline.digest import letter_context, plan, preview, unreached_sources
from pipeline.limiter import Limiter
from pipeline.readers import recipients
from pipeline.sending import send
from profiles.model import Role
from storage import calls, harvests, letters, matches, runs
from storage.database import reading, writing
from texts import Message

WEEK = "2026-W34"
PROFILE = a_profile()


def harvested(engine, *scraped, now=NOW):
    with writing(engine) as conn:
        harvests.save_harvest(conn, TENANT, "eu-portal", scraped, {"eu-portal": 0}, now)
    with reading(engine) as conn:
        return calls.find(conn, TENANT)


def a_page(number: int = 1, **facts):
    given = {
        "reference": f"{number}TOPICSen",
        "identifier": f"CERV-{number}",
        "title": f"Call number {number}",
        "deadlines": in_days(120),
    }
    return a_scraped_call(**(given | facts))


def accept(engine, found, *, unit="skola", now=NOW, **facts):
    """Propose these calls and accept every proposal."""
    proposals = [a_match(call_id=call.id, call_version=call.version, unit=unit, **facts) for call in found]
    with writing(engine) as conn:
        matches.propose(conn, TENANT, proposals, 1, now)
        for one in matches.find(conn, TENANT, states=[MatchState.NEW]):
            matches.decide(conn, TENANT, one.id, Decision(verdict=Verdict.ACCEPT, by="samordnare", at=now))


def context(profile=PROFILE, now=NOW):
    return letter_context(TENANT, profile, now, public_url="https://fondvakt.example", key=KEY)


def planned(engine, *, week=WEEK, profile=PROFILE, now=NOW, **options):
    return plan(engine, context(profile, now), week, **options)


def outbox(engine, **wanted):
    with reading(engine) as conn:
        return letters.find(conn, TENANT, **wanted)


def delivered(engine, *, channel=None, profile=PROFILE, now=NOW, week=WEEK):
    channel = channel or Outbox()
    summary = send(
        engine, TENANT, profile, channel, week=week, owner=OWNER, now_fn=Clock(now), limiter=Limiter(999)
    )
    return summary, channel


def test_from_accepted_match_to_mailbox_and_never_twice(engine):
    accept(engine, harvested(engine, a_page(1), a_page(2)))
    assert len(planned(engine).letters) == 1
    summary, channel = delivered(engine)
    assert summary.sent == 1
    assert "Call number 1" in text_of(channel.kept[0])
    with reading(engine) as conn:
        assert {one.state for one in matches.find(conn, TENANT)} == {MatchState.SENT}
    assert planned(engine).letters == ()
    assert planned(engine, week="2026-W35", now=NOW + timedelta(days=7)).skipped == 1


def test_planning_twice_adds_nothing(engine):
    accept(engine, harvested(engine, a_page(1)))
    assert len(planned(engine).letters) == 1
    accept(engine, harvested(engine, a_page(1), a_page(2)))
    again = planned(engine)
    assert (again.letters, again.skipped) == ((), 1)


def test_who_has_nothing_is_skipped(engine):
    assert planned(engine).skipped == 1
    assert outbox(engine) == []


def test_a_preview_is_the_letter_and_changes_nothing(engine):
    accept(engine, harvested(engine, a_page(1)))
    before = preview(engine, context(), WEEK)
    assert outbox(engine) == []
    planned(engine)
    assert [stored.letter for stored in outbox(engine)] == before
    assert preview(engine, context(now=NOW + timedelta(hours=3)), WEEK) == before


def test_a_changed_call_that_is_accepted_again_comes_with_old_and_new(engine):
    accept(engine, harvested(engine, a_page(1, deadlines=in_days(120))))
    planned(engine)
    delivered(engine)
    later = NOW + timedelta(days=7)
    accept(engine, harvested(engine, a_page(1, deadlines=in_days(134)), now=later), now=later)
    planned(engine, week="2026-W35", now=later)
    _, channel = delivered(engine, now=later, week="2026-W35")
    text = text_of(channel.kept[0])
    assert "Ändrat – Sista ansökningsdag: 20 december 2026 → 3 januari 2027" in text


def test_what_is_not_decided_is_counted_and_not_told(engine):
    found = harvested(engine, a_page(1), a_page(2))
    accept(engine, found[:1])
    with writing(engine) as conn:
        proposals = [a_match(call_id=call.id, call_version=call.version) for call in found]
        matches.propose(conn, TENANT, proposals, 1, NOW)
    text = text_of(preview(engine, context(), WEEK)[0])
    assert "Call number 2" not in text
    assert "1 förslag till er väntar på samordnarens granskning." in text


def test_m_10_one_address_with_two_roles_gets_one_letter():
    second = a_person(key="kontakt-kultur", email="KONTAKT.skola@exempelstad.example", units=("kultur",))
    chief = a_person(key="chef", email="chef@exempelstad.example", role=Role.HEAD)
    profile = a_profile(people=(a_coordinator(), a_person(), second, chief))
    (only,) = recipients(profile)
    assert (only.key, only.units) == ("kontakt-skola", ("skola", "kultur"))


def test_m_10_a_letter_for_two_roles_marks_the_matches_of_both(engine):
    second = a_person(key="kontakt-kultur", units=("kultur",))
    units = (a_unit(), a_unit(key="kultur", name="Kultur"))
    profile = a_profile(people=(a_person(), second), units=units)
    found = harvested(engine, a_page(1), a_page(2))
    proposals = [
        a_match(call_id=found[0].id, call_version=1),
        a_match(call_id=found[1].id, call_version=1, unit="kultur"),
    ]
    with writing(engine) as conn:
        matches.propose(conn, TENANT, proposals, 1, NOW)
        for one in matches.find(conn, TENANT):
            matches.decide(conn, TENANT, one.id, Decision(verdict=Verdict.ACCEPT, by="x", at=NOW))
    planned(engine, profile=profile)
    delivered(engine, profile=profile)
    with reading(engine) as conn:
        assert [one.state for one in matches.find(conn, TENANT)] == [MatchState.SENT] * 2


def test_another_units_match_stays_accepted(engine):
    found = harvested(engine, a_page(1))
    units = (a_unit(), a_unit(key="kultur", name="Kultur"))
    profile = a_profile(units=units)
    with writing(engine) as conn:
        matches.propose(
            conn, TENANT, [a_match(call_id=found[0].id, unit=key) for key in ("skola", "kultur")], 1, NOW
        )
        for one in matches.find(conn, TENANT):
            matches.decide(conn, TENANT, one.id, Decision(verdict=Verdict.ACCEPT, by="x", at=NOW))
    planned(engine, profile=profile)
    delivered(engine, profile=profile)
    with reading(engine) as conn:
        states = {one.match.unit: one.state for one in matches.find(conn, TENANT)}
    assert states == {"skola": MatchState.SENT, "kultur": MatchState.ACCEPTED}


def test_m_39_a_letter_for_an_old_address_is_made_anew_for_the_new_one(engine):
    accept(engine, harvested(engine, a_page(1)))
    planned(engine)
    moved = a_profile(people=(a_coordinator(), a_person(email="ny@exempelstad.example")))
    assert len(planned(engine, profile=moved).letters) == 1
    old, new = outbox(engine)
    assert (old.state, new.state) == (LetterState.CANCELLED, LetterState.RENDERED)
    assert new.letter.to == "ny@exempelstad.example"
    assert new.letter.message_id != old.letter.message_id
    _, channel = delivered(engine, profile=moved)
    assert [letter.to for letter in channel.kept] == ["ny@exempelstad.example"]


def test_one_unusable_address_does_not_stop_the_others(engine):
    people = (a_person(key="ett", email="åsa@exempelstad.example"), a_person(key="två"))
    profile = a_profile(people=people)
    accept(engine, harvested(engine, a_page(1)))
    outcome = planned(engine, profile=profile)
    assert len(outcome.letters) == 1
    assert [refused.person for refused in outcome.refused] == ["ett"]


def test_who_has_stopped_the_letter_is_not_planned_for(engine):
    accept(engine, harvested(engine, a_page(1)))
    assert planned(engine, stopped={"kontakt-skola"}).letters == ()


def test_a_letter_that_failed_leaves_its_matches_accepted(engine):
    accept(engine, harvested(engine, a_page(1)))
    planned(engine)
    summary, _ = delivered(engine, channel=Outbox(lambda n: PermanentRefusal(Message(text="nej"))))
    assert summary.failed == 1
    with reading(engine) as conn:
        assert [one.state for one in matches.find(conn, TENANT)] == [MatchState.ACCEPTED]


def test_sources_that_did_not_answer_are_named(engine):
    with writing(engine) as conn:
        bad = runs.start_harvest(conn, TENANT, "npa", NOW)
        runs.end_harvest(conn, TENANT, bad, outcome="failed", now=NOW, reason="svarar inte")
        good = runs.start_harvest(conn, TENANT, "eu-portal", NOW)
        runs.end_harvest(conn, TENANT, good, outcome="sound", now=NOW)
    assert unreached_sources(engine, TENANT, {"npa": "Interreg NPA"}, NOW) == ["Interreg NPA"]


def test_letters_come_from_the_municipalitys_own_domain_and_answers_go_to_the_coordinator():
    made = context()
    assert made.sender == "fondvakt@exempelstad.example"
    assert made.reply_to == "eu@exempelstad.example"
    assert context(replace(PROFILE, people=())).reply_to == made.sender


def test_answers_do_not_go_to_a_coordinator_who_has_left():
    left = a_coordinator(appointed_to=NOW.date() - timedelta(days=1))
    there = a_coordinator(key="ny", email="ny@exempelstad.example")
    assert context(replace(PROFILE, people=(left, there))).reply_to == "ny@exempelstad.example"
    assert context(replace(PROFILE, people=(left,))).reply_to == left.email


@pytest.mark.parametrize(
    ("now", "week"),
    [(NOW, "2026-W34"), (NOW.replace(year=2027, month=1, day=1), "2026-W53")],
)
def test_weeks_follow_the_iso_calendar_in_sweden(now, week):
    assert week_of(now) == week


@pytest.mark.parametrize("week", ["2026-35", "2027-W53", "2026-W00", "vecka 35", ""])
def test_a_week_that_is_none_is_refused(engine, week):
    with pytest.raises(ValueError, match="week"):
        plan(engine, context(), week)
    with pytest.raises(ValueError, match="week"):
        days_of(week)
