"""The outbox: letters with their bytes fixed, and how far each has come (reliability B).

rendered ──claim──> sending ──record──> sent | retry | failed | in_doubt
retry ──claim, when its time has come──> sending          held, cancelled: set and released by people
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, false, func, insert, literal, or_, select, update

from notifier.model import Letter, LetterKind, LetterState, StoredLetter
from storage.database import in_batches, inserted
from storage.errors import SentTwice, UnknownLetter
from storage.tables import Instant, letter, letter_call, notice
from texts import N_


def add(conn: Connection, tenant: str, rendered: Letter, slot: str, now: datetime) -> int | None:
    """Put a rendered letter into the outbox; its number, None when the person already has one in that slot.

    Raises:
        SentTwice: it holds a call version that the person got in another letter; nothing is kept then.
    """
    letter_id = inserted(
        conn,
        letter,
        {
            "tenant": tenant,
            "person": rendered.person,
            "slot": slot,
            "week": rendered.week,
            "kind": rendered.kind.value,
            "recipient": rendered.to,
            "subject": rendered.subject,
            "message_id": rendered.message_id,
            "content": rendered.content,
            "state": LetterState.RENDERED.value,
            "attempts": 0,
            "created_at": now,
            "changed_at": now,
        },
    )
    if letter_id is not None:
        _add_calls(conn, tenant, letter_id, rendered)
    return letter_id


def received(conn: Connection, tenant: str, person: str) -> dict[int, int]:
    """Call id to the newest version that was ever put in a letter to the person; cancelled letters excepted."""
    rows = conn.execute(
        select(letter_call.c.call_id, func.max(letter_call.c.call_version).label("version"))
        .where(letter_call.c.tenant == tenant, letter_call.c.person == person)
        .group_by(letter_call.c.call_id)
    )
    return {row.call_id: row.version for row in rows}


def readers_of(conn: Connection, tenant: str, call_id: int) -> set[str]:
    """Keys of those who got a call in any letter; cancelled letters excepted."""
    wanted = select(letter_call.c.person).where(
        letter_call.c.tenant == tenant, letter_call.c.call_id == call_id
    )
    return set(conn.execute(wanted).scalars())


def find(
    conn: Connection,
    tenant: str,
    *,
    slot: str | None = None,
    states: Iterable[LetterState] | None = None,
) -> list[StoredLetter]:
    """Letters in the order they were made; of one slot, or in some states, when asked for."""
    wanted = select(letter).where(letter.c.tenant == tenant)
    if slot is not None:
        wanted = wanted.where(letter.c.slot == slot)
    if states is not None:
        wanted = wanted.where(letter.c.state.in_([state.value for state in states]))
    return _stored(conn, conn.execute(wanted.order_by(letter.c.id)).all())


def get(conn: Connection, tenant: str, letter_id: int) -> StoredLetter | None:
    """One letter, None when there is none with that number."""
    wanted = select(letter).where(letter.c.tenant == tenant, letter.c.id == letter_id)
    return next(iter(_stored(conn, conn.execute(wanted).all())), None)


def in_slot(conn: Connection, tenant: str, person: str, slot: str) -> StoredLetter | None:
    """The person's letter in that slot; None when there is none."""
    wanted = select(letter).where(letter.c.tenant == tenant, letter.c.person == person, letter.c.slot == slot)
    return next(iter(_stored(conn, conn.execute(wanted).all())), None)


def made_since(conn: Connection, tenant: str, person: str, since: datetime) -> int:
    """How many letters to a person have been made since that moment."""
    wanted = select(func.count()).where(
        letter.c.tenant == tenant, letter.c.person == person, letter.c.created_at > since
    )
    return conn.execute(wanted).scalar_one()


def by_reference(conn: Connection, tenant: str, reference: str) -> tuple[int, str] | None:
    """Number and address of the letter whose Message-ID begins so; None when there is none, or more."""
    wanted = select(letter.c.id, letter.c.recipient).where(
        letter.c.tenant == tenant, letter.c.message_id.startswith(f"<{reference}", autoescape=True)
    )
    found = conn.execute(wanted.limit(2)).all()
    return (found[0].id, found[0].recipient) if len(found) == 1 else None


def claim_next(conn: Connection, tenant: str, owner: str, now: datetime) -> StoredLetter | None:
    """The next letter to send, now marked as being sent by `owner`; None when nothing waits."""
    letter_id = _next_waiting(conn, tenant, now)
    if letter_id is None:
        return None
    values = {"state": LetterState.SENDING.value, "claimed_by": owner, "data_started_at": None}
    _change(conn, tenant, letter_id, now, values | {"attempts": letter.c.attempts + 1, "not_before": None})
    return get(conn, tenant, letter_id)


def give_back(conn: Connection, tenant: str, claimed: StoredLetter, now: datetime) -> None:
    """Undo a claim before the relay has heard of it: the letter waits as before, and no try is counted."""
    state = LetterState.RENDERED if claimed.attempts <= 1 else LetterState.RETRY
    values = {"state": state.value, "attempts": claimed.attempts - 1, "claimed_by": None}
    _change(conn, tenant, claimed.id, now, values)


def mark_data_started(conn: Connection, tenant: str, letter_id: int, now: datetime) -> None:
    """Note that the message itself is about to be handed over: from here on a break leaves it in doubt."""
    ever = func.coalesce(letter.c.first_data_at, literal(now, Instant))
    _change(conn, tenant, letter_id, now, {"data_started_at": now, "first_data_at": ever})


