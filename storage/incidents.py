"""What is or was wrong: each incident is opened once and closed once, however often it is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, or_, select, update

from storage.audit import Event, record
from storage.database import inserted
from storage.documents import message_document, message_of
from storage.rows import read_as
from storage.tables import incident
from texts import Message

# It looks well again for so long before it is believed: what comes and goes is one incident.
CALM = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Something that is wrong, and what is said of it.

    Attributes:
        name: what it is about, such as "relay" or "source:eu-portal".
        said: "cause", "effect" and "step" as sentences (`reliability.md` I1).
        gone_at: since when it looks well again, None while it does not.
        closed_at: None while it is open.
    """

    id: int
    name: str
    said: Mapping[str, Message]
    opened_at: datetime
    gone_at: datetime | None = None
    closed_at: datetime | None = None


def look(
    conn: Connection, tenant: str, found: Mapping[str, Mapping[str, Message]], now: datetime
) -> tuple[list[Incident], list[Incident]]:
    """Take note of what is wrong now; the incidents that were opened and closed by it.

    Args:
        found: name to what is said of it, everything that is wrong at this moment.
    """
    standing = {one.name: one for one in open_now(conn, tenant)}
    opened = [_open(conn, tenant, name, said, now) for name, said in found.items() if name not in standing]
    closed = []
    for name, one in standing.items():
        if name in found:
            _set(conn, one.id, {"gone_at": None}, only_if_gone=True)
        elif one.gone_at is None:
            _set(conn, one.id, {"gone_at": now})
        elif now - one.gone_at >= CALM:
            _set(conn, one.id, {"closed_at": now, "is_open": None})
            _note(conn, tenant, name, "close", now)
            closed.append(one)
    return [one for one in opened if one is not None], closed


def open_now(conn: Connection, tenant: str) -> list[Incident]:
    """What is wrong, the oldest first."""
    return _read(conn, incident.c.tenant == tenant, incident.c.closed_at.is_(None))


def since(conn: Connection, tenant: str, moment: datetime) -> list[Incident]:
    """What is wrong now, was opened since that moment, or was closed since then; the oldest first."""
    recent = or_(
        incident.c.closed_at.is_(None), incident.c.opened_at >= moment, incident.c.closed_at >= moment
    )
    return _read(conn, incident.c.tenant == tenant, recent)


def _open(
    conn: Connection, tenant: str, name: str, said: Mapping[str, Message], now: datetime
) -> Incident | None:
    values = {"name": name, "opened_at": now, "is_open": True}
    document = {part: message_document(sentence) for part, sentence in said.items()}
    number = inserted(conn, incident, {"tenant": tenant, "said": document} | values)
    if number is None:
        return None
    _note(conn, tenant, name, "open", now)
    return Incident(id=number, name=name, said=said, opened_at=now)


def _set(conn: Connection, number: int, values: dict, *, only_if_gone: bool = False) -> None:
    wanted = [incident.c.id == number]
    if only_if_gone:
        wanted.append(incident.c.gone_at.is_not(None))
    conn.execute(update(incident).where(*wanted).values(**values))


def _read(conn: Connection, *wanted) -> list[Incident]:
    rows = conn.execute(select(incident).where(*wanted).order_by(incident.c.opened_at, incident.c.id))
    return [_incident(row) for row in rows]


def _incident(row: Row) -> Incident:
    said = {part: message_of(document) for part, document in row.said.items()}
    return read_as(Incident, row, said=said)


def _note(conn: Connection, tenant: str, name: str, deed: str, now: datetime) -> None:
    record(conn, tenant, Event(actor="system", channel="system", kind="incident", key=name, action=deed), now)
