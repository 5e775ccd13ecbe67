"""Making a draft the profile that holds: nothing that others changed meanwhile is written over.

PublishingError         nothing was published, and the sentence says why
├── NothingPublished    there is no profile yet to change
│   └── NoSuchVersion   nor one with that number; UnreadableVersion: it follows rules that hold no longer
├── PartMoved           the same part has been changed since the draft began; both differences are told
├── NotPublishable      the profile would break its rules; every problem is told
└── NothingToPublish    it says what the profile says already

Each publication is a new version of the whole file. What was stored is matched anew by the job of every night, run
at once; a publication may leave the calls known before as they were ("bara nya").
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine

from profiles.diff import ProfileChange, profile_differences
from profiles.load import read_profile
from profiles.merge import merged
from profiles.model import Need, Profile
from profiles.parts import PartKind, part_differences, part_document, part_from, part_of, with_part
from profiles.problems import Problem, ProfileError
from profiles.write import profile_text
from storage import audit, proposals, reach, rematches
from storage import profiles as stored_profiles
from storage.database import reading, writing
from storage.profiles import StoredProfile
from storage.proposals import Proposal, ProposalChanged, State
from texts import N_, Message, MessageError

CHANGES_KEPT = 40


class Reach(StrEnum):
    """Which calls a publication looks at (`ux.md` 3.2)."""

    OPEN = "open"
    NEW = "new"


REACH_LABELS = {Reach.OPEN: N_("även de som är öppna nu"), Reach.NEW: N_("bara nya utlysningar")}


class PublishingError(MessageError):
    """Nothing was published."""


class NothingPublished(PublishingError):
    """There is no profile yet."""


class NoSuchVersion(NothingPublished):
    """The profile has no version with that number."""

    sentence = N_("Det finns ingen version {number}.")

    def __init__(self, number: int | str) -> None:
        super().__init__(Message(text=self.sentence, values={"number": number}))


class UnreadableVersion(NoSuchVersion):
    """The version follows rules that hold no longer."""

    sentence = N_("Version {number} följer äldre regler och kan inte läsas.")


class NothingToPublish(PublishingError):
    """The profile says so already."""


class PartMoved(PublishingError):
    """The part has been changed since the draft began.

    Attributes:
        version: the one that holds now; `by` gave it.
        theirs: what was changed meanwhile; `mine`: what the draft changes.
    """

    def __init__(
        self, now: StoredProfile, theirs: Sequence[ProfileChange], mine: Sequence[ProfileChange]
    ) -> None:
        text = N_("Delen har ändrats sedan utkastet började. Inget har publicerats.")
        super().__init__(Message(text=text))
        self.version, self.by, self.theirs, self.mine = now.version, now.by, tuple(theirs), tuple(mine)


class NotPublishable(PublishingError):
    """The profile would break its rules; `problems` holds every one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(Message(text=N_("Något i utkastet måste rättas innan det kan publiceras.")))
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Published:
    """A new version, and how it differs from the one before."""

    version: int
    changes: tuple[ProfileChange, ...]


def publish(
    engine: Engine,
    tenant: str,
    proposal_id: int,
    revision: int,
    by: str,
    now: datetime,
    *,
    reaches: Reach = Reach.OPEN,
) -> Published:
    """Make a draft or proposal the profile that holds, and ask for a matching.

    Args:
        revision: of the draft, as the reader saw it.
        by: a person's key.

    Raises:
        ProposalChanged: it was saved or decided since.
        PublishingError: as above; nothing was changed.
    """
    with writing(engine) as conn:
        proposal = proposals.get(conn, tenant, proposal_id)
        if proposal is None or proposal.revision != revision or proposal.state not in proposals.ALIVE:
            raise ProposalChanged(proposal)
        stored, before = _current(conn, tenant)
        _refuse_moved(conn, tenant, proposal, stored, before)
        after = with_part(before, proposal.key, part_from(PartKind(proposal.kind), proposal.document))
        event = _event(by, "web", f"{proposal.kind}:{proposal.key}".rstrip(":"), "publish", proposal.note)
        done = _save(conn, tenant, stored, before, after, event, now, reaches=reaches)
        proposals.settle(
            conn, tenant, proposal_id, State.PUBLISHED, revision, by, now, published_version=done.version
        )
        return done