def record(
    conn: Connection,
    tenant: str,
    letter_id: int,
    state: LetterState,
    now: datetime,
    *,
    error: str | None = None,
    not_before: datetime | None = None,
) -> None:
    """Note how far a letter has come.

    A cancelled letter reached nobody, so what it told may come in another one.

    Raises:
        UnknownLetter: there is no letter with that number.
    """
    _change(conn, tenant, letter_id, now, {"state": state.value, "error": error, "not_before": not_before})
    if state is LetterState.CANCELLED:
        conn.execute(delete(letter_call).where(letter_call.c.letter_id == letter_id))
        conn.execute(delete(notice).where(notice.c.letter_id == letter_id))


def recover(
    conn: Connection, tenant: str, now: datetime, *, owner: str | None, stale_since: datetime | None = None
) -> int:
    """After a break, settle the letters that were being sent (M-34); how many there were.

    Where the message had not been handed over it is tried again at once; where it may have been, it is in
    doubt and waits for a person.

    Args:
        owner: only letters claimed by this process; None for all.
        stale_since: also letters that anybody claimed, and that nothing has happened to since then.
    """
    sending = [letter.c.tenant == tenant, letter.c.state == LetterState.SENDING.value]
    if owner is not None:
        is_stale = letter.c.changed_at <= stale_since if stale_since is not None else false()
        sending.append(or_(letter.c.claimed_by == owner, is_stale))
    started = letter.c.data_started_at
    in_doubt = conn.execute(
        update(letter)
        .where(*sending, started.is_not(None))
        .values(state=LetterState.IN_DOUBT.value, changed_at=now)
    )
    again = conn.execute(
        update(letter)
        .where(*sending, started.is_(None))
        .values(state=LetterState.RETRY.value, not_before=now, changed_at=now)
    )
    return in_doubt.rowcount + again.rowcount


def _next_waiting(conn: Connection, tenant: str, now: datetime) -> int | None:
    """What has been refused before does not delay the others.

    Two questions instead of one, since the index answers the first alone: with 50,000 letters waiting, one
    question for both took 90 ms a letter.
    """
    ours = select(letter.c.id).where(letter.c.tenant == tenant)
    fresh = ours.where(letter.c.state == LetterState.RENDERED.value).order_by(letter.c.id)
    is_due = or_(letter.c.not_before.is_(None), letter.c.not_before <= now)
    again = ours.where(letter.c.state == LetterState.RETRY.value, is_due)
    for wanted in (fresh, again.order_by(letter.c.attempts, letter.c.id)):
        letter_id = conn.execute(wanted.limit(1).with_for_update(skip_locked=True)).scalar()
        if letter_id is not None:
            return letter_id
    return None


def _add_calls(conn: Connection, tenant: str, letter_id: int, rendered: Letter) -> None:
    before = conn.execute(
        select(letter_call.c.call_id, letter_call.c.call_version).where(
            letter_call.c.tenant == tenant, letter_call.c.person == rendered.person
        )
    )
    got = {(row.call_id, row.call_version) for row in before}
    calls = list(dict.fromkeys(rendered.calls))
    twice = [call_id for call_id, version in calls if (call_id, version) in got]
    if twice:
        conn.execute(delete(letter).where(letter.c.id == letter_id))
        raise SentTwice.of(
            N_("Brevet till {person} för {week} innehåller utlysning {call}, som redan har skickats dit."),
            person=rendered.person,
            week=rendered.week,
            call=twice[0],
        )
    common = {"tenant": tenant, "letter_id": letter_id, "person": rendered.person}
    if calls:
        conn.execute(
            insert(letter_call),
            [common | {"call_id": call_id, "call_version": version} for call_id, version in calls],
        )


def _change(conn: Connection, tenant: str, letter_id: int, now: datetime, values: dict[str, Any]) -> None:
    changed = conn.execute(
        update(letter)
        .where(letter.c.tenant == tenant, letter.c.id == letter_id)
        .values(changed_at=now, **values)
    )
    if changed.rowcount == 0:
        raise UnknownLetter.of(N_("Det finns inget brev med nummer {number}."), number=letter_id)


def _stored(conn: Connection, rows: Iterable[Row]) -> list[StoredLetter]:
    found = list(rows)
    calls = _calls_of(conn, [row.id for row in found])
    return [
        StoredLetter(
            id=row.id,
            letter=Letter(
                person=row.person,
                week=row.week,
                to=row.recipient,
                subject=row.subject,
                message_id=row.message_id,
                content=row.content,
                calls=tuple(calls.get(row.id, ())),
                kind=LetterKind(row.kind),
            ),
            state=LetterState(row.state),
            attempts=row.attempts,
            error=row.error,
            not_before=row.not_before,
            data_started_at=row.data_started_at,
            changed_at=row.changed_at,
        )
        for row in found
    ]


def _calls_of(conn: Connection, letter_ids: list[int]) -> dict[int, list[tuple[int, int]]]:
    """The call versions in each letter, in the letter's order."""
    found: dict[int, list[tuple[int, int]]] = {}
    for some in in_batches(letter_ids):
        rows = conn.execute(
            select(letter_call).where(letter_call.c.letter_id.in_(some)).order_by(letter_call.c.id)
        )
        for row in rows:
            found.setdefault(row.letter_id, []).append((row.call_id, row.call_version))
    return found
