"""Saving a sound harvest: one transaction that adds, updates and marks, and never deletes or closes.

A source's own identity of a call never moves: a reference that is known stays with its call. A new reference
joins the call that carries the same identifier, unless several calls share that identifier.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from calls.changes import differences
from calls.merge import merged, united
from calls.model import CallFacts, ScrapedCall
from calls.vocabulary import DeadlineModel
from storage.database import in_batches
from storage.documents import Document, changes_document, facts_document, facts_of
from storage.tables import call, call_source, call_version

# A call is "no longer seen" after two sound harvests without it, at least this long apart (reliability D2).
GONE_AFTER = timedelta(hours=48)
LAST_RANK = 1000


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What a harvest did to the stored calls.

    Attributes:
        new, changed, unchanged: calls of this harvest; one that only joined a known call is not new.
        unseen: calls that the source showed last time and does not show now.
        conflicts: references that the source used for two different calls; the first was kept (S-43).
    """

    new: int
    changed: int
    unchanged: int
    unseen: int
    new_ids: tuple[int, ...] = ()
    changed_ids: tuple[int, ...] = ()
    conflicts: tuple[str, ...] = ()


def save_harvest(
    conn: Connection,
    tenant: str,
    source: str,
    calls: Sequence[ScrapedCall],
    ranks: Mapping[str, int],
    now: datetime,
) -> Saved:
    """Store one sound harvest of a source.

    Args:
        ranks: rank of every source by key; the lowest leads where several carry a call.
        now: aware; the moment of the harvest.

    Raises:
        ValueError: a call of another source is among them.
    """
    pages, conflicts = _one_page_a_reference(calls, source)
    rank = ranks.get(source, LAST_RANK)
    documents = {reference: facts_document(page) for reference, page in pages.items()}
    known = {row.reference: row for row in conn.execute(_rows_of(tenant, source))}
    fresh = {reference: page for reference, page in pages.items() if reference not in known}
    homes, new_ids = _homes(conn, tenant, fresh, now)
    _insert_pages(conn, tenant, source, fresh, documents, homes, rank, now)
    reread = _update_pages(conn, pages, documents, known)
    _mark_seen(conn, [known[name].id for name in pages if name in known], rank, now)
    seen_ids = set(homes.values()) | {known[reference].call_id for reference in pages if reference in known}
    unseen = _mark_missing(conn, known, pages, seen_ids, now)
    touched = reread | (set(homes.values()) - set(new_ids))
    changed_ids = _merge_again(conn, tenant, touched, now)
    return Saved(
        new=len(new_ids),
        changed=len(changed_ids),
        unchanged=len(seen_ids) - len(new_ids) - len(changed_ids),
        unseen=unseen,
        new_ids=tuple(new_ids),
        changed_ids=tuple(changed_ids),
        conflicts=conflicts,
    )


def _one_page_a_reference(
    calls: Sequence[ScrapedCall], source: str
) -> tuple[dict[str, ScrapedCall], tuple[str, ...]]:
    """The first call of each reference, and the references whose later calls said something else."""
    pages: dict[str, ScrapedCall] = {}
    conflicts: dict[str, None] = {}
    for page in calls:
        if page.source != source:
            raise ValueError(f"call {page.reference} is of source {page.source}, expected {source}")
        if pages.setdefault(page.reference, page) != page:
            conflicts[page.reference] = None
    return pages, tuple(conflicts)


def _rows_of(tenant: str, source: str) -> Select:
    """What a source showed before, without the facts, which are many."""
    columns = [call_source.c[name] for name in ("id", "call_id", "reference", "missing_since_at", "is_seen")]
    return select(*columns).where(call_source.c.tenant == tenant, call_source.c.source == source)


def _joining_key(kind: str, identifier: str | None, shares_identifier: bool) -> str | None:
    """What makes two rows one opportunity; None when the row stands alone."""
    if kind != "1" or shares_identifier or not identifier:
        return None
    return identifier.strip().casefold()


