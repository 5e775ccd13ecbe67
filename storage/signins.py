"""Sign-ins that were asked for, and the sessions that they opened (reliability F4, F6).

Only hashes come in: nothing in these tables opens a door by itself. An unknown address leaves the same row as
a known one, under a mark instead of a person's key, so that both take the same time and meet the same limits.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

from storage.audit import Event, record
from storage.rows import read_as
from storage.tables import session as session_table
from storage.tables import signin

HOUR = timedelta(hours=1)
ASKED_PER_PERSON = 5
ASKED_PER_SOURCE = 20
WRONG_CODES = 6
LOCKED = timedelta(minutes=15)
IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
ANY_BROWSER = ""
BREAK_GLASS = "!operator"  # no key of a profile begins so; whoever runs the machine, for an hour
BREAK_GLASS_LASTS = timedelta(hours=1)
TOUCHED_EVERY = timedelta(minutes=1)


class Outcome(StrEnum):
    """What came of a link or a code."""

    GOOD = "good"
    WRONG = "wrong"
    LOCKED = "locked"
    LOCKED_NOW = "locked_now"
    OTHER_BROWSER = "other_browser"


@dataclass(frozen=True, kw_only=True)
class Used:
    """The outcome of a link or a code; `person` is whose it was, None when nobody's."""

    outcome: Outcome
    person: str | None = None


@dataclass(frozen=True, kw_only=True)
class Session:
    """Somebody who is signed in, in one browser."""

    id: int
    person: str
    csrf: str
    opened_at: datetime
    used_at: datetime


def ask(
    conn: Connection,
    tenant: str,
    *,
    person: str,
    token_hash: str,
    code_hash: str,
    browser_hash: str,
    source_hash: str,
    now: datetime,
    lasts: timedelta,
) -> bool:
    """Note that a link and a code were asked for; False when there have been too many, and nothing is noted.

    Five an hour for a person, twenty for the network address they come from (W-25).

    Args:
        person: key of the profile, or a mark of an unknown address.
        browser_hash: of the browser that asks; `ANY_BROWSER` for a link made at the command line.
    """
    asked = select(func.count()).where(signin.c.tenant == tenant, signin.c.asked_at > now - HOUR)
    if browser_hash != ANY_BROWSER:
        from_source = conn.execute(asked.where(signin.c.source_hash == source_hash)).scalar_one()
        for_person = conn.execute(
            asked.where(signin.c.person == person, signin.c.browser_hash != ANY_BROWSER)
        ).scalar_one()
        if from_source >= ASKED_PER_SOURCE or for_person >= ASKED_PER_PERSON:
            return False
    conn.execute(
        insert(signin).values(
            tenant=tenant,
            person=person,
            token_hash=token_hash,
            code_hash=code_hash,
            browser_hash=browser_hash,
            source_hash=source_hash,
            asked_at=now,
            expires_at=now + lasts,
            wrong_codes=0,
        )
    )
    return True


def link_state(conn: Connection, tenant: str, token_hash: str, browser_hash: str, now: datetime) -> Outcome:
    """What would come of a link in this browser. Looking changes nothing (W-01)."""
    row = _by_token(conn, tenant, token_hash)
    if row is None or row.used_at is not None or row.expires_at <= now:
        return Outcome.WRONG
    if row.browser_hash not in (ANY_BROWSER, browser_hash):
        return Outcome.OTHER_BROWSER
    return Outcome.GOOD


def use_link(conn: Connection, tenant: str, token_hash: str, browser_hash: str, now: datetime) -> Used:
    """Use a link up; only the browser that asked can (W-11), and only once (W-12)."""
    outcome = link_state(conn, tenant, token_hash, browser_hash, now)
    if outcome is not Outcome.GOOD:
        return Used(outcome=outcome)
    row = _by_token(conn, tenant, token_hash)
    _set(conn, row.id, used_at=now)
    return Used(outcome=Outcome.GOOD, person=row.person)


def use_code(conn: Connection, tenant: str, code_hash: str, browser_hash: str, now: datetime) -> Used:
    """Use the code of the newest sign-in that this browser asked for.

    The sixth wrong code spends the sign-in and locks codes of that person for 15 minutes; `LOCKED_NOW` tells
    that once, so that the owner can be told.
    """
    row = _newest_of(conn, tenant, browser_hash)
    if row is None:
        return Used(outcome=Outcome.WRONG)
    if is_locked(conn, tenant, row.person, now):
        return Used(outcome=Outcome.LOCKED)
    if row.used_at is not None or row.expires_at <= now:
        return Used(outcome=Outcome.WRONG)
    if compare_digest(row.code_hash, code_hash):
        _set(conn, row.id, used_at=now)
        return Used(outcome=Outcome.GOOD, person=row.person)
    wrong = row.wrong_codes + 1
    if wrong < WRONG_CODES:
        _set(conn, row.id, wrong_codes=wrong)
        return Used(outcome=Outcome.WRONG)
    _set(conn, row.id, wrong_codes=wrong, used_at=now, expires_at=now + LOCKED)
    event = Event(actor=row.person, channel="web", kind="person", key=row.person, action="sign-in-locked")
    record(conn, tenant, event, now)
    return Used(outcome=Outcome.LOCKED_NOW, person=row.person)


