"""What contact persons have answered about calls. Added to, never edited; the newest that holds counts (W-03)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Row, insert, select, update

from matcher.model import RejectReason
from storage import follows
from storage.audit import Event, record
from storage.tables import answer
from texts import N_

UNDO_FOR = timedelta(days=30)
FROM_LETTER = "letter"


class AnswerKind(StrEnum):
    """What a department says of a call (`ux.md` 1.3)."""

    INTERESTED = "interested"
    MAYBE = "maybe"
    NO = "no"
    FORWARD = "forward"


FOLLOWED = frozenset({AnswerKind.INTERESTED, AnswerKind.MAYBE})
KIND_LABELS = {
    AnswerKind.INTERESTED: N_("Intresserad"),
    AnswerKind.MAYBE: N_("Kanske, vill prata"),
    AnswerKind.NO: N_("Inte för oss"),
    AnswerKind.FORWARD: N_("Skickad vidare"),
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer as it was given.

    Attributes:
        person: key of the contact person whose letter it came from; nothing proves who pressed the button.
        unit: key of the unit that the call was told to.
        call_version: the version that the letter told of.
        reason: for a no.
        to_unit: key of the unit that it was sent on to.
        channel: how it came, `FROM_LETTER` or "api".
        by: who the history names instead of the person, "api:" and a token's name; not kept with the answer.
    """

    person: str
    unit: str
    call_id: int
    call_version: int
    kind: AnswerKind
    at: datetime
    reason: RejectReason | None = None
    note: str = ""
    to_unit: str | None = None
    channel: str = FROM_LETTER
    by: str | None = None


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """An answer with its number; `undone_at` None while it holds."""

    id: int
    answer: Answer
    undone_at: datetime | None = None

    def same_as(self, other: Answer) -> bool:
        """Whether another answer says the same, whenever it came."""
        mine = self.answer
        return all(
            getattr(mine, name) == getattr(other, name)
            for name in ("person", "unit", "call_id", "call_version", "kind", "reason", "note", "to_unit")
        )


def give(conn: Connection, tenant: str, given: Answer) -> StoredAnswer:
    """Add an answer; the same one twice in a row is kept once. What was answered before stays in the history."""
    last = latest(conn, tenant, given.person, given.unit, given.call_id)
    if last is not None and last.same_as(given):
        return last
    values = {
        "person": given.person,
        "unit": given.unit,
        "call_id": given.call_id,
        "call_version": given.call_version,
        "kind": given.kind.value,
        "reason": given.reason.value if given.reason else None,
        "note": given.note,
        "to_unit": given.to_unit,
        "channel": given.channel,
        "at": given.at,
    }
    number = conn.execute(insert(answer).values(tenant=tenant, **values).returning(answer.c.id)).scalar_one()
    record(conn, tenant, _event(given, last.answer if last else None, given, given.kind.value), given.at)
    _follow(conn, tenant, given, given.at)
    return StoredAnswer(id=number, answer=given)


def undo(
    conn: Connection, tenant: str, person: str, unit: str, call_id: int, number: int, now: datetime
) -> bool:
    """Take back one answer of that person about that call, for thirty days; whether it held until now."""
    taken = conn.execute(
        update(answer)
        .where(
            answer.c.tenant == tenant,
            answer.c.id == number,
            answer.c.person == person,
            answer.c.unit == unit,
            answer.c.call_id == call_id,
            answer.c.undone_at.is_(None),
            answer.c.at > now - UNDO_FOR,
        )
        .values(undone_at=now)
        .returning(answer)
    ).first()
    if taken is None:
        return False
    taken_back, again = _stored(taken).answer, latest(conn, tenant, person, unit, call_id)
    record(conn, tenant, _event(taken_back, taken_back, again.answer if again else None, "undo"), now)
    if again is not None:
        _follow(conn, tenant, again.answer, now)
    else:
        follows.forget_answer(conn, tenant, person, call_id, now, _way(taken_back))
    return True


def _follow(conn: Connection, tenant: str, given: Answer, now: datetime) -> None:
    """Interesting or perhaps: the person follows the call. Not for us, or another unit's: no more."""
    if given.kind in FOLLOWED:
        about = {"unit": given.unit, "call_id": given.call_id, "call_version": given.call_version}
        by = {"by": follows.By.ANSWER, "channel": _way(given), "actor": given.by}
        follows.begin(conn, tenant, person=given.person, now=now, **about, **by)
    else:
        follows.stop(conn, tenant, given.person, given.call_id, now, _way(given), actor=given.by)


def _way(given: Answer) -> str:
    """How it came, in the words of the history."""
    return "mail-link" if given.channel == FROM_LETTER else given.channel


def latest(conn: Connection, tenant: str, person: str, unit: str, call_id: int) -> StoredAnswer | None:
    """The answer of that person that holds now, None when there is none."""
    found = [one for one in newest(conn, tenant, [call_id]) if one.answer.person == person]
    return next((one for one in found if one.answer.unit == unit), None)


def newest(conn: Connection, tenant: str, calls: Iterable[int] | None = None) -> list[StoredAnswer]:
    """The answers that hold, one for each person, unit and call, the newest first.

    Args:
        calls: only answers about these calls; None for all.
    """
    wanted = select(answer).where(answer.c.tenant == tenant, answer.c.undone_at.is_(None))
    if calls is not None:
        wanted = wanted.where(answer.c.call_id.in_(sorted(set(calls))))
    found: dict[tuple[str, str, int], StoredAnswer] = {}
    for row in conn.execute(wanted.order_by(answer.c.id.desc())):
        found.setdefault((row.person, row.unit, row.call_id), _stored(row))
    return list(found.values())


def _event(about: Answer, before: Answer | None, after: Answer | None, action: str) -> Event:
    """The answer as history tells it (F7)."""
    return Event(
        actor=about.by or about.person,
        channel=_way(about),
        kind="answer",
        key=f"{about.call_id}/{about.unit}",
        action=action,
        before=_told(before),
        after=_told(after),
        reason=after.note if after else "",
    )


def _told(given: Answer | None) -> dict | None:
    if given is None:
        return None
    told = {"kind": given.kind.value, "reason": given.reason, "to_unit": given.to_unit}
    return {name: value for name, value in told.items() if value is not None}


def _stored(row: Row) -> StoredAnswer:
    return StoredAnswer(
        id=row.id,
        undone_at=row.undone_at,
        answer=Answer(
            person=row.person,
            unit=row.unit,
            call_id=row.call_id,
            call_version=row.call_version,
            kind=AnswerKind(row.kind),
            at=row.at,
            reason=RejectReason(row.reason) if row.reason else None,
            note=row.note,
            to_unit=row.to_unit,
            channel=row.channel,
        ),
    )
