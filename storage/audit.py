"""History: who changed what, when and how. Added to in the same transaction as the change (F7).

Each row has a digest of itself and one of itself with everything before it, so that an altered or removed row is
found by `verify`. Writers take turns (`storage/database.py`), so there is one chain a tenant.

A person may have to be taken out (G2). `storage/persons.py` then puts a pseudonym in the rows where they stand
and records, as the newest row, the digests of what the rows say from then on: `verify` accepts a row that says
something else than its first digest only when such a record vouches for it.
"""

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypedDict, Unpack

import pydantic_core
from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, tuple_

from storage.database import inserted
from storage.rows import read_as
from storage.tables import audit, audit_end

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
LONGEST = 2000
LENGTHS = {"actor": 120, "channel": 16, "kind": 40, "key": 240, "action": 40, "model": 240}
START = "0" * 64
ERASE = "erase"
PIECE = 1000


@dataclass(frozen=True, kw_only=True)
class Event:
    """One change of state.

    Attributes:
        actor: a person's key, or "system", "cli", "api:<token's name>".
        channel: "web", "mail-link", "cli", "api" or "system".
        kind: what was changed: "match", "call", "need", "profile", "letter", "person", "subscription" ...
        key: which one.
        action: what was done, as a verb: "accept".
        before: what it was, as far as it tells; None where there was nothing.
        after: what it is now; None where there is nothing any more.
        reason: why, in the words of who did it; empty for no word.
        profile_version: by which version of the profile it was judged, None where it does not matter.
        model: by which model and rules, None where it does not matter.
    """

    actor: str
    channel: str
    kind: str
    key: str
    action: str
    before: Any = None
    after: Any = None
    reason: str = ""
    profile_version: int | None = None
    model: str | None = None


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """An event as it stands in the history.

    Attributes:
        number: 1 for the tenant's first, without gaps.
        at: when, in UTC.
    """

    number: int
    at: datetime
    event: Event

    @property
    def document(self) -> dict[str, Any]:
        """As it is exported: number, moment as ISO, then what the event says."""
        return {"number": self.number, "at": self.at.isoformat()} | vars(self.event)


