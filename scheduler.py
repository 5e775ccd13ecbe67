"""The clock: which job runs when, and nothing about how.

APScheduler only ticks. What is due follows from the schedules below and from the ledger of slots: each slot
is claimed by a unique row, runs once, and is caught up after a stop within its limit (`reliability.md` A1-A5;
M1-M6 there say why the library's own triggers are not used).
"""

import time as clocks
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo

import holidays

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LONGEST_STOP = timedelta(days=7)
LONGEST_WAIT = timedelta(minutes=60)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Job:
    """When a job runs, in Stockholm time.

    Attributes:
        weekday: 0 is Monday; None runs every day.
        on_workdays: a slot on a weekend or a Swedish red day moves to the next working day.
        late: how late a missed slot may still run by itself; a later one is held for the coordinator.
        after: waits for this job's slot of the same day, at most an hour (T-20).
        at_first_start: whether a new installation runs it at once instead of waiting for its first slot.
        limit: a run that takes longer is ended.
        every: runs this often by the clock of the world instead of once a day; `at` and `weekday` say nothing then.
    """

    key: str
    at: time
    weekday: int | None = None
    on_workdays: bool = False
    late: timedelta = LONGEST_STOP
    after: str | None = None
    at_first_start: bool = True
    limit: timedelta = timedelta(hours=2)
    every: timedelta | None = None


JOBS = (
    Job(key="collect", at=time(5, 0)),
    Job(key="match", at=time(5, 30), after="collect"),
    Job(
        key="digest",
        at=time(7, 0),
        weekday=0,
        on_workdays=True,
        late=timedelta(hours=48),
        after="match",
        at_first_start=False,
    ),
)


# Mails beside the digest. Reminders that were missed are caught up the same day, or by the next morning's run.
REMINDERS = Job(key="reminders", at=time(7, 0), late=timedelta(hours=14))
REHEARSAL = Job(
    key="rehearsal", at=time(13, 0), weekday=4, late=timedelta(hours=48), after="match", at_first_start=False
)
NOTICES = Job(key="notices", at=time(), every=timedelta(hours=1))

# Jobs that run through the day, when there is anything for them to do (`Clock`'s `wanted`).
LETTERS = Job(key="letters", at=time(), every=timedelta(minutes=5))
BOUNCES = Job(key="bounces", at=time(), every=timedelta(minutes=15))
ALARMS = Job(key="alarms", at=time(), every=timedelta(minutes=5))
WEBHOOKS = Job(key="webhooks", at=time(), every=timedelta(minutes=5))


class Due(StrEnum):
    """What is to be done with a job now."""

    NOTHING = "nothing"
    RUN = "run"
    HOLD = "hold"
    SKIP = "skip"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a tick does with a job, and for which slot; `slot` is None when there is nothing to do."""

    due: Due
    slot: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the ledger says of a job's newest slot."""

    at: datetime
    is_finished: bool
    lease_until: datetime


def slots(job: Job, after: datetime, until: datetime) -> Iterator[datetime]:
    """The job's slots in (after, until], in UTC, oldest first: one for each of its days, whatever the clocks do.

    A wall time that the spring change skips runs an hour later; one that the autumn change doubles runs the
    first time (A3).
    """
    day = after.astimezone(STOCKHOLM).date() - 7 * DAY
    while day <= until.astimezone(STOCKHOLM).date():
        if job.weekday is None or day.weekday() == job.weekday:
            slot = _instant(_working_day(day) if job.on_workdays else day, job.at)
            if after < slot <= until:
                yield slot
        day += DAY


def latest_slot(job: Job, now: datetime) -> datetime:
    """The newest slot that is not after now."""
    if job.every is not None:
        return now.astimezone(UTC) - (now - EPOCH) % job.every
    return max(slots(job, now - 21 * DAY, now))


def next_slot(job: Job, now: datetime) -> datetime:
    """The next slot after now."""
    if job.every is not None:
        return latest_slot(job, now) + job.every
    return min(slots(job, now, now + 21 * DAY))


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=STOCKHOLM).astimezone(UTC)


def _working_day(day: date) -> date:
    """The day itself, or the next one that is neither weekend nor a Swedish red day."""
    while day.weekday() >= 5 or day in _red_days(day.year):
        day += DAY
    return day


@cache
def _red_days(year: int) -> frozenset[date]:
    return frozenset(holidays.Sweden(years=year, include_sundays=False))


def due(job: Job, newest: Entry | None, now: datetime, waits_for: Entry | None = None) -> Plan:
    """What to do with a job now, from the ledger alone.

    Args:
        newest: the job's newest slot in the ledger; None on a new installation.
        waits_for: the newest slot of the job that this one comes after.

    Of several missed slots only the newest runs. A clock set back finds its slot done and does nothing (T-04); one
    that had been a week ahead or more is not waited for, and its letter is for the coordinator to let go.
    """
    slot = latest_slot(job, now)
    if newest is None and not job.at_first_start:
        return Plan(due=Due.SKIP, slot=slot)
    if newest is not None and newest.at - now > LONGEST_STOP:
        return Plan(due=Due.RUN if job.at_first_start else Due.HOLD, slot=slot)
    if newest is not None and not newest.is_finished and newest.lease_until > now:
        return Plan(due=Due.NOTHING)
    if newest is not None and _is_same(job, newest.at, slot):
        return Plan(due=Due.NOTHING) if newest.is_finished else Plan(due=Due.RUN, slot=newest.at)
    if newest is not None and newest.at > slot and job.every is None:
        return Plan(due=Due.NOTHING)
    if newest is not None and now - slot > job.late:
        return Plan(due=Due.HOLD, slot=slot)
    if newest is not None and not job.at_first_start and now - newest.at > LONGEST_STOP + 7 * DAY:
        return Plan(due=Due.HOLD, slot=slot)
    if job.after and now - slot < LONGEST_WAIT and not _is_done_for(slot, waits_for):
        return Plan(due=Due.NOTHING)
    return Plan(due=Due.RUN, slot=slot)


