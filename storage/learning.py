"""What the matcher may learn from: the last answer about each match, since the need was last reset."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Row, Select, and_, func, insert, or_, select

from matcher.learning import Answered
from matcher.model import BY_HAND, SYSTEM, MatchState, RejectReason, Verdict
from storage import answers_given, calls
from storage.answers_given import Answer, AnswerKind
from storage.audit import Event, channel_of, record
from storage.tables import answer, decision, learning_reset, learning_stop, match

TOLD = (MatchState.ACCEPTED.value, MatchState.SENT.value)
VERDICTS = {AnswerKind.INTERESTED: Verdict.ACCEPT, AnswerKind.NO: Verdict.REJECT}


def answers(
    conn: Connection, tenant: str, *, as_taught: bool = True, unit: str | None = None
) -> dict[str, list[Answered]]:
    """The last answer about every match, by the need's id (`unit/key`), oldest first.

    A contact person's answer counts for each of the unit's matches with the call that were accepted or sent,
    where it is newer than the coordinator's; "maybe" and "sent on" leave that one standing. Left out is what was
    answered before a need's last reset, what the need is told not to learn from (`stop`), what nobody decided but a
    rule (`matcher/review.py`), and what a person paired by hand: its need was not found, but taken.

    Args:
        as_taught: False gives what was answered, whatever was reset or stopped since.
        unit: whose needs to look at; None is all.
    """
    since, stopped = last_resets(conn, tenant), stops(conn, tenant)
    contacts = _from_contacts(conn, tenant)
    rows = conn.execute(_decided(tenant, unit)).all()
    told = [row for row in rows if row.verdict is not None or (row.unit, row.call_id) in contacts]
    by_id = {call.id: call for call in calls.find(conn, tenant, {row.call_id for row in told})}
    found = defaultdict(list)
    for row in told:
        answered = _answered(row, contacts.get((row.unit, row.call_id)), by_id[row.call_id])
        reset = since.get((row.unit, row.need))
        if as_taught and stopped.covers(row.unit, row.need, row.call_id):
            continue
        if answered is not None and (reset is None or answered.at > reset or not as_taught):
            found[f"{row.unit}/{row.need}"].append(answered)
    return {need: sorted(some, key=lambda a: (a.at, a.call.id)) for need, some in found.items()}


def reset(conn: Connection, tenant: str, unit: str, need: str, by: str, now: datetime) -> None:
    """Forget what the need was taught before this moment. The answers themselves stay where they are."""
    conn.execute(insert(learning_reset).values(tenant=tenant, unit=unit, need=need, by=by, at=now))
    record(
        conn,
        tenant,
        Event(actor=by, channel=channel_of(by), kind="learning", key=f"{unit}/{need}", action="reset"),
        now,
    )


@dataclass(frozen=True, kw_only=True)
class Stops:
    """What needs are not to learn from now.

    Attributes:
        paused: unit and need of those that learn nothing.
        removed: unit, need and call of single answers taken away.
    """

    paused: frozenset[tuple[str, str]]
    removed: frozenset[tuple[str, str, int]]

    def covers(self, unit: str, need: str, call_id: int) -> bool:
        """Whether an answer about this call is not to teach this need."""
        return (unit, need) in self.paused or (unit, need, call_id) in self.removed


def stop(
    conn: Connection,
    tenant: str,
    unit: str,
    need: str,
    call_id: int | None,
    by: str,
    now: datetime,
    *,
    stopped: bool = True,
) -> None:
    """Have a need not learn from the answer about one call, or from any while `call_id` is None; or again do."""
    values = {"unit": unit, "need": need, "call_id": call_id, "is_stopped": stopped, "by": by, "at": now}
    conn.execute(insert(learning_stop).values(tenant=tenant, **values))
    action = ("pause" if stopped else "resume") if call_id is None else ("remove" if stopped else "put-back")
    about = None if call_id is None else {"call": call_id}
    event = Event(
        actor=by, channel=channel_of(by), kind="learning", key=f"{unit}/{need}", action=action, after=about
    )
    record(conn, tenant, event, now)


def stops(conn: Connection, tenant: str) -> Stops:
    """Everything that is stopped now."""
    rows = conn.execute(
        select(learning_stop).where(learning_stop.c.tenant == tenant).order_by(learning_stop.c.id)
    )
    newest = {(row.unit, row.need, row.call_id): row.is_stopped for row in rows}
    stopped = [key for key, is_stopped in newest.items() if is_stopped]
    return Stops(
        paused=frozenset((unit, need) for unit, need, call_id in stopped if call_id is None),
        removed=frozenset(key for key in stopped if key[2] is not None),
    )


def last_resets(conn: Connection, tenant: str) -> dict[tuple[str, str], datetime]:
    """Unit and need to the moment of its last reset."""
    rows = conn.execute(
        select(learning_reset.c.unit, learning_reset.c.need, learning_reset.c.at)
        .where(learning_reset.c.tenant == tenant)
        .order_by(learning_reset.c.id)
    )
    return {(row.unit, row.need): row.at for row in rows}


def _decided(tenant: str, unit: str | None) -> Select:
    """The matches that somebody has said something of, with their latest decision; null where only a contact did."""
    newest = select(func.max(decision.c.id)).where(decision.c.match_id == match.c.id)
    latest = newest.correlate(match).scalar_subquery()
    shown = [match.c[name] for name in ("unit", "need", "call_id", "score", "state")]
    a_person = decision.c.by != SYSTEM
    # What nobody has said anything of is most of the table, and need not be read.
    decided = select(decision.c.match_id).where(decision.c.tenant == tenant)
    answered = select(answer.c.call_id).where(answer.c.tenant == tenant)
    wanted = [match.c.tenant == tenant, or_(match.c.id.in_(decided), match.c.call_id.in_(answered))]
    if unit is not None:
        wanted.append(match.c.unit == unit)
    return (
        select(*shown, decision.c.verdict, decision.c.reason, decision.c.at)
        .outerjoin(decision, and_(decision.c.id == latest, a_person))
        .where(*wanted, match.c.model != BY_HAND)
        .order_by(match.c.id)
    )


def _from_contacts(conn: Connection, tenant: str) -> dict[tuple[str, int], Answer]:
    """Unit and call to the newest answer that says yes or no, whichever of the unit's people gave it."""
    found: dict[tuple[str, int], Answer] = {}
    for stored in sorted(answers_given.newest(conn, tenant), key=lambda stored: stored.id):
        if stored.answer.kind in VERDICTS:
            found[stored.answer.unit, stored.answer.call_id] = stored.answer
    return found


def _answered(row: Row, contact: Answer | None, call) -> Answered | None:
    own = None
    if row.verdict is not None:
        reason = RejectReason(row.reason) if row.reason else None
        own = Answered(call=call, verdict=Verdict(row.verdict), reason=reason, at=row.at, score=row.score)
    if contact is None or row.state not in TOLD or (own is not None and own.at > contact.at):
        return own
    given = own or Answered(call=call, verdict=Verdict.LATER, reason=None, at=contact.at, score=row.score)
    return replace(given, verdict=VERDICTS[contact.kind], reason=contact.reason, at=contact.at)
