"""Tokens of other programs: made once, shown once, kept as hashes, revocable at once."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Connection, Row, select, update

from storage.database import inserted
from storage.errors import NameTaken
from storage.tables import api_token
from texts import N_

PREFIX = "fv_"
NOTED_EVERY = timedelta(minutes=5)


class Scope(StrEnum):
    """What a token may do."""

    CALLS = "calls:read"
    MATCHES = "matches:read"
    PROFILE = "profile:read"
    DECIDE = "decisions:write"
    ANSWER = "answers:write"


SCOPE_LABELS = {
    Scope.CALLS: N_("läsa utlysningar"),
    Scope.MATCHES: N_("läsa träffar, beslut och svar"),
    Scope.PROFILE: N_("läsa profilen, utan personer"),
    Scope.DECIDE: N_("fatta beslut i kön"),
    Scope.ANSWER: N_("lämna svar för en förvaltning eller ett bolag"),
}


@dataclass(frozen=True, kw_only=True)
class ApiToken:
    """A token as it is kept; nobody can read it back.

    Attributes:
        used_at: when it was last seen, to within five minutes; None when never.
    """

    id: int
    name: str
    scopes: frozenset[Scope]
    made_by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    @property
    def actor(self) -> str:
        """How the history names what was done with it."""
        return f"api:{self.name}"

    def holds_at(self, now: datetime) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None and now < self.expires_at


def make(
    conn: Connection,
    tenant: str,
    name: str,
    scopes: Collection[Scope],
    *,
    by: str,
    now: datetime,
    expires_at: datetime,
) -> str:
    """A new token, shown this once.

    Raises:
        NameTaken: choose another name.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    row = {
        "tenant": tenant,
        "name": name,
        "token_hash": _hashed(token),
        "scopes": sorted(scope.value for scope in scopes),
        "made_by": by,
        "made_at": now,
        "expires_at": expires_at,
    }
    if inserted(conn, api_token, row) is None:
        text = N_("Det finns redan en nyckel som heter {name}. Välj ett annat namn.")
        raise NameTaken.of(text, name=name)
    return token


def find(conn: Connection, tenant: str, token: str, now: datetime) -> ApiToken | None:
    """The token somebody came with, None when it opens nothing now."""
    wanted = select(api_token).where(api_token.c.tenant == tenant, api_token.c.token_hash == _hashed(token))
    row = conn.execute(wanted).first()
    found = None if row is None else _stored(row)
    return found if found is not None and found.holds_at(now) else None


def every(conn: Connection, tenant: str) -> list[ApiToken]:
    """All tokens there ever were, the newest first."""
    wanted = select(api_token).where(api_token.c.tenant == tenant).order_by(api_token.c.id.desc())
    return [_stored(row) for row in conn.execute(wanted)]


def needs_note(token: ApiToken, now: datetime) -> bool:
    """Whether its use should be noted anew; not on every request, for that would be a write each."""
    return token.used_at is None or now - token.used_at >= NOTED_EVERY


def note_use(conn: Connection, token: ApiToken, now: datetime) -> None:
    """Note that it was used."""
    conn.execute(update(api_token).where(api_token.c.id == token.id).values(used_at=now))


def revoke(conn: Connection, tenant: str, name: str, now: datetime) -> ApiToken | None:
    """End a token at once; what it was, None when there is none of that name or it has ended already."""
    wanted = select(api_token).where(
        api_token.c.tenant == tenant, api_token.c.name == name, api_token.c.revoked_at.is_(None)
    )
    row = conn.execute(wanted).first()
    if row is None:
        return None
    conn.execute(update(api_token).where(api_token.c.id == row.id).values(revoked_at=now))
    return _stored(row)


def _hashed(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _stored(row: Row) -> ApiToken:
    names = ("id", "name", "made_by", "made_at", "expires_at", "used_at", "revoked_at")
    scopes = frozenset(Scope(scope) for scope in row.scopes)
    return ApiToken(scopes=scopes, **{name: getattr(row, name) for name in names})
