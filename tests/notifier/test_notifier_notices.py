"""Changes, questions, and months and silences of the digest; each over a real mail server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from followers import (
    OPERATOR_MAIL,
    PROFILE,
    TENANT,
    answer,
    context,
    due_on,
    handed_over,
    harvested,
    mailed,
    on,
)
from letters import Page, addresses_in, html_of, parsed, text_of
from servers import Keeper, real_server
from test_notifier_job import a_page, accept

from builders import NOW, a_call, a_person
from matcher.model import MatchState
from notifier import notices
from notifier.channel import channel_for
from notifier.model import LetterKind, LetterState
from notifier.notice_model import Question
from notifier.weeks import week_of
from pipeline.alarms import Surroundings, watch
from pipeline.digest import plan
from pipeline.friday import announce
from pipeline.notices import notify, remind
from pipeline.week import next_first_monday, week_facts
from storage import assignments, letters, matches, referrals, wishes
from storage.answers_given import AnswerKind
from storage.database import reading, writing
from storage.wishes import Rhythm, Wishes

AROUND = Surroundings(operator=OPERATOR_MAIL, source_titles={"eu-portal": "EU:s portal"}, free_bytes=10**10)


def choose(engine, person: str, chosen: Wishes, now=NOW) -> None:
    with writing(engine) as conn:
        wishes.choose(conn, TENANT, person, chosen, now, channel="web")


def texts(engine, kind: LetterKind) -> list[str]:
    return [text_of(stored.letter) for stored in mailed(engine, kind)]


# Changes


def test_a_follower_hears_of_a_moved_deadline_with_old_and_new_and_only_once(engine):
    harvested(engine, a_page(1, deadlines=due_on(60)))
    answer(engine)
    harvested(engine, a_page(1, deadlines=due_on(67)), now=on(1))
    for hour in (7, 8, 9):
        notify(engine, context(on(1, hour)))
    (only,) = texts(engine, LetterKind.CHANGE)
    assert "Ändrat – Sista ansökningsdag: 21 oktober 2026 → 28 oktober 2026" in only


def test_a_follower_hears_of_another_hour_of_the_same_day(engine):
    (deadline,) = due_on(60)
    harvested(engine, a_page(1, deadlines=(deadline,)))
    answer(engine)
    sooner = replace(deadline, at=deadline.at - timedelta(hours=5))
    harvested(engine, a_page(1, deadlines=(sooner,)), now=on(1))
    notify(engine, context(on(1, 7)))
    (only,) = texts(engine, LetterKind.CHANGE)
    assert (
        "21 oktober 2026 klockan 17.00 Brysseltid → onsdag 21 oktober 2026 klockan 12.00 Brysseltid" in only
    )


def test_what_a_notice_told_is_not_told_again_by_the_digest_to_the_follower_but_to_others(engine):
    two = replace(PROFILE.people[1], key="kontakt-skola-2", email="skola.2@exempelstad.example")
    profile = replace(PROFILE, people=(*PROFILE.people, two))
    accept(engine, harvested(engine, a_page(1, deadlines=due_on(60))))
    plan(engine, context(NOW, profile), "2026-W34")
    answer(engine)
    accept(engine, harvested(engine, a_page(1, deadlines=due_on(67)), now=on(1)), now=on(1))
    notify(engine, context(on(1), profile))
    handed_over(engine, on(1), profile)
    plan(engine, context(on(7), profile), "2026-W35")
    told = {
        stored.letter.person
        for stored in mailed(engine, LetterKind.DIGEST)
        if stored.letter.week == "2026-W35"
    }
    assert told == {"kontakt-skola-2"}


def test_new_words_alone_wait_for_the_digest(engine):
    harvested(engine, a_page(1, deadlines=due_on(60)))
    answer(engine)
    harvested(engine, a_page(1, title="Call number one", deadlines=due_on(60)), now=on(1))
    notify(engine, context(on(1)))
    assert mailed(engine) == []


def test_a_withdrawn_call_is_told_its_followers_once(engine):
    harvested(engine, a_page(1, deadlines=due_on(60)), a_page(2))
    answer(engine)
    for day in (1, 5, 9):
        harvested(engine, a_page(2), now=on(day))
    for hour in (7, 8):
        notify(engine, context(on(9, hour)))
    (only,) = texts(engine, LetterKind.CHANGE)
    assert "Utgivaren visar den inte längre." in only


def test_a_withdrawn_call_is_no_longer_among_the_dates_ahead(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)), a_page(2))
    answer(engine)
    assert set(week_facts(engine, context(on(1)), "2026-W34", (), ()).followed) == {"kontakt-skola"}
    for day in (1, 5, 9):
        harvested(engine, a_page(2), now=on(day))
    assert week_facts(engine, context(on(9)), "2026-W35", (), ()).followed == {}


def test_a_call_that_comes_back_and_is_withdrawn_again_is_told_again(engine):
    harvested(engine, a_page(1, deadlines=due_on(60)), a_page(2))
    answer(engine)
    for day in (1, 5, 9):
        harvested(engine, a_page(2), now=on(day))
    notify(engine, context(on(9)))
    harvested(engine, a_page(1, deadlines=due_on(60)), a_page(2), now=on(10))
    notify(engine, context(on(10)))
    for day in (11, 15, 19):
        harvested(engine, a_page(2), now=on(day))
    for hour in (7, 8):
        notify(engine, context(on(19, hour)))
    gone = [text for text in texts(engine, LetterKind.CHANGE) if "Utgivaren visar den inte längre." in text]
    assert len(gone) == 2


def test_who_does_not_follow_hears_nothing(engine):
    harvested(engine, a_page(1, deadlines=due_on(60)))
    answer(engine, kind=AnswerKind.NO)
    harvested(engine, a_page(1, deadlines=due_on(67)), now=on(1))
    notify(engine, context(on(1)))
    assert mailed(engine) == []


# Questions


def ask(engine, call_id: int = 1, unit: str = "skola", now=NOW, note: str = "Passar det er?"):
    with writing(engine) as conn:
        return assignments.ask(conn, TENANT, call_id=call_id, unit=unit, by="samordnare", now=now, note=note)


def test_a_unit_that_is_asked_gets_one_mail_with_who_when_and_the_words(engine):
    harvested(engine, a_page(1, deadlines=due_on(60)))
    ask(engine)
    for hour in (7, 8):
        notify(engine, context(on(0, hour)))
    (only,) = mailed(engine)
    assert only.letter.person == "kontakt-skola"
    text = text_of(only.letter)
    assert "EU-samordnare frågade 22 augusti 2026:" in text
    assert "”Passar det er?”" in text
    assert "/svara/" in text


def test_a_question_of_the_small_hours_has_the_day_of_the_readers_calendar(engine):
    asked = Question(
        id=1, call=a_call(), by="Eva", at=datetime(2026, 8, 21, 22, 30, tzinfo=UTC), unit="skola"
    )
    view = notices.assignment(a_person(), context(), [asked])
    assert view.sections[0].items[0].lead == "Eva frågade 22 augusti 2026."


def test_what_waits_stands_first_in_the_digest_oldest_first_until_it_is_answered(engine):
    harvested(engine, *(a_page(n, deadlines=due_on(60)) for n in (1, 2)))
    ask(engine, 2)
    ask(engine, 1, now=on(1))
    plan(engine, context(on(2)), "2026-W34")
    (only,) = mailed(engine, LetterKind.DIGEST)
    text = text_of(only.letter)
    assert text.index("VÄNTAR PÅ DITT SVAR") < text.index("Call number 2") < text.index("Call number 1")
    assert only.letter.subject == "Fondvakt: 2 att svara på – närmast 21 oktober"
    for call_id in (1, 2):
        answer(engine, call_id, AnswerKind.MAYBE, at=on(3))
    plan(engine, context(on(9)), "2026-W35")
    assert len(mailed(engine, LetterKind.DIGEST)) == 1


def test_followed_calls_stand_as_dates_ahead_in_the_digest(engine):
    accept(engine, harvested(engine, a_page(1, deadlines=due_on(20)), a_page(2, deadlines=due_on(50))))
    answer(engine, 1)
    plan(engine, context(on(1)), "2026-W34")
    (only,) = texts(engine, LetterKind.DIGEST)
    assert "- 11 september 2026 (19 dagar kvar): Call number 1" in only
    assert "- 11 oktober" not in only


@pytest.mark.parametrize(("invited", "readers"), [((), 2), (("kontakt-kultur",), 1)])
def test_the_reference_group_is_asked_all_of_it_or_those_invited(engine, invited, readers):
    harvested(engine, a_page(1, deadlines=due_on(60)))
    with writing(engine) as conn:
        about = {"call_id": 1, "units": ["skola"], "by": "samordnare", "now": NOW, "note": "Vad säger ni?"}
        referrals.refer(conn, TENANT, **about, invited=invited)
    notify(engine, context(on(0)))
    found = mailed(engine, LetterKind.INVITATION)
    assert len(found) == readers
    assert "”Vad säger ni?”" in text_of(found[0].letter)


# Months, and silences


def mondays(engine, weeks: int, **options) -> list[str]:
    """Plan so many Mondays, from 2026-08-24; the weeks in which the schools' person got a letter."""
    for week in range(weeks):
        at = on(2 + 7 * week)
        plan(engine, context(at), week_of(at), **options)
    return [stored.letter.week for stored in mailed(engine) if stored.letter.person == "kontakt-skola"]


