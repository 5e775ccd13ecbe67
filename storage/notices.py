"""What has been told beside the digest: one row an occasion, added in one transaction with the letter that tells it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, delete, select

from notifier.model import Letter, LetterKind
from storage import letters
from storage.database import inserted
from storage.errors import SentTwice
from storage.tables import notice, silence
from texts import N_, Message


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
            raise SentTwice(Message(text=text, values={"person": rendered.person, "occasion": occasion}))
    return letter_id


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
    keys = sorted(set(persons))
    for start in range(0, len(keys), 500):
        conn.execute(
            delete(silence).where(silence.c.tenant == tenant, silence.c.person.in_(keys[start : start + 500]))
        )