class Wanted(TypedDict, total=False):
    """What of the history is looked at; None, or nothing said, is everything.

    Attributes:
        actor, kind, key, action, channel: as `Event` has them.
        since: nothing before that moment.
        until: nothing at or after it.
    """

    actor: str | None
    kind: str | None
    key: str | None
    action: str | None
    channel: str | None
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A place where the history is not what was written.

    Attributes:
        number: the row.
        what: "missing", "altered" or "chain"; "end" when the last rows are not those that were written last.
    """

    number: int
    what: str


def record(conn: Connection, tenant: str, event: Event, now: datetime) -> int:
    """Add one event to the history, in the transaction of what it tells of; its number.

    Control characters, line breaks and marks that turn the direction of writing are taken out of every text:
    nobody writes lines of their own into somebody's log (W-27, ASVS 16.4.1).
    """
    return record_all(conn, tenant, [event], now)


def record_all(conn: Connection, tenant: str, happened: Sequence[Event], now: datetime) -> int:
    """Add several events of one transaction; the number of the last one. As `record`, but quick for hundreds."""
    last, digest = _end(conn, tenant)
    rows = []
    for number, event in enumerate(happened, last + 1):
        values = {"number": number, "at": now.astimezone(UTC), "salt": secrets.token_hex(16)} | _values(event)
        content = content_digest(values, values["salt"])
        digest = chained(digest, content)
        rows.append({"tenant": tenant, "content_digest": content, "digest": digest} | values)
    if rows:
        conn.execute(insert(audit), rows)
        end = {"number": last + len(rows), "digest": digest}
        conn.execute(audit_end.update().where(audit_end.c.tenant == tenant).values(**end))
    return last + len(rows)


def channel_of(actor: str) -> str:
    """By which way somebody came who is known by what stands as `by` beside a decision; people use the web."""
    if actor in ("cli", "system"):
        return actor
    return "api" if actor.startswith("api:") else "web"


def events(
    conn: Connection,
    tenant: str,
    *,
    below: int | None = None,
    page: int = 1,
    size: int = 50,
    **wanted: Unpack[Wanted],
) -> list[Recorded]:
    """The history, newest first.

    Args:
        below: only what has a lower number, to read on from where one was; None for everything.
        page: 1 is the newest.
    """
    older = [audit.c.number < below] if below is not None else []
    rows = conn.execute(
        select(audit)
        .where(*_wanted(tenant, wanted), *older)
        .order_by(audit.c.number.desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return [_recorded(row) for row in rows]


def about(
    conn: Connection, tenant: str, things: Iterable[tuple[str, str]], most: int = 100
) -> list[Recorded]:
    """The history of some things, each a kind and a key, newest first."""
    wanted = tuple_(audit.c.kind, audit.c.key).in_(list(things))
    rows = conn.execute(
        select(audit).where(audit.c.tenant == tenant, wanted).order_by(audit.c.number.desc()).limit(most)
    )
    return [_recorded(row) for row in rows]


def count(conn: Connection, tenant: str, **wanted: Unpack[Wanted]) -> int:
    """How many events `events` has to show on all its pages."""
    return conn.execute(select(func.count()).select_from(audit).where(*_wanted(tenant, wanted))).scalar_one()


def values_of(conn: Connection, tenant: str, column: str) -> list[str]:
    """Every value that "actor", "kind", "action" or "channel" has, in order: what one can choose among."""
    chosen = audit.c[column]
    # Sorted here: how a database sorts text depends on how it was set up (D-16).
    return sorted(conn.execute(select(chosen).distinct().where(audit.c.tenant == tenant)).scalars())


def verify(conn: Connection, tenant: str) -> list[Broken]:
    """Where the history has been altered or rows are missing; empty for a sound one."""
    broken: list[Broken] = []
    vouched = _vouched(conn, tenant)
    expected, previous = 1, START
    for row in _all(conn, tenant):
        broken += [Broken(number=n, what="missing") for n in range(expected, row.number)]
        if content_digest(row._asdict(), row.salt) != vouched.get(row.number, row.content_digest):
            broken.append(Broken(number=row.number, what="altered"))
        if row.number == expected and chained(previous, row.content_digest) != row.digest:
            broken.append(Broken(number=row.number, what="chain"))
        expected, previous = row.number + 1, row.digest
    end = conn.execute(select(audit_end).where(audit_end.c.tenant == tenant)).first()
    if (expected - 1, previous) != ((end.number, end.digest) if end else (0, START)):
        broken.append(Broken(number=max(expected - 1, end.number if end else 0), what="end"))
    return broken


def content_digest(row: dict[str, Any], salt: str) -> str:
    """The digest of what one row says."""
    said = {name: row[name] for name in (*LENGTHS, "before", "after", "reason", "profile_version", "number")}
    said["at"] = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(f"{salt}\n{canonical}".encode()).hexdigest()


def chained(previous: str, content: str) -> str:
    """The digest of a row and of everything before it."""
    return sha256(f"{previous}\n{content}".encode()).hexdigest()


def plain(value: Any) -> Any:
    """JSON of a value with its texts on one line, without control characters, each of at most 2,000 characters."""
    if isinstance(value, str):
        return CONTROL.sub(" ", value)[:LONGEST].strip()
    if isinstance(value, dict):
        return {plain(str(name)): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return value if value is None or isinstance(value, bool | int | float) else _as_json(value)


def _as_json(value: Any) -> Any:
    return plain(pydantic_core.to_jsonable_python(value))


def _values(event: Event) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(event, name) for name in LENGTHS}
    for name, longest in LENGTHS.items():
        values[name] = None if values[name] is None else plain(values[name])[:longest]
    return values | {
        "before": plain(event.before),
        "after": plain(event.after),
        "reason": plain(event.reason),
        "profile_version": event.profile_version,
    }


def _end(conn: Connection, tenant: str) -> tuple[int, str]:
    inserted(conn, audit_end, {"tenant": tenant, "number": 0, "digest": START})
    row = conn.execute(select(audit_end).where(audit_end.c.tenant == tenant)).one()
    return row.number, row.digest


def _wanted(tenant: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    asked = {name: value for name, value in wanted.items() if value is not None}
    since, until = asked.pop("since", None), asked.pop("until", None)
    found = [audit.c.tenant == tenant, *(audit.c[name] == value for name, value in asked.items())]
    found += [audit.c.at >= since] if since is not None else []
    return found + ([audit.c.at < until] if until is not None else [])


def _all(conn: Connection, tenant: str) -> Iterator[Row]:
    """All rows in order, a piece at a time."""
    last = 0
    while True:
        wanted = select(audit).where(audit.c.tenant == tenant, audit.c.number > last)
        rows = conn.execute(wanted.order_by(audit.c.number).limit(PIECE)).all()
        yield from rows
        if len(rows) < PIECE:
            return
        last = rows[-1].number


def _vouched(conn: Connection, tenant: str) -> dict[int, str]:
    """Row numbers to the digest of what they say since a person was taken out of them."""
    erasures = select(audit.c.after).where(audit.c.tenant == tenant, audit.c.action == ERASE)
    found: dict[int, str] = {}
    for after in conn.execute(erasures.order_by(audit.c.number)).scalars():
        found |= {int(number): digest for number, digest in ((after or {}).get("history") or {}).items()}
    return found


def _recorded(row: Row) -> Recorded:
    return Recorded(number=row.number, at=row.at, event=read_as(Event, row))