def _is_same(job: Job, one: datetime, other: datetime) -> bool:
    """Whether two instants are one slot: a day's slot stays that day's when the zone's rules change (T-06)."""
    if job.every is not None:
        return one == other
    return one.astimezone(STOCKHOLM).date() == other.astimezone(STOCKHOLM).date()


def _is_done_for(slot: datetime, entry: Entry | None) -> bool:
    """Whether the job before has finished the slot of the same day."""
    if entry is None or not entry.is_finished:
        return False
    return entry.at.astimezone(STOCKHOLM).date() >= slot.astimezone(STOCKHOLM).date()


class Ledger(Protocol):
    """What the clock needs of the ledger; the real one is `commands/ledger.py`, over `storage/slots.py`."""

    def newest(self, job: str) -> Entry | None:
        """The job's newest slot."""
        ...

    def claim(self, job: str, slot: datetime, now: datetime) -> bool:
        """Whether this process runs the slot."""
        ...

    def extend(self, job: str, slot: datetime, now: datetime) -> None:
        """Keep the lease of a running slot."""
        ...

    def note(self, job: str, slot: datetime, state: str, now: datetime, note: str | None = None) -> None:
        """Record how a slot ended."""
        ...


class Run(Protocol):
    """A running job; the real one is a child process (`pipeline/children.py`)."""

    def outcome(self) -> str | None:
        """None while it runs, "" when it went well, else one sentence."""
        ...

    def end(self) -> None:
        """End it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Started:
    """A job under way; `since` is in the seconds of the clock's `elapsed`."""

    job: Job
    slot: datetime
    since: float
    run: Run


class Clock:
    """Ticks: looks at the ledger, claims what is due, runs it, notes the outcome.

    Args:
        jobs: what there is to run.
        ledger: the slots, bound to a database, a tenant and this process.
        runners: job key to the function that starts it; it gives back a `Run`.
        now: the time, aware.
        wanted: job key to whether there is anything for it to do; a job that is not named always has.
        survives: errors that cost one job one tick; the other jobs, and the next tick, go on (T-11).
        tell: told the job and such an error.
        elapsed: seconds by a clock that nobody sets and that stands still while the machine sleeps (T-17).
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        ledger: Ledger,
        runners: Mapping[str, Callable[[], Run]],
        now: Callable[[], datetime],
        wanted: Mapping[str, Callable[[], bool]] | None = None,
        *,
        survives: tuple[type[Exception], ...] = (),
        tell: Callable[[str, Exception], None] = lambda job, failure: None,
        elapsed: Callable[[], float] = clocks.monotonic,
    ) -> None:
        self._wanted = wanted or {}
        self._survives = survives
        self._tell = tell
        self._elapsed = elapsed
        self._jobs = jobs
        self._ledger = ledger
        self._runners = runners
        self._now = now
        self._running: dict[str, Started] = {}
        self._ticked = elapsed()

    def tick(self) -> None:
        """One look at everything. A job that is still running is left alone, or ended past its limit (A4)."""
        now = self._now()
        for job in self._jobs:
            try:
                self._attend(job, now)
            except self._survives as failure:
                self._tell(job.key, failure)
        self._ticked = self._elapsed()

    def stop(self) -> None:
        """End what is running: politely, then surely (A7). The ledger keeps the slot for the next start."""
        for started in self._running.values():
            started.run.end()

    def seconds_silent(self) -> float:
        """Seconds since the last whole tick, by a clock that nobody sets."""
        return self._elapsed() - self._ticked

    def _attend(self, job: Job, now: datetime) -> None:
        if job.key in self._running:
            self._look_after(self._running[job.key], now)
        elif job.key not in self._wanted or self._wanted[job.key]():
            self._start_if_due(job, now)

    def _start_if_due(self, job: Job, now: datetime) -> None:
        waits_for = self._ledger.newest(job.after) if job.after else None
        plan = due(job, self._ledger.newest(job.key), now, waits_for)
        if plan.slot is None:
            return
        if plan.due in (Due.HOLD, Due.SKIP):
            self._ledger.note(job.key, plan.slot, "held" if plan.due is Due.HOLD else "skipped", now)
        elif self._ledger.claim(job.key, plan.slot, now):
            run = self._runners[job.key]()
            self._running[job.key] = Started(job=job, slot=plan.slot, since=self._elapsed(), run=run)

    def _look_after(self, started: Started, now: datetime) -> None:
        job, slot = started.job, started.slot
        outcome = started.run.outcome()
        if outcome is None and self._elapsed() - started.since > job.limit.total_seconds():
            started.run.end()
            outcome = f"ended after {job.limit}"
        if outcome is None:
            self._ledger.extend(job.key, slot, now)
            return
        for passed in _passed(job, slot, now):
            self._ledger.note(job.key, passed, "skipped", now, "the run before it took longer")
        self._ledger.note(job.key, slot, "done" if outcome == "" else "failed", now, outcome or None)
        # Not before it is noted: a store that fails now is asked again at the next tick.
        del self._running[job.key]


def _passed(job: Job, slot: datetime, now: datetime) -> Iterator[datetime]:
    """The slots that came while a run through the day was still busy with an earlier one (T-09)."""
    while job.every is not None and (slot := slot + job.every) <= now:
        yield slot
