"""Sixty weeks of digests, months, pauses, reminders and changes, two processes and a bad relay: none twice, none lost.

What should have been told is worked out beside the program: each step of each deadline that a follower was there for,
and each version of each call. The moments come from a printed seed; FONDVAKT_TEST_SEED repeats a run.
"""

from collections import Counter
from datetime import datetime, timedelta

from dice import dice
from letters import in_days
from outbox import TENANT
from test_notifier_job import a_page, accept, context, harvested
from test_notifier_sixty_weeks import DIGEST, HOSTS, LEASE, PROFILE, STOCKHOLM, World

from calls.model import Deadline
from notifier.model import LetterKind, LetterState
from notifier.reminders import step_due
from notifier.weeks import local_day, week_of
from pipeline.digest import plan
from pipeline.notices import notify, remind
from scheduler import REMINDERS, Due, Entry, due
from storage import answers_given, follows, letters, notices, slots, subscriptions, wishes
from storage.answers_given import Answer, AnswerKind
from storage.database import reading, writing
from storage.wishes import Rhythm, Wishes

WEEKS = 60
START = datetime(2026, 8, 17, 6, 0, tzinfo=STOCKHOLM)
KEYS = {person.key: person.units for person in PROFILE.people[1:]}


class MailWorld(World):
    """The world of the digest test, whose readers follow calls, pause, and change their minds about how often."""

    def __init__(self, engine, chance) -> None:
        super().__init__(engine, chance)
        self.expected: set[tuple[str, str]] = set()
        self.paused: dict[str, datetime] = {}

    def week_of_calls(self, now: datetime) -> None:
        """New calls with deadlines weeks ahead, some moved; all are accepted for both units."""
        for number in range(len(self.deadlines), len(self.deadlines) + self.chance.randint(0, 2)):
            self.deadlines[number] = (now.date() - START.date()).days + self.chance.randint(40, 400)
        for number in self.chance.sample(sorted(self.deadlines), min(2, len(self.deadlines))):
            self.deadlines[number] += self.chance.choice([0, 0, 14, 30])
        first = in_days(0)[0].at
        pages = [
            a_page(number, deadlines=(Deadline(at=first + timedelta(days=days)),))
            for number, days in self.deadlines.items()
        ]
        if pages:
            found = harvested(self.engine, *pages, now=now)
            for unit in ("skola", "kultur"):
                accept(
                    self.engine, [call for call in found if call.status(now) != "closed"], unit=unit, now=now
                )

    def people_act(self, now: datetime) -> None:
        """Some answer, some pause, some want a month's rhythm or a week's again, some switch a kind off and on."""
        with reading(self.engine) as conn:
            told = {key: letters.received(conn, TENANT, key) for key in KEYS}
        for key, units in KEYS.items():
            fresh = sorted(told[key])[-4:]
            if fresh and self.chance.random() < 0.5:
                kind = self.chance.choice([AnswerKind.INTERESTED, AnswerKind.MAYBE, AnswerKind.NO])
                call_id = self.chance.choice(fresh)
                given = Answer(
                    person=key,
                    unit=units[0],
                    call_id=call_id,
                    call_version=told[key][call_id],
                    kind=kind,
                    at=now,
                )
                with writing(self.engine) as conn:
                    answers_given.give(conn, TENANT, given)
            if self.chance.random() < 0.1:
                rhythm = self.chance.choice(list(Rhythm))
                with writing(self.engine) as conn:
                    wishes.choose(conn, TENANT, key, Wishes(rhythm=rhythm), now, channel="web")
            if self.chance.random() < 0.05:
                self.paused[key] = now + timedelta(days=self.chance.randint(3, 25))
                with writing(self.engine) as conn:
                    subscriptions.pause(conn, TENANT, key, self.paused[key], now)

    def tick(self, host: str, now: datetime) -> None:
        """The week's digest and the day's reminders, each if this process wins its slot; then what waits."""
        with reading(self.engine) as conn:
            stopped = subscriptions.stopped(conn, TENANT, now)
        self._slot(
            "digest",
            host,
            now,
            lambda: plan(self.engine, context(PROFILE, now), week_of(now), stopped=stopped),
        )
        self._slot("reminders", host, now, lambda: self._remind(now, stopped))
        notify(self.engine, context(PROFILE, now), stopped=stopped)
        self.send(host, now)

    def _remind(self, now: datetime, stopped) -> None:
        self._expect(now, stopped)
        remind(self.engine, context(PROFILE, now), stopped=stopped)
        remind(self.engine, context(PROFILE, now), stopped=stopped)  # the process was started twice

    def _expect(self, now: datetime, stopped) -> None:
        """What followers should hear at this run, worked out from the calls and the calendar alone."""
        with reading(self.engine) as conn:
            standing = follows.standing(conn, TENANT)
        for one in standing:
            day = (in_days(0)[0].at + timedelta(days=self.deadlines[one.call_id - 1])).date()
            step = step_due(day, local_day(now), local_day(one.since_at))
            if step is not None and one.person not in stopped:
                self.expected.add((one.person, f"{one.call_id}/{day.isoformat()}/{step}"))

    def _slot(self, job: str, host: str, now: datetime, work) -> None:
        with reading(self.engine) as conn:
            row = slots.last(conn, TENANT, job)
        newest = row and Entry(
            at=row.at, is_finished=row.finished_at is not None, lease_until=row.lease_until
        )
        found = due(
            DIGEST if job == "digest" else REMINDERS,
            newest,
            now,
            Entry(at=now, is_finished=True, lease_until=now),
        )
        if found.slot is None:
            return
        with writing(self.engine) as conn:
            is_ours = slots.claim(conn, TENANT, job, found.slot, host, now, LEASE)
        if is_ours and found.due is Due.RUN:
            work()
        if is_ours and (
            found.due is not Due.RUN or self.chance.random() < 0.9
        ):  # else it dies, and is taken over
            with writing(self.engine) as conn:
                slots.finish(conn, TENANT, job, found.slot, now)


