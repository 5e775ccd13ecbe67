"""Drafts and proposals of parts of the profile: kept as typed, decided by the coordinator, never lost.

ProposalChanged     a `StorageError`: somebody saved or decided it since the reader looked
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from storage.errors import StorageError
from storage.rows import read_as
from storage.tables import proposal
from texts import N_, Message


class State(StrEnum):
    """Where a proposal stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


STATE_LABELS = {
    State.DRAFT: N_("utkast"),
    State.PROPOSED: N_("väntar på samordnaren"),
    State.PUBLISHED: N_("publicerat"),
    State.RETURNED: N_("tillbaka med ord"),
    State.WITHDRAWN: N_("kastat"),
}
EDITABLE = (State.DRAFT, State.RETURNED)
ALIVE = (State.DRAFT, State.PROPOSED, State.RETURNED)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A part of the profile as somebody wants it.

    Attributes:
        kind: a `profiles.parts.PartKind`; `key` is a unit's, empty for the other kinds.
        base_version: the version of the profile that it began from.
        document: the part as JSON (`profiles.parts.part_from`); None when the unit is to be taken out.
        author: a person's key.
        note: the author's words to the coordinator.
        revision: rises with every save.
        reply: the coordinator's words.
        published_version: the version that it became, None before.
    """

    id: int
    kind: str
    key: str
    base_version: int
    document: dict[str, Any] | None
    state: State
    author: str
    note: str
    revision: int
    created_at: datetime
    changed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reply: str = ""
    published_version: int | None = None


class ProposalChanged(StorageError):
    """A save or a decision came late; `current` is what holds now, None when there is no such proposal."""

    def __init__(self, current: Proposal | None) -> None:
        text = N_("Utkastet har ändrats eller avgjorts sedan du öppnade det. Inget har sparats.")
        super().__init__(Message(text=text))
        self.current = current


def begin(
    conn: Connection,
    tenant: str,
    *,
    kind: str,
    key: str,
    base_version: int,
    document: dict[str, Any] | None,
    author: str,
    now: datetime,
    note: str = "",
) -> Proposal:
    """A new draft."""
    values = {
        "kind": kind,
        "key": key,
        "base_version": base_version,
        "document": document,
        "author": author,
        "note": note,
        "state": State.DRAFT.value,
        "revision": 1,
        "created_at": now,
        "changed_at": now,
        "reply": "",
    }
    made = conn.execute(insert(proposal).values(tenant=tenant, **values)).inserted_primary_key[0]
    return _known(conn, tenant, made)


def get(conn: Connection, tenant: str, proposal_id: int) -> Proposal | None:
    """One proposal, None when there is none with that id."""
    row = conn.execute(
        select(proposal).where(proposal.c.tenant == tenant, proposal.c.id == proposal_id)
    ).first()
    return None if row is None else _stored(row)


def find(
    conn: Connection,
    tenant: str,
    *,
    states: Iterable[State] | None = None,
    kind: str | None = None,
    key: str | None = None,
    author: str | None = None,
) -> list[Proposal]:
    """Proposals, the one changed last first. None asks for all."""
    wanted = [proposal.c.tenant == tenant]
    if states is not None:
        wanted.append(proposal.c.state.in_([state.value for state in states]))
    for column, value in ((proposal.c.kind, kind), (proposal.c.key, key), (proposal.c.author, author)):
        if value is not None:
            wanted.append(column == value)
    order = (proposal.c.changed_at.desc(), proposal.c.id.desc())
    return [_stored(row) for row in conn.execute(select(proposal).where(*wanted).order_by(*order))]


def own_draft(conn: Connection, tenant: str, kind: str, key: str, author: str) -> Proposal | None:
    """The draft, or the one that came back, that this author has of this part; None when there is none."""
    found = find(conn, tenant, states=EDITABLE, kind=kind, key=key, author=author)
    return found[0] if found else None


def save(
    conn: Connection,
    tenant: str,
    proposal_id: int,
    document: dict[str, Any] | None,
    revision: int,
    now: datetime,
    *,
    base_version: int | None = None,
    note: str | None = None,
) -> Proposal:
    """Keep a draft as it reads now.

    Args:
        revision: the one that the writer saw.
        base_version: when it has been put on top of a newer profile; None leaves it.
        note: the author's words; None leaves them.

    Raises:
        ProposalChanged: somebody saved it since, or it is no draft any more.
    """
    current = get(conn, tenant, proposal_id)
    if current is None or current.revision != revision or current.state not in EDITABLE:
        raise ProposalChanged(current)
    values: dict[str, Any] = {"document": document, "state": State.DRAFT.value}
    if base_version is not None:
        values["base_version"] = base_version
    if note is not None:
        values["note"] = note
    return _changed(conn, tenant, current, values, now)


def settle(
    conn: Connection,
    tenant: str,
    proposal_id: int,
    state: State,
    revision: int,
    by: str,
    now: datetime,
    *,
    note: str | None = None,
    reply: str = "",
    published_version: int | None = None,
) -> Proposal:
    """Propose, publish, return, withdraw, or take a proposal back to a draft.

    Raises:
        ProposalChanged: it was saved or decided since, or is not alive any more.
    """
    current = get(conn, tenant, proposal_id)
    if current is None or current.revision != revision or current.state not in ALIVE:
        raise ProposalChanged(current)
    values: dict[str, Any] = {"state": state.value, "reply": reply, "published_version": published_version}
    if state in (State.PUBLISHED, State.RETURNED, State.WITHDRAWN):
        values |= {"decided_by": by, "decided_at": now}
    if note is not None:
        values["note"] = note
    return _changed(conn, tenant, current, values, now)


def _changed(
    conn: Connection, tenant: str, current: Proposal, values: dict[str, Any], now: datetime
) -> Proposal:
    conn.execute(
        update(proposal)
        .where(proposal.c.tenant == tenant, proposal.c.id == current.id)
        .values(**values, revision=current.revision + 1, changed_at=now)
    )
    return _known(conn, tenant, current.id)


def _known(conn: Connection, tenant: str, proposal_id: int) -> Proposal:
    found = get(conn, tenant, proposal_id)
    if found is None:
        raise ProposalChanged(None)
    return found


def _stored(row: Row) -> Proposal:
    return read_as(Proposal, row, state=State(row.state))
