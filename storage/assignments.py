"""Units that the coordinator has asked to answer about a call, and whether they have (`ux.md` 1.2, part 1).

An assignment waits until somebody of the unit answers about the call, on any channel, or the coordinator takes it
back. That it is answered is read from the answers: one that is undone opens the assignment again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from storage import answers_given
from storage.answers_given import StoredAnswer
from storage.rows import read_as
from storage.tables import assignment


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A unit's question to answer.

    Attributes:
        unit: key of the unit that is to answer.
        from_unit: key of the unit that the call was forwarded from, None when nobody's.
        asked_by: key of who asked.
        note: what they wrote to the unit; empty for nothing.
        answered: the newest answer of the unit since then, None while it waits.
        withdrawn_at: when it was taken back, None while it stands.
    """

    id: int
    call_id: int
    unit: str
    asked_by: str
    asked_at: datetime
    note: str = ""
    from_unit: str | None = None
    answered: StoredAnswer | None = None
    withdrawn_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the unit's answer is waited for."""
        return self.answered is None and self.withdrawn_at is None


def ask(
    conn: Connection,
    tenant: str,
    *,
    call_id: int,
    unit: str,
    by: str,
    now: datetime,
    note: str = "",
    from_unit: str | None = None,
) -> Assignment:
    """Ask a unit about a call; the one that is open already when it has been asked."""
    for known in open_assignments(conn, tenant, unit=unit):
        if known.call_id == call_id:
            return known
    values = {"call_id": call_id, "unit": unit, "asked_by": by, "asked_at": now, "note": note}
    values["from_unit"] = from_unit
    number = conn.execute(
        insert(assignment).values(tenant=tenant, **values).returning(assignment.c.id)
    ).scalar_one()
    return Assignment(id=number, **values)


def withdraw(conn: Connection, tenant: str, number: int, by: str, now: datetime) -> bool:
    """Take an assignment back; whether it stood until now."""
    taken = conn.execute(
        update(assignment)
        .where(assignment.c.tenant == tenant, assignment.c.id == number, assignment.c.withdrawn_at.is_(None))
        .values(withdrawn_by=by, withdrawn_at=now)
    )
    return taken.rowcount == 1


def open_assignments(conn: Connection, tenant: str, unit: str | None = None) -> list[Assignment]:
    """What is waited for, the oldest first: who asked, when, and about which call.

    Args:
        unit: only that unit's; None for all.
    """
    wanted = select(assignment).where(assignment.c.tenant == tenant, assignment.c.withdrawn_at.is_(None))
    if unit is not None:
        wanted = wanted.where(assignment.c.unit == unit)
    return [one for one in _read(conn, tenant, wanted) if one.is_open]


def of_call(conn: Connection, tenant: str, call_id: int) -> list[Assignment]:
    """Every assignment about a call, answered and withdrawn ones too, the oldest first."""
    wanted = select(assignment).where(assignment.c.tenant == tenant, assignment.c.call_id == call_id)
    return _read(conn, tenant, wanted)


def get(conn: Connection, tenant: str, number: int) -> Assignment | None:
    """One assignment, None when there is none with that number."""
    wanted = select(assignment).where(assignment.c.tenant == tenant, assignment.c.id == number)
    return next(iter(_read(conn, tenant, wanted)), None)


def _read(conn: Connection, tenant: str, wanted) -> list[Assignment]:
    rows = conn.execute(wanted.order_by(assignment.c.asked_at, assignment.c.id)).all()
    answers = answers_given.newest(conn, tenant, {row.call_id for row in rows}) if rows else []
    return [_assignment(row, answers) for row in rows]


def _assignment(row: Row, answers: Iterable[StoredAnswer]) -> Assignment:
    """The answers come newest first; what was said before the question is no answer to it."""
    about = (one for one in answers if (one.answer.call_id, one.answer.unit) == (row.call_id, row.unit))
    answered = next((one for one in about if one.answer.at >= row.asked_at), None)
    return read_as(Assignment, row, answered=answered)