def is_locked(conn: Connection, tenant: str, person: str, now: datetime) -> bool:
    """Whether too many wrong codes were tried for this person; a spent row then keeps the end of it."""
    locked = select(signin.c.id).where(
        signin.c.tenant == tenant,
        signin.c.person == person,
        signin.c.wrong_codes >= WRONG_CODES,
        signin.c.expires_at > now,
    )
    return conn.execute(locked.limit(1)).first() is not None


def open_session(
    conn: Connection,
    tenant: str,
    *,
    person: str,
    token_hash: str,
    csrf: str,
    now: datetime,
    way: str = "mail",
) -> Session:
    """Somebody is signed in from now on.

    Args:
        way: how they showed who they are: "code", "link" or "oidc".
    """
    told = {"kind": "person", "key": person, "action": "sign-in", "after": {"by": way}}
    record(conn, tenant, Event(actor=person, channel="web", **told), now)
    values = {"person": person, "csrf": csrf, "opened_at": now, "used_at": now}
    row_id = conn.execute(
        insert(session_table)
        .values(tenant=tenant, token_hash=token_hash, **values)
        .returning(session_table.c.id)
    ).scalar_one()
    return Session(id=row_id, **values)


# Asked at every request, so put together once.
OPEN_SESSION = select(session_table).where(
    session_table.c.tenant == bindparam("tenant"),
    session_table.c.token_hash == bindparam("token_hash"),
    session_table.c.closed_at.is_(None),
    session_table.c.used_at > bindparam("used_after"),
    session_table.c.opened_at > bindparam("opened_after"),
)


def session(conn: Connection, tenant: str, token_hash: str, now: datetime) -> Session | None:
    """The session that a cookie's token stands for; None when closed, idle for an hour, or 12 hours old (F6)."""
    known = {
        "tenant": tenant,
        "token_hash": token_hash,
        "used_after": now - IDLE,
        "opened_after": now - LONGEST,
    }
    row = conn.execute(OPEN_SESSION, known).first()
    if row is None or (row.person == BREAK_GLASS and row.opened_at <= now - BREAK_GLASS_LASTS):
        return None
    return read_as(Session, row)


def needs_touch(found: Session, now: datetime) -> bool:
    """Whether the use is worth writing down: once a minute is exact enough for an hour's limit."""
    return now - found.used_at >= TOUCHED_EVERY


def touch(conn: Connection, tenant: str, session_id: int, now: datetime) -> None:
    """Note that a session is in use."""
    _set_session(conn, tenant, session_id, used_at=now)


def close_session(conn: Connection, tenant: str, session_id: int, now: datetime) -> None:
    """Signed out: the session opens nothing from now on."""
    wanted = (session_table.c.tenant == tenant, session_table.c.id == session_id)
    person = conn.execute(select(session_table.c.person).where(*wanted)).scalar_one()
    _set_session(conn, tenant, session_id, closed_at=now)
    event = Event(actor=person, channel="web", kind="person", key=person, action="sign-out")
    record(conn, tenant, event, now)


def clear_out(conn: Connection, tenant: str, now: datetime) -> None:
    """Remove sign-ins and sessions that have been dead for a day; they are no records."""
    yesterday = now - timedelta(days=1)
    conn.execute(
        signin.delete().where(
            signin.c.tenant == tenant, signin.c.asked_at < yesterday, signin.c.expires_at < yesterday
        )
    )
    ended = or_(session_table.c.used_at < yesterday, session_table.c.opened_at < yesterday)
    conn.execute(session_table.delete().where(session_table.c.tenant == tenant, ended))


def _by_token(conn: Connection, tenant: str, token_hash: str) -> Row | None:
    wanted = select(signin).where(signin.c.tenant == tenant, signin.c.token_hash == token_hash)
    return conn.execute(wanted).first()


def _newest_of(conn: Connection, tenant: str, browser_hash: str) -> Row | None:
    """The newest sign-in of a browser; a link from the command line has no browser and no code."""
    if browser_hash == ANY_BROWSER:
        return None
    wanted = select(signin).where(signin.c.tenant == tenant, signin.c.browser_hash == browser_hash)
    return conn.execute(wanted.order_by(signin.c.id.desc()).limit(1)).first()


def _set(conn: Connection, row_id: int, **values) -> None:
    conn.execute(update(signin).where(signin.c.id == row_id).values(**values))


def _set_session(conn: Connection, tenant: str, session_id: int, **values) -> None:
    conn.execute(
        update(session_table)
        .where(session_table.c.tenant == tenant, session_table.c.id == session_id)
        .values(**values)
    )
