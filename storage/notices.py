"""What has been told beside the digest: one row an occasion, added in one transaction with the letter that tells it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, or_, select, update

from notifier.model import Letter, LetterKind, LetterState
from storage import letters
from storage.database import in_batches, inserted
from storage.errors import SentTwice
from storage.outbox import WAITING
from storage.tables import letter, notice, silence
from texts import N_


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """A notice that was taken back before it left; `attempts` is how often it had been tried."""

    id: int
    person: str
    kind: LetterKind
    attempts: int


def add(
    conn: Connection, tenant: str, rendered: Letter, slot: str, occasions: Sequence[str], now: datetime
) -> int | None:
    """Put a notice into the outbox with what it tells of; its number, None when the slot is taken.

    Raises:
        SentTwice: it tells of something that the person has been told already; nothing is kept then, if the caller
            lets the error end the transaction.
    """
    letter_id = letters.add(conn, tenant, rendered, slot, now)
    if letter_id is None:
        return None
    own = {"tenant": tenant, "person": rendered.person, "kind": rendered.kind.value, "letter_id": letter_id}
    for occasion in dict.fromkeys(occasions):
        if inserted(conn, notice, own | {"occasion": occasion, "at": now}) is None:
            text = N_("{person} har redan fått besked om {occasion}.")
            raise SentTwice.of(text, person=rendered.person, occasion=occasion)
    return letter_id


def withdraw(
    conn: Connection,
    tenant: str,
    kinds: Iterable[LetterKind],
    *,
    made_before: datetime,
    now: datetime,
    reason: str,
) -> list[Withdrawn]:
    """Cancel what was made before then, would be sent now, and has never begun to leave; what it told is untold."""
    is_due = or_(letter.c.not_before.is_(None), letter.c.not_before <= now)
    wanted = select(letter.c.id, letter.c.person, letter.c.kind, letter.c.attempts).where(
        letter.c.tenant == tenant,
        letter.c.state.in_([state.value for state in WAITING]),
        letter.c.kind.in_([kind.value for kind in kinds]),
        letter.c.created_at < made_before,
        letter.c.first_data_at.is_(None),
        is_due,
    )
    found = [
        Withdrawn(id=row.id, person=row.person, kind=LetterKind(row.kind), attempts=row.attempts)
        for row in conn.execute(wanted.order_by(letter.c.id).with_for_update(skip_locked=True))
    ]
    for one in found:
        letters.record(conn, tenant, one.id, LetterState.CANCELLED, now, error=reason)
    return found


def count_tries(conn: Connection, tenant: str, letter_id: int, tries: int) -> None:
    """A letter in another's place begins with its tries."""
    ours = letter.c.tenant == tenant, letter.c.id == letter_id
    conn.execute(update(letter).where(*ours).values(attempts=letter.c.attempts + tries))


def told(conn: Connection, tenant: str, kind: LetterKind) -> set[tuple[str, str]]:
    """(person, occasion) of everything told by mails of that kind."""
    wanted = select(notice.c.person, notice.c.occasion).where(
        notice.c.tenant == tenant, notice.c.kind == kind.value
    )
    return {(row.person, row.occasion) for row in conn.execute(wanted)}


def silent_since(conn: Connection, tenant: str) -> dict[str, date]:
    """Person to the Monday of the first week without a letter since their last one."""
    wanted = select(silence.c.person, silence.c.since).where(silence.c.tenant == tenant)
    return {row.person: row.since for row in conn.execute(wanted)}


def note_silence(conn: Connection, tenant: str, person: str, monday: date) -> None:
    """This person has nothing to read this week; the first such week is kept."""
    inserted(conn, silence, {"tenant": tenant, "person": person, "since": monday})


def end_silence(conn: Connection, tenant: str, persons: Iterable[str]) -> None:
    """These persons get a letter, or want none: their silence is over."""
    for some in in_batches(persons):
        conn.execute(delete(silence).where(silence.c.tenant == tenant, silence.c.person.in_(some)))
