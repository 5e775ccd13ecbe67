"""A profile file taken in: what it changes, put beside what others have changed since the version it was made from.

A file lies on somebody's disk for weeks while others edit the pages. Its name says which version it came from
(`profiles.files.base_of`), or whoever takes it in does; what others changed since is told, never lost unseen (P-23).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from pipeline.publishing import (
    NoSuchVersion,
    NothingToPublish,
    PartMoved,
    Published,
    publish_profile,
    read_version,
)
from profiles.diff import ProfileChange, profile_differences
from profiles.load import read_profile
from profiles.merge import merged
from profiles.model import Profile
from storage import audit, rematches
from storage import profiles as stored_profiles
from storage.database import reading, writing
from storage.profiles import StoredProfile

CLI = "cli"


@dataclass(frozen=True, kw_only=True)
class Stacked:
    """A file on top of what holds.

    Attributes:
        holds: the version that holds.
        after: what holds with the file's own changes in it; the file's word where both changed the same.
        lost: what others have changed since the file's version and the file does not say; empty when a plain import
            writes over nothing.
        mine: what the file changes of the version that it was made from.
    """

    holds: StoredProfile
    after: Profile
    lost: tuple[ProfileChange, ...]
    mine: tuple[ProfileChange, ...]


def on_top(conn: Connection, tenant: str, base_version: int, said: Callable[[Profile], Profile]) -> Stacked:
    """A file made from an older version, put on what holds.

    Args:
        base_version: the version that the file was made from.
        said: that version's profile to the profile that the file says.

    Raises:
        NoSuchVersion: there is none with that number.
    """
    holds = stored_profiles.latest(conn, tenant)
    if holds is None or base_version > holds.version:
        raise NoSuchVersion(base_version)
    now, base = read_profile(holds.document, holds.key), read_version(conn, tenant, base_version)
    file = said(base)
    mine = profile_differences(base, file)
    lost = tuple(change for change in profile_differences(base, now) if change not in mine)
    return Stacked(holds=holds, after=merged(base, now, file), lost=lost, mine=mine)


def take_in(
    engine: Engine,
    tenant: str,
    profile: Profile,
    document: str,
    now: datetime,
    *,
    base_version: int | None = None,
    on_what_holds: bool = False,
) -> Published:
    """Make a file the profile that holds, and ask for a matching; the version that holds when it says so already.

    Args:
        document: the file's text, kept letter by letter.
        base_version: the version that the file was made from; None takes it to be the one that holds.
        on_what_holds: put the file's own changes on top of what others have changed since; the text is then
            written anew.

    Raises:
        PartMoved: others have changed what the file does not say; both differences are told.
        PublishingError: as in `pipeline.publishing`; nothing was changed.
    """
    with writing(engine) as conn:
        if stored_profiles.latest(conn, tenant) is None:
            return _first(conn, tenant, profile, document, now)
    with reading(engine) as conn:
        holds = stored_profiles.latest(conn, tenant)
        stacked = on_top(conn, tenant, base_version or holds.version, lambda _base: profile)
    if stacked.lost and not on_what_holds:
        raise PartMoved(stacked.holds, stacked.lost, stacked.mine)
    after, text = (stacked.after, None) if stacked.lost else (profile, document)
    told = {"document": text, "channel": CLI, "action": "import"}
    try:
        return publish_profile(engine, tenant, after, stacked.holds.version, CLI, now, **told)
    except NothingToPublish:
        return Published(version=stacked.holds.version, changes=())


def _first(conn: Connection, tenant: str, profile: Profile, document: str, now: datetime) -> Published:
    """The first profile of a municipality: nothing to differ from."""
    version = stored_profiles.save(conn, tenant, profile.key, document, CLI, now)
    event = audit.Event(
        actor=CLI,
        channel=CLI,
        kind="profile",
        key=profile.key,
        action="import",
        after={"version": version},
        profile_version=version,
    )
    audit.record(conn, tenant, event, now)
    rematches.ask(conn, tenant, version, CLI, now)
    return Published(version=version, changes=())
