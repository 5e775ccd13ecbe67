"""What was held until its day count was no longer true is written anew, or not sent, when it is let go."""

from datetime import timedelta

import pytest
from followers import PROFILE, TENANT, answer, context, due_on, handed_over, harvested, mailed, on
from letters import parsed, text_of
from outbox import OWNER, Clock, Outbox
from test_notifier_job import a_page

from notifier.errors import TemporaryRefusal, Uncertain
from notifier.model import LetterKind, LetterState
from pipeline.limiter import Limiter
from pipeline.notices import notify, remind
from pipeline.renewal import REASON, renew
from pipeline.sending import WAITS, send
from pipeline.settling import hold, release, settle
from storage import assignments, outbox
from storage.database import writing
from texts import Message

REFUSED = Message(text="nej")


def a_reminder_in_doubt(engine):
    """Seven days before the deadline, handed to a relay that did not say whether it took it."""
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    remind(engine, context(on(33)))
    handed_over(engine, on(33), channel=Outbox(lambda _number: Uncertain(REFUSED)))
    (old,) = mailed(engine)
    return old


def a_held_reminder(engine, *, made: int = 33, closes: int = 40):
    """One reminder, made so many days after NOW and held at once."""
    harvested(engine, a_page(1, deadlines=due_on(closes)))
    answer(engine)
    remind(engine, context(on(made)))
    (stored,) = mailed(engine, LetterKind.REMINDER)
    hold(engine, TENANT, stored.id, on(made), by="samordnare")
    return stored


def sent_on(engine, day: int, hour: int = 9, channel=None) -> list:
    """What goes out when the outbox is emptied on that day: first renewed, then sent."""
    renew(engine, context(on(day, hour)))
    return handed_over(engine, on(day, hour), channel=channel).kept


def counts(kept) -> list[str]:
    """The first words of each subject: how many days are left."""
    return [letter.subject.split(" – ")[0] for letter in kept]


def test_a_reminder_let_go_days_later_says_how_many_days_are_left_now(engine):
    old = a_held_reminder(engine)
    assert "7 dagar kvar" in old.letter.subject
    release(engine, TENANT, on(36))
    (only,) = sent_on(engine, 36)
    assert counts([only]) == ["Fondvakt: 4 dagar kvar"]
    assert "7 dagar kvar" not in text_of(only)
    assert only.message_id != old.letter.message_id
    assert parsed(only)["Date"] != parsed(old.letter)["Date"]


def test_let_go_on_the_same_day_it_keeps_its_bytes(engine):
    old = a_held_reminder(engine)
    release(engine, TENANT, on(33, 20))
    assert [letter.content for letter in sent_on(engine, 33, 21)] == [old.letter.content]


def test_let_go_after_the_deadline_it_is_dropped_and_the_archive_says_why(engine):
    a_held_reminder(engine)
    release(engine, TENANT, on(41))
    assert sent_on(engine, 41) == []
    (stored,) = mailed(engine, LetterKind.REMINDER)
    assert stored.state is LetterState.CANCELLED
    assert stored.error == REASON


def test_let_go_when_the_nearer_step_has_been_told_it_is_dropped(engine):
    a_held_reminder(engine)
    remind(engine, context(on(38)))
    assert counts(sent_on(engine, 38, 8)) == ["Fondvakt: 2 dagar kvar"]
    release(engine, TENANT, on(38, 9))
    assert sent_on(engine, 38, 10) == []
    remind(engine, context(on(39)))
    assert sent_on(engine, 39) == []


def test_two_steps_held_and_let_go_together_are_one_reminder(engine):
    a_held_reminder(engine)
    remind(engine, context(on(38)))
    newer = mailed(engine, LetterKind.REMINDER)[-1]
    hold(engine, TENANT, newer.id, on(38), by="samordnare")
    release(engine, TENANT, on(39))
    assert counts(sent_on(engine, 39)) == ["Fondvakt: 1 dag kvar"]


