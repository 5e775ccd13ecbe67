"""Kill the sender at random moments: nothing is lost, and nothing comes twice unless somebody asks for it (B1, B2).

M-35. The moments come from a printed seed; FONDVAKT_TEST_SEED repeats a run.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path

import pytest
from outbox import TENANT, a_town, fill
from servers import Keeper, real_server

from builders import NOW
from notifier.model import LetterState
from pipeline.settling import settle
from storage import letters
from storage.database import reading

LETTERS = 150
KILLS = 25
HOUSE = Path(__file__).parents[2]


class Sender:
    """The process that starts senders; `run` lets one work until it is done or killed."""

    def __init__(self, engine, relay: str, lock: Path) -> None:
        path = os.pathsep.join(str(HOUSE / part) for part in ("", "tests", "tests/notifier"))
        arguments = [str(engine.url), relay, str(lock), str(LETTERS)]
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("killable.py")), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": path},
        )

    def run(self, *, kill_after: float | None = None, once=lambda: True) -> bool:
        """Whether the sender was killed before it was done: so many seconds after `once` came true."""
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        if kill_after is not None:
            give_up = time.monotonic() + 10
            while not once() and time.monotonic() < give_up:
                time.sleep(0.001)
            time.sleep(kill_after)  # a real moment of a real process
            os.kill(child, signal.SIGKILL)
        return int(self._process.stdout.readline()) == -signal.SIGKILL

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


@pytest.fixture
def seed():
    seed = int(os.environ.get("FONDVAKT_TEST_SEED", random.randrange(10**6)))
    print(f"seed {seed}")
    return seed


def in_state(engine, state):
    with reading(engine) as conn:
        return letters.find(conn, TENANT, states=[state])


def test_m_35_killed_again_and_again_nothing_is_lost_and_nothing_comes_twice(engine, tmp_path, seed):
    chance, keeper = random.Random(seed), Keeper()
    made = {letter.content for letter in fill(engine, LETTERS)}
    with real_server(keeper) as relay:
        sender = Sender(engine, relay, tmp_path / "lock")
        try:
            kills = 0
            while kills < KILLS and len(set(keeper.contents)) < LETTERS - 5:
                arrived = len(keeper.envelopes)
                kills += sender.run(
                    kill_after=chance.uniform(0, 0.03),
                    once=lambda arrived=arrived: len(keeper.envelopes) > arrived,
                )
            assert not sender.run()
            doubtful = {stored.letter.content: stored.id for stored in in_state(engine, LetterState.IN_DOUBT)}
            once = Counter(keeper.contents)
            assert kills >= 20, f"seed {seed}: only {kills} kills before everything was sent"
            assert set(once.values()) == {1}, f"seed {seed}: a letter came twice by itself"
            assert made - set(once) <= set(doubtful), f"seed {seed}: a letter is lost and nobody can see it"
            assert len(doubtful) <= kills

            for letter_id in doubtful.values():
                settle(engine, TENANT, a_town(LETTERS), letter_id, arrived=False, now=NOW)
            assert not sender.run()
        finally:
            sender.close()
    again = Counter(keeper.contents)
    print(f"kills {kills}, in doubt {len(doubtful)}, arrived twice {sum(again.values()) - LETTERS}")
    assert set(again) == made, f"seed {seed}: lost, or not byte-identical"
    assert sum(again.values()) - LETTERS <= len(doubtful)
    assert len(in_state(engine, LetterState.SENT)) == LETTERS
    numbers = {message_from_bytes(content)["Message-ID"] for content in again}
    assert len(numbers) == LETTERS
