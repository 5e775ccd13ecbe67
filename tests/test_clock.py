"""The clock when things go wrong: a failing store, a job that takes too long, a sleeping machine, a new schedule."""

import os
import subprocess
import sys
import time as clocks
from datetime import timedelta
from pathlib import Path

import pytest
from test_scheduler import COLLECT, DIGEST, JOB_OF, MATCH, LedgerInMemory, OneTickRun, at, finished

from notifier.weeks import week_of
from pipeline.children import ChildRun
from scheduler import JOBS, STOCKHOLM, Clock, Due, Entry, Job, due, latest_slot, next_slot, slots
from scrapers.sources import SOURCES
from storage.errors import DatabaseBusy
from texts import Message

FIVE = at("2026-08-24T05:00")
OFTEN = Job(key="often", at=FIVE.time(), every=timedelta(minutes=5))


class World:
    """A ledger, the time, and what was started for which slot."""

    def __init__(self, now) -> None:
        self.now = now
        self.ledger = LedgerInMemory()
        self.started: list[tuple[str, object]] = []
        self.slept = timedelta()

    def clock(self, jobs=JOBS, run=OneTickRun, **options) -> Clock:
        def runner(job: Job):
            return lambda: self.started.append((job.key, latest_slot(job, self.now))) or run()

        runners = {job.key: runner(job) for job in jobs}
        awake = {"elapsed": lambda: (self.now - self.slept).timestamp()}
        return Clock(jobs, options.pop("ledger", self.ledger), runners, lambda: self.now, **awake | options)

    def states(self, job: str) -> list[str]:
        return [row["state"] for (key, _), row in sorted(self.ledger.rows.items()) if key == job]


class Busy(LedgerInMemory):
    """A store that fails for one job as often as told."""

    def __init__(self, job: str, step: str) -> None:
        super().__init__()
        self.job, self.step, self.left = job, step, 3

    def _fail(self, step: str, job: str) -> None:
        if (step, job) == (self.step, self.job) and self.left:
            self.left -= 1
            raise DatabaseBusy(Message(text="busy"))

    def newest(self, job):
        self._fail("newest", job)
        return super().newest(job)

    def claim(self, job, slot, now):
        self._fail("claim", job)
        return super().claim(job, slot, now)

    def extend(self, job, slot, now):
        self._fail("extend", job)
        super().extend(job, slot, now)

    def note(self, job, slot, state, now, note=None):
        self._fail("note", job)
        super().note(job, slot, state, now, note)


@pytest.mark.parametrize("step", ["newest", "claim", "extend", "note"])
def test_t_11_a_store_that_fails_for_one_job_stops_no_other_and_the_slot_runs_once(step):
    world, told = World(FIVE), []
    jobs = (COLLECT, Job(key="other", at=FIVE.time()))

    class Slow(OneTickRun):
        looks = 0

        def outcome(self):
            self.looks += 1
            return None if self.looks < 5 else ""

    options = {"survives": (DatabaseBusy,), "tell": lambda job, failure: told.append((job, str(failure)))}
    ledger = Busy("collect", step)
    clock = world.clock(jobs, ledger=ledger, run=Slow, **options)
    for _ in range(12):
        clock.tick()
        world.now += timedelta(seconds=10)
    assert told == [("collect", "busy")] * 3
    assert sorted(key for key, _ in world.started) == ["collect", "other"]
    assert {row["state"] for row in ledger.rows.values()} == {"done"}


def test_t_11_an_error_that_nobody_knows_ends_the_tick_and_the_silence_is_counted():
    world = World(FIVE)

    class Broken(LedgerInMemory):
        def newest(self, job):
            raise ZeroDivisionError

    clock = world.clock(ledger=Broken(), survives=(DatabaseBusy,))
    world.now += timedelta(seconds=10)
    with pytest.raises(ZeroDivisionError):
        clock.tick()
    assert clock.seconds_silent() == 10, "the watcher ends the process when this goes on"


def test_t_09_a_run_longer_than_its_interval_is_alone_and_the_slots_it_passed_are_recorded():
    world, running = World(FIVE), [None] * 12 + [""] * 40

    class Long(OneTickRun):
        def outcome(self):
            return running.pop(0)

    clocks_ = [world.clock((OFTEN,), run=Long) for _ in range(2)]
    for _ in range(18):
        for clock in clocks_:
            clock.tick()
        world.now += timedelta(minutes=1)
    assert [slot for _, slot in world.started][:2] == [FIVE, FIVE + timedelta(minutes=15)]
    assert world.states("often")[:3] == ["done", "skipped", "skipped"]


def test_t_17_a_machine_that_slept_for_eight_hours_catches_up_and_ends_no_job_for_having_slept():
    world = World(at("2026-08-24T04:59"))
    for job, when in ((COLLECT, "23T05:00"), (MATCH, "23T05:30"), (DIGEST, "17T07:00")):
        world.ledger.note(job.key, at(f"2026-08-{when}"), "done", world.now)
    runs = []

    class Run(OneTickRun):
        def __init__(self):
            super().__init__(None)
            runs.append(self)

        def outcome(self):
            return self._outcome

    clock = world.clock(run=Run)
    for _ in range(3):
        world.now += timedelta(minutes=1)
        clock.tick()
    assert [key for key, _ in world.started] == ["collect"]
    world.now += timedelta(hours=8)
    world.slept += timedelta(hours=8)
    clock.tick()
    assert not runs[0].ended
    runs[0]._outcome = ""
    for _ in range(4):
        clock.tick()
        world.now += timedelta(minutes=1)
        for run in runs:
            run._outcome = ""
    assert [key for key, _ in world.started] == ["collect", "match", "digest"]
    assert world.states("digest")[-1] == "done"


