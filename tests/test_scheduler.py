"""The clock: pure rules against brute force, and ticks against a ledger in memory."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import JOBS, STOCKHOLM, Clock, Due, Entry, Job, Plan, due, latest_slot, next_slot, slots

COLLECT, MATCH, DIGEST = JOBS


def at(text: str) -> datetime:
    """An instant in Stockholm."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def finished(slot: datetime) -> Entry:
    return Entry(at=slot, is_finished=True, lease_until=slot)


def clock_changes(first: int, last: int) -> list[date]:
    """The Sundays when Swedish clocks change: the last of March and of October."""
    found = []
    for year in range(first, last + 1):
        for month in (3, 10):
            day = date(year, month, 31)
            found.append(day - timedelta(days=(day.weekday() + 1) % 7))
    return found


@pytest.mark.parametrize("change", clock_changes(2026, 2040), ids=str)
def test_t_03_a3_every_quarter_of_an_hour_runs_once_on_its_day_around_a_clock_change(change):
    start = datetime.combine(change - timedelta(days=8), time(), tzinfo=STOCKHOLM)
    end = datetime.combine(change + timedelta(days=9), time(), tzinfo=STOCKHOLM)
    walked = [(moment, moment.astimezone(STOCKHOLM)) for moment in quarters(start, end)]
    for quarter in range(96):
        wall = time(quarter // 4, 15 * (quarter % 4))
        expected = brute_force(walked, wall)
        for weekday in (*range(7), None):
            job = Job(key="x", at=wall, weekday=weekday)
            found = list(slots(job, start - timedelta(seconds=1), end))
            assert found == [slot for day, slot in expected.items() if weekday in (None, day.weekday())]


def quarters(start: datetime, end: datetime) -> Iterator[datetime]:
    """Every quarter of an hour of the world's time."""
    moment, last = start.astimezone(UTC), end.astimezone(UTC)
    while moment <= last:
        yield moment
        moment += timedelta(minutes=15)


def brute_force(walked: list[tuple[datetime, datetime]], wall: time) -> dict[date, datetime]:
    """The first quarter of each local day that has reached the wall time; one that was skipped counts by the gap."""
    found: dict[date, datetime] = {}
    for moment, local in walked:
        day = local.date()
        if day not in found and local.time() >= wall:
            gap = datetime.combine(day, wall, tzinfo=STOCKHOLM).astimezone(UTC)
            found[day] = moment if local.time() == wall else max(gap, moment)
    return {day: slot for day, slot in found.items() if slot <= walked[-1][0]}


def test_t_01_monday_midnight_runs_the_day_after_the_spring_change_of_2027():
    job = Job(key="x", at=time(0, 0), weekday=0)
    assert next_slot(job, at("2027-03-28T12:00")) == at("2027-03-29T00:00")


def test_t_02_half_past_two_runs_once_in_spring_and_once_in_autumn():
    job = Job(key="x", at=time(2, 30))
    spring = list(slots(job, at("2027-03-27T12:00"), at("2027-03-28T12:00")))
    autumn = list(slots(job, at("2027-10-30T12:00"), at("2027-10-31T12:00")))
    assert [slot.astimezone(STOCKHOLM).isoformat() for slot in spring] == ["2027-03-28T03:30:00+02:00"]
    assert [slot.astimezone(STOCKHOLM).isoformat() for slot in autumn] == ["2027-10-31T02:30:00+02:00"]


@pytest.mark.parametrize(
    ("monday", "sent"),
    [
        ("2026-08-24", "2026-08-24"),
        ("2027-03-29", "2027-03-30"),  # Easter Monday
        ("2026-06-08", "2026-06-08"),
        ("2028-05-01", "2028-05-02"),  # First of May
        ("2028-12-25", "2028-12-27"),  # Christmas Day and Boxing Day
        ("2029-01-01", "2029-01-02"),
    ],
)
def test_the_letter_of_a_red_monday_goes_the_next_working_day(monday, sent):
    after = at(monday + "T00:00") - timedelta(seconds=1)
    assert next(slots(DIGEST, after, after + timedelta(days=6))) == at(sent + "T07:00")


def test_each_week_to_2040_has_one_letter():
    found = [
        slot.astimezone(STOCKHOLM) for slot in slots(DIGEST, at("2026-08-01T00:00"), at("2040-12-31T00:00"))
    ]
    mondays = {slot.date() - timedelta(days=slot.weekday()) for slot in found}
    assert len(found) == len(mondays)
    assert all((b - a).days in range(3, 12) for a, b in itertools.pairwise(found))


@settings(max_examples=2000, deadline=None)
@given(
    last=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - given a zone below
    stopped=st.timedeltas(timedelta(0), timedelta(days=7)),
)
def test_a2_after_a_stop_of_up_to_a_week_each_collection_runs_exactly_once(last, stopped):
    last_slot = latest_slot(COLLECT, last.replace(tzinfo=UTC))
    now = last.replace(tzinfo=UTC) + stopped
    plan = due(COLLECT, finished(last_slot), now)
    missed = list(slots(COLLECT, last_slot, now))
    assert plan.due is (Due.RUN if missed else Due.NOTHING)
    if missed:
        assert plan.slot == missed[-1]
        assert due(COLLECT, finished(plan.slot), now).due is Due.NOTHING


@pytest.mark.parametrize(
    ("hours_late", "expected"), [(0, Due.RUN), (47, Due.RUN), (49, Due.HOLD), (120, Due.HOLD)]
)
def test_a2_t_08_a_letter_at_most_48_hours_late_goes_and_a_later_one_waits_for_the_coordinator(
    hours_late, expected
):
    monday = at("2026-08-24T07:00")
    now = monday + timedelta(hours=hours_late)
    plan = due(DIGEST, finished(at("2026-08-17T07:00")), now, finished(at("2026-08-30T05:30")))
    assert (plan.due, plan.slot) == (expected, monday)


def test_t_05_a_clock_set_forward_400_days_holds_the_letter_even_on_a_monday_morning():
    slot = latest_slot(DIGEST, at("2026-08-24T07:00") + timedelta(days=406))
    now = slot + timedelta(minutes=1)
    done = finished(at("2040-01-01T00:00"))
    assert due(DIGEST, finished(at("2026-08-24T07:00")), now, done).due is Due.HOLD


def test_t_04_a_clock_set_back_never_runs_a_done_slot_again():
    done = finished(at("2026-08-24T05:00"))
    for back in (timedelta(hours=1), timedelta(days=1)):
        assert due(COLLECT, done, at("2026-08-24T06:00") - back).due is Due.NOTHING


def test_t_04_a_clock_that_had_been_a_year_ahead_silences_nothing_and_sends_nothing_by_itself():
    wrong, now = finished(at("2027-08-24T05:00")), at("2026-08-24T07:30")
    assert due(COLLECT, wrong, now) == Plan(due=Due.RUN, slot=at("2026-08-24T05:00"))
    assert due(DIGEST, wrong, now) == Plan(due=Due.HOLD, slot=at("2026-08-24T07:00"))


def test_a_new_installation_collects_at_once_but_sends_no_letter_of_the_past():
    now = at("2026-08-26T10:00")
    assert due(COLLECT, None, now).due is Due.RUN
    assert due(DIGEST, None, now).due is Due.SKIP


def test_t_20_matching_waits_for_the_collection_but_not_longer_than_an_hour():
    slot = at("2026-08-24T05:30")
    last = finished(slot - timedelta(days=1))
    running = Entry(at=at("2026-08-24T05:00"), is_finished=False, lease_until=at("2026-08-24T23:00"))
    assert due(MATCH, last, slot + timedelta(minutes=10), running).due is Due.NOTHING
    assert due(MATCH, last, slot + timedelta(minutes=61), running).due is Due.RUN
    assert due(MATCH, last, slot + timedelta(minutes=1), finished(at("2026-08-24T05:00"))).due is Due.RUN


def test_a_slot_whose_runner_died_is_run_again_when_its_lease_has_run_out():
    slot = at("2026-08-24T05:00")
    lost = Entry(at=slot, is_finished=False, lease_until=at("2026-08-24T05:02"))
    assert due(COLLECT, lost, at("2026-08-24T05:01")).due is Due.NOTHING
    assert due(COLLECT, lost, at("2026-08-24T05:03")).due is Due.RUN


class LedgerInMemory:
    """A ledger that several clocks can share."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, datetime], dict] = {}

    def newest(self, job):
        ats = [at for key, at in self.rows if key == job]
        if not ats:
            return None
        row = self.rows[(job, max(ats))]
        return Entry(at=max(ats), is_finished=row["state"] != "running", lease_until=row["lease"])

    def claim(self, job, slot, now):
        row = self.rows.get((job, slot))
        if row and (row["state"] != "running" or row["lease"] > now):
            return False
        self.rows[(job, slot)] = {"state": "running", "lease": now + timedelta(minutes=2)}
        return True

    def extend(self, job, slot, now):
        self.rows[(job, slot)]["lease"] = now + timedelta(minutes=2)

    def note(self, job, slot, state, now, note=None):
        if state in ("held", "skipped") and (job, slot) in self.rows:
            return
        self.rows[(job, slot)] = {"state": state, "lease": now, "note": note}


class OneTickRun:
    """Done at the next look."""

    def __init__(self, outcome: str | None = "") -> None:
        self.ended = False
        self._outcome = outcome

    def outcome(self):
        return self._outcome

    def end(self):
        self.ended = True


def test_a1_three_clocks_on_one_ledger_start_each_slot_once_over_ten_days():
    ledger, started = LedgerInMemory(), []
    now = [at("2026-08-20T12:00")]

    def runner(key):
        return lambda: started.append((key, latest_slot(JOB_OF[key], now[0]))) or OneTickRun()

    clocks = [
        Clock(JOBS, ledger, {job.key: runner(job.key) for job in JOBS}, lambda: now[0]) for _ in range(3)
    ]
    while now[0] < at("2026-08-30T12:00"):
        for clock in clocks:
            clock.tick()
        now[0] += timedelta(minutes=5)
    assert len(started) == len(set(started))
    assert [key for key, _ in started].count("collect") == 1 + 10
    assert [key for key, _ in started].count("digest") == 1


JOB_OF = {job.key: job for job in JOBS}


def test_a4_a_job_past_its_limit_is_ended_and_recorded_while_others_run():
    ledger, now = LedgerInMemory(), [at("2026-08-24T05:00")]
    stuck, fine = OneTickRun(outcome=None), OneTickRun()
    jobs = (Job(key="stuck", at=time(5), limit=timedelta(minutes=10)), Job(key="fine", at=time(5)))
    runners = {"stuck": lambda: stuck, "fine": lambda: fine}
    clock = Clock(jobs, ledger, runners, lambda: now[0], elapsed=lambda: now[0].timestamp())
    for _ in range(30):
        clock.tick()
        now[0] += timedelta(seconds=30)
    slot = at("2026-08-24T05:00")
    assert stuck.ended
    assert ledger.rows[("stuck", slot)]["state"] == "failed"
    assert ledger.rows[("fine", slot)]["state"] == "done"


def test_a_job_that_runs_through_the_day_runs_in_each_of_its_slots_when_there_is_something_to_do():
    ledger, now, started, waits = LedgerInMemory(), [at("2026-10-24T23:57").astimezone(UTC)], [], [True]
    job = Job(key="often", at=time(), every=timedelta(minutes=5))
    clock = Clock(
        (job,),
        ledger,
        {"often": lambda: started.append(now[0]) or OneTickRun()},
        lambda: now[0],
        {"often": lambda: waits[0]},
    )
    while now[0] < at("2026-10-25T04:00"):  # the clocks are set back in this night: five hours
        waits[0] = now[0] >= at("2026-10-25T00:30")
        clock.tick()
        now[0] += timedelta(minutes=1)
    assert len(started) == 12 * 4 + 6
    assert next_slot(job, started[-1]) - latest_slot(job, started[-1]) == timedelta(minutes=5)
