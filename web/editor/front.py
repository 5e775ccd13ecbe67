"""The profile at a glance: the direction, the units with their needs, what is to be looked at, what waits."""

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import Response

from pipeline import guards
from pipeline.own_publishing import SHOWN_FOR, by_units
from profiles.model import ContactPerson, Unit
from profiles.parts import PartKind
from storage import profiles as stored_profiles
from storage import proposals, tallies
from storage.database import reading
from storage.proposals import ALIVE, STATE_LABELS, Proposal, State
from web.editor.drafts import part_name
from web.editor.editing import may_edit, must_have_profile, warm
from web.editor.telling import draft_page, told
from web.flash import flash_page
from web.names import Names
from web.visit import Here, Visit


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    """One unit of the list: how many of its needs are quiet or warn, and who answers for it."""

    unit: Unit
    contacts: tuple[ContactPerson, ...]
    warnings: list[guards.Warn]
    quiet: int


@dataclass(frozen=True, kw_only=True)
class DraftRow:
    """One draft or proposal that is alive."""

    draft: Proposal
    part: str
    state: str
    address: str


def show(visit: Here) -> Response:
    """The overview."""
    profile = must_have_profile(visit)
    if any(may_edit(visit, PartKind.UNIT, unit.key) for unit in profile.units):
        warm(visit, profile)
    with reading(visit.context.engine) as conn:
        alive = proposals.find(conn, visit.context.tenant, states=ALIVE)
        hits = tallies.need_hits(conn, visit.context.tenant, visit.now - guards.QUIET)
        latest = stored_profiles.latest(conn, visit.context.tenant)
        published = _published(visit, conn)
    return flash_page(
        visit,
        "editor/front.html",
        names=Names(visit),
        told=told(visit),
        profile=profile,
        latest=latest,
        rows=[_row(visit, unit, hits) for unit in profile.units if visit.may_see_unit(unit.key)],
        hidden=sum(not visit.may_see_unit(unit.key) for unit in profile.units),
        waiting=[_draft(visit, one) for one in alive if _is_for(visit, one) and one.state is State.PROPOSED],
        own=[_draft(visit, one) for one in alive if _is_own(visit, one) and one.state is not State.PROPOSED],
        published=[_draft(visit, one) for one in published],
        used={
            area.key: sum(n.priority_area == area.key for n in profile.needs)
            for area in profile.priority_areas
        },
    )


def _published(visit: Visit, conn: Connection) -> list[Proposal]:
    """What units have lately published by themselves, for the coordinator."""
    if not visit.is_coordinator:
        return []
    return by_units(conn, visit.context.tenant, must_have_profile(visit), visit.now - SHOWN_FOR)


def _row(visit: Visit, unit: Unit, hits: dict) -> UnitRow:
    profile = must_have_profile(visit)
    found = [hits.get((unit.key, need.key)) for need in unit.needs]
    quiet = sum(hit is None or (hit.recent == 0 and hit.open == 0) for hit in found) if hits else 0
    warned = guards.of_unit(profile, unit, visit.today)
    warned += [
        warn for need in unit.needs for warn in guards.of_need(profile, need, visit.today) if not warn.is_note
    ]
    return UnitRow(
        unit=unit, contacts=profile.contacts_of(unit.key, visit.today), warnings=warned, quiet=quiet
    )


def _draft(visit: Visit, draft: Proposal) -> DraftRow:
    return DraftRow(
        draft=draft,
        part=part_name(visit, draft),
        state=visit.wording.gettext(STATE_LABELS[draft.state]),
        address=draft_page(draft),
    )


def _is_for(visit: Visit, draft: Proposal) -> bool:
    return visit.is_coordinator or (draft.kind == PartKind.UNIT and visit.may_see_unit(draft.key))


def _is_own(visit: Visit, draft: Proposal) -> bool:
    return visit.person is not None and draft.author == visit.person.key
