"""From what was brought in to what is kept: the difference first, then a draft or a publication."""

import re
from collections import Counter
from dataclasses import dataclass

from starlette.responses import Response

from matcher.model import MatchState
from pipeline.publishing import NotPublishable, PartMoved, PublishingError, publish_profile
from profiles.diff import ProfileChange, profile_differences
from profiles.load import LARGEST_FILE, read_profile
from profiles.model import Profile, Unit
from profiles.parts import PartKind, part_of
from profiles.problems import Problem, ProfileError
from profiles.write import profile_text
from storage import matches as stored_matches
from storage.database import reading
from storage.proposals import ProposalChanged
from texts import N_, Message
from web.editor.difference import lines
from web.editor.editing import editing, must_edit, must_have_profile
from web.editor.saving import keep_draft
from web.editor.telling import collided
from web.flash import Flash, go_on
from web.names import Names
from web.render import page
from web.visit import Fields, Here, Refused, Visit

WAITING = (MatchState.NEW, MatchState.LATER)
GONE = Message(text=N_("Det som lästes in kom inte med. Gå tillbaka och välj filen igen."))
NOT_WHOLE = Message(text=N_("En hel profil tas in av samordnaren. Ta in din egen enhets fil i stället."))


@dataclass(frozen=True, kw_only=True)
class Meanwhile:
    """What others have changed since the version that a file was made from, and the file does not say."""

    since: int
    changes: tuple[ProfileChange, ...]


def difference_page(
    visit: Visit,
    after: Profile,
    *,
    title: str,
    document: str | None = None,
    unit: str = "",
    moved: PartMoved | None = None,
    meanwhile: Meanwhile | None = None,
    problems: tuple[Problem, ...] = (),
    said: Message | None = None,
    base: int | None = None,
    status: int = 200,
) -> Response:
    """What would change, and the buttons that make it so.

    Args:
        document: the profile's text as it was given; None writes it anew.
        unit: key of the one unit that a file was about, empty for more.
    """
    before = must_have_profile(visit)
    changes: tuple[ProfileChange, ...] = profile_differences(before, after)
    return page(
        visit,
        "intake/difference.html",
        status=status,
        names=Names(visit),
        title=title,
        lines=lines(visit, changes, after),
        document=document if document is not None else profile_text(after),
        base=visit.profile_version if base is None else base,
        unit=unit,
        moved=moved,
        theirs=lines(visit, moved.theirs, after) if moved else [],
        meanwhile=meanwhile,
        kept=lines(visit, meanwhile.changes, after) if meanwhile else [],
        problems=problems,
        said=said,
        removed=_removed(visit, before, after),
    )


def _removed(visit: Visit, before: Profile, after: Profile) -> list[tuple[Unit, int]]:
    """Units that would go, each with how many of its matches wait for a word (P-07)."""
    kept = {unit.key for unit in after.units}
    gone = [unit for unit in before.units if unit.key not in kept]
    if not gone:
        return []
    with reading(visit.context.engine) as conn:
        matches = stored_matches.find(conn, visit.context.tenant)
    waiting = Counter(stored.match.unit for stored in matches if stored.state in WAITING)
    return [(unit, waiting[unit.key]) for unit in gone]


def save(visit: Here, fields: Fields) -> Response:
    """Publish what was shown, or keep it as drafts of the parts that differ."""
    document, after = _sent(visit, fields)
    unit = str(fields.get("unit") or "")
    if fields.get("do") == "publish":
        return _publish(visit, document, after, unit, _base(fields))
    return _keep(visit, after, unit)


def _sent(visit: Visit, fields: Fields) -> tuple[str, Profile]:
    value = fields.get("document")
    if not isinstance(value, str) or not value.strip() or len(value) > LARGEST_FILE:
        raise Refused(422, GONE)
    document = value.replace("\r\n", "\n")
    try:
        after = read_profile(document, must_have_profile(visit).key)
    except ProfileError as failure:
        raise Refused(422, GONE) from failure
    if after.key != must_have_profile(visit).key:
        raise Refused(422, GONE)
    return document, after


def _base(fields: Fields) -> int:
    text = str(fields.get("base") or "")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text, re.ASCII):
        raise Refused(422, GONE)
    return int(text)


def _publish(visit: Visit, document: str, after: Profile, unit: str, base: int) -> Response:
    if not visit.is_coordinator:
        raise Refused(403, NOT_WHOLE)
    context, title = visit.context, visit.wording.gettext(N_("Skillnaden"))
    shown = {"title": title, "document": document, "unit": unit}
    try:
        publish_profile(
            context.engine,
            context.tenant,
            after,
            base,
            visit.person.key,
            visit.now,
            document=document,
            action="import",
        )
    except PartMoved as failure:
        return difference_page(visit, after, **shown, moved=failure, status=409)
    except NotPublishable as failure:
        return difference_page(visit, after, **shown, problems=failure.problems, status=422)
    except PublishingError as failure:
        return difference_page(visit, after, **shown, said=failure.message, status=422)
    if context.rematcher is not None:
        context.rematcher.ask()
    return go_on(visit, "/profil", Flash(deed="published"))


def _keep(visit: Visit, after: Profile, unit: str) -> Response:
    """A draft of every part that differs; a file of one unit is about that unit only."""
    before = must_have_profile(visit)
    parts = [(PartKind.UNIT, unit)] if unit else _parts(visit, before, after)
    kept = None
    for kind, key in parts:
        must_edit(visit, kind, key)
        wanted = part_of(after, kind, key)
        if wanted == part_of(before, kind, key):
            continue
        try:
            kept = keep_draft(visit, kind, key, wanted, editing(visit, kind, key).stamp)
        except ProposalChanged as failure:
            return collided(visit, failure, text="", back="/profil/in")
    if kept is None:
        return go_on(visit, "/profil/in", Flash(deed="draft-saved"))
    return go_on(
        visit, f"/profil/utkast/{kept.id}" if len(parts) == 1 else "/profil", Flash(deed="draft-saved")
    )


def _parts(visit: Visit, before: Profile, after: Profile) -> list[tuple[PartKind, str]]:
    if not visit.is_coordinator:
        raise Refused(403, NOT_WHOLE)
    keys = dict.fromkeys([unit.key for unit in (*before.units, *after.units)])
    return [(PartKind.POLICY, ""), *((PartKind.UNIT, key) for key in keys), (PartKind.PEOPLE, "")]
