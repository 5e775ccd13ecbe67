"""What coordinators and operators are told: alarms, units without anybody, and what Monday would be."""

from dataclasses import replace
from datetime import timedelta

import pytest
from every_kind import every_kind, hindrances_of_every_kind
from followers import OPERATOR_MAIL, PROFILE, TENANT, context, harvested, mailed, on
from letters import html_of, text_of
from test_notifier_job import a_page, accept

from builders import NOW, a_match
from notifier import office
from notifier.model import OPERATOR, LetterKind, LetterState
from notifier.notice_model import Hindrance, Rehearsal, Why
from notifier.statuses import BounceKind
from pipeline import alarms, settling
from pipeline.alarms import Surroundings, watch
from pipeline.digest import plan
from pipeline.friday import announce, coming_week
from storage import bounces, incidents, letters, matches, outbox, runs, subscriptions
from storage.database import reading, writing

AROUND = Surroundings(operator=OPERATOR_MAIL, source_titles={"eu-portal": "EU:s portal"}, free_bytes=10**10)
FRIDAY = on(6, 13)
COMING = "2026-W36"


def texts(engine, kind: LetterKind) -> list[str]:
    return [text_of(stored.letter) for stored in mailed(engine, kind)]


# Alarms


def hold_something(engine) -> None:
    accept(engine, harvested(engine, a_page(1)))
    plan(engine, context(), "2026-W34")
    with writing(engine) as conn:
        outbox.hold_waiting(conn, TENANT, "454 inte nu", NOW)


def test_b5_an_alarm_names_cause_effect_and_first_step_once_and_once_when_it_is_over(engine):
    hold_something(engine)
    for minutes in (0, 5, 10):
        watch(engine, context(NOW + timedelta(minutes=minutes)), AROUND)
    (first,) = mailed(engine, LetterKind.ALARM)
    assert (first.letter.person, first.letter.to) == (OPERATOR, OPERATOR_MAIL)
    text = text_of(first.letter)
    for words in ("454 inte nu", "Följd: Läsarna får inga brev", "Första steg: Se fondvakt letters list"):
        assert words in text
    with writing(engine) as conn:
        outbox.release(conn, TENANT, NOW)
    for minutes in (15, 20, 50, 55, 60):
        watch(engine, context(NOW + timedelta(minutes=minutes)), AROUND)
    _first, second = mailed(engine, LetterKind.ALARM)
    assert second.letter.subject.startswith("Fondvakt, över: Brev går inte ut")


def test_what_comes_and_goes_within_half_an_hour_is_one_incident(engine):
    for minutes in range(0, 120, 10):
        free = 0 if minutes % 20 else 10**10
        watch(engine, context(NOW + timedelta(minutes=minutes)), replace(AROUND, free_bytes=free))
    assert len(mailed(engine, LetterKind.ALARM)) == 1


def test_at_most_twelve_alarms_a_day_and_the_rest_are_seen_all_the_same(engine):
    for number in range(30):
        at = NOW + timedelta(minutes=35 * number)
        watch(engine, context(at), replace(AROUND, free_bytes=10**10 if number % 3 else 0))
    assert len(mailed(engine, LetterKind.ALARM)) <= alarms.MAILS_A_DAY


def test_without_an_operator_the_alarm_still_stands_in_the_ledger(engine):
    watch(engine, context(), replace(AROUND, operator=None, free_bytes=0))
    assert mailed(engine, LetterKind.ALARM) == []
    with reading(engine) as conn:
        assert [one.name for one in incidents.open_now(conn, TENANT)] == ["disk"]


def test_a_source_silent_for_two_days_is_an_incident_and_one_night_is_none(engine):
    for day, outcome in ((0, "sound"), (1, "failed"), (3, "refused")):
        with writing(engine) as conn:
            number = runs.start_harvest(conn, TENANT, "eu-portal", on(day, 5))
            runs.end_harvest(conn, TENANT, number, outcome=outcome, now=on(day, 5))
        watch(engine, context(on(day)), AROUND)
        expected = ["source:eu-portal"] if day == 3 else []
        with reading(engine) as conn:
            assert [one.name for one in incidents.open_now(conn, TENANT)] == expected


def test_c8_letters_that_came_to_nothing_in_two_hours_are_an_incident(engine):
    accept(engine, harvested(engine, a_page(1)))
    plan(engine, context(), "2026-W34")
    names = [dict(alarms.troubles(engine, context(NOW + timedelta(hours=h)), AROUND)).keys() for h in (1, 2)]
    assert [set(found) for found in names] == [set(), {"letters"}]


def test_c7_the_coordinator_hears_at_once_and_on_friday_that_a_unit_has_nobody(engine):
    silent = replace(AROUND, silent={"kontakt-skola"})
    for minutes in (0, 5):
        watch(engine, context(NOW + timedelta(minutes=minutes)), silent)
    (only,) = mailed(engine, LetterKind.UNIT)
    assert only.letter.person == "samordnare"
    assert "den sista har avslutat eller pausat breven" in text_of(only.letter)
    assert mailed(engine, LetterKind.ALARM) == []
    announce(engine, context(on(6, 13)), stopped={"kontakt-skola"})
    (friday,) = texts(engine, LetterKind.REHEARSAL)
    assert "Barn- och utbildningsförvaltningen\nIngen får enhetens brev: den saknar mottagare." in friday


