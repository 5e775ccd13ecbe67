"""What counts days is written anew when it leaves on another day than it was made for.

A reminder that was held, or waited for a relay, would say "7 dagar kvar" when three remain. It is cancelled, and what
is still due is told in a new one; nothing when the deadline has passed or a nearer step has been told. Bytes that have
begun to leave are never replaced: what may have arrived comes again as it was (`reliability.md` B2).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, time

from sqlalchemy import Engine

from notifier.model import LetterKind
from notifier.view import LetterContext
from notifier.weeks import STOCKHOLM, local_day
from pipeline import notices
from pipeline.notices import Due, Told
from storage import notices as stored
from storage.database import writing
from storage.notices import Withdrawn
from texts import N_

REASON = N_(
    "Gällde en annan dag än den då det skulle gå ut. Det som fortfarande gäller står i ett nyare brev."
)
# Everything in these follows from today's facts; a correction, which is a change, follows from what somebody wrote.
DUE: Mapping[LetterKind, Callable[..., list[Due]]] = {
    LetterKind.REMINDER: notices.reminders_due,
    LetterKind.ASSIGNMENT: notices.questions_due,
    LetterKind.INVITATION: notices.questions_due,
}


def renew(engine: Engine, context: LetterContext, *, stopped: Collection[str] = ()) -> Told:
    """Replace what waits to be sent now and was made for an earlier day; what it came to.

    Only those whose letter was taken back get one, at whatever hour it would have gone out, also beside another of the
    day: each call is told once all the same.
    """
    today = datetime.combine(local_day(context.now), time(), STOCKHOLM)
    with writing(engine) as conn:
        old = stored.withdraw(conn, context.tenant, DUE, made_before=today, now=context.now, reason=REASON)
    ways = dict.fromkeys(DUE[one.kind] for one in old)
    due = [one for way in ways for one in way(engine, context, stopped)]
    return sum((_told_anew(engine, context, one, old) for one in due), Told())


def _told_anew(engine: Engine, context: LetterContext, due: Due, old: Sequence[Withdrawn]) -> Told:
    """Tell what somebody's old letter told, as it is now; the old one's tries count, so that it fails at last (B4)."""
    mine = [one for one in old if one.kind is due.view.kind and one.person in due.reader.keys]
    if not mine:
        return Told()
    told = notices.tell_all(
        engine, context, [due], lambda kind, now: f"{kind}/{local_day(now)}/{mine[-1].id}"
    )
    with writing(engine) as conn:
        for number, _kind in told.letters:
            stored.count_tries(conn, context.tenant, number, max(one.attempts for one in mine))
    return told
