"""The coming letters as they would be now: who gets what, before anything is made. Nothing is stored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from notifier.errors import NotifierError
from notifier.model import Letter, LetterState, StoredLetter
from notifier.view import LetterContext
from notifier.weeks import days_of
from pipeline.digest import slot_of, written
from pipeline.readers import Reader
from pipeline.week import WeekFacts, week_facts
from profiles.model import ContactPerson
from storage import holds
from storage.database import reading
from storage.holds import Hold
from texts import Message


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """One person's letter of a week.

    Attributes:
        person: with the units that the letter is about.
        letter: None when there is nothing to tell, or it cannot be made.
        stored: the letter in the outbox, None while it has not been made.
        refused: why it cannot be made.
        unreviewed: proposals for the person's units that nobody has looked at.
        hold: who holds it before it is made, None when nobody does.
    """

    person: ContactPerson
    letter: Letter | None
    stored: StoredLetter | None = None
    refused: Message | None = None
    unreviewed: int = 0
    hold: Hold | None = None

    @property
    def state(self) -> LetterState | None:
        """How far it has come, None while it has not been made."""
        return self.stored.state if self.stored else None

    @property
    def items(self) -> int:
        """How many calls are in it."""
        return len(self.letter.calls) if self.letter else 0


def rehearse(
    engine: Engine,
    context: LetterContext,
    week: str,
    *,
    unreached: Sequence[str] = (),
    stopped: Collection[str] = (),
    only: str | None = None,
) -> list[Rehearsed]:
    """Everybody's letter of a week, as it is stored or as it would be made now.

    Args:
        unreached, stopped: as for `digest.plan`.
        only: key of the one person who is asked for; None for everybody.
    """
    days_of(week)
    facts = week_facts(engine, context, week, unreached, stopped)
    readers = [reader for reader in facts.readers if only in (None, reader.person.key)]
    with reading(engine) as conn:
        held = holds.of_week(conn, context.tenant, week)
        return [_one(conn, context, reader, week, facts, held) for reader in readers]


def _one(
    conn: Connection,
    context: LetterContext,
    reader: Reader,
    week: str,
    facts: WeekFacts,
    held: dict[str, Hold],
) -> Rehearsed:
    person = reader.person
    unreviewed = sum(facts.unreviewed[unit] for unit in person.units)
    hold = held.get(person.key) or held.get(holds.EVERYBODY)
    slot, stored = slot_of(conn, context, person, week)
    if stored is not None:
        return Rehearsed(person=person, letter=stored.letter, stored=stored, unreviewed=unreviewed)
    try:
        letter = written(conn, context, reader, week, slot, facts)
    except NotifierError as failure:
        return Rehearsed(
            person=person, letter=None, refused=failure.message, unreviewed=unreviewed, hold=hold
        )
    return Rehearsed(person=person, letter=letter, unreviewed=unreviewed, hold=hold)
