"""The queue: what was proposed, and what was decided of it. Decisions are added to, never edited."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from matcher.model import Decision, Match, MatchState, StoredMatch, Verdict
from matcher.review import STATE_AFTER
from storage import marks
from storage.audit import Event, channel_of, record_all
from storage.database import in_batches
from storage.errors import UnknownMatch
from storage.match_rows import (
    BRIEF,
    brief_of,
    decision_columns,
    decision_read,
    match_columns,
    next_revision,
    rewrite,
    set_values,
    stored_of,
    with_decisions,
)
from storage.tables import decision, match
from texts import N_

# What people were promised stays in view, whatever the matcher says later.
PROMISED = (MatchState.ACCEPTED, MatchState.SENT)
STAYS = (*PROMISED, MatchState.REFERRED)


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """What a run of the matcher did to the queue.

    Attributes:
        new: matches never proposed before, and those that came back to be decided again.
        updated: undecided ones that were proposed again.
        total: matches that wait for a decision afterwards.
        gone: those that left the queue.
    """

    new: int
    updated: int
    total: int
    gone: int = 0


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Every match in view, without reasons, as of one moment.

    Attributes:
        revision: of the newest change in it.
        matches: by id; checks, evidence and pairs are left out.
        touched: ids of the calls whose matches differ from the overview before; all calls in the first one.
    """

    revision: int
    matches: Mapping[int, StoredMatch]
    touched: frozenset[int]


def propose(
    conn: Connection,
    tenant: str,
    matches: Sequence[Match],
    profile_version: int,
    now: datetime,
    held: Callable[[int, str, str], bool] = lambda call_id, unit, need: False,
    versions: Mapping[int, int] | None = None,
) -> Proposed:
    """Put all matches of one run into the queue.

    Undecided ones are refreshed, decided ones stay as they were decided. An accepted or sent match comes back
    when its call has a newer version, a postponed one when its day has come; the old decision is kept. What is
    no longer proposed leaves the queue but is not deleted, and what is accepted, sent or with the reference group
    stays. Marks that somebody has corrected hold.

    Args:
        versions: call to the version that it stands at, of the calls that were matched. What was accepted of a call
            that reads otherwise now comes back even though nothing proposes it any more, until somebody decides.
    """
    known = {(row.call_id, row.unit, row.need): row for row in conn.execute(with_decisions(tenant))}
    common = {
        "profile_version": profile_version,
        "is_current": True,
        "updated_at": now,
        "revision": next_revision(conn, tenant),
    }
    proposed = {(m.call_id, m.unit, m.need): m for m in matches}
    corrected = marks.corrected_children(conn, tenant)
    fates: dict[_Fate, list[tuple[Row | None, dict[str, Any]]]] = defaultdict(list)
    for key, proposal in proposed.items():
        row = known.get(key)
        values = match_columns(proposal, corrected) | common | {"state": MatchState.NEW.value}
        fates[_fate(row, proposal, held(*key), now)].append((row, values))
    if new := [values | {"tenant": tenant, "created_at": now} for _, values in fates[_Fate.NEW]]:
        conn.execute(insert(match), new)
    again = [*fates[_Fate.REFRESHED], *fates[_Fate.REOPENED]]
    rewrite(conn, [values | {"row_id": row.id} for row, values in again])
    found_again = [row.id for row, _ in fates[_Fate.FOUND_AGAIN]]
    set_values(conn, found_again, {"is_current": True, "revision": common["revision"]})
    dropped = [row for key, row in known.items() if key not in proposed and row.is_current]
    back, left = _drop(conn, dropped, common, versions or {}, held)
    came = len(new) + len(fates[_Fate.REOPENED]) + back
    return Proposed(new=came, updated=len(fates[_Fate.REFRESHED]), total=_waiting(conn, tenant), gone=left)


class _Fate(Enum):
    """What a run's proposal does to the match that is stored, or is not."""

    NEW = auto()
    REFRESHED = auto()
    REOPENED = auto()
    FOUND_AGAIN = auto()
    LEFT = auto()


def _fate(row: Row | None, proposal: Match, is_held: bool, now: datetime) -> _Fate:
    if is_held and (row is None or not row.is_current):
        return _Fate.LEFT
    if row is None:
        return _Fate.NEW
    if row.state == MatchState.NEW:
        return _Fate.REFRESHED
    if _comes_back(row, proposal, now):
        return _Fate.REOPENED
    return _Fate.LEFT if row.is_current else _Fate.FOUND_AGAIN


