"""Runs of the webhooks killed at random moments: a channel that cannot tell gets nothing twice, nothing is lost (B2).

A system that can tell may get an event again, with the same identity and the same bytes. The moments come from a
printed seed; FONDVAKT_TEST_SEED repeats a run. FONDVAKT_TEST_HOOK_KILLS makes it longer (`make soak`).
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "notifier"))

from hook_killable import SECRET, TENANT
from hook_server import receiver

from builders import NOW
from notifier.webhook import WebhookState, verify
from pipeline import webhooks
from storage import webhooks as stored
from storage.database import open_database, reading, writing

HOUSE = Path(__file__).parents[2]
KILLS = int(os.environ.get("FONDVAKT_TEST_HOOK_KILLS", "12"))
EVENTS = 3 * KILLS


class Runner:
    """The process that starts runs."""

    def __init__(self, engine, url: str, lock: Path) -> None:
        path = os.pathsep.join(str(HOUSE / part) for part in ("", "tests"))
        database = engine.url.render_as_string(hide_password=False)
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("hook_killable.py")), database, url, str(lock)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": path},
        )

    def run(self, keeper, kill_after: float | None = None) -> bool:
        """Whether the run was killed: so many seconds after the receiver heard of it."""
        before = len(keeper.got)
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        if kill_after is not None:
            give_up = time.monotonic() + 5
            while len(keeper.got) == before and time.monotonic() < give_up:
                time.sleep(0.001)
            time.sleep(kill_after)  # a real moment of a real process
            os.kill(child, signal.SIGKILL)
        return int(self._process.stdout.readline()) == -signal.SIGKILL

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


@pytest.fixture
def engine(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'hooks.sqlite'}")
    yield engine
    engine.dispose()


@pytest.fixture
def dice():
    seed = int(os.environ.get("FONDVAKT_TEST_SEED", random.randrange(10**6)))
    print(f"seed {seed}")
    return random.Random(seed)


def events(engine) -> list[stored.StoredEvent]:
    with reading(engine) as conn:
        return stored.events(conn, TENANT)


def fill(engine) -> None:
    with writing(engine) as conn:
        for number in range(EVENTS):
            for target in ("teams", "generic"):
                body = b'{"id":"%d"}' % number
                stored.add(conn, TENANT, target, f"{TENANT}/change/{number}/2", body, NOW)


def test_b2_killed_at_random_moments_a_channel_gets_nothing_twice_and_nothing_is_lost(engine, tmp_path, dice):
    fill(engine)
    with receiver(pause=0.004) as keeper:
        runner = Runner(engine, keeper.url, tmp_path / "lock")
        kills = sum(runner.run(keeper, dice.uniform(0, 0.05)) for _ in range(KILLS))
        while any(one.state in (*stored.WAITING, WebhookState.SENDING) for one in events(engine)):
            assert not runner.run(keeper)
        runner.close()
    got = Counter(
        (path.rpartition("to=")[2], head["Fondvakt-Event"], body) for path, head, body in keeper.got
    )
    doubtful = {one.event for one in events(engine) if one.state is WebhookState.IN_DOUBT}
    print(f"kills {kills}, in doubt {len(doubtful)}, came again {sum(n - 1 for n in got.values())}")
    assert kills > KILLS / 2
    assert {one.state for one in events(engine)} <= {WebhookState.SENT, WebhookState.IN_DOUBT}
    assert len(doubtful) <= kills
    for number in range(EVENTS):
        event, body = f"{TENANT}/change/{number}/2", b'{"id":"%d"}' % number
        assert got["generic", event, body] >= 1
        assert got["teams", event, body] == 1 or (got["teams", event, body] == 0 and event in doubtful)
    assert len(got) == len({(to, event) for to, event, _ in got})
    signed = (one for one in keeper.got if one[0].endswith("generic"))
    assert all(
        verify(
            SECRET,
            head["Fondvakt-Timestamp"],
            head["Fondvakt-Signature"],
            body,
            datetime.fromtimestamp(int(head["Fondvakt-Timestamp"]), UTC),
        )
        for _, head, body in signed
    )


def test_b3_a_person_says_what_came_of_what_is_in_doubt(engine):
    fill(engine)
    number, other = (one.id for one in events(engine)[:2])
    with writing(engine) as conn:
        for one in (number, other):
            stored.record(conn, TENANT, one, WebhookState.IN_DOUBT, NOW)
    webhooks.settle(engine, TENANT, number, arrived=True, now=NOW, by="cli")
    webhooks.settle(engine, TENANT, other, arrived=False, now=NOW, by="cli")
    states = {one.id: one.state for one in events(engine)}
    assert (states[number], states[other]) == (WebhookState.SENT, WebhookState.RETRY)
    for one in (number, other, 10_000):
        with pytest.raises(webhooks.NotToBeSettled):
            webhooks.settle(engine, TENANT, one, arrived=True, now=NOW, by="cli")
