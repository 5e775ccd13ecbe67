"""Whether anything that a page shows has changed since somebody last looked: one question instead of a dozen."""

from sqlalchemy import Connection, Label, Table, bindparam, func, select

from notifier.model import LetterState
from storage.outbox import UNSETTLED
from storage.tables import (
    answer,
    audit_end,
    bounce,
    call_version,
    harvest,
    letter,
    match,
    person_choice,
    sending,
    subscription,
    unit_choice,
)

TENANT = bindparam("tenant")


def pulse(conn: Connection, tenant: str) -> tuple:
    """Stands for everything in the queue and about the next letters, as it is; another one after every change.

    What people and programs decide moves the number of the history; the rest is asked of its own table.
    """
    return tuple(conn.execute(QUESTION, {"tenant": tenant}).one())


def _newest(table: Table, name: str) -> Label:
    column = table.c[name]
    return (
        select(func.max(column))
        .where(table.c.tenant == TENANT)
        .scalar_subquery()
        .label(f"{table.name}_{name}")
    )


def _waiting(state: LetterState) -> Label:
    wanted = select(func.count()).where(letter.c.tenant == TENANT, letter.c.state == state.value)
    return wanted.scalar_subquery().label(f"letters_{state.value}")


# Put together once: a question that is made anew for each page costs more than its answer.
QUESTION = select(
    _newest(audit_end, "number"),
    _newest(match, "revision"),
    _newest(call_version, "id"),
    _newest(harvest, "id"),
    _newest(harvest, "ended_at"),
    _newest(answer, "id"),
    _newest(bounce, "id"),
    _newest(subscription, "changed_at"),
    _newest(sending, "changed_at"),
    _newest(unit_choice, "at"),
    _newest(person_choice, "at"),
    *(_waiting(state) for state in UNSETTLED),
)
