"""The versions of the profile: who gave each, how it differs from the one before, and how to let one hold again."""

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipeline.publishing import PublishingError, restore, take_back
from profiles.diff import ChangeKind, ProfileChange, profile_differences
from profiles.load import read_profile
from profiles.model import Profile
from profiles.problems import ProfileError
from storage import audit
from storage import profiles as stored_profiles
from storage.database import reading
from storage.profiles import StoredProfile
from texts import Message
from web.editor.difference import lines
from web.editor.telling import told
from web.flash import Flash, flash_page, go_on
from web.names import Names
from web.render import page
from web.visit import Fields, Here, Visit, number_of

SHOWN = 200
NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What a version changed: the first places, how many more there are, and the words of whoever wrote it."""

    where: tuple[str, ...]
    more: int
    words: str


def every(visit: Here) -> Response:
    """All versions, the newest first."""
    with reading(visit.context.engine) as conn:
        found = stored_profiles.versions(conn, visit.context.tenant)[::-1][:SHOWN]
        changed = _changed(visit, conn)
    return flash_page(
        visit,
        "editor/versions.html",
        names=Names(visit),
        versions=found,
        changed=changed,
        told=told(visit),
    )


def _changed(visit: Visit, conn: Connection) -> dict[int, Changed]:
    """Version to what it changed, as the history tells; a version that it does not tell of is left out."""
    found = {}
    for past in audit.events(conn, visit.context.tenant, kind="profile", size=SHOWN):
        after = past.event.after or {}
        if past.event.profile_version is None or "changes" not in after:
            continue
        changes = [ProfileChange(kind=ChangeKind.CHANGED, **change) for change in after["changes"]]
        where = tuple(dict.fromkeys(line.where for line in lines(visit, changes)))
        found[past.event.profile_version] = Changed(
            where=where[:NAMED], more=max(0, len(where) - NAMED), words=past.event.reason
        )
    return found


def one(visit: Here, number: str) -> Response:
    """One version: what it changed, and what differs from the one that holds."""
    return _page(visit, number_of(number))


def bring_back(visit: Here, number: str, fields: Fields) -> Response:
    """Let an older version hold again, or undo what one version changed; either way as a new version."""
    wanted, context = number_of(number), visit.context
    is_undone = fields.get("do") == "take-back"
    publish = take_back if is_undone else restore
    try:
        publish(
            context.engine,
            context.tenant,
            wanted,
            number_of(fields.get("holds")),
            visit.person.key,
            visit.now,
        )
    except PublishingError as failure:
        return _page(visit, wanted, said=failure.message, status=409)
    if context.rematcher is not None:
        context.rematcher.ask()
    return go_on(visit, "/profil/versioner", Flash(deed="taken-back-version" if is_undone else "restored"))


def _page(visit: Visit, number: int, *, said: Message | None = None, status: int = 200) -> Response:
    with reading(visit.context.engine) as conn:
        stored = stored_profiles.get(conn, visit.context.tenant, number)
        before = stored_profiles.get(conn, visit.context.tenant, number - 1) if stored else None
        holds = stored_profiles.latest(conn, visit.context.tenant)
    if stored is None or holds is None:
        raise HTTPException(404)
    then, old, now = _profile(stored), _profile(before), _profile(holds)
    return page(
        visit,
        "editor/version.html",
        status=status,
        names=Names(visit),
        stored=stored,
        holds=holds,
        said=said,
        is_readable=then is not None,
        changed=lines(visit, profile_differences(old, then), then, old) if old and then else [],
        would=lines(visit, profile_differences(now, then), then) if now and then else [],
    )


def _profile(stored: StoredProfile | None) -> Profile | None:
    """What a version said; None when there is none, or it follows rules that hold no longer."""
    if stored is None:
        return None
    try:
        return read_profile(stored.document, stored.key)
    except ProfileError:
        return None