def _homes(
    conn: Connection, tenant: str, fresh: Mapping[str, ScrapedCall], now: datetime
) -> tuple[dict[str, int], list[int]]:
    """The call of each new reference, and the ids of the calls that had to be made for them."""
    keys = {name: _joining_key(p.kind, p.identifier, p.shares_identifier) for name, p in fresh.items()}
    joined = _calls_by_key(conn, tenant) if any(keys.values()) else {}
    groups: dict[str, list[str]] = defaultdict(list)
    for reference, key in keys.items():
        if key not in joined:
            groups[f"alone {reference}" if key is None else f"key {key}"].append(reference)
    new_ids = _insert_calls(conn, tenant, [united([fresh[name] for name in g]) for g in groups.values()], now)
    homes = {name: joined[key] for name, key in keys.items() if key in joined}
    for call_id, references in zip(new_ids, groups.values(), strict=True):
        homes |= dict.fromkeys(references, call_id)
    return homes, new_ids


def _calls_by_key(conn: Connection, tenant: str) -> dict[str | None, int]:
    """The stored calls that another source can join; the oldest where several carry one identifier."""
    rows = conn.execute(
        select(call.c.id, call.c.kind, call.c.identifier, call.c.shares_identifier)
        .where(call.c.tenant == tenant, call.c.identifier.is_not(None))
        .order_by(call.c.id.desc())
    )
    found = {_joining_key(row.kind, row.identifier, row.shares_identifier): row.id for row in rows}
    found.pop(None, None)
    return found


def _insert_calls(conn: Connection, tenant: str, calls: Sequence[CallFacts], now: datetime) -> list[int]:
    """Add calls with their first version; their ids in the order given."""
    if not calls:
        return []
    columns = [_columns(facts, facts_document(facts)) for facts in calls]
    times = {"tenant": tenant, "version": 1, "first_seen_at": now, "changed_at": now}
    ids = conn.execute(
        insert(call).returning(call.c.id, sort_by_parameter_order=True), [row | times for row in columns]
    ).scalars()
    new_ids = list(ids)
    first = {"tenant": tenant, "version": 1, "at": now, "changes": []}
    versions = [
        first | {"call_id": call_id, "facts": row["facts"]}
        for call_id, row in zip(new_ids, columns, strict=True)
    ]
    conn.execute(insert(call_version), versions)
    return new_ids


def _columns(facts: CallFacts, document: Document) -> dict[str, Any]:
    """The facts as a row of `call`; the last deadline is that of who has not applied yet."""
    deadlines = facts.deadlines or ()
    if facts.deadline_model is DeadlineModel.TWO_STAGE:
        deadlines = deadlines[:1]
    return {
        "kind": facts.kind,
        "identifier": facts.identifier,
        "shares_identifier": facts.shares_identifier,
        "title": facts.title,
        "opening_date": facts.opening_date,
        "last_deadline_at": deadlines[-1].at if deadlines else None,
        "facts": document,
    }


def _insert_pages(
    conn: Connection,
    tenant: str,
    source: str,
    fresh: Mapping[str, ScrapedCall],
    documents: Mapping[str, Document],
    homes: Mapping[str, int],
    rank: int,
    now: datetime,
) -> None:
    seen = {"tenant": tenant, "source": source, "rank": rank, "is_seen": True}
    times = {"first_seen_at": now, "last_seen_at": now, "missing_since_at": None}
    rows = [
        seen
        | times
        | {
            "reference": reference,
            "call_id": homes[reference],
            "url": page.url,
            "facts": documents[reference],
        }
        for reference, page in fresh.items()
    ]
    if rows:
        conn.execute(insert(call_source), rows)


def _update_pages(
    conn: Connection,
    pages: Mapping[str, ScrapedCall],
    documents: Mapping[str, Document],
    known: Mapping[str, Row],
) -> set[int]:
    """Store the pages that read otherwise than last time; the ids of their calls."""
    again = {known[reference].id: reference for reference in pages if reference in known}
    stored = _by_ids(conn, select(call_source.c.id, call_source.c.facts), call_source.c.id, again)
    told = {row.id: _told_now(row, pages[again[row.id]], documents[again[row.id]]) for row in stored}
    changed = {row.id: again[row.id] for row in stored if row.facts != told[row.id]}
    rows = [
        {"row_id": row_id, "facts": told[row_id], "url": pages[reference].url}
        for row_id, reference in changed.items()
    ]
    if rows:
        statement = update(call_source).where(call_source.c.id == bindparam("row_id"))
        conn.execute(statement.values(facts=bindparam("facts"), url=bindparam("url")), rows)
    return {known[reference].call_id for reference in changed.values()}


