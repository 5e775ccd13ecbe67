"""Kill -9 at each of twenty named points of sending one letter: every time it lands where it belongs (B3, M-34).

Points in the database are the sender's own; points in the conversation are the relay's, which sees how far it has come
and kills the sender at that moment.
"""

import os
import queue
import signal
import threading
from pathlib import Path

import pytest
from forking import Forker
from killable_at import TRANSACTIONS
from outbox import OWNER, TENANT, Outbox, fill, sent, states
from servers import Scripted

from notifier.model import LetterState
from storage import outbox
from storage.database import reading

S = LetterState

# Point, the state after the next start has settled it, and whether the relay got the whole letter.
POINTS = (
    ("recover begun", S.RENDERED, False),
    ("recover written", S.RENDERED, False),
    ("remember begun", S.RENDERED, False),
    ("claim begun", S.RENDERED, False),
    ("claim written", S.RENDERED, False),
    ("claim committed", S.RETRY, False),
    ("waiting for its turn", S.RETRY, False),
    ("relay: connected", S.RETRY, False),
    ("relay: EHLO", S.RETRY, False),
    ("relay: MAIL", S.RETRY, False),
    ("relay: RCPT", S.RETRY, False),
    ("mark begun", S.RETRY, False),
    ("mark written", S.RETRY, False),
    ("mark committed", S.IN_DOUBT, False),
    ("relay: DATA", S.IN_DOUBT, False),
    ("relay: half", S.IN_DOUBT, False),
    ("relay: dot", S.IN_DOUBT, True),
    ("record begun", S.IN_DOUBT, True),
    ("record written", S.IN_DOUBT, True),
    ("record committed", S.SENT, True),
)


class Killer(Scripted):
    """A relay that kills the sender when the conversation has come to a point."""

    def __init__(self, point: str) -> None:
        self.point, self.sender, self.taken_whole = point, queue.Queue(), threading.Event()
        super().__init__({})

    def _kills_at(self, place: str) -> bool:
        if self.point != f"relay: {place}":
            return False
        os.kill(self.sender.get(timeout=60), signal.SIGKILL)
        return True

    def _say(self, line, name: str) -> bool:
        if name == "dot":
            self.taken_whole.set()
        if self._kills_at({"greeting": "connected"}.get(name, name)):
            return False
        return super()._say(line, name)

    def _grows(self, content: bytes) -> None:
        if len(content) > 1000 and self._kills_at("half"):
            raise ConnectionError("the sender is gone")


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    log = tmp_path_factory.mktemp("points") / "log"
    forker = Forker(Path(__file__).with_name("killable_at.py"), log=log)
    yield forker
    forker.close()


def killed_at(driver: Forker, engine, point: str) -> tuple[int, Killer]:
    """How the sender ended, and what the relay saw."""
    relay = Killer(point)
    order = {"database": str(engine.url), "relay": relay.url, "people": 1, "point": point}
    relay.sender.put(driver.start(order))
    code = driver.ended()
    relay.close()
    return code, relay


def settled(engine) -> LetterState:
    """The state as the next start finds it, before anything is sent."""
    sent(engine, Outbox(), people=1, stopping=lambda: True, owner=OWNER)
    (state,) = states(engine)
    return state


def test_b3_there_are_twenty_points_and_they_cover_every_transaction():
    assert len(POINTS) == 20 == len({point for point, *_ in POINTS})
    for transaction in TRANSACTIONS.values():
        assert any(point.startswith(f"{transaction} ") for point, *_ in POINTS)


@pytest.mark.parametrize(
    ("point", "state", "arrived"), POINTS, ids=[f"B3 M-34 {point}" for point, *_ in POINTS]
)
def test_a_kill_at_a_named_point_leaves_the_letter_where_it_belongs(driver, engine, point, state, arrived):
    (letter,) = fill(engine, 1)
    code, relay = killed_at(driver, engine, point)
    assert code == -signal.SIGKILL, f"the point {point!r} was never reached"
    assert settled(engine) is state
    assert relay.taken_whole.is_set() is arrived
    again = Outbox()
    sent(engine, again, people=1)
    assert [kept.content for kept in again.kept] == (
        [letter.content] if state in (S.RENDERED, S.RETRY) else []
    )
    with reading(engine) as conn:
        shown = outbox.lines(conn, TENANT, states=[S.IN_DOUBT])
    assert [line.id for line in shown] == ([1] if state is S.IN_DOUBT else [])


def test_b3_a_sender_that_nobody_kills_sends(driver, engine):
    fill(engine, 1)
    code, relay = killed_at(driver, engine, "none")
    assert code == 0
    assert len(relay.taken) == 1
    assert states(engine) == [S.SENT]
