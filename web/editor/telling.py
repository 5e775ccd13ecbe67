"""What all pages of the editor tell: the matching after a publication, and a save that came late."""

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.responses import Response

from pipeline.rematching import Progress
from profiles.diff import ChangeKind, ProfileChange
from storage import rematches
from storage.database import reading
from storage.proposals import EDITABLE, Proposal, ProposalChanged
from storage.rematches import Rematch
from texts import N_
from web.names import Names
from web.render import page
from web.visit import Visit, text_of

SHOWN_FOR_MINUTES = 30
# Names of values in a profile, for people; a path that has none shows as it stands in the file.
VALUE_LABELS = {
    "adopted": N_("antagen"),
    "adopted_by": N_("antagen av"),
    "aims": N_("inriktningens mål"),
    "appointed_from": N_("uppdrag från"),
    "appointed_to": N_("uppdrag till"),
    "applicants": N_("sökande"),
    "begins": N_("gäller från"),
    "board": N_("nämnd eller styrelse"),
    "children_and_youth": N_("barn och unga"),
    "children_first": N_("barn och unga först"),
    "countries_of_interest": N_("länder av intresse"),
    "county": N_("län"),
    "description": N_("beskrivning"),
    "description_en": N_("beskrivning på engelska"),
    "email": N_("e-post"),
    "ends": N_("gäller till"),
    "goal": N_("mål som behovet tjänar"),
    "goals": N_("mål för året"),
    "inhabitants": N_("invånare"),
    "is_deputy": N_("ersättare"),
    "kind": N_("slags enhet"),
    "language": N_("språk"),
    "legal_form": N_("juridisk form"),
    "mail_domains": N_("e-postdomäner"),
    "may_lead": N_("kan leda projekt"),
    "municipal_code": N_("kommunkod"),
    "must": N_("måste-ord"),
    "name": N_("namn"),
    "name_en": N_("namn på engelska"),
    "needs": N_("behov"),
    "networks": N_("internationella nätverk"),
    "never": N_("aldrig-ord"),
    "nuts3": N_("NUTS-kod"),
    "organisation_number": N_("organisationsnummer"),
    "own_contribution_max": N_("största egna insats, euro"),
    "own_share_max_percent": N_("största egna andel, procent"),
    "owner": N_("ansvarig"),
    "people": N_("personer"),
    "policy": N_("policy"),
    "preparation_days": N_("kortaste förberedelse, dagar"),
    "priority": N_("vikt"),
    "priority_area": N_("prioriterat område"),
    "priority_areas": N_("prioriterade områden"),
    "reference": N_("diarienummer"),
    "revision_interval_years": N_("revideras vart, år"),
    "role": N_("roll"),
    "size_max": N_("största bidrag, euro"),
    "size_min": N_("minsta bidrag, euro"),
    "tests_cofinancing": N_("prövar alltid medfinansiering"),
    "text": N_("text"),
    "text_en": N_("text på engelska"),
    "title": N_("rubrik"),
    "title_en": N_("rubrik på engelska"),
    "twin_towns": N_("vänorter"),
    "units": N_("enheter"),
    "volume": N_("hur mycket"),
    "working_languages": N_("arbetsspråk"),
    "year": N_("år"),
    "yearly_follow_up": N_("följs upp varje år"),
}
# Fields of forms that are called otherwise than the value they become; what forms carry; what is ticked.
FIELDS = {"area": "priority_area", "share": "own_share_max_percent", "children": "children_and_youth"}
UNTOLD = frozenset({"csrf", "stamp", "revision", "need", "do", "key"})
FLAGS = frozenset({"children", "may_lead", "tests_cofinancing", "yearly_follow_up", "children_first"})
PLAIN_VALUES = {
    "true": N_("ja"),
    "false": N_("nej"),
    "narrow": N_("Snäv"),
    "balanced": N_("Balans"),
    "broad": N_("Bred"),
    "high": N_("hög"),
    "normal": N_("vanlig"),
    "low": N_("låg"),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """How the matching after the newest publication stands; `rematch` is None when there is nothing to tell."""

    rematch: Rematch | None
    is_running: bool
    has_failed: bool


@dataclass(frozen=True, kw_only=True)
class Line:
    """One difference for people: where, what it was, what it is."""

    where: str
    kind: ChangeKind
    old: str | None
    new: str | None


def told(visit: Visit) -> Told:
    """The matching that is asked for, or was done in the last half hour."""
    with reading(visit.context.engine) as conn:
        newest = rematches.newest(conn, visit.context.tenant)
    if newest is not None and newest.ended_at is not None:
        is_old = (visit.now - newest.ended_at).total_seconds() > SHOWN_FOR_MINUTES * 60
        newest = None if is_old else newest
    progress = visit.context.rematcher.progress if visit.context.rematcher else Progress.IDLE
    waits = newest is not None and newest.ended_at is None
    return Told(
        rematch=newest,
        is_running=waits and progress is Progress.RUNNING,
        has_failed=waits and progress is not Progress.RUNNING,
    )


def lines(visit: Visit, changes: Iterable[ProfileChange]) -> list[Line]:
    """Differences in the reader's language; names of things instead of keys."""
    _ = visit.wording.gettext
    return [
        Line(
            where=" › ".join(_step(visit, step) for step in change.path.split(".")),
            kind=change.kind,
            old=_value(change.old, _),
            new=_value(change.new, _),
        )
        for change in changes
    ]


def draft_page(proposal: Proposal) -> str:
    """Where a draft is read, decided and published."""
    return f"/profil/utkast/{proposal.id}"


def collided(visit: Visit, failure: ProposalChanged, *, text: str, back: str) -> Response:
    """A save that came late: what holds now, and all that was typed, to go on from (P-19, P-23)."""
    current = failure.current
    return page(
        visit,
        "editor/collided.html",
        status=409,
        names=Names(visit),
        current=current,
        is_editable=current is not None and current.state in EDITABLE,
        text=text,
        back=back,
        flash=None,
    )


def typed_words(visit: Visit, fields: FormData) -> str:
    """All that was typed in a form of the editor, a line a field: what was not saved is not lost (P-19)."""
    _ = visit.wording.gettext
    said = []
    for name, value in fields.multi_items():
        text, part = text_of(value), name.rpartition("-")[2]
        if part in UNTOLD or not text:
            continue
        label = VALUE_LABELS.get(FIELDS.get(part, part))
        said.append(
            f"{_(label).capitalize()}: {_value('true' if name in FLAGS else text, _)}" if label else text
        )
    return "\n".join(said)


def _value(text: str | None, gettext) -> str | None:
    return gettext(PLAIN_VALUES[text]) if text in PLAIN_VALUES else text


def _step(visit: Visit, step: str) -> str:
    """One step of a path such as units[skola]: the thing's name where it has one."""
    _ = visit.wording.gettext
    name, _bracket, key = step.partition("[")
    label = _(VALUE_LABELS[name]) if name in VALUE_LABELS else name
    key = key.rstrip("]")
    if not key:
        return label
    if name == "units":
        return Names(visit).unit(key)
    return f"{label} ”{_named(visit, name, key)}”"


def _named(visit: Visit, name: str, key: str) -> str:
    profile = visit.profile
    if profile is None:
        return key
    things = {
        "needs": profile.needs,
        "priority_areas": profile.priority_areas,
        "people": profile.people,
    }.get(name, ())
    found = next((thing for thing in things if thing.key == key), None)
    return key if found is None else getattr(found, "title", None) or found.name
