"""SIGTERM at random moments of sending: the present letter is finished, and nothing is left in doubt (A7, T-15).

The real command in forked processes, over real SMTP. FONDVAKT_TEST_ENDS makes it longer (`make soak`).
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from letters import a_letter
from servers import Keeper, real_server

from builders import NOW
from notifier.model import LetterState
from pipeline.digest import recipients
from profiles.load import load_profile, preset_path
from storage import letters
from storage.database import open_database, reading, writing

ENDS = int(os.environ.get("FONDVAKT_TEST_ENDS", "20"))
LETTERS = 14 * ENDS
LONGEST = 30.0  # seconds
HERE = Path(__file__).parent
TENANT = "default"


class SlowKeeper(Keeper):
    """Thinks before it answers for a letter, so that many signals come just then."""

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(0.03)
        return await super().handle_DATA(server, session, envelope)


class Driver:
    """Gives orders to `killing.py`."""

    def __init__(self, data_dir: Path, relay: str) -> None:
        environ = os.environ | {
            "FONDVAKT_DATA_DIR": str(data_dir),
            "FONDVAKT_SMTP_URL": relay,
            "FONDVAKT_MODEL": str(data_dir / "no-model"),
            "FONDVAKT_MAIL_PER_MINUTE": "100000",
            "FONDVAKT_NOW": NOW.isoformat(),
            "PYTHONPATH": str(HERE.parent),
        }
        self._log = (data_dir.parent / "driver.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "killing.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environ,
            text=True,
        )
        self._process.stdout.readline()

    def order(self, *arguments: str, after: float | None = None) -> tuple[dict, float]:
        """What came of a command, and the seconds it took after the signal."""
        started = time.monotonic()
        told = {"arguments": arguments, "after": after, "signal": signal.SIGTERM}
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline()), time.monotonic() - started - (after or 0)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
        self._log.close()


@pytest.fixture
def chance():
    seed = int(os.environ.get("FONDVAKT_TEST_SEED", random.randrange(10**6)))
    print(f"seed {seed}")
    return random.Random(seed)


def fill(engine) -> int:
    """Letters for every contact person of the made-up municipality, as many weeks as it takes; how many."""
    pattern, readers, made = a_letter(), recipients(load_profile(preset_path("exempelstad"))), 0
    with writing(engine) as conn:
        while made < LETTERS:
            week = f"week {made // len(readers)}"
            for person in readers:
                one = replace(
                    pattern,
                    person=person.key,
                    week=week[:8],
                    to=person.email,
                    message_id=f"<{week}-{person.key}@exempelstad.example>".replace(" ", "-"),
                    calls=(),
                )
                letters.add(conn, TENANT, one, week, NOW)
                made += 1
    return made


def states(engine) -> Counter:
    with reading(engine) as conn:
        return Counter(stored.state for stored in letters.find(conn, TENANT))


def test_a7_t_15_asked_to_end_it_finishes_the_letter_and_leaves_nothing_in_doubt(tmp_path, chance):
    keeper, data_dir = SlowKeeper(), tmp_path / "data"
    with real_server(keeper) as relay:
        driver = Driver(data_dir, relay)
        driver.order("init", "--municipality", "exempelstad")
        engine = open_database(f"sqlite:///{data_dir / 'fondvakt.sqlite'}")
        made, slowest, amid, longest = fill(engine), 0.0, 0, 0.9
        for _ in range(ENDS):
            before = len(keeper.envelopes)
            outcome, took = driver.order("letters", "send", after=chance.uniform(0.05, longest))
            was_sending = len(keeper.envelopes) > before
            slowest, amid = max(slowest, took), amid + was_sending
            longest = max(
                0.9, longest * (0.95 if was_sending else 1.3)
            )  # a busy machine takes longer to begin
            assert took <= LONGEST
            assert outcome["killed"] or outcome["code"] == 0, outcome
            found = states(engine)
            assert set(found) <= {LetterState.RENDERED, LetterState.SENT, LetterState.RETRY}, found
            assert found[LetterState.SENT] == len(keeper.envelopes)
        print(f"ends {ENDS}, {amid} of them while sending, slowest {slowest:.2f} s, left in doubt 0")
        assert amid >= ENDS // 4
        driver.order("letters", "send")
        assert states(engine) == Counter({LetterState.SENT: made})
        assert len(keeper.envelopes) == made
        engine.dispose()
        driver.close()