def find(
    conn: Connection,
    tenant: str,
    *,
    states: Iterable[MatchState] | None = None,
    call_id: int | None = None,
    call_ids: Iterable[int] | None = None,
) -> list[StoredMatch]:
    """The matches in view, best score first, ties by id.

    Args:
        states: only matches in these states; None for all.
        call_id: only matches with this call; None for all.
        call_ids: only matches with one of these calls, a page's worth of them; None for all.
    """
    wanted = with_decisions(tenant).where(match.c.is_current)
    if states is not None:
        wanted = wanted.where(match.c.state.in_([state.value for state in states]))
    if call_id is not None:
        wanted = wanted.where(match.c.call_id == call_id)
    if call_ids is not None:
        wanted = wanted.where(match.c.call_id.in_(sorted(set(call_ids))))
    return [stored_of(row) for row in conn.execute(wanted.order_by(match.c.score.desc(), match.c.id))]


def overview(conn: Connection, tenant: str, before: Overview | None = None) -> Overview:
    """All matches in view without their reasons, as they stand now.

    Args:
        before: an older overview of the same database; only what has changed since then is read.
    """
    newest = conn.execute(
        select(func.coalesce(func.max(match.c.revision), 0)).where(match.c.tenant == tenant)
    ).scalar_one()
    if before is not None and before.revision >= newest:
        return before
    columns = [
        match.c[name]
        for name in (*BRIEF, "id", "band", "state", "is_current", "created_at", "profile_version")
    ]
    wanted = with_decisions(tenant, columns)
    found = dict(before.matches) if before else {}
    if before is not None:
        wanted = wanted.where(match.c.revision > before.revision)
    touched = set()
    for row in conn.execute(wanted):
        touched.add(row.call_id)
        found.pop(row.id, None)
        if row.is_current:
            found[row.id] = brief_of(row)
    return Overview(revision=newest, matches=found, touched=frozenset(touched))


def get(conn: Connection, tenant: str, match_id: int) -> StoredMatch | None:
    """One match, in view or not; None when there is none with that id."""
    row = conn.execute(with_decisions(tenant).where(match.c.id == match_id)).first()
    return None if row is None else stored_of(row)


def existing(conn: Connection, tenant: str, match_id: int) -> StoredMatch:
    """One match, in view or not. Raises UnknownMatch when there is none with that id."""
    found = get(conn, tenant, match_id)
    if found is None:
        raise UnknownMatch.of(N_("Det finns ingen träff med nummer {number}."), number=match_id)
    return found


def decide(
    conn: Connection,
    tenant: str,
    match_id: int,
    decided: Decision,
    *,
    action: str = "",
    profile_version: int | None = None,
) -> StoredMatch:
    """Add a decision of a match, and its event to the history; the match as it stands afterwards.

    What is put off until a moment that has come already waits again at once, as after an undo.

    Args:
        action: what the history calls it, when not by its verdict: "undo".
        profile_version: the version of the profile that the reader saw, None for the one that the match was made from.

    Raises:
        UnknownMatch: there is no match with that id.
    """
    before = existing(conn, tenant, match_id)
    conn.execute(
        insert(decision).values(
            tenant=tenant,
            match_id=match_id,
            call_version=before.match.call_version,
            **decision_columns(decided),
        )
    )
    after = {"state": _state_after(decided).value, "updated_at": decided.at}
    set_values(conn, [match_id], after | {"revision": next_revision(conn, tenant)})
    event = _event(before, decided, action, profile_version)
    record_all(conn, tenant, [event], decided.at)
    return existing(conn, tenant, match_id)


def decide_together(
    conn: Connection, tenant: str, decided: Sequence[tuple[StoredMatch, Decision]], now: datetime
) -> None:
    """Add a decision of each of many matches at once; the matches exist and stand as the caller read them."""
    if not decided:
        return
    rows = [
        {"tenant": tenant, "match_id": known.id, "call_version": known.match.call_version}
        | decision_columns(said)
        for known, said in decided
    ]
    conn.execute(insert(decision), rows)
    record_all(conn, tenant, [_event(known, said) for known, said in decided], now)
    revision = next_revision(conn, tenant)
    states = [_state_after(said).value for _, said in decided]
    common = {"updated_at": now, "revision": revision}
    rewrite(
        conn,
        [
            {"row_id": known.id, "state": state} | common
            for (known, _), state in zip(decided, states, strict=True)
        ],
    )


def put(conn: Connection, tenant: str, made: Match, profile_version: int, now: datetime) -> int:
    """Put one match that a person made into the queue, beside what the matcher proposes; its number.

    One that is there already is brought into view as it stands.
    """
    same = [match.c.tenant == tenant, match.c.call_id == made.call_id]
    same += [match.c.unit == made.unit, match.c.need == made.need]
    known = conn.execute(select(match.c.id, match.c.is_current).where(*same)).first()
    common = {"is_current": True, "updated_at": now, "revision": next_revision(conn, tenant)}
    if known is not None:
        if not known.is_current:
            set_values(conn, [known.id], common | {"state": MatchState.NEW.value})
        return known.id
    values = match_columns(made, marks.corrected_children(conn, tenant)) | common
    values |= {"state": MatchState.NEW.value, "profile_version": profile_version, "created_at": now}
    return conn.execute(insert(match).values(tenant=tenant, **values).returning(match.c.id)).scalar_one()