def publish_profile(
    engine: Engine,
    tenant: str,
    after: Profile,
    base_version: int,
    by: str,
    now: datetime,
    *,
    document: str | None = None,
    reaches: Reach = Reach.OPEN,
    channel: str = "web",
    action: str = "publish",
    reason: str = "",
) -> Published:
    """Make a whole profile the one that holds, such as one brought in as a file.

    Args:
        base_version: the version that the reader was shown the difference to.
        document: its text as it was given; None writes it anew.

    Raises:
        PublishingError: as above; PartMoved when another version holds by now.
    """
    with writing(engine) as conn:
        stored, before = _current(conn, tenant)
        if stored.version != base_version:
            base = read_version(conn, tenant, base_version)
            raise PartMoved(stored, profile_differences(base, before), profile_differences(base, after))
        event = _event(by, channel, after.key, action, reason)
        return _save(conn, tenant, stored, before, after, event, now, reaches=reaches, document=document)


def restore(
    engine: Engine, tenant: str, version: int, base_version: int, by: str, now: datetime
) -> Published:
    """Let an older version hold again, as a new one; its text comes back letter by letter. Raises as above."""
    with reading(engine) as conn:
        profile = read_version(conn, tenant, version)
        old = stored_profiles.get(conn, tenant, version)
    return publish_profile(
        engine,
        tenant,
        profile,
        base_version,
        by,
        now,
        document=old.document,
        action="restore",
        reason=f"version {version}",
    )


def take_back(
    engine: Engine, tenant: str, version: int, base_version: int, by: str, now: datetime
) -> Published:
    """Undo what one version changed, as a new version; what later versions changed stays.

    Args:
        version: the one to undo; the first cannot be.
        base_version: the version that the reader saw to hold.

    Raises:
        PublishingError: as above.
    """
    with reading(engine) as conn:
        before, then = (read_version(conn, tenant, number) for number in (version - 1, version))
        _stored, current = _current(conn, tenant)
    after = merged(then, current, before)
    reason = f"version {version}"
    return publish_profile(engine, tenant, after, base_version, by, now, action="take-back", reason=reason)


def put_on_top(
    engine: Engine, tenant: str, proposal_id: int, revision: int, by: str, now: datetime
) -> Proposal:
    """The draft's own changes on what holds now: where both changed the same, the draft's word stands.

    Raises:
        ProposalChanged: it was saved or decided since.
    """
    with writing(engine) as conn:
        proposal = proposals.get(conn, tenant, proposal_id)
        if proposal is None or proposal.revision != revision:
            raise ProposalChanged(proposal)
        stored, current = _current(conn, tenant)
        kind, key = PartKind(proposal.kind), proposal.key
        base = part_of(base_of(conn, tenant, proposal, current), kind, key)
        mine = part_from(kind, proposal.document)
        both = merged(base, part_of(current, kind, key), mine)
        made = proposals.save(
            conn, tenant, proposal_id, part_document(both), revision, now, base_version=stored.version
        )
        event = audit.Event(
            actor=by,
            channel="web",
            kind="proposal",
            key=str(made.id),
            action="put-on-top",
            before={"base": proposal.base_version},
            after={"base": stored.version},
            profile_version=stored.version,
        )
        audit.record(conn, tenant, event, now)
        return made


def affected(before: Profile, after: Profile) -> tuple[Need, ...]:
    """The needs of the new profile that would be matched otherwise than those of the old one."""
    return tuple(need for need in after.needs if _as_matched(after, need) != _as_matched(before, need))


