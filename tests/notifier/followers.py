"""A municipality with followers, and the mails that are made for them."""

from datetime import datetime, timedelta

from letters import KEY
from outbox import OWNER, TENANT, Clock, Outbox
from test_notifier_job import harvested

from builders import NOW, a_coordinator, a_person, a_profile, a_unit
from calls.model import Deadline
from notifier.model import LetterKind
from pipeline.digest import letter_context
from pipeline.limiter import Limiter
from pipeline.sending import send
from storage import answers_given, letters
from storage.answers_given import Answer, AnswerKind
from storage.database import reading, writing

OPERATOR_MAIL = "drift@exempelstad.example"
PROFILE = a_profile(
    units=(a_unit(), a_unit(key="kultur", name="Kultur", name_en="Culture")),
    people=(
        a_coordinator(),
        a_person(),
        a_person(key="kontakt-kultur", email="kultur@exempelstad.example", units=("kultur",)),
    ),
)


def context(now: datetime = NOW, profile=PROFILE):
    return letter_context(TENANT, profile, now, public_url="https://fondvakt.example", key=KEY)


def on(day: int, hour: int = 7) -> datetime:
    """So many days after NOW, at an hour in Stockholm."""
    return NOW.replace(hour=hour) + timedelta(days=day)


def due_on(day: int) -> tuple[Deadline, ...]:
    """One deadline, at 17.00 so many days after NOW."""
    return (Deadline(at=on(day, 17)),)


def answer(
    engine, call_id: int = 1, kind=AnswerKind.INTERESTED, *, person="kontakt-skola", unit="skola", at=NOW
):
    given = Answer(person=person, unit=unit, call_id=call_id, call_version=1, kind=kind, at=at)
    with writing(engine) as conn:
        return answers_given.give(conn, TENANT, given)


def mailed(engine, kind: LetterKind | None = None) -> list:
    """Everything in the outbox, of one kind when asked for."""
    with reading(engine) as conn:
        found = letters.find(conn, TENANT)
    return [stored for stored in found if kind is None or stored.letter.kind is kind]


def handed_over(engine, now: datetime = NOW, profile=PROFILE, channel=None):
    """Send what waits; the channel with what it kept."""
    channel = channel or Outbox()
    who = {"owner": OWNER, "now_fn": Clock(now), "limiter": Limiter(999), "operator": OPERATOR_MAIL}
    send(engine, TENANT, profile, channel, week="2026-W34", **who)
    return channel


__all__ = ["answer", "context", "due_on", "handed_over", "harvested", "mailed", "on"]
