"""A sender that dies, or cannot write down what it knows: each letter lands where it belongs (M-34, B1, E2)."""

import sqlite3
from datetime import timedelta

import pytest
from outbox import OWNER, Clock, Outbox, fill, sent, states
from sqlalchemy import event

from builders import NOW
from notifier.model import LetterState

S = LetterState


class Killed(BaseException):
    """The process ends here."""


class Breaking(Outbox):
    """Dies at a named point of handing over."""

    def __init__(self, point: str) -> None:
        super().__init__()
        self.point = point

    def deliver(self, letter, *, before_data):
        for name in ("claimed", "connected", "addressed"):
            self.die_at(name)
        before_data()
        for name in ("noted", "half"):
            self.die_at(name)
        self.kept.append(letter)
        self.die_at("answered")
        return "250 kept"

    def die_at(self, name: str) -> None:
        if name == self.point:
            raise Killed


@pytest.mark.parametrize(
    ("point", "state"),
    [
        ("claimed", S.RETRY),
        ("connected", S.RETRY),
        ("addressed", S.RETRY),
        ("noted", S.IN_DOUBT),
        ("half", S.IN_DOUBT),
        ("answered", S.IN_DOUBT),
    ],
)
def test_m_34_a_kill_leaves_the_letter_where_it_belongs(engine, point, state):
    fill(engine, 1)
    breaking = Breaking(point)
    with pytest.raises(Killed):
        sent(engine, breaking)
    assert states(engine) == [S.SENDING]
    seen = []
    sent(engine, Outbox(), stopping=lambda: bool(seen.append(states(engine))) or True)
    assert seen == [[state]]
    later = Outbox()
    sent(engine, later)
    assert len(later.kept) == (1 if state is S.RETRY else 0)


def test_a_dead_run_of_another_machine_is_left_to_it(engine):
    fill(engine, 1)
    with pytest.raises(Killed):
        sent(engine, Breaking("half"), owner="other")
    sent(engine, Outbox(), owner=OWNER)
    assert states(engine) == [S.SENDING]


@pytest.mark.parametrize(("point", "state"), [("addressed", S.SENT), ("half", S.IN_DOUBT)])
def test_b1_what_a_machine_that_is_no_more_left_half_sent_is_settled_after_an_hour(engine, point, state):
    fill(engine, 1)
    with pytest.raises(Killed):
        sent(engine, Breaking(point), owner="a container that is gone")
    sent(engine, Outbox(), clock=Clock(NOW + timedelta(minutes=59)))
    assert states(engine) == [S.SENDING]
    channel = Outbox()
    sent(engine, channel, clock=Clock(NOW + timedelta(hours=1)))
    assert states(engine) == [state]
    assert len(channel.kept) == (1 if state is S.SENT else 0)


def test_e2_a_database_that_others_keep_busy_does_not_make_a_sent_letter_doubtful(engine):
    fill(engine, 1)
    hog = sqlite3.connect(engine.url.database, isolation_level=None)
    tries = []

    @event.listens_for(engine, "checkout")
    def hurry(raw, *_) -> None:
        raw.execute("PRAGMA busy_timeout = 20")
        if hog.in_transaction:
            tries.append(1)
        if len(tries) == 3:
            hog.rollback()

    class Hogged(Outbox):
        """While the relay answers, somebody takes the database for longer than a writer waits, twice over."""

        def deliver(self, letter, *, before_data):
            answer = super().deliver(letter, before_data=before_data)
            hog.execute("BEGIN IMMEDIATE")
            return answer

    assert sent(engine, Hogged()).sent == 1
    assert len(tries) == 3
    assert states(engine) == [S.SENT]
    hog.close()