def _as_matched(profile: Profile, need: Need) -> tuple | None:
    """Everything that matching takes of a need, its unit and its area; None where the profile lacks it."""
    if need not in profile.needs:
        return None
    area = next((area for area in profile.priority_areas if area.key == need.priority_area), None)
    unit = replace(profile.unit(need.unit), needs=(), goals=(), name="", name_en="", board=None)
    return need, unit, area, profile.policy.children_first, profile.nuts3


def _refuse_moved(
    conn: Connection, tenant: str, proposal: Proposal, stored: StoredProfile, current: Profile
) -> None:
    if proposal.base_version == stored.version:
        return
    kind, key = PartKind(proposal.kind), proposal.key
    base = base_of(conn, tenant, proposal, current)
    if part_of(base, kind, key) != part_of(current, kind, key):
        mine = with_part(base, key, part_from(kind, proposal.document))
        raise PartMoved(
            stored, part_differences(base, current, kind, key), part_differences(base, mine, kind, key)
        )


def _save(
    conn: Connection,
    tenant: str,
    stored: StoredProfile,
    before: Profile,
    after: Profile,
    event: audit.Event,
    now: datetime,
    *,
    reaches: Reach,
    document: str | None = None,
) -> Published:
    text = document if document is not None else profile_text(after)
    try:
        after = read_profile(text, after.key)
    except ProfileError as failure:
        raise NotPublishable(failure.problems) from failure
    changes = profile_differences(before, after)
    if not changes and (document is None or document == stored.document):
        raise NothingToPublish.of(N_("Ingenting skiljer sig från det som redan gäller."))
    version = stored_profiles.save(conn, tenant, after.key, text, event.actor, now)
    _note_reach(conn, tenant, affected(before, after), reaches, event.actor, now)
    told = [_plain(change) for change in changes[:CHANGES_KEPT]]
    after_said = {"version": version, "changes": told, "reach": reaches.value}
    audit.record(
        conn,
        tenant,
        replace(event, before={"version": stored.version}, after=after_said, profile_version=version),
        now,
    )
    rematches.ask(conn, tenant, version, event.actor, now)
    return Published(version=version, changes=changes)


def _note_reach(
    conn: Connection, tenant: str, needs: Sequence[Need], reaches: Reach, by: str, now: datetime
) -> None:
    ids = [(need.unit, need.key) for need in needs]
    if reaches is Reach.NEW:
        reach.note(conn, tenant, ids, now, by, now)
    else:
        narrowed = reach.since(conn, tenant)
        reach.note(conn, tenant, [one for one in ids if one in narrowed], None, by, now)


def _current(conn: Connection, tenant: str) -> tuple[StoredProfile, Profile]:
    stored = stored_profiles.latest(conn, tenant)
    if stored is None:
        raise NothingPublished.of(N_("Ingen kommun är vald än."))
    return stored, read_profile(stored.document, stored.key)


def read_version(conn: Connection, tenant: str, version: int) -> Profile:
    """A version's profile. NoSuchVersion when there is none with that number, or it cannot be read any more."""
    stored = stored_profiles.get(conn, tenant, version)
    if stored is None:
        raise NoSuchVersion(version)
    try:
        return read_profile(stored.document, stored.key)
    except ProfileError as failure:
        raise UnreadableVersion(version) from failure


def base_of(conn: Connection, tenant: str, proposal: Proposal, current: Profile) -> Profile:
    """What a draft began from; the profile that holds where that version cannot be read any more."""
    try:
        return read_version(conn, tenant, proposal.base_version)
    except NoSuchVersion:
        return current


def _event(by: str, channel: str, key: str, action: str, reason: str) -> audit.Event:
    return audit.Event(actor=by, channel=channel, kind="profile", key=key, action=action, reason=reason)


def _plain(change: ProfileChange) -> dict[str, str | None]:
    return {"path": change.path, "old": change.old, "new": change.new}