def _told_now(stored: Row, page: ScrapedCall, document: Document) -> Document:
    """What a page tells now, with the stored facts in place of those that could not be read."""
    return document | {name: stored.facts[name] for name in page.unread if name in stored.facts}


def _mark_seen(conn: Connection, row_ids: Iterable[int], rank: int, now: datetime) -> None:
    """Shown again: seen now, and no longer missing."""
    values = {"last_seen_at": now, "missing_since_at": None, "is_seen": True, "rank": rank}
    _update_ids(conn, row_ids, values)


def _mark_missing(
    conn: Connection,
    known: Mapping[str, Row],
    pages: Mapping[str, ScrapedCall],
    seen_ids: set[int],
    now: datetime,
) -> int:
    """Note what the source shows no more (D2); how many calls it showed last time and now not at all."""
    absent = [row for reference, row in known.items() if reference not in pages]
    newly = [row for row in absent if row.missing_since_at is None]
    gone = [
        row
        for row in absent
        if row.is_seen and row.missing_since_at is not None and now - row.missing_since_at >= GONE_AFTER
    ]
    _update_ids(conn, [row.id for row in newly], {"missing_since_at": now})
    _update_ids(conn, [row.id for row in gone], {"is_seen": False})
    return len({row.call_id for row in newly} - seen_ids)


def _merge_again(conn: Connection, tenant: str, call_ids: set[int], now: datetime) -> list[int]:
    """Put calls together anew from all their sources; the ids of those that changed in what matters."""
    told = _told(conn, call_ids)
    in_place, versions = [], []
    stored = _by_ids(
        conn, select(call.c.id, call.c.version, call.c.changed_at, call.c.facts), call.c.id, call_ids
    )
    for row in stored:
        facts = told[row.id]
        document = facts_document(facts)
        if document == row.facts:
            continue
        changes = differences(facts_of(row.facts), facts)
        version = row.version + 1 if changes else row.version
        columns = _columns(facts, document) | {"row_id": row.id, "version": version}
        in_place.append(columns | {"changed_at": now if changes else row.changed_at})
        if changes:
            documents = {"changes": changes_document(changes), "facts": document}
            versions.append(documents | {"tenant": tenant, "call_id": row.id, "version": version, "at": now})
    if in_place:
        names = [name for name in in_place[0] if name != "row_id"]
        statement = update(call).where(call.c.id == bindparam("row_id"))
        conn.execute(statement.values({name: bindparam(name) for name in names}), in_place)
    if versions:
        conn.execute(insert(call_version), versions)
    return sorted(version["call_id"] for version in versions)


def _told(conn: Connection, call_ids: set[int]) -> dict[int, CallFacts]:
    """What the sources of each call say together; a source that shows it no more only fills in."""
    names = ("call_id", "source", "rank", "is_seen", "missing_since_at", "id", "facts")
    rows = _by_ids(conn, select(*(call_source.c[name] for name in names)), call_source.c.call_id, call_ids)
    rows.sort(key=lambda row: (not row.is_seen, row.rank, row.id))
    pages: dict[int, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        pages[row.call_id][row.source].append(row)
    return {
        call_id: merged([united(_shown_now(of_source)) for of_source in by_source.values()])
        for call_id, by_source in pages.items()
    }


def _shown_now(pages: Sequence[Row]) -> list[CallFacts]:
    """What one source shows of a call; a page it has replaced by another says nothing beside the new one."""
    present = [page for page in pages if page.missing_since_at is None]
    return [facts_of(page.facts) for page in present or pages]


def _by_ids(conn: Connection, statement: Select, column, ids: Iterable[int]) -> list[Row]:
    """Rows whose column is one of many ids, in order of id."""
    return [row for some in in_batches(ids) for row in conn.execute(statement.where(column.in_(some)))]


def _update_ids(conn: Connection, row_ids: Iterable[int], values: Mapping[str, Any]) -> None:
    for some in in_batches(row_ids):
        conn.execute(update(call_source).where(call_source.c.id.in_(some)).values(**values))