def history(conn: Connection, tenant: str, match_id: int) -> list[Decision]:
    """Every decision of a match, the first one first."""
    rows = conn.execute(
        select(decision)
        .where(decision.c.tenant == tenant, decision.c.match_id == match_id)
        .order_by(decision.c.id)
    )
    return [decision_read(row, row.at) for row in rows]


def mark_told(
    conn: Connection, tenant: str, units: Iterable[str], calls: Mapping[int, int], now: datetime
) -> None:
    """Note that these units have been mailed these calls, each in that version: their accepted matches are sent."""
    wanted = select(match.c.id, match.c.call_id, match.c.call_version).where(
        match.c.tenant == tenant,
        match.c.is_current,
        match.c.state == MatchState.ACCEPTED.value,
        match.c.unit.in_(sorted(units)),
        match.c.call_id.in_(sorted(calls)),
    )
    told = [row.id for row in conn.execute(wanted) if calls[row.call_id] >= row.call_version]
    mark_sent(conn, tenant, told, now)


def mark_sent(conn: Connection, tenant: str, match_ids: Iterable[int], now: datetime) -> None:
    """Note that accepted matches have been mailed; those in another state are left as they are."""
    revision = next_revision(conn, tenant)
    for some in in_batches(match_ids):
        conn.execute(
            update(match)
            .where(
                match.c.tenant == tenant,
                match.c.id.in_(some),
                match.c.state == MatchState.ACCEPTED.value,
            )
            .values(state=MatchState.SENT.value, updated_at=now, revision=revision)
        )


def _comes_back(row: Row, proposal: Match, now: datetime) -> bool:
    """Must a decided match be decided again?"""
    if row.state in PROMISED:
        return proposal.call_version > row.call_version
    return row.state == MatchState.LATER and row.until is not None and row.until <= now


def _drop(
    conn: Connection,
    dropped: Sequence[Row],
    common: Mapping[str, Any],
    versions: Mapping[int, int],
    held: Callable[[int, str, str], bool],
) -> tuple[int, int]:
    """What nothing proposes any more: how many came back for a new word, and how many left the queue."""
    stay = [row for row in dropped if _is_promise_outdated(row, versions)]
    back = [row for row in stay if row.state in PROMISED]
    waits = {
        "updated_at": common["updated_at"],
        "revision": common["revision"],
        "state": MatchState.NEW.value,
    }
    rewrite(conn, [waits | {"row_id": row.id, "call_version": versions[row.call_id]} for row in back])
    staying = {row.id for row in stay}
    gone = [row for row in dropped if row.id not in staying and not held(row.call_id, row.unit, row.need)]
    out_of_view = {"is_current": False, "revision": common["revision"]}
    set_values(conn, [row.id for row in gone], out_of_view, but_not=STAYS)
    return len(back), sum(row.state not in STAYS for row in gone)


def _is_promise_outdated(row: Row, versions: Mapping[int, int]) -> bool:
    """Accepted as the call read before and proposed no more, or waiting since then for a new word."""
    if row.call_id not in versions or row.verdict != Verdict.ACCEPT:
        return False
    return row.state == MatchState.NEW or (row.state in PROMISED and versions[row.call_id] > row.call_version)


def _state_after(decided: Decision) -> MatchState:
    if decided.verdict is Verdict.LATER and decided.until is not None and decided.until <= decided.at:
        return MatchState.NEW
    return STATE_AFTER[decided.verdict]


def _waiting(conn: Connection, tenant: str) -> int:
    return conn.execute(
        select(func.count()).where(
            match.c.tenant == tenant, match.c.is_current, match.c.state == MatchState.NEW.value
        )
    ).scalar_one()


def _event(
    before: StoredMatch, decided: Decision, action: str = "", profile_version: int | None = None
) -> Event:
    """The decision as history tells it (F7)."""
    found, is_undone = before.match, decided.until is not None and decided.until <= decided.at
    told = {"call": found.call_id, "unit": found.unit, "need": found.need}
    after = {"state": _state_after(decided).value, "reason": decided.reason, "until": decided.until}
    return Event(
        actor=decided.by,
        channel=channel_of(decided.by),
        kind="match",
        key=str(before.id),
        action=action or ("undo" if is_undone else decided.verdict.value),
        before=told | {"state": before.state.value},
        after=told | {name: value for name, value in after.items() if value is not None},
        reason=decided.note,
        profile_version=profile_version or before.profile_version,
        model=found.model,
    )