def test_let_go_on_a_day_with_another_reminder_nothing_is_lost_and_no_call_is_told_twice(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)), a_page(2, deadlines=due_on(47)))
    answer(engine)
    remind(engine, context(on(38)))
    hold(engine, TENANT, mailed(engine)[0].id, on(38), by="samordnare")
    answer(engine, 2)
    remind(engine, context(on(40)))
    assert ["Call number 2" in text_of(letter) for letter in sent_on(engine, 40, 8)] == [True]
    release(engine, TENANT, on(40, 9))
    (only,) = sent_on(engine, 40, 10)
    assert "Call number 1" in text_of(only)
    assert "Call number 2" not in text_of(only)


def test_nobody_else_is_reminded_before_the_job_of_the_day(engine):
    a_held_reminder(engine)
    answer(engine, person="kontakt-kultur", unit="kultur")
    release(engine, TENANT, on(34, 3))
    assert [letter.to for letter in sent_on(engine, 34, 4)] == ["kontakt.skola@exempelstad.example"]


def test_b2_what_may_have_arrived_is_sent_again_byte_for_byte_however_late(engine):
    old = a_reminder_in_doubt(engine)
    assert old.state is LetterState.IN_DOUBT
    settle(engine, TENANT, PROFILE, old.id, arrived=False, now=on(36))
    assert [letter.content for letter in sent_on(engine, 36)] == [old.letter.content]


def test_b2_also_when_the_second_try_was_broken_off_before_it_was_handed_over(engine):
    old = a_reminder_in_doubt(engine)
    settle(engine, TENANT, PROFILE, old.id, arrived=False, now=on(34))
    handed_over(engine, on(34), channel=Broken())
    release(engine, TENANT, on(36))
    assert [letter.content for letter in sent_on(engine, 36)] == [old.letter.content]


class Broken(Outbox):
    """Refuses before anything is handed over."""

    def deliver(self, letter, *, before_data):
        raise TemporaryRefusal(REFUSED)


def test_b4_the_tries_of_the_old_one_count_so_that_it_fails_at_last(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    now, ends = on(33), on(36)
    remind(engine, context(now))
    while now < ends and LetterState.FAILED not in {stored.state for stored in mailed(engine)}:
        renew(engine, context(now))
        handed_over(engine, now, channel=Broken())
        now += min(WAITS)
    assert now - on(33) <= timedelta(hours=30)
    assert mailed(engine)[-1].attempts == len(WAITS) + 1


def test_b7_a_restored_copy_renews_nothing_since_what_waits_in_it_may_have_left(engine):
    harvested(engine, a_page(1, deadlines=due_on(40)))
    answer(engine)
    remind(engine, context(on(33)))
    (old,) = mailed(engine)
    with writing(engine) as conn:
        outbox.hold_all(conn)
    release(engine, TENANT, on(36), host="dator")
    assert [letter.content for letter in sent_on(engine, 36)] == [old.letter.content]


@pytest.mark.parametrize(("host", "renewed"), [("mine", [True]), ("another", [])])
def test_m_42_only_the_machine_that_may_send_renews(engine, host, renewed):
    called = []
    with writing(engine) as conn:
        outbox.take_over(conn, TENANT, "mine", on(36))
    who = {"owner": OWNER, "now_fn": Clock(on(36)), "limiter": Limiter(9), "week": "2026-W39", "host": host}
    send(engine, TENANT, PROFILE, Outbox(), renew=lambda: called.append(True), **who)
    assert called == renewed


def asked_the_unit(engine, day: int):
    harvested(engine, a_page(1, deadlines=due_on(40)))
    with writing(engine) as conn:
        assignments.ask(conn, TENANT, call_id=1, unit="skola", by="samordnare", now=on(day))
    notify(engine, context(on(day)))
    (stored,) = mailed(engine, LetterKind.ASSIGNMENT)
    hold(engine, TENANT, stored.id, on(day), by="samordnare")
    return stored


def test_a_held_question_counts_its_days_anew_and_asks_nothing_that_is_over(engine):
    asked_the_unit(engine, 20)
    release(engine, TENANT, on(30))
    (only,) = sent_on(engine, 30)
    assert "10 dagar kvar" in text_of(only)


@pytest.mark.parametrize("later", [21, 41], ids=["answered", "closed"])
def test_a_held_question_that_is_answered_or_closed_is_not_asked(engine, later):
    asked_the_unit(engine, 20)
    if later == 21:
        answer(engine, at=on(20, 12))
    release(engine, TENANT, on(later))
    assert sent_on(engine, later) == []
