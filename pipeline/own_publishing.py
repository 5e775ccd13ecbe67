"""What units have published by themselves, for the coordinator to see (`ux.md` 3.4)."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from profiles.model import Profile
from profiles.parts import PartKind
from storage import proposals
from storage.proposals import Proposal, State

SHOWN_FOR = timedelta(days=14)


def by_units(conn: Connection, tenant: str, profile: Profile, since: datetime) -> list[Proposal]:
    """Drafts that their own authors, who coordinate nothing, have published since then; the newest first."""
    coordinators = {person.key for person in profile.coordinators}
    published = proposals.find(conn, tenant, states=[State.PUBLISHED], kind=PartKind.UNIT)
    return [
        one
        for one in published
        if one.decided_by == one.author
        and one.author not in coordinators
        and one.decided_at is not None
        and one.decided_at >= since
    ]
