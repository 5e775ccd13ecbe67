"""What units have been told already, for those of their contact persons who get letters more seldom."""

from datetime import datetime

from sqlalchemy import Connection, or_, select

from matcher.model import MatchState, StoredMatch
from storage import matches
from storage.database import in_batches
from storage.tables import call, match


def told_and_open(conn: Connection, tenant: str, now: datetime) -> list[StoredMatch]:
    """The matches that have been mailed to somebody of their unit, of calls that may still be applied to."""
    is_open = or_(call.c.last_deadline_at.is_(None), call.c.last_deadline_at >= now)
    wanted = (
        select(match.c.call_id)
        .join(call, call.c.id == match.c.call_id)
        .where(match.c.tenant == tenant, match.c.state == MatchState.SENT.value, match.c.is_current, is_open)
        .distinct()
    )
    found = conn.execute(wanted).scalars()
    return [
        one
        for some in in_batches(found)
        for one in matches.find(conn, tenant, states=[MatchState.SENT], call_ids=some)
    ]
