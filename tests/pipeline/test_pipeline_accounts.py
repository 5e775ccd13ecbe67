"""A stopped mail is an incident: two hours after its slot a letter has come to something, or somebody is told (C8)."""

from datetime import timedelta

import pytest
from outbox import TENANT, Clock, Outbox, fill, sent

from builders import NOW
from notifier.errors import HeldByUs, PermanentRefusal, TemporaryRefusal, Uncertain
from notifier.model import LetterState
from pipeline.accounts import unaccounted
from storage import letters, slots
from storage.database import open_database, reading, writing
from texts import Message, translate

SAID = Message(text="servern sade nej")
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def engine(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'fondvakt.sqlite'}")
    yield engine
    engine.dispose()


def overdue(engine, now=LATER) -> list[int]:
    return [line.id for line in unaccounted(engine, TENANT, now).letters]


def test_c8_a_letter_that_nobody_sends_is_named_after_two_hours(engine):
    fill(engine, 2)
    assert overdue(engine, LATER - timedelta(minutes=1)) == []
    assert overdue(engine) == [1, 2]
    alarm = unaccounted(engine, TENANT, LATER).alarm
    assert "2 brev" in translate(alarm, "sv")
    assert "2 letters" in translate(alarm, "en")


@pytest.mark.parametrize(
    ("failure", "is_overdue"),
    [
        pytest.param(None, False, id="C8 sent"),
        pytest.param(PermanentRefusal(SAID), False, id="C8 failed"),
        pytest.param(HeldByUs(SAID), False, id="C8 held"),
        pytest.param(TemporaryRefusal(SAID), True, id="C8 tried again and again"),
        pytest.param(Uncertain(SAID), True, id="C8 in doubt"),
    ],
)
def test_planned_minus_sent_failed_and_held_is_none_or_an_alarm(engine, failure, is_overdue):
    fill(engine, 1)
    sent(engine, Outbox(lambda number: failure))
    assert bool(overdue(engine)) is is_overdue


def test_c8_a_letter_that_a_dead_sender_holds_is_named(engine):
    fill(engine, 1)
    with writing(engine) as conn:
        letters.claim_next(conn, TENANT, "dead", NOW)
    assert overdue(engine) == [1]


def test_c8_a_cancelled_letter_is_accounted_for(engine):
    fill(engine, 1)
    with writing(engine) as conn:
        letters.record(conn, TENANT, 1, LetterState.CANCELLED, NOW)
    assert not unaccounted(engine, TENANT, LATER)


@pytest.mark.parametrize("ended", [True, False], ids=["C8 planned", "C8 planning never ended"])
def test_planning_that_began_and_never_ended_is_an_alarm(engine, ended):
    with writing(engine) as conn:
        slots.claim(conn, TENANT, "digest", NOW, "dead", NOW, timedelta(minutes=30))
        if ended:
            slots.finish(conn, TENANT, "digest", NOW, NOW)
    found = unaccounted(engine, TENANT, LATER)
    assert (found.alarm is None) is ended
    assert not unaccounted(engine, TENANT, LATER - timedelta(minutes=1))


def test_c8_another_municipalitys_letters_are_not_ours_to_answer_for(engine):
    fill(engine, 1)
    assert not unaccounted(engine, "annanstad", LATER)


def test_c8_the_resumed_run_ends_the_alarm(engine):
    fill(engine, 3)
    sent(engine, Outbox(), stopping=lambda: True)
    assert overdue(engine) == [1, 2, 3]
    sent(engine, Outbox(), clock=Clock(LATER))
    assert not unaccounted(engine, TENANT, LATER)
    with reading(engine) as conn:
        assert {one.state for one in letters.find(conn, TENANT)} == {LetterState.SENT}
