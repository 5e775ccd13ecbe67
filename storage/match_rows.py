"""Matches and decisions as rows of the database, and back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select, update

from matcher.model import Band, Decision, Match, MatchState, RejectReason, StoredMatch, Verdict
from storage import marks
from storage.database import in_batches
from storage.documents import (
    checks_document,
    checks_of,
    evidence_document,
    evidence_of,
    pairs_document,
    pairs_of,
)
from storage.tables import decision, match

SHOWN = ("verdict", "reason", "note", "until", "by", "duplicate_of")
BRIEF = ("call_id", "call_version", "unit", "need", "score", "children_and_youth", "model")


def with_decisions(tenant: str, columns: Sequence[Any] = (match,)) -> Select:
    """Matches, each with its latest decision; the decision's columns are null when there is none."""
    newer = decision.alias("newer")
    latest = select(func.max(newer.c.id)).where(newer.c.match_id == match.c.id).scalar_subquery()
    shown = [decision.c[name] for name in SHOWN]
    return (
        select(*columns, *shown, decision.c.at.label("decided_at"))
        .select_from(match.outerjoin(decision, decision.c.id == latest))
        .where(match.c.tenant == tenant)
    )


def match_columns(proposal: Match, corrected: marks.Corrected) -> dict[str, Any]:
    """The columns of a proposal; `corrected` are the marks that people have set."""
    children = marks.of(corrected, proposal.call_id, proposal.unit, proposal.children_and_youth)
    return {
        "call_id": proposal.call_id,
        "call_version": proposal.call_version,
        "unit": proposal.unit,
        "need": proposal.need,
        "score": float(proposal.score),
        "band": proposal.band.value,
        "children_and_youth": bool(children),
        "model": proposal.model,
        "detail": {
            "checks": checks_document(proposal.checks),
            "evidence": evidence_document(proposal.evidence),
            "pairs": pairs_document(proposal.pairs),
        },
    }


def next_revision(conn: Connection, tenant: str) -> int:
    """Writers take turns, so no two get the same, and what commits later has a higher one."""
    newest = select(func.coalesce(func.max(match.c.revision), 0)).where(match.c.tenant == tenant)
    return conn.execute(newest).scalar_one() + 1


def brief_of(row: Row) -> StoredMatch:
    """A match without its reasons."""
    told = {name: getattr(row, name) for name in BRIEF}
    return StoredMatch(
        id=row.id,
        match=Match(**told, band=Band(row.band)),
        state=MatchState(row.state),
        created_at=row.created_at,
        decision=decision_of(row),
        profile_version=row.profile_version,
    )


def stored_of(row: Row) -> StoredMatch:
    """A match with its reasons."""
    brief, detail = brief_of(row), row.detail
    reasons = {
        "checks": checks_of(detail["checks"]),
        "evidence": evidence_of(detail["evidence"]),
        "pairs": pairs_of(detail["pairs"]),
    }
    return replace(brief, match=replace(brief.match, **reasons))


def decision_of(row: Row) -> Decision | None:
    """The latest decision of a row of `with_decisions`, None when there is none."""
    return None if row.verdict is None else decision_read(row, row.decided_at)


def decision_read(row: Row, at: datetime) -> Decision:
    """A decision from its columns; `at` is when it was made."""
    return Decision(
        verdict=Verdict(row.verdict),
        by=row.by,
        at=at,
        reason=RejectReason(row.reason) if row.reason else None,
        note=row.note,
        until=row.until,
        duplicate_of=row.duplicate_of,
    )


def decision_columns(decided: Decision) -> dict[str, Any]:
    """The columns of a decision."""
    return {
        "verdict": decided.verdict.value,
        "reason": decided.reason.value if decided.reason else None,
        "note": decided.note,
        "until": decided.until,
        "by": decided.by,
        "at": decided.at,
        "duplicate_of": decided.duplicate_of,
    }


def rewrite(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give each match its own values; every row names the match as `row_id` and the same columns."""
    if rows:
        names = [name for name in rows[0] if name != "row_id"]
        statement = update(match).where(match.c.id == bindparam("row_id"))
        conn.execute(statement.values({name: bindparam(name) for name in names}), list(rows))


def set_values(
    conn: Connection,
    row_ids: Sequence[int],
    values: Mapping[str, Any],
    but_not: Iterable[MatchState] = (),
) -> None:
    """Give all these matches the same values, but for those in some states."""
    for some in in_batches(row_ids):
        conn.execute(
            update(match)
            .where(match.c.id.in_(some), match.c.state.not_in([state.value for state in but_not]))
            .values(**values)
        )
