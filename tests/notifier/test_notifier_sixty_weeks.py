"""Sixty weeks of changing calls, red days, clock changes and restarts: no call version twice, none skipped (B1, B2).

The clock ticks for two processes at once, who lose each other's claims; every week some die half-way.
The moments come from a printed seed; FONDVAKT_TEST_SEED repeats a run.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from dice import dice
from letters import in_days
from outbox import TENANT, Outbox
from test_notifier_job import a_page, accept, context, harvested

from builders import STOCKHOLM, a_coordinator, a_person, a_profile, a_unit
from notifier.errors import TemporaryRefusal, Uncertain
from notifier.model import LetterState
from notifier.weeks import week_of
from pipeline.digest import plan
from pipeline.limiter import WITHOUT_LIMIT, Limiter
from pipeline.sending import send
from pipeline.settling import settle
from scheduler import JOBS, Due, Entry, due
from storage import letters, outbox, slots
from storage.database import reading, writing
from texts import Message

WEEKS = 60
START = datetime(2026, 8, 17, 6, 0, tzinfo=STOCKHOLM)
DIGEST = next(job for job in JOBS if job.key == "digest")
LEASE = timedelta(minutes=30)
HOSTS = ("ett", "två")
PROFILE = a_profile(
    units=(a_unit(), a_unit(key="kultur", name="Kultur")),
    people=(
        a_coordinator(),
        a_person(),
        a_person(key="kontakt-kultur", email="kultur@exempelstad.example", units=("kultur",)),
        a_person(key="kontakt-både", email="bade@exempelstad.example", units=("skola", "kultur")),
    ),
)


class Killed(BaseException):
    """The process ends here."""


class Weather(Outbox):
    """A relay with bad days; the truth about what arrived is in `kept`, whatever the sender believes."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self.chance = chance

    def deliver(self, letter, *, before_data):
        self.tries += 1
        day = self.chance.random()
        if day < 0.05:
            raise TemporaryRefusal(Message(text="senare"))
        if day < 0.08:
            raise Killed
        before_data()
        if day < 0.10:
            raise Killed  # half-way: it did not arrive, and nobody can know
        self.kept.append(letter)
        if day < 0.12:
            raise Killed  # it arrived, and the process died before it could say so
        if day < 0.14:
            raise Uncertain(Message(text="inget svar"))
        return "250 kept"


class World:
    """A municipality over sixty weeks, as it is and as it should be told."""

    def __init__(self, engine, chance: Random) -> None:
        self.engine = engine
        self.chance = chance
        self.relay = Weather(chance)
        self.deadlines: dict[int, int] = {}
        self.told_by: dict[str, str] = {}

    def week_of_calls(self, now: datetime) -> None:
        """New calls, some changed ones; the coordinator accepts everything for one unit or both."""
        new = len(self.deadlines)
        for number in range(new, new + self.chance.randint(0, 2)):
            self.deadlines[number] = 900
        for number in self.chance.sample(sorted(self.deadlines), min(2, len(self.deadlines))):
            self.deadlines[number] += self.chance.choice([0, 7])
        pages = [a_page(number, deadlines=in_days(days)) for number, days in self.deadlines.items()]
        if pages:
            found = harvested(self.engine, *pages, now=now)
            for unit in ("skola", "kultur"):
                accept(self.engine, found, unit=unit, now=now)

    def tick(self, host: str, now: datetime) -> None:
        """What one process does at one moment: the week's letters if it wins the slot, then what waits."""
        entry = self._newest()
        found = due(DIGEST, entry, now, Entry(at=now, is_finished=True, lease_until=now))
        if found.due is Due.RUN and self._claims(found.slot, host, now):
            week = week_of(now)
            plan(self.engine, context(PROFILE, now), week)
            if self.chance.random() < 0.9:  # otherwise the process dies, and the slot is taken over
                with writing(self.engine) as conn:
                    slots.finish(conn, TENANT, "digest", found.slot, now)
        elif found.due in (Due.SKIP, Due.HOLD):
            with writing(self.engine) as conn:
                slots.claim(conn, TENANT, "digest", found.slot, host, now, LEASE)
                state = "skipped" if found.due is Due.SKIP else "held"
                slots.finish(conn, TENANT, "digest", found.slot, now, state=state)
        self.send(host, now)

    def send(self, host: str, now: datetime) -> None:
        with reading(self.engine) as conn:
            if not outbox.has_work(conn, TENANT, now):
                return
        who = {"week": week_of(now), "owner": host, "now_fn": lambda: now}
        try:
            send(self.engine, TENANT, PROFILE, self.relay, limiter=Limiter(WITHOUT_LIMIT), **who)
        except Killed:
            return

    def settle_doubts(self, now: datetime) -> None:
        """The coordinator asks the reader, and says what is true."""
        arrived = {letter.message_id for letter in self.relay.kept}
        with reading(self.engine) as conn:
            doubtful = letters.find(conn, TENANT, states=[LetterState.IN_DOUBT])
        for stored in doubtful:
            came = stored.letter.message_id in arrived
            settle(self.engine, TENANT, PROFILE, stored.id, arrived=came, now=now)

    def _newest(self) -> Entry | None:
        with reading(self.engine) as conn:
            row = slots.last(conn, TENANT, "digest")
        if row is None:
            return None
        return Entry(at=row.at, is_finished=row.finished_at is not None, lease_until=row.lease_until)

    def _claims(self, slot: datetime, host: str, now: datetime) -> bool:
        with writing(self.engine) as conn:
            return slots.claim(conn, TENANT, "digest", slot, host, now, LEASE)


def test_b2_in_sixty_weeks_nobody_gets_a_call_version_twice_and_none_is_skipped(engine):
    chance = dice()
    world, now = World(engine, chance), START
    for _week in range(WEEKS):
        world.week_of_calls(now)
        sleeps = chance.random() < 0.1  # the service is down over Monday morning
        for half_hour in range(6):  # Monday 06.00 to 08.30; the days after it below
            at = now + timedelta(minutes=30 * half_hour)
            for host in chance.sample(HOSTS, 2):
                if not sleeps:
                    world.tick(host, at)
        for later in (1, 3):
            at = now + timedelta(days=later, hours=2)
            world.settle_doubts(at)
            for step in range(2):
                for host in HOSTS:
                    world.tick(host, at + timedelta(hours=step))
        now = (now.replace(tzinfo=None) + timedelta(days=7)).replace(tzinfo=STOCKHOLM)
    check(engine, world, now)


def check(engine, world: World, now: datetime) -> None:
    delivered = Counter(
        (letter.person, call, version) for letter in world.relay.kept for call, version in letter.calls
    )
    assert len(delivered) > WEEKS
    assert set(delivered.values()) == {1}, "somebody got the same version of a call twice"
    with reading(engine) as conn:
        found = letters.find(conn, TENANT)
    assert {stored.state for stored in found} == {LetterState.SENT}, "a letter is stuck"
    slots_of = Counter((stored.letter.person, stored.letter.week) for stored in found)
    assert set(slots_of.values()) == {1}, "somebody got two letters in a week"
    print(f"{len(world.relay.kept)} letters, {len(delivered)} tellings, {world.relay.tries} tries")
    assert plan(engine, context(PROFILE, now.astimezone(UTC)), week_of(now)).letters == (), (
        "somebody was skipped"
    )
    for person in PROFILE.people[1:]:
        told = {call for who, call, _version in delivered if who == person.key}
        assert len(told) == len(world.deadlines), f"{person.key} never heard of a call"