def test_c7_an_address_that_bounced_is_named_as_the_cause(engine):
    gone = {"kontakt-kultur"}
    watch(engine, context(), replace(AROUND, silent=gone, paused_by_bounces=gone))
    (only,) = texts(engine, LetterKind.UNIT)
    assert "Kultur saknar mottagare: brev dit kommer tillbaka." in only


# Friday's rehearsal


def test_on_friday_the_coordinator_reads_what_monday_would_be(engine):
    found = harvested(engine, *(a_page(n) for n in (1, 2, 3)))
    accept(engine, found[:2])
    with writing(engine) as conn:
        matches.propose(conn, TENANT, [a_match(call_id=call.id, call_version=1) for call in found], 1, NOW)
    for _again in range(2):
        announce(engine, context(on(6, 13)))
    (only,) = mailed(engine)
    assert only.letter.subject == "Fondvakt inför måndag: 1 mottagare, 2 träffar, 1 ogranskad"
    assert "/utskick" in text_of(only.letter)
    assert "vecka 36" in text_of(only.letter)


def whys(engine, stopped=(), now=FRIDAY) -> dict[Why, Hindrance]:
    return {one.why: one for one in coming_week(engine, context(now), stopped=stopped).hindrances}


def test_when_nothing_is_in_the_way_friday_names_nothing(engine):
    accept(engine, harvested(engine, a_page(1)))
    announce(engine, context(FRIDAY))
    (friday,) = texts(engine, LetterKind.REHEARSAL)
    assert whys(engine) == {}
    assert "GÅR INTE UT" not in friday


def test_friday_names_a_letter_that_is_held_before_it_is_made_and_who_holds_it(engine):
    accept(engine, harvested(engine, a_page(1)))
    settling.hold_week(engine, TENANT, COMING, "kontakt-skola", NOW, by="samordnare")
    announce(engine, context(FRIDAY))
    (friday,) = texts(engine, LetterKind.REHEARSAL)
    assert "Hålls av EU-samordnare sedan 22 augusti 2026 klockan 06.00." in friday
    assert "https://fondvakt.example/utskick/kommande/kontakt-skola" in friday
    settling.release_hold(engine, TENANT, COMING, "kontakt-skola", NOW, by="samordnare")
    assert whys(engine) == {}


def test_friday_says_first_that_no_letter_goes_out_when_all_are_held(engine):
    settling.hold_week(engine, TENANT, COMING, "", NOW, by="samordnare")
    announce(engine, context(FRIDAY))
    (friday,) = texts(engine, LetterKind.REHEARSAL)
    assert "\nSom det är nu går inga brev ut.\n" in friday
    assert set(whys(engine)) == {Why.ALL_HELD}


def test_b7_friday_says_that_a_backup_was_put_back(engine):
    harvested(engine, a_page(1))
    with writing(engine) as conn:
        outbox.take_over(conn, TENANT, "here", NOW)
        outbox.hold_all(conn)
    assert set(whys(engine)) == {Why.RESTORED}


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (LetterState.HELD, Why.LETTER_HELD),
        (LetterState.IN_DOUBT, Why.IN_DOUBT),
        (LetterState.FAILED, Why.FAILED),
    ],
)
def test_friday_names_letters_that_wait_for_a_word_with_the_servers_answer_and_their_page(engine, state, why):
    accept(engine, harvested(engine, a_page(1)))
    plan(engine, context(), "2026-W34")
    (waiting,) = mailed(engine)
    with writing(engine) as conn:
        letters.record(conn, TENANT, waiting.id, state, NOW, error="454 inte nu")
    found = whys(engine)
    assert set(found) == {why}
    assert (found[why].letter_id, found[why].said) == (waiting.id, "454 inte nu")
    announce(engine, context(FRIDAY))
    (friday,) = texts(engine, LetterKind.REHEARSAL)
    assert f"https://fondvakt.example/utskick/brev/{waiting.id}" in friday


def test_friday_tells_a_pause_from_an_end_and_both_from_an_address_that_bounces(engine):
    with writing(engine) as conn:
        subscriptions.pause(conn, TENANT, "kontakt-skola", on(30), NOW)
        subscriptions.stop(conn, TENANT, "kontakt-kultur", NOW)
    found = whys(engine, stopped={"kontakt-skola", "kontakt-kultur"})
    assert (found[Why.PAUSED].person, found[Why.PAUSED].at) == ("kontakt-skola", on(30))
    assert found[Why.STOPPED].person == "kontakt-kultur"
    assert Why.NOBODY in found
    with writing(engine) as conn:
        for number, day in enumerate((0, 8)):
            came = {"kind": BounceKind.HARD, "address": "kultur@exempelstad.example", "now": on(day)}
            bounces.add(conn, TENANT, content_hash=str(number), **came)
    assert whys(engine, now=on(13, 13))[Why.BOUNCING].person == "kontakt-kultur"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_reason_is_a_sentence_of_its_own_with_its_page(language):
    letter = every_kind(language)["rehearsal"]
    text, page = text_of(letter), html_of(letter)
    assert {one.why for one in hindrances_of_every_kind()} == set(Why)
    assert "<b>no such user</b>" not in page
    assert "/utskick/brev/7" in text
    assert "/utskick/kommande/anna" in text
    assert "/organisation" in text


def test_a_mail_names_twenty_and_counts_the_rest():
    told = Rehearsal(
        week=COMING, letters=0, matches=0, unreviewed=0, hindrances=hindrances_of_every_kind() * 3
    )
    view = office.rehearsal(PROFILE.people[0], context(), told)
    (section,) = view.sections
    assert len(section.items) == office.SHOWN + 1
    assert section.items[-1].title == "… och 13 till"