def test_b2_in_sixty_weeks_of_all_mails_nothing_comes_twice_and_nothing_is_skipped(engine):
    chance, monday = dice(), START
    world = MailWorld(engine, chance)
    for _week in range(WEEKS):
        world.week_of_calls(monday)
        for day in sorted({0, *chance.sample(range(1, 7), 3)}):  # the service is up on four days of seven
            morning = (monday.replace(tzinfo=None) + timedelta(days=day, hours=1, minutes=5)).replace(
                tzinfo=STOCKHOLM
            )
            if chance.random() < 0.07:
                continue
            for host in chance.sample(HOSTS, 2):
                world.tick(host, morning)
            world.settle_doubts(morning)
            world.send(HOSTS[0], morning + timedelta(hours=8))
        world.people_act(monday.replace(hour=15))
        monday = (monday.replace(tzinfo=None) + timedelta(days=7)).replace(tzinfo=STOCKHOLM)
    settle(world, monday)
    check(engine, world)


def settle(world: MailWorld, now: datetime) -> None:
    """Everybody is there again and wants every letter; the relay has no bad days left."""
    for key in KEYS:
        with writing(world.engine) as conn:
            subscriptions.resume(conn, TENANT, key, now)
            wishes.choose(conn, TENANT, key, Wishes(), now, channel="web")
    for day in range(15):
        at = now + timedelta(days=day, hours=1, minutes=5)
        for host in HOSTS:
            world.tick(host, at)
            world.settle_doubts(at)


def check(engine, world: MailWorld) -> None:
    delivered = Counter((m.person, call, version) for m in world.relay.kept for call, version in m.calls)
    assert max(delivered.values()) == 1, "somebody got the same version of a call twice"
    with reading(engine) as conn:
        found = letters.find(conn, TENANT)
        told = notices.told(conn, TENANT, LetterKind.REMINDER)
    stuck = {stored.state for stored in found} - {LetterState.SENT, LetterState.CANCELLED}
    assert stuck == set(), "a letter is stuck"
    assert told == world.expected, "a step was told without need, or never"
    assert len(told) > WEEKS // 3
    days = Counter((m.person, str(m.message_id)) for m in world.relay.kept)
    assert max(days.values()) == 1
    reminded = Counter(
        (stored.letter.person, stored.changed_at.date())
        for stored in found
        if stored.letter.kind is LetterKind.REMINDER and stored.state is LetterState.SENT
    )
    print(
        f"{Counter(m.kind.value for m in world.relay.kept)}, {len(told)} steps, {len(reminded)} days with reminders"
    )
    end = max(m.week for m in world.relay.kept)
    with reading(engine) as conn:
        for person in PROFILE.people[1:]:
            received = letters.received(conn, TENANT, person.key)
            open_now = [n + 1 for n, days in world.deadlines.items() if days > 7 * WEEKS + 30]
            assert set(open_now) <= set(received), f"{person.key} never heard of a call, by {end}"