def test_after_four_silent_weeks_two_lines_say_that_the_watch_runs(engine):
    assert mondays(engine, 11) == ["2026-W39", "2026-W44"]
    assert "Inget nytt för er på fyra veckor." in texts(engine, LetterKind.DIGEST)[0]


def test_also_empty_weeks_means_every_week(engine):
    choose(engine, "kontakt-skola", Wishes(also_empty=True))
    assert len(mondays(engine, 3)) == 3
    assert "Inget nytt för er den här veckan." in texts(engine, LetterKind.DIGEST)[0]


def test_a_month_gathers_in_the_first_mondays_slot_what_others_got_week_by_week(engine):
    two = replace(PROFILE.people[1], key="kontakt-skola-2", email="skola.2@exempelstad.example")
    profile = replace(PROFILE, people=(*PROFILE.people, two))
    choose(engine, "kontakt-skola", Wishes(rhythm=Rhythm.MONTHLY))
    for week in range(3):  # 24 and 31 August, 7 September: the first Monday
        at = on(2 + 7 * week)
        accept(
            engine,
            harvested(engine, *(a_page(n, deadlines=due_on(200)) for n in range(week + 1)), now=at),
            now=at,
        )
        plan(engine, context(at, profile), week_of(at))
        handed_over(engine, at, profile)
    told = {
        person: [(s.letter.week, len(s.letter.calls)) for s in mailed(engine) if s.letter.person == person]
        for person in ("kontakt-skola", "kontakt-skola-2")
    }
    assert told["kontakt-skola"] == [("2026-W37", 3)]
    assert told["kontakt-skola-2"] == [("2026-W35", 1), ("2026-W36", 1), ("2026-W37", 1)]


