"""What nobody has looked at when the letters are made: the queue is no dam (`ux.md` 2.3).

Each unit has a rule (`matcher/review.py`): everything is reviewed first, strong matches may go out, or all does.
What goes out so is marked in the letter, and accepted by the system in the moment that the letter is put into the
outbox: from then on it is like any other match that was told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from calls.model import Call
from calls.vocabulary import Status
from matcher.model import SYSTEM, Band, Decision, MatchState, StoredMatch, Verdict
from matcher.review import DEFAULT_RULE, ReviewRule, goes_unreviewed, is_waiting, reopens
from notifier.model import Letter
from storage import calls, choices, matches


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An open call that somebody should decide about: for which units, and how long the oldest proposal has waited."""

    call: Call
    units: tuple[str, ...]
    since: datetime


def waiting(conn: Connection, tenant: str, now: datetime) -> list[Waiting]:
    """Everything in the queue's first tab."""
    undecided = matches.find(conn, tenant, states=[MatchState.NEW, MatchState.LATER])
    return in_queue(conn, tenant, undecided, now)


def in_queue(conn: Connection, tenant: str, some: Iterable[StoredMatch], now: datetime) -> list[Waiting]:
    """What the queue's first tab holds of these matches: what is closed, or just below the line, waits for nobody."""
    by_call = defaultdict(list)
    for one in some:
        if is_waiting(one, now) and one.match.band is not Band.POSSIBLE:
            by_call[one.match.call_id].append(one)
    return [
        Waiting(
            call=call,
            units=tuple(sorted({one.match.unit for one in by_call[call.id]})),
            since=min(one.created_at for one in by_call[call.id]),
        )
        for call in calls.find(conn, tenant, by_call)
        if call.status(now) is not Status.CLOSED
    ]


def going(conn: Connection, tenant: str, new: Sequence[StoredMatch]) -> list[StoredMatch]:
    """Those of the matches nobody has looked at that go out as their units have chosen."""
    rules = choices.rules(conn, tenant, ReviewRule)
    return [one for one in new if goes_unreviewed(one.match.band, rules.get(one.match.unit, DEFAULT_RULE))]


def still_approved(stored: StoredMatch, call: Call) -> bool:
    """Whether the approval was of the call as it reads now: a later version must be approved anew."""
    return not reopens(stored.state, stored.match.call_version, call.version)


def accept_told(
    conn: Connection,
    tenant: str,
    some: Sequence[StoredMatch],
    letter: Letter,
    units: Collection[str],
    now: datetime,
) -> int:
    """Accept in the system's name what the letter tells those units unreviewed; how many that were."""
    told, done = {call_id for call_id, _ in letter.calls}, 0
    for one in some:
        if one.match.unit not in units or one.match.call_id not in told:
            continue
        known = matches.get(conn, tenant, one.id)
        if known is None or known.state is not MatchState.NEW:
            continue
        said = Decision(verdict=Verdict.ACCEPT, by=SYSTEM, at=now)
        matches.decide(conn, tenant, one.id, said, action="accept-unreviewed")
        done += 1
    return done
