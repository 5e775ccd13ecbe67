"""What an editor page starts from: the part as it holds, the reader's own draft of it, and who else writes in it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from pipeline.comparing import make_ready
from profiles.diff import ProfileChange
from profiles.model import Need, Profile, Unit
from profiles.parts import Part, PartKind, part_differences, part_from, part_of, problems_of, with_part
from profiles.problems import Problem
from storage import proposals
from storage.database import reading
from storage.proposals import ALIVE, EDITABLE, Proposal
from texts import N_, Message
from web.access import Access
from web.visit import Refused, Visit

NOT_YOURS = Message(text=N_("Du kan ändra i dina egna enheter. Fråga samordnaren om det gäller en annan."))


@dataclass(frozen=True, kw_only=True)
class Editing:
    """A part being looked at or written in.

    Attributes:
        kind, key: which part; `key` is a unit's, empty for the other kinds.
        published: the profile that holds, and `version` its number.
        part: as the reader's draft has it, else as it holds; None for a unit that is not there yet.
        draft: the reader's own, None when they have none.
        others: drafts and proposals of the same part by others, the one changed last first.
    """

    kind: PartKind
    key: str
    published: Profile
    version: int
    part: Part | None
    draft: Proposal | None
    others: tuple[Proposal, ...]

    @cached_property
    def after(self) -> Profile:
        """The profile with the part in it."""
        return with_part(self.published, self.key, self.part)

    @property
    def stamp(self) -> tuple[int, int] | None:
        """Number and revision of the draft that is written in."""
        return (self.draft.id, self.draft.revision) if self.draft else None

    @property
    def changes(self) -> tuple[ProfileChange, ...]:
        """How the draft differs from what holds."""
        return part_differences(self.published, self.after, self.kind, self.key)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the part cannot be published."""
        return problems_of(self.published, self.key, self.part)


def editing(visit: Visit, kind: PartKind, key: str = "") -> Editing:
    """What the reader meets of a part. 404 for a unit that is not theirs to see."""
    profile = must_have_profile(visit)
    if kind is PartKind.UNIT and not visit.may_see_unit(key):
        raise HTTPException(404)
    with reading(visit.context.engine) as conn:
        found = drafts_of(conn, visit, kind, key)
    me = visit.person.key if visit.person else ""
    mine = next((one for one in found if one.author == me and one.state in EDITABLE), None)
    part = part_from(kind, mine.document) if mine else part_of(profile, kind, key)
    return Editing(
        kind=kind,
        key=key,
        published=profile,
        version=visit.profile_version,
        part=part,
        draft=mine,
        others=tuple(one for one in found if one is not mine),
    )


def editing_unit(visit: Visit, key: str) -> tuple[Editing, Unit]:
    """A unit as `editing` gives it. 404 when neither the profile nor a draft of the reader's has it."""
    found = editing(visit, PartKind.UNIT, key)
    if not isinstance(found.part, Unit):
        raise HTTPException(404)
    return found, found.part


def need_in(unit: Unit, key: str) -> Need:
    """A unit's need. 404 when it has none by that key."""
    found = next((need for need in unit.needs if need.key == key), None)
    if found is None:
        raise HTTPException(404)
    return found


def drafts_of(conn: Connection, visit: Visit, kind: PartKind, key: str) -> list[Proposal]:
    """All living drafts and proposals of one part."""
    return proposals.find(conn, visit.context.tenant, states=ALIVE, kind=kind.value, key=key)


def must_have_profile(visit: Visit) -> Profile:
    """The published profile. 404 before the first."""
    if visit.profile is None:
        raise HTTPException(404)
    return visit.profile


def may_edit(visit: Visit, kind: PartKind, key: str = "") -> bool:
    """The coordinator writes everywhere, a contact person in their own units."""
    if visit.is_coordinator:
        return True
    return kind is PartKind.UNIT and visit.may(Access.EDITOR) and visit.may_see_unit(key)


def must_edit(visit: Visit, kind: PartKind, key: str = "") -> None:
    """Refuse who may not write in a part."""
    if not may_edit(visit, kind, key):
        raise Refused(403, NOT_YOURS)


def warm(visit: Visit, published: Profile, need: Need | None = None) -> None:
    """Have what needs are tried on worked out meanwhile: it takes seconds after a start, and after every harvest."""
    context = visit.context
    make_ready(context.desk, context.engine, context.tenant, published, visit.now, need)


def sent_stamp(fields: FormData) -> tuple[int, int] | None:
    """Number and revision of the draft that a form was filled in over; None for a first save."""
    found = re.fullmatch(r"([1-9][0-9]{0,8})\.([1-9][0-9]{0,8})", str(fields.get("stamp") or ""), re.ASCII)
    return (int(found[1]), int(found[2])) if found else None


def new_key(title: str, taken: Iterable[str], otherwise: str) -> str:
    """A key of small letters, digits and hyphens made of a title, unlike those that are taken."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-") or otherwise
    used, number, found = set(taken), 2, base
    while found in used:
        found, number = f"{base}-{number}", number + 1
    return found
