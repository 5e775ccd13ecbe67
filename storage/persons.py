"""What is kept about a person: found for them (GDPR 15, 20), and taken out for good (GDPR 17, reliability G2).

Every column that can hold a person's key, name or address is named here by kind; a test names the others and refuses
a new column that nobody has thought of (G1). Decisions and history stay, under a pseudonym that is the same everywhere.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import tomlkit
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    LargeBinary,
    Select,
    String,
    Table,
    delete,
    or_,
    select,
    update,
)
from tomlkit.exceptions import TOMLKitError

from notifier.greeting import first_name
from storage import audit as history
from storage.tables import audit, bounce, identity, letter, metadata, profile, session, signin

# Columns that hold a person's key.
KEYS = frozenset(
    {
        "person",
        "by",
        "actor",
        "made_by",
        "author",
        "decided_by",
        "asked_by",
        "withdrawn_by",
        "closed_by",
        "of",
    }
)
# Columns that people write in, or that hold names and addresses.
WORDS = frozenset(
    {"note", "reply", "reason", "document", "shown", "recipient", "subject", "error", "diagnostic", "address"}
    | {"before", "after", "value", "invited", "said", "content", "body", "owner"}
)
UNITS = frozenset({"unit", "need", "to_unit", "from_unit", "units", "host"})
# Kinds of events whose key names a part of the profile, and no person.
OF_UNITS = ("unit", "need", "profile")
PARTED = re.compile(r"([/:])")
GONE = (session, signin, identity)  # no records: what opened doors for the person


@dataclass(frozen=True, kw_only=True)
class Person:
    """By what somebody is found.

    Attributes:
        key: of the profile.
        names, addresses, phones: every one that any version of the profile gives the key.
    """

    key: str
    names: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


@dataclass(kw_only=True)
class Erased:
    """What an erasure did.

    Attributes:
        pseudonym: what stands instead of the person from now on.
        rows: table to how many of its rows were changed or removed.
    """

    pseudonym: str
    rows: dict[str, int] = field(default_factory=dict)


def known_as(conn: Connection, tenant: str, key: str) -> Person:
    """The names and addresses of a key in every version of the profile and every draft of it."""
    names, addresses, phones = set(), set(), set()
    for (document,) in conn.execute(select(profile.c.document).where(profile.c.tenant == tenant)):
        for one in _people(document):
            if str(one.get("key")) == key:
                names.add(str(one.get("name", "")))
                addresses.add(str(one.get("email", "")))
                phones.add(str(one.get("phone", "")))
    found = (frozenset(words - {""}) for words in (names, addresses, phones))
    return Person(key=key, **dict(zip(("names", "addresses", "phones"), found, strict=True)))


def everything_about(conn: Connection, tenant: str, person: Person) -> dict[str, list[dict[str, Any]]]:
    """Table to every row that is about the person or was written by them, as plain values.

    Letters come with their text; hashes and tokens are left out, for they say nothing about anybody.
    """
    found: dict[str, list[dict[str, Any]]] = {"profile": _profile_entries(conn, tenant, person.key)}
    for table in metadata.sorted_tables:
        if table is profile:
            continue
        rows = [_plain(table, row) for row in conn.execute(_rows_of(table, tenant, person)).mappings()]
        if rows:
            found[table.name] = rows
    return found


def erase(conn: Connection, tenant: str, person: Person, *, by: str, reason: str, now: datetime) -> Erased:
    """Take a person out of every table; what they decided stays, under a pseudonym.

    Args:
        by: who does it, for the history.
        reason: the decision that it rests on (G3).
    """
    erased = Erased(pseudonym=f"borttagen-{secrets.token_hex(4)}")
    for table in GONE:
        removed = conn.execute(
            delete(table).where(table.c.tenant == tenant, table.c.person == person.key)
        ).rowcount
        _count(erased, table, removed)
    replaced = _Replacement(person, erased.pseudonym)
    for table in metadata.sorted_tables:
        if table not in (*GONE, audit):
            _count(erased, table, sum(_rewrite(conn, table, tenant, replaced)))
    rewritten = _rewrite_history(conn, tenant, replaced)
    _count(erased, audit, len(rewritten))
    after = {"rows": erased.rows, "history": rewritten}
    told = {"actor": by, "channel": history.channel_of(by), "kind": "person", "key": erased.pseudonym}
    event = history.Event(**told, action=history.ERASE, after=after, reason=reason)
    history.record(conn, tenant, event, now)
    return erased


class _Replacement:
    """A person's key, names and addresses, and what stands in their place."""

    def __init__(self, person: Person, pseudonym: str) -> None:
        self.person, self.pseudonym = person, pseudonym
        self.address = f"{pseudonym}@example.invalid"
        dialled = ("".join(mark for mark in phone if mark in "+0123456789") for phone in person.phones)
        words = sorted((*person.addresses, *person.names, *person.phones, *dialled), key=len, reverse=True)
        self.pattern = (
            re.compile("|".join(rf"(?<!\w){re.escape(w)}(?!\w)" for w in words), re.I) if words else None
        )

    def spoken_to(self) -> "_Replacement":
        """The same for letters to the person, which greet them by first name."""
        person = self.person
        first = {first_name(name, address) for name in person.names for address in person.addresses} - {""}
        return _Replacement(replace(person, names=person.names | first), self.pseudonym)

    def text(self, text: str) -> str:
        """A text with names and addresses replaced, whole words only."""
        return self.pattern.sub(self._instead, text) if self.pattern else text

    def key(self, text: str) -> str:
        """A column that holds a key."""
        return self.pseudonym if text == self.person.key else text

    def identity(self, text: str) -> str:
        """What an event is about: a key alone, or one beside others, as in "2026-W35/key" or "person:key"."""
        return "".join(self.key(self.text(part)) for part in PARTED.split(text))

    def value(self, value: Any, name: str = "") -> Any:
        """A JSON value: a text that is the key, and names and addresses within texts; units keep their keys."""
        if isinstance(value, str):
            return value if name in UNITS else self.key(self.text(value))
        if isinstance(value, dict):
            return {self.key(inner): self.value(said, inner) for inner, said in value.items()}
        return [self.value(inner, name) for inner in value] if isinstance(value, list) else value

    def mail(self, content: bytes) -> bytes:
        """A mail with the person replaced in its headers and texts; bytes that are none, as text."""
        try:
            message = BytesParser(policy=policy.SMTP.clone(max_line_length=998)).parsebytes(content)
            for part in message.walk():
                self._part(part)
            return message.as_bytes()
        except (ValueError, LookupError, AttributeError, UnicodeError):
            return self.text(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def document(self, document: str) -> str:
        """A profile file, still in its form: the person's entry under the pseudonym."""
        try:
            parsed = tomlkit.parse(document)
        except TOMLKitError:
            return self.text(document)
        for one in parsed.get("people", []):
            if one.get("key") == self.person.key:
                domain = str(one.get("email", "")).rpartition("@")[2] or "example.invalid"
                one.pop("phone", None)
                one["key"], one["name"], one["email"] = (
                    self.pseudonym,
                    self.pseudonym,
                    f"{self.pseudonym}@{domain}",
                )
        return self.text(tomlkit.dumps(parsed))

    def _part(self, part: EmailMessage) -> None:
        for name, value in part.items():
            if self.text(str(value)) != str(value):
                part.replace_header(name, self.text(str(value)))
        if part.get_content_maintype() == "text":
            text = part.get_content()
            if self.text(text) != text:
                part.set_content(self.text(text), subtype=part.get_content_subtype(), cte="quoted-printable")

    def _instead(self, found: re.Match[str]) -> str:
        return self.address if "@" in found[0] else self.pseudonym


def _rewrite(conn: Connection, table: Table, tenant: str, replaced: _Replacement) -> Iterator[bool]:
    """Every row of a table without the person; whether it was changed."""
    columns = [column for column in table.c if column.name in KEYS | WORDS and _is_text(column)]
    if not columns:
        return
    rows = conn.execute(select(table.c.id, *columns).where(table.c.tenant == tenant)).all()
    spoken_to = replaced.spoken_to()
    for row in rows:
        values = {}
        is_own = table is letter and row.person == replaced.person.key
        for column in columns:
            before = getattr(row, column.name)
            after = (
                before
                if before is None
                else _without(table, column, before, spoken_to if is_own else replaced)
            )
            if after != before:
                values[column.name] = after
        if values:
            conn.execute(update(table).where(table.c.id == row.id).values(**values))
        yield bool(values)


def _without(table: Table, column: Column, value: Any, replaced: _Replacement) -> Any:
    if column.name in KEYS:
        return replaced.key(value)
    if isinstance(column.type, JSON):
        return replaced.value(value)
    if isinstance(value, bytes):
        other = replaced.mail(value)
        return b"" if table is bounce and other != value else other  # a returned mail is no record
    if table is profile:
        return replaced.document(value)
    return replaced.key(replaced.text(value))


def _rewrite_history(conn: Connection, tenant: str, replaced: _Replacement) -> dict[str, str]:
    """Row numbers to the digest of what they say from now on."""
    found = {}
    for row in conn.execute(select(audit).where(audit.c.tenant == tenant)).all():
        old = row._asdict()
        new = {name: replaced.value(old[name]) for name in ("actor", "before", "after", "reason")}
        new["key"] = old["key"] if old["kind"] in OF_UNITS else replaced.identity(old["key"])
        if all(old[name] == value for name, value in new.items()):
            continue
        salt = secrets.token_hex(16)
        found[str(row.number)] = history.content_digest(old | new, salt)
        conn.execute(update(audit).where(audit.c.id == row.id).values(salt=salt, **new))
    return found


def _rows_of(table: Table, tenant: str, person: Person) -> Select:
    """The rows that name the person by key or address."""
    keys = [table.c[name] == person.key for name in sorted(KEYS) if name in table.c]
    for name in ("recipient", "address"):
        if name in table.c:
            keys.append(table.c[name].in_(sorted(person.addresses)))
    if "owner" in table.c and "of" in table.c:
        keys.append((table.c.of == "person") & (table.c.owner == person.key))
    if table is audit:
        about = [audit.c.key == person.key]
        about += [audit.c.key.endswith(f"{mark}{person.key}", autoescape=True) for mark in "/:"]
        about += [audit.c.key.startswith(f"{person.key}/", autoescape=True)]
        keys.append(or_(*about) & audit.c.kind.not_in(OF_UNITS))
    named = or_(*keys) if keys else table.c.id < 0
    return select(table).where(table.c.tenant == tenant, named).order_by(table.c.id)


def _plain(table: Table, row: Any) -> dict[str, Any]:
    """A row without hashes, bytes as text."""
    left_out = ("hash", "digest", "salt", "csrf", "tenant")
    values = {name: value for name, value in row.items() if not name.endswith(left_out)}
    if table is letter:
        values["content"] = _letter_text(row["content"])
    return {
        name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        for name, value in values.items()
    }


def _letter_text(content: bytes) -> str:
    message = BytesParser(policy=policy.default).parsebytes(content)
    body = message.get_body(("plain",))
    return body.get_content() if body is not None else ""


def _profile_entries(conn: Connection, tenant: str, key: str) -> list[dict[str, Any]]:
    """What each version of the profile said of them, where it said something new."""
    rows = conn.execute(
        select(profile.c.version, profile.c.document, profile.c.at)
        .where(profile.c.tenant == tenant)
        .order_by(profile.c.version)
    )
    found: list[dict[str, Any]] = []
    for row in rows:
        for one in _people(row.document):
            said = {name: _unwrapped(value) for name, value in one.items()}
            if said.get("key") == key and (not found or found[-1]["said"] != said):
                found.append({"version": row.version, "at": row.at, "said": said})
    return found


def _people(document: str) -> list[Any]:
    try:
        return list(tomlkit.parse(document).get("people", []))
    except TOMLKitError:
        return []


def _unwrapped(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _is_text(column: Column) -> bool:
    return isinstance(column.type, String | JSON | LargeBinary)


def _count(erased: Erased, table: Table, number: int) -> None:
    if number:
        erased.rows[table.name] = number
