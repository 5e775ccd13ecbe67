"""Emptying the outbox: once each, in doubt where nobody knows, stopped when the relay is broken (reliability B)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from outbox import TENANT, WEEK, Clock, Outbox, a_town, fill, sent, states

from builders import NOW, a_person
from notifier.errors import (
    HeldByUs,
    PermanentRefusal,
    RelayAway,
    RelayRefusesUs,
    TemporaryRefusal,
    Uncertain,
)
from notifier.model import LetterState
from pipeline.sending import WAITS
from pipeline.settling import NotToBeSettled, release, settle
from storage import letters, outbox
from storage.database import reading, writing
from texts import Message, translate

SAID = Message(text="servern sade nej")
S = LetterState


def failing(failure, *numbers):
    """The error at these deliveries, at every one when none is named."""
    return lambda number: failure if not numbers or number in numbers else None


def stored(engine, number=1):
    with reading(engine) as conn:
        return letters.get(conn, TENANT, number)


def test_m_20_every_letter_leaves_once_and_the_answer_is_kept(engine):
    made, channel = fill(engine, 3), Outbox()
    summary = sent(engine, channel)
    assert [letter.content for letter in channel.kept] == [letter.content for letter in made]
    assert (summary.week, summary.sent, summary.failed, summary.in_doubt, summary.skipped) == (
        WEEK,
        3,
        0,
        0,
        0,
    )
    assert stored(engine).error == "250 kept"
    assert sent(engine, channel).sent == 0
    assert channel.closed == 2


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (TemporaryRefusal(SAID), S.RETRY),
        (RelayAway(SAID), S.RETRY),
        (PermanentRefusal(SAID), S.FAILED),
        (HeldByUs(SAID), S.HELD),
        (RelayRefusesUs(SAID), S.HELD),
        (Uncertain(SAID), S.IN_DOUBT),
    ],
)
def test_a_failure_becomes_a_state_that_people_can_see(engine, failure, state):
    fill(engine, 1)
    sent(engine, Outbox(failing(failure)))
    assert (stored(engine).state, stored(engine).error) == (state, "servern sade nej")


def test_b4_twelve_tries_within_24_hours_then_failed(engine):
    fill(engine, 1)
    clock, channel = Clock(), Outbox(failing(TemporaryRefusal(SAID)))
    for _ in range(40):
        sent(engine, channel, clock=clock)
        waits = stored(engine).not_before
        if waits is None:
            break
        sent(engine, channel, clock=Clock(waits - timedelta(seconds=1)))
        clock.now = waits
    assert channel.tries == 12 == len(WAITS) + 1
    assert clock.now - NOW <= timedelta(hours=24)
    assert stored(engine).state is S.FAILED


def test_m_25_a_longer_delay_that_the_server_asks_for_is_kept(engine):
    fill(engine, 1)
    sent(engine, Outbox(failing(TemporaryRefusal(SAID, retry_after=timedelta(hours=3)))))
    assert stored(engine).not_before == NOW + timedelta(hours=3)


def test_m_22_a_relay_that_is_away_pauses_the_run(engine):
    fill(engine, 3)
    channel = Outbox(failing(RelayAway(SAID), 2))
    summary = sent(engine, channel)
    assert states(engine) == [S.SENT, S.RETRY, S.RENDERED]
    assert summary.stopped == SAID


def test_m_23_a_login_that_fails_holds_the_whole_run_until_it_is_released(engine):
    fill(engine, 3)
    summary = sent(engine, Outbox(failing(RelayRefusesUs(SAID))))
    assert states(engine) == [S.HELD] * 3
    assert (summary.held, summary.stopped) == (3, SAID)
    assert sent(engine, Outbox()).sent == 0
    assert release(engine, TENANT, NOW) == 3
    assert sent(engine, Outbox()).sent == 3


def test_m_28_a_refused_content_holds_that_letter_alone(engine):
    fill(engine, 3)
    sent(engine, Outbox(failing(HeldByUs(SAID), 2)))
    assert states(engine) == [S.SENT, S.HELD, S.SENT]


def test_m_30_a_letter_in_doubt_is_not_sent_again_by_itself(engine):
    fill(engine, 1)
    summary = sent(engine, Outbox(failing(Uncertain(SAID))))
    assert summary.in_doubt == 1
    channel = Outbox()
    assert sent(engine, channel, clock=Clock(NOW + timedelta(days=3))).in_doubt == 1
    assert not channel.kept


@pytest.mark.parametrize(("arrived", "state", "sends"), [(True, S.SENT, 0), (False, S.SENT, 1)])
def test_b3_a_person_settles_what_is_in_doubt(engine, arrived, state, sends):
    (letter,) = fill(engine, 1)
    sent(engine, Outbox(failing(Uncertain(SAID))))
    settle(engine, TENANT, a_town(), 1, arrived=arrived, now=NOW)
    channel = Outbox()
    sent(engine, channel)
    assert [kept.content for kept in channel.kept] == [letter.content] * sends
    assert stored(engine).state is state


@pytest.mark.parametrize("failure", [PermanentRefusal(SAID), TemporaryRefusal(SAID), HeldByUs(SAID)])
def test_m_36_ten_failures_in_a_row_stop_the_run_and_the_rest_goes_once_later(engine, failure):
    fill(engine, 30)
    channel = Outbox(lambda number: failure if number > 10 else None)
    summary = sent(engine, channel, people=30)
    assert (summary.sent, channel.tries) == (10, 20)
    assert summary.failed == 0
    assert "10 fel i rad" in translate(summary.stopped, "sv")
    release(engine, TENANT, NOW)
    later = Outbox()
    sent(engine, later, people=30, clock=Clock(NOW + timedelta(hours=1)))
    assert len(later.kept) == 20
    assert states(engine) == [S.SENT] * 30


def test_scattered_failures_do_not_stop_the_run(engine):
    fill(engine, 40)
    summary = sent(engine, Outbox(lambda number: None if number % 5 else PermanentRefusal(SAID)), people=40)
    assert (summary.sent, summary.failed, summary.stopped) == (32, 8, None)


@pytest.mark.parametrize("failure", [PermanentRefusal(SAID), HeldByUs(SAID)])
def test_b5_one_letter_in_twenty_refused_stops_the_run_and_blames_no_reader(engine, failure):
    fill(engine, 60)
    channel = Outbox(lambda number: None if number % 5 else failure)
    summary = sent(engine, channel, people=60)
    assert (channel.tries, summary.sent, summary.failed, summary.held) == (50, 40, 0, 20)
    assert "10 av 50 brev vägrades" in translate(summary.stopped, "sv")
    release(engine, TENANT, NOW)
    later = Outbox()
    sent(engine, later, people=60)
    assert [letter.person for letter in later.kept[:10]] == [f"person-{n}" for n in range(50, 60)]
    assert states(engine) == [S.SENT] * 60


def test_b5_letters_that_may_only_be_tried_later_do_not_count_as_refused(engine):
    fill(engine, 60)
    channel = Outbox(lambda number: TemporaryRefusal(SAID) if number % 2 else None)
    assert sent(engine, channel, people=60).stopped is None


def test_m_42_the_copy_on_another_host_refuses_to_send_until_a_person_says_so(engine):
    fill(engine, 3)
    first = Outbox()
    sent(engine, first, host="ett", stopping=lambda: bool(first.kept))
    copy = Outbox()
    summary = sent(engine, copy, host="två")
    assert not copy.kept
    assert "skickas från ett, inte från två" in translate(summary.stopped, "sv")
    assert sent(engine, first, host="ett").sent == 2
    release(engine, TENANT, NOW, host="två")
    assert sent(engine, copy, host="två").stopped is None
    assert sent(engine, first, host="ett").stopped is not None


def test_m_41_after_a_restore_nothing_leaves_until_it_is_released_not_even_a_new_letter(engine):
    fill(engine, 1)
    sent(engine, Outbox(), host="ett")
    with writing(engine) as conn:
        outbox.hold_all(conn)
    fill(engine, 2, week="2026-W35")
    channel = Outbox()
    summary = sent(engine, channel, host="ett")
    assert not channel.kept
    assert "säkerhetskopia" in translate(summary.stopped, "sv")
    release(engine, TENANT, NOW, host="ett")
    assert sent(engine, channel, host="ett").sent == 2


@pytest.mark.parametrize("arrived", [True, False])
def test_b3_a_letter_whose_fate_is_known_cannot_be_settled(engine, arrived):
    fill(engine, 1)
    with pytest.raises(NotToBeSettled, match="väntar"):
        settle(engine, TENANT, a_town(), 1, arrived=arrived, now=NOW)
    sent(engine, Outbox())
    with pytest.raises(NotToBeSettled, match="skickat"):
        settle(engine, TENANT, a_town(), 1, arrived=arrived, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda person: None,
        lambda person: replace(person, email="ny@exempelstad.example"),
        lambda person: replace(person, email="åsa@exempelstad.example"),
    ],
    ids=["M-38 gone", "M-39 moved", "M-39 unusable"],
)
def test_who_is_no_longer_there_gets_no_letter(engine, change):
    fill(engine, 2)
    town = a_town(2)
    people = [change(person) if person.key == "person-0" else person for person in town.people]
    town = replace(town, people=tuple(person for person in people if person))
    channel = Outbox()
    summary = sent(engine, channel, profile=town)
    assert [letter.person for letter in channel.kept] == ["person-1"]
    assert summary.skipped == 1
    assert states(engine) == [S.CANCELLED, S.SENT]


def test_m_38_who_has_stopped_the_letter_gets_none(engine):
    fill(engine, 2)
    channel = Outbox()
    sent(engine, channel, stopped={"person-1"})
    assert [letter.person for letter in channel.kept] == ["person-0"]


def test_m_40_a_letter_claimed_by_one_is_not_sent_by_another(engine):
    fill(engine, 1)
    with writing(engine) as conn:
        letters.claim_next(conn, TENANT, "other", NOW)
    channel = Outbox()
    assert sent(engine, channel).sent == 0
    assert not channel.kept


def test_two_runs_with_one_lock_do_not_overlap(engine, tmp_path):
    fill(engine, 2)
    inner = []
    lock = tmp_path / "sending.lock"

    class Nosy(Outbox):
        def deliver(self, letter, *, before_data):
            inner.append(sent(engine, Outbox(), lock=lock))
            return super().deliver(letter, before_data=before_data)

    summary = sent(engine, Nosy(), lock=lock)
    assert summary.sent == 2
    assert [one.sent for one in inner] == [0, 0]
    assert "pågår redan" in translate(inner[0].stopped, "sv")
    assert sent(engine, Outbox(), lock=lock).stopped is None


def test_a7_asked_to_stop_the_run_ends_after_the_present_letter(engine):
    fill(engine, 3)
    channel = Outbox()
    sent(engine, channel, stopping=lambda: bool(channel.kept))
    assert len(channel.kept) == 1
    assert states(engine) == [S.SENT, S.RENDERED, S.RENDERED]


def test_capital_letters_do_not_make_another_address(engine):
    fill(engine, 1)
    town = a_town(0)
    town = replace(
        town, people=(*town.people, a_person(key="person-0", email="Person-0@EXEMPELSTAD.example"))
    )
    assert sent(engine, Outbox(), profile=town).sent == 1