def test_what_closes_too_soon_for_the_monthly_letter_comes_at_once(engine):
    choose(engine, "kontakt-skola", Wishes(rhythm=Rhythm.MONTHLY))
    accept(engine, harvested(engine, a_page(1, deadlines=due_on(20)), a_page(2, deadlines=due_on(200))))
    plan(engine, context(on(2)), "2026-W35")
    (only,) = mailed(engine)
    assert only.letter.calls == ((1, 1),)


def test_the_first_monday_of_a_month_is_found_whatever_the_day():
    day = NOW.date()
    for _ in range(800):
        found = next_first_monday(day)
        assert (found.weekday(), found.day <= 7, 0 < (found - day).days <= 36) == (0, True, True)
        day += timedelta(days=1)


def test_a_chosen_language_is_the_letters_language(engine):
    choose(engine, "kontakt-skola", Wishes(language="en"))
    accept(engine, harvested(engine, a_page(1)))
    plan(engine, context(), "2026-W34")
    (only,) = mailed(engine)
    assert parsed(only.letter)["Content-Language"] == "en"
    assert "Change what you get" in text_of(only.letter)


# Every kind over a real mail server


def everything(engine) -> None:
    """One letter of every kind in the outbox."""
    pages = [a_page(n, deadlines=due_on(40)) for n in (1, 2)]
    accept(engine, harvested(engine, *pages))
    ask(engine)
    with writing(engine) as conn:
        referrals.refer(
            conn, TENANT, call_id=2, units=["skola"], by="samordnare", now=NOW, note="Vad säger ni?"
        )
    plan(engine, context(), "2026-W34")
    answer(engine, kind=AnswerKind.MAYBE, at=on(0, 3))
    harvested(engine, a_page(1, deadlines=due_on(41)), a_page(2, deadlines=due_on(40)), now=on(12))
    remind(engine, context(on(12)))
    ask(engine, 2, now=on(12))
    notify(engine, context(on(12)))
    watch(engine, context(on(12)), replace(AROUND, free_bytes=0, silent={"kontakt-kultur"}))
    announce(engine, context(on(13, 13)))


