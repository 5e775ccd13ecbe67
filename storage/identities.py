"""Outside accounts and whose they are. An account is known by issuer and subject, never by its mail (F5)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, select, update

from storage.audit import Event, record
from storage.database import inserted
from storage.rows import read_as
from storage.tables import identity


@dataclass(frozen=True, kw_only=True)
class Identity:
    """An account that was linked to a person.

    Attributes:
        person: key of the profile.
        address_hash: of the person's address when it was linked.
        shown: what the provider called its owner then; for eyes, not for decisions.
        used_at: the last sign-in with it, None before the first.
    """

    id: int
    issuer: str
    subject: str
    person: str
    address_hash: str
    shown: str
    linked_at: datetime
    used_at: datetime | None


def find(conn: Connection, tenant: str, issuer: str, subject: str) -> Identity | None:
    """Whose account this is, None when nobody's."""
    row = conn.execute(
        select(identity).where(
            identity.c.tenant == tenant, identity.c.issuer == issuer, identity.c.subject == subject
        )
    ).first()
    return None if row is None else _identity(row)


def every(conn: Connection, tenant: str, person: str | None = None) -> list[Identity]:
    """All linked accounts, or one person's; by person."""
    wanted = select(identity).where(identity.c.tenant == tenant)
    if person is not None:
        wanted = wanted.where(identity.c.person == person)
    return [_identity(row) for row in conn.execute(wanted.order_by(identity.c.person, identity.c.id))]


def link(
    conn: Connection,
    tenant: str,
    *,
    issuer: str,
    subject: str,
    person: str,
    address_hash: str,
    shown: str,
    now: datetime,
) -> bool:
    """Link an account to a person; False when it is already somebody's, whose link must go first."""
    known = find(conn, tenant, issuer, subject)
    if known is not None and (known.person, known.address_hash) == (person, address_hash):
        return True
    if known is not None and known.person != person:
        return False
    if known is not None:
        conn.execute(delete(identity).where(identity.c.id == known.id))
    values = {"issuer": issuer, "subject": subject, "person": person, "address_hash": address_hash}
    inserted(conn, identity, {"tenant": tenant, "shown": shown, "linked_at": now} | values)
    after = {"issuer": issuer, "account": shown}
    _tell(conn, tenant, actor=person, person=person, action="link-account", after=after, now=now)
    return True


def unlink(
    conn: Connection, tenant: str, number: int, *, by: str, now: datetime, person: str | None = None
) -> bool:
    """Remove a link; False when there is none with that number, or it is not that person's."""
    wanted = [identity.c.tenant == tenant, identity.c.id == number]
    if person is not None:
        wanted.append(identity.c.person == person)
    row = conn.execute(delete(identity).where(*wanted).returning(identity)).first()
    if row is None:
        return False
    before = {"issuer": row.issuer, "account": row.shown}
    _tell(conn, tenant, actor=by, person=row.person, action="unlink-account", before=before, now=now)
    return True


def note_use(conn: Connection, tenant: str, number: int, now: datetime) -> None:
    """Somebody signed in with it."""
    conn.execute(
        update(identity).where(identity.c.tenant == tenant, identity.c.id == number).values(used_at=now)
    )


def _tell(
    conn: Connection, tenant: str, *, actor: str, person: str, action: str, now: datetime, **facts
) -> None:
    event = Event(actor=actor, channel="web", kind="person", key=person, action=action, **facts)
    record(conn, tenant, event, now)


def _identity(row: Row) -> Identity:
    return read_as(Identity, row)
