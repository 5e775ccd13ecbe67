"""The clock over the ledger in the database: who runs a slot, and what is left of it."""

import subprocess
import sys
from datetime import UTC, datetime, time, timedelta

import pytest
import structlog
from command_line import HOUSE

from builders import STOCKHOLM
from commands.ledger import LEASE, StoredLedger
from commands.serving import CLOCK_IS_DEAD, the_clock
from pipeline.settings import read_settings
from pipeline.wiring import opened, owner
from scheduler import JOBS, Clock, Job
from storage import slots
from storage.database import reading

FIVE = datetime(2026, 8, 24, 5, 0, tzinfo=STOCKHOLM).astimezone(UTC)


@pytest.fixture
def installation(tmp_path):
    made = opened(read_settings(data_dir=tmp_path))
    yield made
    made.engine.dispose()


class Finished:
    """A run that has ended well."""

    def outcome(self):
        return ""

    def end(self):
        """Nothing to end."""


def test_a_claimed_slot_is_not_given_out_twice_until_its_lease_has_run_out(installation):
    ledger = StoredLedger(installation)
    assert ledger.claim("collect", FIVE, FIVE)
    assert not ledger.claim("collect", FIVE, FIVE + LEASE / 2)
    ledger.extend("collect", FIVE, FIVE + LEASE / 2)
    assert not ledger.claim("collect", FIVE, FIVE + LEASE)
    assert ledger.claim("collect", FIVE, FIVE + 2 * LEASE)


def test_a_held_slot_is_noted_without_having_run(installation):
    ledger = StoredLedger(installation)
    ledger.note("digest", FIVE, "held", FIVE + timedelta(days=3))
    newest = ledger.newest("digest")
    assert (newest.at, newest.is_finished) == (FIVE, True)
    with reading(installation.engine) as conn:
        assert slots.last(conn, installation.tenant, "digest").state == "held"


def test_two_clocks_on_one_database_run_a_week_of_slots_once_each(installation):
    started = []
    now = [FIVE - timedelta(hours=3)]
    job = Job(key="collect", at=time(5), at_first_start=False)

    def start():
        started.append(now[0])
        return Finished()

    clocks = [Clock((job,), StoredLedger(installation), {"collect": start}, lambda: now[0]) for _ in range(2)]
    while now[0] < FIVE + timedelta(days=7):
        for clock in clocks:
            clock.tick()
        now[0] += timedelta(hours=1)
    assert len(started) == 7


def test_every_job_of_the_clock_has_a_runner(installation):
    clock = the_clock(installation)
    assert {job.key for job in clock._jobs} == set(clock._runners) >= {job.key for job in JOBS}


def test_t_12_the_process_that_waits_says_once_who_runs_the_jobs(installation):
    first, second = StoredLedger(installation), StoredLedger(installation)
    second._owner = "other-machine:1"
    assert first.claim("collect", FIVE, FIVE)
    with structlog.testing.capture_logs() as told:
        for _ in range(3):
            assert second.newest("collect").at == FIVE
            assert not second.claim("collect", FIVE, FIVE + timedelta(seconds=10))
        first.newest("collect")
    assert [(one["event"], one["owner"]) for one in told] == [
        ("another process runs the jobs, this one waits", owner())
    ]


@pytest.mark.parametrize(("silent", "code"), [(74.0, 0), (76.0, CLOCK_IS_DEAD)])
def test_t_11_a_process_whose_clock_stands_still_ends_so_that_it_is_started_anew(silent, code):
    asks = "import sys; from commands.serving import watch; import threading, time;"
    asks += f"threading.Thread(target=watch, args=(lambda: {silent}, 0.01), daemon=True).start();"
    asks += f"time.sleep({60 if code else 0.3})"  # a dead clock ends it long before
    done = subprocess.run([sys.executable, "-c", asks], cwd=HOUSE, capture_output=True, check=False)
    assert done.returncode == code
