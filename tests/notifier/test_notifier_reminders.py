"""Reminders: 30, 14, 7 and 2 days before, to followers only, each step of each deadline once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from followers import PROFILE, TENANT, answer, context, due_on, handed_over, harvested, mailed, on
from hypothesis import given
from hypothesis import strategies as st
from letters import text_of
from test_notifier_job import a_page

from builders import NOW
from notifier.model import LetterKind, LetterState
from notifier.reminders import STEPS, step_due
from pipeline.notices import is_daytime, remind
from storage import answers_given, follows, wishes
from storage.answers_given import AnswerKind
from storage.database import reading, writing
from storage.wishes import Wishes

DAY = date(2027, 3, 12)


@pytest.mark.parametrize(
    ("left", "step"),
    [(31, None), (30, 30), (15, 30), (14, 14), (8, 14), (7, 7), (3, 7), (2, 2), (1, 2), (0, 2), (-1, None)],
)
def test_the_nearest_step_and_no_other_is_due(left, step):
    assert step_due(DAY, DAY - timedelta(days=left), date(2026, 1, 1)) == step


def test_who_began_to_follow_after_a_step_is_not_reminded_of_it():
    assert step_due(DAY, DAY - timedelta(days=10), DAY - timedelta(days=10)) is None
    assert step_due(DAY, DAY - timedelta(days=7), DAY - timedelta(days=10)) == 7


@given(st.sets(st.integers(0, 60), min_size=1))
def test_whatever_days_the_job_runs_no_step_comes_twice_and_the_last_day_run_has_its_nearest(days):
    told = []
    for left in sorted(days, reverse=True):
        step = step_due(DAY, DAY - timedelta(days=left), date(2026, 1, 1))
        if step is not None and step not in told:
            told.append(step)
    assert told == sorted(set(told), reverse=True)
    nearest = min((step for step in STEPS if step >= min(days)), default=None)
    assert nearest is None or nearest in told


def steps_told(engine, days, **options) -> list[str]:
    """Run the job on these days after NOW; the subjects of what was made."""
    for day in days:
        remind(engine, context(on(day)), **options)
    return [stored.letter.subject for stored in mailed(engine, LetterKind.REMINDER)]


def test_a_follower_is_reminded_four_times_and_nobody_else_is(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    subjects = steps_told(engine, range(41))
    assert [words.split(" – ")[0] for words in subjects] == [
        "Fondvakt: 30 dagar kvar",
        "Fondvakt: 14 dagar kvar",
        "Fondvakt: 7 dagar kvar",
        "Fondvakt: 2 dagar kvar",
    ]
    assert {stored.letter.person for stored in mailed(engine)} == {"kontakt-skola"}


def test_running_twice_and_as_a_second_process_adds_nothing(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    steps_told(engine, [10, 10, 11, 12])
    assert len(mailed(engine)) == 1


def test_one_mail_a_day_groups_what_is_due_nearest_first(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)), a_page(2, deadlines=due_on(39)))
    for call_id in (1, 2):
        answer(engine, call_id)
    remind(engine, context(on(12)))
    (only,) = mailed(engine)
    text = text_of(only.letter)
    assert text.index("Call number 2") < text.index("Call number 1")
    assert only.letter.subject == "Fondvakt: 2 stänger snart – närmast 30 september"


def test_after_a_stop_only_the_nearest_step_is_sent(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    assert [words.split(" – ")[0] for words in steps_told(engine, [34])] == ["Fondvakt: 6 dagar kvar"]
    assert len(steps_told(engine, [35, 36, 37])) == 1


def test_a_moved_deadline_is_planned_anew_and_one_moved_back_is_not_told_twice(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    assert len(steps_told(engine, [10])) == 1
    harvested(engine, a_page(1, deadlines=due_on(60)), now=on(11))
    assert len(steps_told(engine, [12, 30])) == 2
    harvested(engine, a_page(1, deadlines=due_on(40)), now=on(31))
    assert [words.split(" – ")[0] for words in steps_told(engine, [32])][2:] == ["Fondvakt: 8 dagar kvar"]


def test_a_closed_or_withdrawn_call_reminds_nobody(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)), a_page(2))
    answer(engine)
    for day in (1, 5, 9):
        harvested(engine, a_page(2), now=on(day))
    assert steps_told(engine, [12, 26, 38]) == []
    assert steps_told(engine, [41]) == []


@pytest.mark.parametrize("kind", [AnswerKind.NO, AnswerKind.FORWARD])
def test_an_answer_that_is_a_no_ends_following(engine, kind):
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    answer(engine, kind=kind, at=on(1))
    assert steps_told(engine, [12]) == []


def test_an_answer_taken_back_ends_following_and_an_own_choice_goes_on(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)), a_page(2, deadlines=due_on(40)))
    stored = answer(engine)
    with writing(engine) as conn:
        answers_given.undo(conn, TENANT, "kontakt-skola", "skola", 1, stored.id, NOW)
        own = {"by": follows.By.OWN, "now": NOW, "channel": "web", "call_version": 1, "unit": "skola"}
        follows.begin(conn, TENANT, person="kontakt-skola", call_id=2, **own)
    remind(engine, context(on(12)))
    (only,) = mailed(engine)
    assert "Call number 1" not in text_of(only.letter)
    assert "Du följer den sedan 22 augusti 2026." in text_of(only.letter)


def test_a_switched_off_kind_a_pause_and_a_stop_send_nothing_and_lose_nothing(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    with writing(engine) as conn:
        off = Wishes(without=frozenset({LetterKind.REMINDER}))
        wishes.choose(conn, TENANT, "kontakt-skola", off, NOW, channel="web")
    assert steps_told(engine, [11]) == []
    with writing(engine) as conn:
        wishes.choose(conn, TENANT, "kontakt-skola", Wishes(), NOW, channel="web")
    assert steps_told(engine, [12], stopped={"kontakt-skola"}) == []
    assert len(steps_told(engine, [13])) == 1


def test_m_38_what_is_switched_off_after_planning_is_not_sent_and_comes_again_when_it_is_on(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    remind(engine, context(on(12)))
    with writing(engine) as conn:
        off = Wishes(without=frozenset({LetterKind.REMINDER}))
        wishes.choose(conn, TENANT, "kontakt-skola", off, on(12), channel="web")
    assert handed_over(engine, on(12)).kept == []
    with writing(engine) as conn:
        wishes.choose(conn, TENANT, "kontakt-skola", Wishes(), on(12), channel="web")
    remind(engine, context(on(12)))
    assert len(handed_over(engine, on(12)).kept) == 1


def test_m_39_a_new_address_gets_what_the_old_one_never_did(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    remind(engine, context(on(12)))
    moved = replace(PROFILE.people[1], email="ny.adress@exempelstad.example")
    profile = replace(PROFILE, people=(PROFILE.people[0], moved, PROFILE.people[2]))
    assert handed_over(engine, on(12), profile).kept == []
    remind(engine, context(on(12), profile))
    (only,) = handed_over(engine, on(12), profile).kept
    assert only.to == "ny.adress@exempelstad.example"


def test_m_10_two_roles_with_one_address_get_one_mail(engine):
    second = replace(PROFILE.people[2], email=PROFILE.people[1].email.upper())
    profile = replace(PROFILE, people=(*PROFILE.people[:2], second))
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    answer(engine, person="kontakt-kultur", unit="kultur")
    remind(engine, context(on(12), profile))
    (only,) = mailed(engine)
    assert text_of(only.letter).count("Call number 1") == 1


def test_people_are_not_written_to_at_night():
    assert [hour for hour in range(24) if is_daytime(NOW.replace(hour=hour))] == list(range(5, 22))


def test_f7_following_and_stopping_are_in_the_history(engine):
    from storage import audit

    harvested(engine, a_page(1))
    answer(engine)
    answer(engine, kind=AnswerKind.NO, at=on(1))
    with reading(engine) as conn:
        found = [one.event.action for one in audit.events(conn, TENANT, kind="call")]
    assert found == ["unfollow", "follow"]


def test_the_letters_state_is_kept_apart_from_the_digests(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    remind(engine, context(on(12)))
    handed_over(engine, on(12))
    (only,) = mailed(engine)
    assert (only.state, only.letter.kind, only.letter.calls) == (LetterState.SENT, LetterKind.REMINDER, ())
