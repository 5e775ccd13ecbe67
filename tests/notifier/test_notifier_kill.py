"""Kill the sender at random moments: nothing is lost, and nothing comes twice unless somebody asks for it (B1, B2).

M-35. The moments come from a printed seed; FONDVAKT_TEST_SEED repeats a run. FONDVAKT_TEST_LETTERS and
FONDVAKT_TEST_KILLS make it a night's run (`make soak`).
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes
from hashlib import sha256
from pathlib import Path

import pytest
from outbox import TENANT, a_town, fill
from servers import Keeper, real_server

from builders import NOW
from notifier.model import LetterState
from pipeline.settling import settle
from storage import letters, outbox
from storage.database import open_database, reading

AT_A_TIME = 500
HOUSE = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How many letters, and how often their sender is killed."""

    letters: int
    kills: int

    @property
    def spread(self) -> float:
        """The longest time to a kill, in seconds; so that the kills fall all over the run."""
        return 0.006 * self.letters / self.kills


USUAL = Trial(
    letters=int(os.environ.get("FONDVAKT_TEST_LETTERS", "1500")),
    kills=int(os.environ.get("FONDVAKT_TEST_KILLS", "60")),
)
SHORT = Trial(letters=300, kills=20)


class Sender:
    """The process that starts senders; `run` lets one work until it is done or killed."""

    def __init__(self, engine, relay: str, lock: Path, letters: int) -> None:
        path = os.pathsep.join(str(HOUSE / part) for part in ("", "tests", "tests/notifier"))
        database = engine.url.render_as_string(hide_password=False)
        arguments = [database, relay, str(lock), str(letters)]
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


class Sums(Keeper):
    """Keeps a sum of each letter instead of its bytes, so that a night's run fits in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: Counter[bytes] = Counter()
        self.numbers: set[str] = set()

    async def handle_DATA(self, server, session, envelope):
        self.arrived[summed(envelope.content)] += 1
        self.numbers.add(message_from_bytes(envelope.content)["Message-ID"])
        return "250 2.0.0 kept"


def summed(content: bytes) -> bytes:
    return sha256(content).digest()


def filled(engine, letters: int) -> set[bytes]:
    """Fill the outbox; the sum of each letter."""
    made = set()
    for first in range(0, letters, AT_A_TIME):
        some = fill(engine, min(AT_A_TIME, letters - first), first=first)
        made |= {summed(one.content) for one in some}
    return made


def doubtful_in(engine) -> dict[bytes, int]:
    with reading(engine) as conn:
        found = letters.find(conn, TENANT, states=[LetterState.IN_DOUBT])
    return {summed(stored.letter.content): stored.id for stored in found}


def kill_until_sent(sender, keeper, chance, trial: Trial) -> int:
    """Kill the sender again and again while it works; how many times."""
    kills = 0
    while kills < trial.kills and len(keeper.arrived) < trial.letters - 20:
        arrived = keeper.arrived.total()
        kills += sender.run(
            kill_after=chance.uniform(0, trial.spread),
            once=lambda arrived=arrived: keeper.arrived.total() > arrived,
        )
    return kills


def test_m_35_killed_again_and_again_nothing_is_lost_and_nothing_comes_twice(engine, tmp_path, seed):
    keeps_its_promise(engine, tmp_path, seed, USUAL)


@pytest.mark.postgres
def test_m_35_b1_postgresql_keeps_the_same_promise(postgres_url, tmp_path, seed):
    engine = open_database(postgres_url)
    try:
        keeps_its_promise(engine, tmp_path, seed, SHORT)
    finally:
        engine.dispose()


def keeps_its_promise(engine, folder: Path, seed: int, trial: Trial) -> None:
    """Fill, kill, settle what is in doubt by sending it again, and count what came."""
    chance, keeper = random.Random(seed), Sums()
    made = filled(engine, trial.letters)
    with real_server(keeper) as relay:
        sender = Sender(engine, relay, folder / "lock", trial.letters)
        try:
            kills = kill_until_sent(sender, keeper, chance, trial)
            assert not sender.run()
            doubtful, once = doubtful_in(engine), Counter(keeper.arrived)
            assert kills >= trial.kills * 11 // 12, (
                f"seed {seed}: only {kills} kills before everything was sent"
            )
            assert set(once.values()) == {1}, f"seed {seed}: a letter came twice by itself"
            assert made - set(once) <= set(doubtful), f"seed {seed}: a letter is lost and nobody can see it"
            assert len(doubtful) <= kills

            for letter_id in doubtful.values():
                settle(engine, TENANT, a_town(trial.letters), letter_id, arrived=False, now=NOW)
            assert not sender.run()
        finally:
            sender.close()
    twice = keeper.arrived.total() - trial.letters
    print(f"kills {kills}, in doubt {len(doubtful)}, arrived twice {twice}")
    assert set(keeper.arrived) == made, f"seed {seed}: lost, or not byte-identical"
    assert twice <= len(doubtful)
    with reading(engine) as conn:
        assert outbox.count(conn, TENANT, [LetterState.SENT]) == trial.letters
    assert len(keeper.numbers) == trial.letters