def test_every_kind_goes_out_with_the_headers_of_c1_and_says_the_same_in_both_parts(engine):
    everything(engine)
    keeper = Keeper()
    with real_server(keeper) as url:
        channel = channel_for(url)
        handed_over(engine, on(13), channel=channel)
    assert {stored.state for stored in mailed(engine)} == {LetterState.SENT}
    assert {stored.letter.kind for stored in mailed(engine)} == set(LetterKind)
    arrived = [message_from_bytes(content, policy=policy.SMTP) for content in keeper.contents]
    names = ["From", "To", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"]
    names += ["Reply-To", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language", "Subject"]
    for message in arrived:
        assert [name for name in names if len(message.get_all(name, [])) != 1] == []
        assert message["List-Unsubscribe"].startswith("<https://")
        assert len(message["Subject"]) <= 70
    assert len({message["List-Id"] for message in arrived}) == len(LetterKind)


def test_every_kind_is_small_and_its_text_part_has_every_link_of_its_html_part(engine):
    everything(engine)
    for stored in mailed(engine):
        letter = stored.letter
        in_html = {link for link in Page(html_of(letter)).links if link.startswith("http")}
        assert len(letter.content) < 90_000, letter.kind
        assert in_html <= addresses_in(text_of(letter)), letter.kind


def test_the_fullest_notice_is_under_90_kb(engine):
    long = "Ö" * 3000
    pages = [
        a_page(n, title=f"{n} {long}", identifier=long[:190] + str(n), deadlines=due_on(40))
        for n in range(30)
    ]
    harvested(engine, *pages)
    for call_id in range(1, 31):
        answer(engine, call_id)
    remind(engine, context(on(12)))
    remind(engine, context(on(13)))
    first, second = mailed(engine)
    assert max(len(first.letter.content), len(second.letter.content)) < 90_000


def test_a_coordinators_mail_is_not_sent_to_who_no_longer_is_one(engine):
    accept(engine, harvested(engine, a_page(1)))
    announce(engine, context(on(6, 13)))
    profile = replace(PROFILE, people=PROFILE.people[1:])
    assert handed_over(engine, on(6, 14), profile).kept == []
    with reading(engine) as conn:
        assert {one.state for one in matches.find(conn, TENANT)} == {MatchState.ACCEPTED}
        assert [one.state for one in letters.find(conn, TENANT)] == [LetterState.CANCELLED]
