"""An installation to send from: a database, a profile with many contact persons, and channels that behave."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from letters import WEEK, a_letter

from builders import NOW, a_coordinator, a_person, a_profile
from notifier.model import Letter, LetterState
from pipeline.limiter import Limiter
from pipeline.sending import send
from storage import letters
from storage.database import reading, writing

TENANT = "default"
OWNER = "host"


def a_town(people: int = 3):
    """A profile whose schools have so many contact persons."""
    persons = (a_person(key=f"person-{n}", email=f"person-{n}@exempelstad.example") for n in range(people))
    return a_profile(people=(a_coordinator(), *persons))


def fill(engine, people: int, *, week: str = WEEK, first: int = 0) -> list[Letter]:
    """Put one letter a person into the outbox, from person number `first`."""
    pattern = a_letter()
    made = [
        replace(
            pattern,
            person=f"person-{n}",
            week=week,
            to=f"person-{n}@exempelstad.example",
            message_id=f"<{week}-{n}@exempelstad.example>",
            content=pattern.content.replace(b"Message-ID: <", f"Message-ID: <{n}-".encode()),
            calls=(),
        )
        for n in range(first, first + people)
    ]
    with writing(engine) as conn:
        for letter in made:
            letters.add(conn, TENANT, letter, week, NOW)
    return made


class Clock:
    """A clock that only moves when told."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time) -> None:
        self.now += timedelta(**time)


class Outbox:
    """A channel that keeps letters; `answers` maps the number of a delivery (from 1) to the error it meets."""

    def __init__(self, answers: Callable[[int], BaseException | None] = lambda number: None) -> None:
        self.answers = answers
        self.kept: list[Letter] = []
        self.tries = 0
        self.closed = 0

    def deliver(self, letter: Letter, *, before_data) -> str:
        self.tries += 1
        before_data()
        if (failure := self.answers(self.tries)) is not None:
            raise failure
        self.kept.append(letter)
        return "250 kept"

    def close(self) -> None:
        self.closed += 1


def sent(engine, channel, *, people: int = 3, clock=None, profile=None, **options):
    """One run of sending; the limiter never waits."""
    given = {"week": WEEK, "owner": OWNER, "limiter": Limiter(10_000)} | options
    return send(engine, TENANT, profile or a_town(people), channel, now_fn=clock or Clock(), **given)


def states(engine) -> list[LetterState]:
    with reading(engine) as conn:
        return [stored.state for stored in letters.find(conn, TENANT)]