def test_t_06_a_days_slot_stays_that_days_when_the_zones_rules_have_changed():
    """With summer time abolished, 05:00 in August is an hour later than what the ledger says was run."""
    for hours in (-1, 1):
        ran_by_other_rules = finished(FIVE + timedelta(hours=hours))
        for minutes in (0, 30, 90):
            now = FIVE + timedelta(hours=1, minutes=minutes)
            assert due(COLLECT, ran_by_other_rules, now).due is Due.NOTHING
    assert due(COLLECT, finished(FIVE + timedelta(hours=1)), FIVE + timedelta(days=1)).due is Due.RUN


def test_t_06_the_zones_come_with_the_program_and_a_machine_without_them_starts_all_the_same(tmp_path):
    asks = "import scheduler, calls.model; print(scheduler.STOCKHOLM, calls.model.BRUSSELS)"
    done = subprocess.run(
        [sys.executable, "-c", asks],
        env=os.environ | {"PYTHONTZPATH": str(tmp_path)},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["Europe/Stockholm", "Europe/Brussels"]


@pytest.mark.parametrize(
    ("monday", "sent", "week"),
    [
        pytest.param("2026-12-28", "2026-12-28", "2026-W53", id="T-07 week 53"),
        pytest.param("2029-01-01", "2029-01-02", "2029-W01", id="T-07 Monday 1 January"),
        pytest.param("2027-01-04", "2027-01-04", "2027-W01", id="T-07 the first Monday after week 53"),
        pytest.param("2028-02-28", "2028-02-28", "2028-W09", id="T-07 a week with a leap day"),
    ],
)
def test_the_letter_of_an_odd_week_has_its_day_and_the_weeks_number(monday, sent, week):
    after = at(f"{monday}T00:00")
    assert next(slots(DIGEST, after, after + timedelta(days=6))) == at(f"{sent}T07:00")
    assert week_of(at(f"{sent}T07:00")) == week


def test_t_07_there_is_a_run_on_the_leap_day_and_one_on_each_day_around_the_turn_of_the_year():
    for first, days in (("2028-02-28", 3), ("2027-12-30", 4)):
        start = at(f"{first}T00:00")
        found = [
            slot.astimezone(STOCKHOLM).date() for slot in slots(COLLECT, start, start + timedelta(days=days))
        ]
        assert found == [start.date() + timedelta(days=day) for day in range(days)]


def test_t_18_a_run_ends_by_the_schedule_it_began_with_and_the_next_follows_the_new_one():
    world = World(FIVE)
    old = world.clock((COLLECT,), run=lambda: OneTickRun(None))
    old.tick()
    later = Job(key="collect", at=at("2026-08-24T09:00").time())
    new = world.clock((later,))
    new.tick()  # the old process still runs its slot
    assert world.started == [("collect", FIVE)]
    world.ledger.note("collect", FIVE, "done", world.now)
    world.now = at("2026-08-24T09:00")
    new.tick()
    assert world.started == [("collect", FIVE)], "the day's run has been made"
    world.now = next_slot(later, world.now)
    new.tick()
    assert world.started[1:] == [("collect", at("2026-08-25T09:00"))]


def test_t_12_a_second_clock_waits_for_the_slot_that_another_holds():
    held = Entry(at=FIVE, is_finished=False, lease_until=FIVE + timedelta(seconds=45))
    assert due(COLLECT, held, FIVE + timedelta(seconds=44)).due is Due.NOTHING
    assert due(COLLECT, held, FIVE + timedelta(seconds=45)).due is Due.RUN


SOCKET = "import socket; s = socket.create_server(('127.0.0.1', 0)); print('hangs', flush=True); s.accept()"
LOOP = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('hangs', flush=True)\nwhile True: pass"
CHILD = (
    "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); print('hangs', p.pid, flush=True);"
    "p.wait()"
)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(SOCKET, id="T-10 socket"),
        pytest.param(LOOP, id="T-10 loop"),
        pytest.param(CHILD, id="T-10 child process"),
    ],
)
def test_a_job_that_hangs_is_ended_at_its_limit_with_all_it_has_started_while_others_run(code, tmp_path):
    world = World(FIVE)
    log = tmp_path / "log"
    hanging = Job(key="hanging", at=FIVE.time(), limit=timedelta(minutes=10))
    jobs = (hanging, Job(key="other", at=at("2026-08-24T05:20").time()))
    made = []

    def start():
        made.append(ChildRun(["-c", code], log, program=(sys.executable,), grace=0.3))
        return made[0]

    runners = {"hanging": start, "other": lambda: world.started.append("other") or OneTickRun()}
    ledger = world.ledger
    clock = Clock(jobs, ledger, runners, lambda: world.now, elapsed=lambda: world.now.timestamp())
    clock.tick()
    while not log.read_text():
        clocks.sleep(0.02)
    for _ in range(3):
        world.now += timedelta(minutes=10)
        clock.tick()
    assert ledger.rows[("hanging", FIVE)]["note"].startswith("ended after 0:10:00")
    assert "other" in world.started
    assert made[0].outcome() is not None
    for pid in map(int, log.read_text().split()[1:]):
        assert ends_soon(pid), "what the job had started is left behind"


def ends_soon(pid: int, patience: float = 30.0) -> bool:
    """Whether a process ends long before it wanted to; one that is killed stands there until it is next run."""
    until = clocks.monotonic() + patience
    while is_alive(pid) and clocks.monotonic() < until:
        clocks.sleep(0.01)
    return not is_alive(pid)


def is_alive(pid: int) -> bool:
    """Whether a process works still; one that has ended and waits to be counted does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_every_job_of_the_day_has_a_key_of_its_own():
    assert len(JOB_OF) == len(JOBS)
    assert len({source.key for source in SOURCES}) == len(SOURCES)
