"""Three processes share the clock's ledger and are killed at random moments: each slot is run to its end once (T-13).

The parent gives the time, ten seconds a step, and kills in the midst of a tick; so what is measured in seconds here
does not depend on how busy the machine is.
"""

import itertools
import os
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from dice import dice
from sqlalchemy import select

from commands.ledger import StoredLedger
from commands.serving import TICK_SECONDS
from pipeline.settings import read_settings
from pipeline.wiring import opened
from scheduler import Clock, Job
from storage.database import reading
from storage.tables import slot

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["commands.serving"])
START = datetime(2026, 8, 24, 3, 0, tzinfo=UTC)
STEP = timedelta(seconds=TICK_SECONDS)
JOB = Job(key="work", at=START.time(), every=timedelta(minutes=10))
KILLS = int(os.environ.get("FONDVAKT_TEST_LEADER_KILLS", "30"))
SLOTS = max(2, KILLS * 2 // 5)
TAKEOVER = timedelta(seconds=60)


class ThreeTicks:
    """A run that takes three ticks."""

    left = 3

    def outcome(self) -> str | None:
        self.left -= 1
        return None if self.left else ""

    def end(self) -> None:
        """Nothing to end."""


def tick_when_told(data_dir: Path, orders: Connection) -> None:
    """A process of its own: at each time that it is given, one tick; starts are told in a file."""
    installation = opened(read_settings(data_dir=data_dir))
    now = [START]

    def start() -> ThreeTicks:
        with (data_dir / "starts").open("a") as file:
            file.write(f"{now[0].timestamp()} {os.getpid()}\n")
        return ThreeTicks()

    ledger = StoredLedger(installation)
    clock = Clock((JOB,), ledger, {"work": start}, lambda: now[0], elapsed=lambda: now[0].timestamp())
    orders.send("ready")
    while True:
        now[0] = orders.recv()
        clock.tick()
        orders.send("ticked")


class Child:
    """One process, and what the parent does to it."""

    def __init__(self, data_dir: Path) -> None:
        self.orders, theirs = PROCESSES.Pipe()
        self.process = PROCESSES.Process(target=tick_when_told, args=(data_dir, theirs), daemon=True)
        self.process.start()
        theirs.close()
        assert self.orders.recv() == "ready"

    def tick(self, now: datetime) -> None:
        self.orders.send(now)
        assert self.orders.recv() == "ticked"

    def die_during(self, now: datetime, after: float) -> None:
        self.orders.send(now)
        time.sleep(after)
        self.end()

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.orders.close()


def test_t_13_each_slot_is_done_once_and_taken_over_within_a_minute_when_its_leader_is_killed(tmp_path):
    chance = dice()
    opened(read_settings(data_dir=tmp_path)).engine.dispose()
    children, killed, now = [Child(tmp_path) for _ in range(3)], {}, START
    while now < START + SLOTS * JOB.every:
        leader = Leader(tmp_path, now)
        for place, child in enumerate(children):
            if leader.is_doomed(child) or (may_kill(killed, now) and chance.random() < 0.06):
                killed[child.process.pid] = now
                child.die_during(now, chance.uniform(0, 0.02))
                tell_if_it_only_claimed(tmp_path, child, now)
                children[place] = Child(tmp_path)
            else:
                child.tick(now)
        now += STEP
    for child in children:
        with suppress(OSError):
            child.end()
    assert_sound(tmp_path, killed)


class Leader:
    """Whoever started the slot of this moment, and how often it was started.

    The first leader of each slot dies in the tick after its start, in the midst of its run: so every slot is taken over
    at least once, whatever the dice say.
    """

    def __init__(self, data_dir: Path, now: datetime) -> None:
        told = [line.split() for line in starts(data_dir)]
        slot = slot_of(now)
        self.pids = [int(pid) for at, pid in told if slot_of(moment(at)) == slot]

    def is_doomed(self, child: Child) -> bool:
        return self.pids == [child.process.pid]


def tell_if_it_only_claimed(data_dir: Path, child: Child, now: datetime) -> None:
    """Who dies between its claim and its start holds the slot all the same, and the next one waits for its lease."""
    installation = opened(read_settings(data_dir=data_dir))
    with reading(installation.engine) as conn:
        newest = conn.execute(select(slot).order_by(slot.c.at.desc())).first()
    installation.engine.dispose()
    holds = newest is not None and newest.state == "running" and newest.claimed_at == now
    if holds and newest.owner.endswith(f":{child.process.pid}"):
        told = f"{now.timestamp()} {child.process.pid}"
        if told not in starts(data_dir):
            with (data_dir / "starts").open("a") as file:
                file.write(f"{told}\n")


def may_kill(killed: dict[int, datetime], now: datetime) -> bool:
    """Nobody dies by chance in the last quarter, so that each slot can end."""
    return len(killed) < KILLS and now - slot_of(now) < JOB.every * 0.75


def moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)


def slot_of(at: datetime) -> datetime:
    return at - (at - START) % JOB.every


def starts(data_dir: Path) -> list[str]:
    with suppress(FileNotFoundError):
        return (data_dir / "starts").read_text().splitlines()
    return []


def assert_sound(data_dir: Path, killed: dict[int, datetime]) -> None:
    """Every slot done; started again only because its runner was killed, and then soon."""
    installation = opened(read_settings(data_dir=data_dir))
    with reading(installation.engine) as conn:
        rows = {row.at: row for row in conn.execute(select(slot))}
    installation.engine.dispose()
    wanted = {START + number * JOB.every for number in range(SLOTS)}
    assert wanted == {at for at, row in rows.items() if row.state == "done"}
    told = [line.split() for line in starts(data_dir)]
    by_slot: dict[datetime, list[tuple[datetime, int]]] = {}
    for seconds, pid in told:
        at = moment(seconds)
        by_slot.setdefault(slot_of(at), []).append((at, int(pid)))
    for runs in by_slot.values():
        for (_, before), (again, _) in itertools.pairwise(runs):
            assert before in killed, "started again while its runner lived"
            assert timedelta() <= again - killed[before] <= TAKEOVER
    assert all(len(runs) > 1 for runs in by_slot.values()), "a leader was not killed"
