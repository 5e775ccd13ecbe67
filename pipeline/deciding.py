"""Deciding matches, by whichever way somebody came: the decision, and what follows from it (`ux.md` 2.1)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from matcher.model import Decision, StoredMatch, Verdict
from matcher.review import may_decide
from storage import matches, referrals
from texts import N_, MessageError

SENT = N_("Träff {number} har redan skickats ut och går inte att avgöra.")


class AlreadySent(MessageError):
    """The unit has been told; nothing was decided."""


def decide(
    conn: Connection,
    tenant: str,
    known: Sequence[StoredMatch],
    decided: Decision,
    *,
    profile_version: int | None = None,
    invited: Sequence[str] = (),
) -> list[StoredMatch]:
    """Decide matches alike; they stand afterwards as returned.

    A call that goes to the reference group is asked about there, and one with nothing left there is no longer.

    Args:
        invited: keys of those in the reference group who are asked, where it goes there; empty for all of it.

    Raises:
        AlreadySent: one of them has been told to its unit.
    """
    for one in known:
        if not may_decide(one.state):
            raise AlreadySent.of(SENT, number=one.id)
    after = [matches.decide(conn, tenant, one.id, decided, profile_version=profile_version) for one in known]
    if decided.verdict is Verdict.REFER:
        _refer(conn, tenant, known, decided, invited)
    settle(conn, tenant, known, decided.by, decided.at)
    return after


def settle(conn: Connection, tenant: str, known: Sequence[StoredMatch], by: str, now: datetime) -> None:
    """Free the reference group of the calls of these matches that have nothing left there.

    What an undo has put back with the group is asked about there again.
    """
    calls = {one.match.call_id for one in known}
    referrals.close_settled(conn, tenant, calls, by, now)
    referrals.reopen(conn, tenant, calls)


def _refer(
    conn: Connection, tenant: str, known: Sequence[StoredMatch], decided: Decision, invited: Sequence[str]
) -> None:
    units: dict[int, list[str]] = {}
    for one in known:
        units.setdefault(one.match.call_id, []).append(one.match.unit)
    for call_id, some in units.items():
        about = {"call_id": call_id, "units": some, "note": decided.note, "invited": invited}
        referrals.refer(conn, tenant, by=decided.by, now=decided.at, **about)
